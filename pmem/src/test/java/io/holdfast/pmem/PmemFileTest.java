package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PmemFileTest {
  @TempDir Path folder;
  private final Medium medium = Medium.system();

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void assertFails(ThrowingCallable call, String name) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo(name));
  }

  /**
   * Writes and reads once through heap and once through native memory, in lengths around the
   * buffer's.
   */
  @Test
  void write_anyLengthFromAnyMemory_isRead() throws IOException {
    Path path = folder.resolve("data");
    for (int length : new int[] {0, 1, 511, 65_535, 65_536, 65_537, 300_000}) {
      byte[] bytes = noise(length);
      try (Arena arena = Arena.ofConfined();
          PmemFile file = medium.create(path)) {
        MemorySegment memory = arena.allocate(Math.max(length, 1)).asSlice(0, length);
        memory.copyFrom(MemorySegment.ofArray(bytes));
        file.write(7, MemorySegment.ofArray(bytes));
        file.write(7 + length, memory);
        file.writeDurably(7 + 2L * length, MemorySegment.ofArray(bytes));
        file.writeDurably(7 + 3L * length, memory);
        file.sync();

        assertThat(file.size()).isEqualTo(length == 0 ? 0 : 7 + 4L * length);
        for (int copy = 0; copy < 4; copy++) {
          MemorySegment heap = MemorySegment.ofArray(new byte[length]);
          memory.fill((byte) 0);
          assertThat(file.read(7 + (long) copy * length, heap)).isEqualTo(length);
          assertThat(file.read(7 + (long) copy * length, memory)).isEqualTo(length);
          assertThat(heap.toArray(JAVA_BYTE)).isEqualTo(bytes);
          assertThat(memory.toArray(JAVA_BYTE)).isEqualTo(bytes);
        }
      }
      Files.delete(path);
    }
  }

  @Test
  void read_acrossTheEnd_returnsWhatThereIs() {
    try (PmemFile file = medium.create(folder.resolve("data"))) {
      file.write(0, MemorySegment.ofArray(noise(100_000)));

      assertThat(file.read(99_990, MemorySegment.ofArray(new byte[100]))).isEqualTo(10);
      assertThat(file.read(50_000, MemorySegment.ofArray(new byte[200_000]))).isEqualTo(50_000);
      assertThat(file.read(100_000, MemorySegment.ofArray(new byte[1]))).isZero();
    }
  }

  @Test
  void read_impossiblePosition_throws() {
    try (PmemFile file = medium.create(folder.resolve("data"))) {
      MemorySegment byteSegment = MemorySegment.ofArray(new byte[1]);
      assertThatThrownBy(() -> file.read(-1, byteSegment))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("offset -1 + 1");
      assertThatThrownBy(() -> file.write(Long.MAX_VALUE, byteSegment))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void create_isPrivateAndExclusive() throws IOException {
    Path path = folder.resolve("data");
    medium.create(path).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertFails(() -> medium.create(path), "EEXIST");
    assertFails(() -> medium.create(folder.resolve("no/data")), "ENOENT");
  }

  @Test
  void open_whatIsNoFile_throws() {
    assertFails(() -> medium.open(folder.resolve("missing"), FileAccess.READ_WRITE), "ENOENT");
    assertFails(() -> medium.open(folder, FileAccess.READ_WRITE), "EISDIR");
    assertFails(() -> medium.open(folder, FileAccess.READ_ONLY), "EISDIR");
    assertThatThrownBy(() -> medium.open(Path.of("/dev/null"), FileAccess.READ_WRITE))
        .hasMessage("/dev/null, not a regular file: open: EINVAL (22), invalid argument");
  }

  @Test
  void open_pipe_doesNotWait() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> medium.open(pipe, FileAccess.READ_ONLY))
        .hasMessageContaining("not a regular file");
  }

  @Test
  void open_forReading_refusesToWrite() throws IOException {
    Path path = Files.write(folder.resolve("data"), noise(10));
    try (PmemFile file = medium.open(path, FileAccess.READ_ONLY)) {
      assertFails(() -> file.write(0, MemorySegment.ofArray(new byte[1])), "EBADF");
      assertThat(Files.readAllBytes(path)).isEqualTo(noise(10));
    }
  }

  @Test
  void open_nonAsciiName_isFound() throws IOException {
    Path path = folder.resolve("größe");
    medium.create(path).close();

    assertThat(Files.exists(path)).isTrue();
  }

  @Test
  void allocate_growsAndKeepsContent() {
    try (PmemFile file = medium.create(folder.resolve("data"))) {
      file.write(0, MemorySegment.ofArray(new byte[] {1, 2, 3}));
      file.allocate(0, 10_000);
      file.allocate(5_000, 10);

      MemorySegment read = MemorySegment.ofArray(new byte[10_000]);
      assertThat(file.size()).isEqualTo(10_000);
      assertThat(file.read(0, read)).isEqualTo(10_000);
      assertThat(read.get(JAVA_BYTE, 2)).isEqualTo((byte) 3);
      assertThat(read.get(JAVA_BYTE, 9_999)).isZero();
    }
  }

  @Test
  void allocate_fileSystemCannot_writesInstead() throws Exception {
    try (SmallFileSystem ramfs = SmallFileSystem.mount(folder, "ramfs", "mode=700");
        PmemFile file = medium.create(ramfs.folder().resolve("data"))) {
      byte[] bytes = noise(70_000);
      file.write(0, MemorySegment.ofArray(bytes));
      file.allocate(3, 200_000);

      MemorySegment read = MemorySegment.ofArray(new byte[200_003]);
      assertThat(file.read(0, read)).isEqualTo(200_003);
      assertThat(read.asSlice(0, 70_000).toArray(JAVA_BYTE)).isEqualTo(bytes);
      assertThat(read.get(JAVA_BYTE, 200_002)).isZero();
    }
  }

  @Test
  void allocate_fullFileSystem_throwsAndKeepsTheSize() throws Exception {
    try (SmallFileSystem tmpfs = SmallFileSystem.mount(folder, "tmpfs", "size=1m");
        PmemFile file = medium.create(tmpfs.folder().resolve("data"))) {
      file.allocate(0, 4096);

      assertThatThrownBy(() -> file.allocate(0, 2 << 20))
          .isInstanceOf(OutOfSpaceException.class)
          .hasMessageEndingWith("data: fallocate: ENOSPC (28), no space left on device")
          .hasCauseInstanceOf(SystemCallException.class);
      assertThat(file.size()).isEqualTo(4096);
      assertThatThrownBy(() -> file.write(0, MemorySegment.ofArray(new byte[2 << 20])))
          .isInstanceOf(OutOfSpaceException.class);
      assertThatThrownBy(() -> file.writeDurably(0, MemorySegment.ofArray(new byte[2 << 20])))
          .isInstanceOf(OutOfSpaceException.class);
    }
  }

  @Test
  void map_sparseFileOnFullFileSystem_throwsInsteadOfFaulting() throws Exception {
    try (SmallFileSystem tmpfs = SmallFileSystem.mount(folder, "tmpfs", "size=1m");
        PmemFile file = medium.create(tmpfs.folder().resolve("data"))) {
      file.allocate(0, 64 << 10);
      MapConfig config =
          MapConfig.defaults().withRequiredGranularity(Granularity.PAGE).withReserve(16 << 20);
      try (PmemMap map = medium.map(PmemSource.of(file), config)) {
        file.truncate(4 << 20);

        assertThatThrownBy(() -> map.grow(4 << 20)).isInstanceOf(OutOfSpaceException.class);
        assertThat(map.size()).isEqualTo(64 << 10);
        map.fill(0, 64 << 10, (byte) 1, CopyMode.PERSIST);
      }
      assertThatThrownBy(() -> medium.map(PmemSource.of(file), config))
          .isInstanceOf(OutOfSpaceException.class);
    }
  }

  @Test
  void truncate_cutsAndExtends() {
    try (PmemFile file = medium.create(folder.resolve("data"))) {
      file.write(0, MemorySegment.ofArray(noise(100)));
      file.truncate(10);
      assertThat(file.size()).isEqualTo(10);
      file.truncate(1000);
      MemorySegment read = MemorySegment.ofArray(new byte[1000]);
      assertThat(file.read(0, read)).isEqualTo(1000);
      assertThat(read.get(JAVA_BYTE, 50)).isZero();
    }
  }

  @Test
  void tryLock_secondOwner_isRefusedUntilTheFirstCloses() {
    Path path = folder.resolve("data");
    PmemFile first = medium.create(path);
    first.allocate(0, 4096);
    try (PmemFile second = medium.open(path, FileAccess.READ_WRITE);
        PmemMap map =
            medium.map(
                PmemSource.of(first),
                MapConfig.defaults().withRequiredGranularity(Granularity.PAGE))) {
      assertThat(first.tryLock()).isTrue();
      assertThat(first.tryLock()).isTrue();
      assertThat(second.tryLock()).isFalse();
      // The mapping's own descriptor must not keep the lock.
      first.close();
      assertThat(second.tryLock()).isTrue();
      assertThat(map.getLong(0)).isZero();
    }
  }

  @Test
  void createUnnamed_withoutPublish_leavesNothing() throws IOException {
    try (PmemFile file = medium.createUnnamed(folder)) {
      file.write(0, MemorySegment.ofArray(noise(10)));
      assertThat(file.path()).isEqualTo(folder);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void publish_givesTheNameOnce() throws IOException {
    Path path = folder.resolve("data");
    try (PmemFile file = medium.createUnnamed(folder);
        PmemFile other = medium.createUnnamed(folder)) {
      file.write(0, MemorySegment.ofArray(noise(10)));
      file.publish(path);
      medium.syncFolder(folder);

      assertThat(file.path()).isEqualTo(path);
      assertThat(Files.readAllBytes(path)).isEqualTo(noise(10));
      assertFails(() -> other.publish(path), "EEXIST");
      assertThat(other.path()).isEqualTo(folder);
    }
  }

  @Test
  void createUnnamed_fileSystemHasNone_isUnsupported() {
    assertThatThrownBy(() -> medium.createUnnamed(Path.of("/proc/self/net")))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void rename_replacesTheTarget() throws IOException {
    Path from = Files.write(folder.resolve("from"), noise(5));
    Path to = Files.write(folder.resolve("to"), noise(6));
    medium.rename(from, to);

    assertThat(Files.exists(from)).isFalse();
    assertThat(Files.readAllBytes(to)).isEqualTo(noise(5));
    assertThatThrownBy(() -> medium.rename(from, to))
        .hasMessage(from + " to " + to + ": rename: ENOENT (2), no such file or directory");
  }

  @Test
  void delete_removesTheName() throws IOException {
    Path path = Files.write(folder.resolve("data"), noise(5));
    medium.delete(path);
    medium.syncFolder(folder);

    assertThat(Files.exists(path)).isFalse();
    assertFails(() -> medium.delete(path), "ENOENT");
    assertFails(() -> medium.syncFolder(path), "ENOENT");
  }

  @Test
  void everyMethod_afterClose_throws() {
    PmemFile file = medium.create(folder.resolve("data"));
    file.close();
    file.close();

    MemorySegment byteSegment = MemorySegment.ofArray(new byte[1]);
    List<ThrowingCallable> calls =
        List.of(
            file::size,
            () -> file.read(0, byteSegment),
            () -> file.write(0, byteSegment),
            () -> file.writeDurably(0, byteSegment),
            file::sync,
            () -> file.allocate(0, 1),
            () -> file.truncate(1),
            file::tryLock,
            () -> file.publish(folder.resolve("other")));
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i)).as("call %d", i).isInstanceOf(IllegalStateException.class);
    }
  }

  /** A late write must not reach another file that got the descriptor's number. */
  @Test
  void close_whileThreadsWrite_neverWritesToAnotherFile() throws Exception {
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {1});
    for (int round = 0; round < 100; round++) {
      Path path = folder.resolve("data" + round);
      PmemFile file = medium.create(path);
      Runnable write = () -> file.write(0, bytes);
      ConcurrentUse threads = ConcurrentUse.start(List.of(write, write));
      file.close();
      try (PmemFile next = medium.createUnnamed(folder)) {
        threads.assertAllToldThatItIsClosed();
        assertThat(next.size()).isZero();
      }
      assertThat(openFiles()).doesNotContain(path);
    }
  }

  /** {@return what this process's descriptors name} */
  private static List<Path> openFiles() throws IOException {
    List<Path> targets = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        try {
          targets.add(Files.readSymbolicLink(link));
        } catch (NoSuchFileException e) {
          // It was this iteration's own.
        }
      }
    }
    return targets;
  }

  @Test
  void interruptedThread_keepsTheFileOpen() {
    try (PmemFile file = medium.create(folder.resolve("data"))) {
      Thread.currentThread().interrupt();
      file.writeDurably(0, MemorySegment.ofArray(noise(100_000)));
      file.sync();

      assertThat(Thread.interrupted()).isTrue();
      assertThat(file.size()).isEqualTo(100_000);
    }
  }

  @Test
  void write_fromVirtualThreads_leavesEveryByte() throws InterruptedException {
    try (PmemFile file = medium.create(folder.resolve("data"))) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        long position = i * 100L;
        threads.add(
            Thread.startVirtualThread(
                () -> file.write(position, MemorySegment.ofArray(noise(100)))));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      MemorySegment read = MemorySegment.ofArray(new byte[20_000]);
      file.read(0, read);
      for (int i = 0; i < 200; i++) {
        assertThat(read.asSlice(i * 100L, 100).toArray(JAVA_BYTE)).isEqualTo(noise(100));
      }
    }
  }
}
