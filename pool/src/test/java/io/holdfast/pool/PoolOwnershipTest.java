package io.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.pmem.Medium;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool has one owner at a time, until that one closes it or dies. */
final class PoolOwnershipTest {
  private static final PoolKind KIND = PoolCreationTest.KIND;

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void createPool() {
    path = folder.resolve("owned.pool");
    Pool.create(Medium.system(), path, KIND, 8192, _ -> {}).close();
  }

  @Test
  void open_ownedByThisProcess_isRefusedUntilClosed() {
    long self = ProcessHandle.current().pid();
    try (Pool _ = open()) {
      PoolInUseException thrown = catchThrowableOfType(PoolInUseException.class, this::open);

      assertThat(thrown).hasMessageStartingWith(path + ": in use by ");
      assumeLocksAreShown();
      assertThat(thrown.ownerPid()).hasValue(self);
      assertThat(thrown).hasMessageContaining("this process (" + self + ")");
    }
    open().close();
  }

  @Test
  void open_ownedByAnotherProcess_isRefusedUntilThatOneDies() throws Exception {
    Process owner = startOwner();
    try {
      PoolInUseException thrown = catchThrowableOfType(PoolInUseException.class, this::open);

      assertThat(thrown).hasMessageStartingWith(path + ": in use by ");
      assertThat(Pool.inspect(Medium.system(), path).signature()).isEqualTo("HFTEST");
      assumeLocksAreShown();
      assertThat(thrown.ownerPid()).hasValue(owner.pid());
      assertThat(thrown).hasMessageContaining("process " + owner.pid());
    } finally {
      owner.destroyForcibly().waitFor();
    }
    open().close();
  }

  @Test
  void open_refusedPool_isNotLeftLocked() throws IOException {
    byte[] sound = Files.readAllBytes(path);
    Files.write(path, "no pool".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    assertThat(catchThrowableOfType(PoolCorruptedException.class, this::open)).isNotNull();
    Files.write(path, sound);

    open().close();
  }

  @Test
  void close_twice_changesNothing() {
    Pool pool = open();
    pool.close();
    Pool next = open();
    pool.close();

    assertThat(catchThrowableOfType(PoolInUseException.class, this::open)).isNotNull();
    next.close();
  }

  private Pool open() {
    return Pool.open(Medium.system(), path, KIND);
  }

  private Process startOwner() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader();
    assertThat(output.readLine()).isEqualTo("open");
    return process;
  }

  /** Skips the rest where a lock of ours is not to be found, as on btrfs, or without /proc. */
  private void assumeLocksAreShown() {
    Path own = folder.resolve("own.pool");
    try (Pool _ = Pool.create(Medium.system(), own, KIND, 8192, _ -> {})) {
      assumeTrue(
          LockOwner.of(own).equals(OptionalLong.of(ProcessHandle.current().pid())),
          "/proc/locks does not show the locks of " + folder);
    }
  }

  /** The other process: opens the pool of its argument, says so, and keeps it until killed. */
  static final class Owner {
    public static void main(String[] args) throws IOException {
      try (Pool _ = Pool.open(Medium.system(), Path.of(args[0]), KIND)) {
        System.out.println("open");
        while (System.in.read() >= 0) {}
      }
    }
  }
}
