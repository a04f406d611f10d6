package io.holdfast.crash.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashFileSystemProvider;
import io.holdfast.crash.CrashReport;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One folder leads to the medium of the run, everything else to the host. */
class WrappingProviderTest {
  private final FileSystem files =
      new CrashFileSystemProvider(FileSystems.getDefault().provider(), "/simulated")
          .getFileSystem(URI.create("file:///"));

  @TempDir private Path temporary;

  @Test
  void pathsBelowTheRoot_areCrashed_andOthersAreNot() {
    Path inside = files.getPath("/simulated/file");
    Path outside = files.getPath(temporary.toString(), "file");
    CrashReport report =
        CrashExploration.of(Granularity.PAGE)
            .run(
                (medium, log) -> {
                  Files.writeString(outside, "outside");
                  Files.writeString(inside, "inside");
                  assertThat(medium.files()).containsExactly(Path.of("/file"));
                  assertThat(Files.readString(medium.folder().resolve("file"))).isEqualTo("inside");
                  log.acknowledge("written");
                })
            .verify(
                (_, log) -> {
                  if (log.hasAcknowledged("written")) {
                    assertThat(Files.readString(inside)).isEqualTo("inside");
                  }
                })
            .explore();
    assertThat(report.failures()).hasSize(1);
    assertThat(temporary.resolve("file")).hasContent("outside");
  }

  @Test
  void copiesAndMoves_crossTheBorder() throws Exception {
    Path outside = files.getPath(temporary.toString(), "outside");
    List<Path> listed = new ArrayList<>();
    inARun(
        () -> {
          Path folder = files.getPath("/simulated");
          Path inside = folder.resolve("inside");
          Files.writeString(outside, "text");
          Files.copy(outside, inside);
          Files.delete(outside);
          assertThatThrownBy(() -> Files.move(inside, outside, StandardCopyOption.ATOMIC_MOVE))
              .isInstanceOf(AtomicMoveNotSupportedException.class);
          Files.move(inside, outside);
          assertThat(Files.exists(inside)).isFalse();
          Files.createFile(folder.resolve("listed"));
          try (var stream = Files.list(folder)) {
            stream.forEach(listed::add);
          }
        });
    assertThat(temporary.resolve("outside")).hasContent("text");
    assertThat(listed).containsExactly(files.getPath("/simulated/listed"));
  }

  @Test
  void moveOfWhatIsMissing_acrossTheBorder_leavesItsTarget() throws Exception {
    Path outside = files.getPath(temporary.toString(), "outside");
    Files.writeString(outside, "text");
    inARun(
        () -> {
          Path missing = files.getPath("/simulated/missing");
          assertThatThrownBy(
                  () -> Files.move(missing, outside, StandardCopyOption.REPLACE_EXISTING))
              .isInstanceOf(NoSuchFileException.class);
          assertThatThrownBy(
                  () -> Files.copy(missing, outside, StandardCopyOption.REPLACE_EXISTING))
              .isInstanceOf(NoSuchFileException.class);
        });
    assertThat(temporary.resolve("outside")).hasContent("text");
  }

  @Test
  void threadStartedByTheRun_hasItsMedium() throws Exception {
    inARun(
        () -> {
          Thread thread =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          Files.createDirectory(files.getPath("/simulated/folder"));
                        } catch (IOException e) {
                          throw new IllegalStateException(e);
                        }
                      });
          thread.join();
          assertThat(Files.isDirectory(files.getPath("/simulated/folder"))).isTrue();
        });
  }

  @Test
  void outsideRuns_simulatedPathsAreRefused() {
    assertThatThrownBy(() -> Files.exists(files.getPath("/simulated/file")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "/simulated/file: a simulated path, and no exploration is running that it could belong"
                + " to");
  }

  @Test
  void whatCannotBeSeen_isRefusedInWords() throws Exception {
    Path file = files.getPath("/simulated/file");
    inARun(
        () -> {
          assertThatThrownBy(file::toFile)
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("java.io.File");
          assertThatThrownBy(() -> Files.createSymbolicLink(file, file))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("no symbolic links");
          try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> channel.map(FileChannel.MapMode.READ_WRITE, 0, 10))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("map the file with Medium.map");
          }
        });
    assertThat(files.getPath(temporary.toString()).toFile()).isEqualTo(temporary.toFile());
  }

  @Test
  void rootThatIsNoFolderBelowTheRoot_isRefused() {
    for (String root : new String[] {"/", "relative", "/a/.."}) {
      assertThatThrownBy(
              () -> new CrashFileSystemProvider(FileSystems.getDefault().provider(), root))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(root);
    }
  }

  /** Something that may fail as a workload may. */
  private interface Body {
    void run() throws Exception;
  }

  private static void inARun(Body body) {
    CrashExploration.of(Granularity.PAGE).prepare((_, _) -> body.run()).run((_, _) -> {}).explore();
  }
}
