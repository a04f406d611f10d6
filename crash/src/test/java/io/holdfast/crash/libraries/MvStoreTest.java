package io.holdfast.crash.libraries;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashFileSystemProvider;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** H2's MVStore, with commit and sync. */
class MvStoreTest {

  /** What was synchronised is there after any crash, in a store that existed before. */
  @Test
  void sync_survivesEveryCrash() throws Exception {
    assertThat(explore("existing"))
        .contains("PAGE, ", "[one]", "[one, two]")
        .doesNotContain("CHECK FAILED");
  }

  /**
   * Found: a new store writes both copies of its header in one call before it synchronises for the
   * first time. A crash that takes both leaves a file of which the store says that it is corrupt,
   * instead of an empty one: nothing is lost, but somebody must remove the file by hand.
   */
  @Test
  void creation_leavesAFileThatCannotBeOpened() throws Exception {
    assertThat(explore("new"))
        .contains("CHECK FAILED")
        .contains("write of 8192 bytes at 0x0")
        .contains("data.mv 0x0: 512 bytes written to its sector")
        .contains("data.mv 0x1000: 512 bytes written to its sector")
        .contains("MVStoreException: Store header is corrupt");
  }

  /** On ext4 a file is not longer than what has arrived of it: a new store is empty or good. */
  @Test
  void creation_onExt4_survivesPowerFailures() throws Exception {
    assertThat(explore("new on ext4")).contains("PAGE, ", "[two]").doesNotContain("failed");
  }

  private static String explore(String which) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.nio.file.spi.DefaultFileSystemProvider="
                    + CrashFileSystemProvider.class.getName(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MvStoreProgram.class.getName(),
                which)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(0);
    return output;
  }
}
