package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that this user may not open; where it is root, this thread is somebody else for files. */
final class PermissionTest {
  private static final int NOBODY = 65534;

  @TempDir Path folder;
  private int owner;

  @SuppressWarnings("restricted")
  private static int setFileUser(int user) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setfsuid"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    try {
      return (int) handle.invokeExact(user);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  private Path file(String permissions) throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[4096]);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @BeforeEach
  void remember() {
    owner = setFileUser(-1);
  }

  @AfterEach
  void beOwnerAgain() {
    setFileUser(owner);
  }

  private static void assertDenied(Runnable call, Path path) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("EACCES"))
        .hasMessage(path + ": open: EACCES (13), permission denied");
  }

  @Test
  void map_withoutPermission_namesTheFileAndTheError() throws IOException {
    Path path = file("---------");
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    setFileUser(NOBODY);
    assertDenied(() -> SystemMedium.INSTANCE.map(PmemSource.of(path), config), path);
    assertDenied(() -> SystemMedium.INSTANCE.open(path, FileAccess.READ_ONLY), path);
  }

  @Test
  void map_readableOnly_canBeReadOnly() throws IOException {
    Path path = file("r--r--r--");
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    setFileUser(NOBODY);
    assertDenied(() -> SystemMedium.INSTANCE.map(PmemSource.of(path), config), path);
    SystemMedium.INSTANCE.map(PmemSource.of(path), config.withProtection(Protection.READ)).close();
  }
}
