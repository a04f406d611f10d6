package io.holdfast.crash.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.Operation;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.crash.Workload;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs that know nothing but {@code java.nio.file} are crashed like any other. */
class FileProgramsTest {

  /** How a program replaces a file's text. */
  private interface Replacement {
    void replace(Path file, String text) throws IOException;
  }

  @Test
  void replaceByRename_withBothSyncs_isAtomicAndDurable() {
    replace(FileProgramsTest::replaceSafely).assertConsistent();
  }

  @Test
  void replaceByRename_withoutSyncOfTheFile_isFound() {
    CrashReport report =
        replace(
            (file, text) -> {
              Path fresh = file.resolveSibling("fresh");
              Files.writeString(fresh, text);
              Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
              syncFolder(file.getParent());
            });
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst().report())
        .contains("/data/fresh renamed to /data/file", "14 bytes written", "FileProgramsTest");
  }

  @Test
  void replaceByRename_withoutSyncOfTheFolder_isFound() {
    CrashReport report =
        replace(
            (file, text) -> {
              Path fresh = file.resolveSibling("fresh");
              writeDurably(fresh, text);
              Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            });
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst().report())
        .contains("/data/fresh renamed to /data/file", "acknowledged before: [replaced]");
  }

  /** The platform removes the target first where the move need not be atomic. */
  @Test
  void replaceByMoveThatIsNotAtomic_isFound() {
    CrashReport report =
        replace(
            (file, text) -> {
              Path fresh = file.resolveSibling("fresh");
              writeDurably(fresh, text);
              Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
              syncFolder(file.getParent());
            });
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst().report())
        .contains("NoSuchFileException", "name /data/file removed");
  }

  @Test
  void overwriteInPlace_isFound() {
    assertThat(replace((file, text) -> Files.writeString(file, text, DSYNC)).failures()).hasSize(1);
  }

  private static CrashReport replace(Replacement replacement) {
    return CrashExploration.of(Granularity.PAGE)
        .prepare(
            (medium, _) -> {
              Path folder = Files.createDirectory(medium.folder().resolve("data"));
              Files.writeString(folder.resolve("file"), "old");
            })
        .run(
            (medium, log) -> {
              replacement.replace(medium.folder().resolve("data/file"), "new and longer");
              log.acknowledge("replaced");
            })
        .check(
            (medium, log) -> {
              String text = Files.readString(medium.folder().resolve("data/file"));
              List<String> accepted =
                  log.hasAcknowledged("replaced")
                      ? List.of("new and longer")
                      : List.of("old", "new and longer");
              if (!accepted.contains(text)) {
                throw new AssertionError("not \"" + text + "\"");
              }
              return text;
            })
        .explore();
  }

  private static void replaceSafely(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling("fresh");
    writeDurably(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(file.getParent());
  }

  private static void writeDurably(Path file, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      channel.force(true);
    }
  }

  private static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  @Test
  void newFolder_takesItsFilesWithIt_untilItsParentIsSynced() {
    Workload program =
        (medium, log) -> {
          Path folder = Files.createDirectory(medium.folder().resolve("new"));
          writeDurably(folder.resolve("file"), "text");
          syncFolder(folder);
          log.acknowledge("file");
          syncFolder(medium.folder());
          log.acknowledge("folder");
        };
    List<String> lost = new ArrayList<>();
    explore(
            program,
            (medium, log) -> {
              boolean there = Files.exists(medium.folder().resolve("new/file"));
              if (log.hasAcknowledged("folder")) {
                assertThat(there).isTrue();
              } else if (log.hasAcknowledged("file") && !there) {
                lost.add("the file with its folder");
              }
            })
        .assertConsistent();
    assertThat(lost).isNotEmpty();
  }

  @Test
  void renamedFolder_keepsItsFiles_underEitherName() {
    List<String> seen = new ArrayList<>();
    CrashExploration.of(Granularity.PAGE)
        .prepare(
            (medium, _) -> {
              Path old = Files.createDirectory(medium.folder().resolve("old"));
              Files.writeString(old.resolve("file"), "text");
            })
        .run(
            (medium, _) -> {
              Path folder = medium.folder();
              Files.move(folder.resolve("old"), folder.resolve("new"));
              writeDurably(folder.resolve("new/second"), "second");
              syncFolder(folder.resolve("new"));
            })
        .verify(
            (medium, _) -> {
              List<Path> files;
              try (var walk = Files.walk(medium.folder())) {
                files = walk.filter(Files::isRegularFile).toList();
              }
              assertThat(Files.readString(files.getFirst())).isEqualTo("text");
              seen.add(files.toString());
            })
        .explore()
        .assertConsistent();
    assertThat(seen)
        .contains(
            "[/old/file]", "[/new/file]", "[/old/file, /old/second]", "[/new/file, /new/second]");
  }

  @Test
  void durableWrite_needsNoForce() {
    explore(
            (medium, log) -> {
              Path file = medium.folder().resolve("file");
              try (FileChannel channel = FileChannel.open(file, CREATE, WRITE, DSYNC)) {
                syncFolder(medium.folder());
                channel.write(ByteBuffer.wrap("text".getBytes(UTF_8)));
                log.acknowledge("written");
              }
            },
            (medium, log) -> {
              if (log.hasAcknowledged("written")) {
                assertThat(Files.readString(medium.folder().resolve("file"))).isEqualTo("text");
              }
            })
        .assertConsistent();
  }

  @Test
  void fileThatIsDeletedWhenClosed_hasNoNameFromTheStart() throws IOException {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    Path file = medium.folder().resolve("file");
    try (FileChannel channel =
        FileChannel.open(file, CREATE_NEW, READ, WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
      assertThat(channel.write(ByteBuffer.allocate(10))).isEqualTo(10);
      assertThat(channel.read(ByteBuffer.allocate(20), 0)).isEqualTo(10);
      assertThat(medium.files()).isEmpty();
    }
    assertThat(medium.files()).isEmpty();
  }

  @Test
  void streams_transferAllThatIsLeft() throws IOException {
    Path file = SimulatedMedium.of(Granularity.PAGE).folder().resolve("file");
    Path copy = file.resolveSibling("copy");
    Files.writeString(file, "text");
    try (InputStream from = Files.newInputStream(file);
        OutputStream to = Files.newOutputStream(copy)) {
      assertThat(from.skip(1)).isEqualTo(1);
      assertThat(from.transferTo(to)).isEqualTo(3);
    }
    assertThat(copy).hasContent("ext");
    try (FileChannel from = FileChannel.open(file);
        FileChannel to = FileChannel.open(copy, WRITE)) {
      assertThat(from.transferTo(2, Long.MAX_VALUE, to)).isEqualTo(2);
      assertThat(to.transferFrom(from, 2, Long.MAX_VALUE)).isEqualTo(4);
    }
    assertThat(copy).hasContent("xttext");
  }

  @Test
  void fileStoreAndAccess_areAnsweredAsOnTheHost() throws IOException {
    Path file = SimulatedMedium.of(Granularity.PAGE).folder().resolve("file");
    Files.writeString(file, "text");
    assertThat(Files.getFileStore(file).getBlockSize()).isEqualTo(4096);
    assertThat(Files.isWritable(file)).isTrue();
    assertThat(Files.isExecutable(file)).isFalse();
    assertThat(Files.isExecutable(file.getParent())).isTrue();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    assertThat(Files.isExecutable(file)).isTrue();
  }

  @Test
  void faults_areExceptionsOfJavaNio() throws IOException {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    Path file = medium.folder().resolve("file");
    medium.failAt(Operation.SYNC, 1);
    try (FileChannel channel = FileChannel.open(file, CREATE, WRITE)) {
      assertThatThrownBy(() -> channel.force(false))
          .isInstanceOf(IOException.class)
          .hasMessage("Input/output error");
      channel.force(false);
      medium.limitSpace(100);
      assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(101)))
          .isInstanceOf(IOException.class)
          .hasMessage("No space left on device");
      assertThat(channel.write(ByteBuffer.allocate(100))).isEqualTo(100);
      medium.failAt(Operation.RENAME, 1);
      assertThatThrownBy(() -> Files.move(file, medium.folder().resolve("other")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Input/output error");
    }
    assertThatThrownBy(() -> Files.createFile(medium.folder().resolve("no/file")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void useAfterTheRun_isRefused() {
    List<Path> kept = new ArrayList<>();
    explore((medium, _) -> kept.add(medium.folder().resolve("file")), (_, _) -> {});
    assertThatThrownBy(() -> Files.writeString(kept.getFirst(), "late"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the medium was used after the run that it was made for");
  }

  private static CrashReport explore(Workload program, Workload check) {
    return CrashExploration.of(Granularity.PAGE).run(program).verify(check).explore();
  }
}
