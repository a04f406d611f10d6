package io.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.pmem.Medium;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Creation is complete or leaves nothing, whether or not the file system has unnamed files. */
@ParameterizedClass
@EnumSource
final class PoolCreationTest {
  enum FileSystem {
    WITH_UNNAMED_FILES {
      @Override
      Medium wrap(Medium medium) {
        return medium;
      }
    },
    NAMED_FILES_ONLY {
      @Override
      Medium wrap(Medium medium) {
        return WrappedMedium.namedOnly(medium);
      }
    };

    abstract Medium wrap(Medium medium);
  }

  static final PoolKind KIND = new PoolKind("test", "HFTEST", 1);
  private static final int POOL_SIZE = 3 * 4096;
  private static final String CONTENTS = "what the pool holds";

  @Parameter private FileSystem fileSystem;
  @TempDir private Path folder;

  @Test
  void create_thenOpen_findsContentsInAFileOfTheGivenSize() throws IOException {
    Path path = folder.resolve("p");
    create(path).close();

    assertComplete(path);
    assertThat(Files.size(path)).isEqualTo(POOL_SIZE);
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void create_returnedPool_isOwned() {
    Path path = folder.resolve("p");
    try (Pool pool = create(path)) {
      assertThat(pool.path()).isEqualTo(path);
      assertThatThrownBy(() -> Pool.open(Medium.system(), path, KIND))
          .isInstanceOf(PoolInUseException.class);
    }
    assertComplete(path);
  }

  @Test
  void create_relativePathWithoutFolder_works() throws IOException {
    Path path = Path.of("PoolCreationTest-" + fileSystem + ".pool");
    Files.deleteIfExists(path);
    try {
      create(path).close();
      assertComplete(path);
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void create_existingFile_isRefusedAndUnchanged() throws IOException {
    Path path = folder.resolve("p");
    for (byte[] existing :
        new byte[][] {"a letter".getBytes(StandardCharsets.UTF_8), new byte[4097], {0, 0, 1}}) {
      Files.write(path, existing);

      assertThatThrownBy(() -> create(path))
          .isInstanceOf(PoolExistsException.class)
          .hasMessageStartingWith(path + ": exists");
      assertThat(Files.readAllBytes(path)).isEqualTo(existing);
    }
  }

  @Test
  void create_existingFolder_isRefusedAndUnchanged() throws IOException {
    Path path = Files.createDirectory(folder.resolve("p"));

    assertThatThrownBy(() -> create(path))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining(path.toString());
    assertThat(list()).containsExactly(path);
  }

  @Test
  void create_missingFolder_isRefused() {
    assertThatThrownBy(() -> create(folder.resolve("none/p")))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining(folder.resolve("none").toString());
  }

  @Test
  void create_openPool_isRefused() {
    Path path = folder.resolve("p");
    try (Pool _ = create(path)) {
      assertThatThrownBy(() -> create(path)).isInstanceOf(PoolExistsException.class);
    }
    assertComplete(path);
  }

  @Test
  void create_notLargerThanTheHeader_isRefused() throws IOException {
    assertThatThrownBy(
            () -> Pool.create(medium(), folder.resolve("p"), KIND, PoolHeader.BYTE_SIZE, _ -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(list()).isEmpty();
  }

  @Test
  void create_contentsThrow_leavesNothing() throws IOException {
    IllegalStateException failure = new IllegalStateException("not today");

    assertThatThrownBy(
            () ->
                Pool.create(
                    medium(),
                    folder.resolve("p"),
                    KIND,
                    POOL_SIZE,
                    _ -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(list()).isEmpty();
  }

  @Test
  void create_fileSystemFull_leavesNothing() throws IOException {
    Path path = folder.resolve("p");
    Medium full =
        fileSystem.wrap(
            new WrappedMedium(Medium.system()) {
              @Override
              void before(String call) {
                if (call.equals("allocate")) {
                  throw new OutOfSpaceException(
                      "fallocate: no space left on device (ENOSPC)", null);
                }
              }
            });

    assertThatThrownBy(() -> create(full, path))
        .isInstanceOf(OutOfSpaceException.class)
        .hasMessage("%s: no room for a pool of %d bytes in %s", path, POOL_SIZE, folder);
    assertThat(list()).isEmpty();
  }

  @Test
  void create_anyCallFails_leavesNothing() throws IOException {
    Path path = folder.resolve("p");
    List<String> failed = new ArrayList<>();
    while (true) {
      int failing = failed.size();
      AtomicInteger calls = new AtomicInteger();
      Medium faulty =
          fileSystem.wrap(
              new WrappedMedium(Medium.system()) {
                @Override
                void before(String call) {
                  if (calls.getAndIncrement() == failing) {
                    failed.add(call);
                    throw new SystemCallException("a pool", call, 5);
                  }
                }
              });
      try {
        create(faulty, path).close();
        break;
      } catch (SystemCallException e) {
        assertThat(e).hasMessageContaining("EIO").hasNoSuppressedExceptions();
        assertThat(leftAfterFailedCall(failed.getLast())).as(failed.toString()).isEmpty();
      }
    }
    assertThat(failed)
        .contains("tryLock", "allocate", "write", "sync", "syncFolder")
        .hasSizeGreaterThan(6);
    assertComplete(path);
  }

  @Test
  void create_overRestOfInterruptedCreation_completesIt() throws IOException {
    Path path = folder.resolve("p");
    for (byte[] rest : new byte[][] {{}, new byte[512], unfinished()}) {
      Files.write(path, rest);
      assertThatThrownBy(() -> Pool.open(medium(), path, KIND))
          .isInstanceOf(PoolCorruptedException.class)
          .hasMessageContaining("its creation was interrupted");

      create(path).close();

      assertComplete(path);
      assertThat(list()).containsExactly(path);
      Files.delete(path);
    }
  }

  @Test
  void create_overZerosOfAnotherSize_isRefused() throws IOException {
    Path path = folder.resolve("p");
    for (int size : new int[] {1, 511, 513, 4096, 1 << 20}) {
      Files.write(path, new byte[size]);

      assertThatThrownBy(() -> create(path)).isInstanceOf(PoolExistsException.class);
      assertThat(path).hasBinaryContent(new byte[size]);
    }
  }

  @Test
  void create_overRestOfInterruptedCreationAndFails_leavesAnEmptyFile() throws IOException {
    Path path = Files.write(folder.resolve("p"), unfinished());
    IllegalStateException failure = new IllegalStateException("not today");

    assertThatThrownBy(
            () ->
                Pool.create(
                    medium(),
                    path,
                    KIND,
                    POOL_SIZE,
                    _ -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(path).isEmptyFile();
  }

  @Test
  void create_overPoolThatIsBeingCreated_isRefused() throws IOException {
    Path path = Files.write(folder.resolve("p"), unfinished());
    try (PmemFile creator = Medium.system().open(path, io.holdfast.pmem.FileAccess.READ_WRITE)) {
      assertThat(creator.tryLock()).isTrue();

      assertThatThrownBy(() -> create(path)).isInstanceOf(PoolInUseException.class);
    }
    assertThat(path).hasBinaryContent(unfinished());
  }

  @Test
  void create_byManyThreadsAtOnce_succeedsOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 10; round++) {
        Path path = folder.resolve("p" + round);
        Callable<Throwable> creator = () -> catchThrowable(() -> create(path).close());
        int created = 0;
        for (Future<Throwable> outcome :
            threads.invokeAll(List.of(creator, creator, creator, creator))) {
          Throwable thrown = outcome.get();
          if (thrown == null) {
            created++;
          } else {
            assertThat(thrown).isInstanceOfAny(PoolExistsException.class, PoolInUseException.class);
          }
        }
        assertThat(created).isEqualTo(1);
        assertComplete(path);
      }
    }
  }

  private Medium medium() {
    return fileSystem.wrap(Medium.system());
  }

  private Pool create(Path path) {
    return create(medium(), path);
  }

  private static Pool create(Medium medium, Path path) {
    return Pool.create(medium, path, KIND, POOL_SIZE, PoolCreationTest::writeContents);
  }

  private static void writeContents(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(CONTENTS);
      file.write(POOL_SIZE - text.byteSize(), text);
    }
  }

  private static void assertComplete(Path path) {
    try (Pool pool = Pool.open(Medium.system(), path, KIND);
        Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(CONTENTS.length() + 1);
      pool.file().read(POOL_SIZE - found.byteSize(), found);
      assertThat(found.getString(0)).isEqualTo(CONTENTS);
    }
  }

  /** A file whose lock could not be taken is not known to be ours, so it is left alone. */
  private List<Path> leftAfterFailedCall(String call) throws IOException {
    if (fileSystem == FileSystem.NAMED_FILES_ONLY && call.equals("tryLock")) {
      Path left = folder.resolve("p");
      assertThat(left).isEmptyFile();
      Files.delete(left);
    }
    return list();
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static byte[] unfinished() {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = new byte[POOL_SIZE];
      MemorySegment mark = HeaderPage.composeUnfinished(arena);
      MemorySegment.copy(mark, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) mark.byteSize());
      bytes[POOL_SIZE - 1] = 1;
      return bytes;
    }
  }
}
