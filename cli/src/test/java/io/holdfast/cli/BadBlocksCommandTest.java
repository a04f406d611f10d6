package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static io.holdfast.cli.MadeUpDevice.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BadBlocksCommandTest {
  @TempDir Path root;
  @TempDir Path folder;

  @Test
  void list_printsOneLineEach() {
    try (MadeUpDevice device = new MadeUpDevice(root, 1 << 20)) {
      assertThat(holdfast("badblocks", NODE))
          .isEqualTo(new Cli(0, "/dev/zero: no bad blocks\n", ""));
      device.badSectors("8 1\n32 16\n4000 8");

      assertThat(holdfast("badblocks", NODE))
          .isEqualTo(new Cli(0, "offset 4096 + 512\noffset 16384 + 8192\n", ""));
      assertThat(holdfast("badblocks", "--json", NODE).out())
          .isEqualTo(
              "{\"file\": \"/dev/zero\", \"cleared\": false, \"badBlocks\": [{\"offset\": 4096,"
                  + " \"length\": 512}, {\"offset\": 16384, \"length\": 8192}]}\n");
    }
  }

  @Test
  void clear_whereItCannotBeDone_saysSo() throws IOException {
    try (MadeUpDevice device = new MadeUpDevice(root, 1 << 20)) {
      Path file = Files.writeString(folder.resolve("a \"file\""), "text");
      assertThat(holdfast("badblocks", "--clear", "--json", file).out())
          .isEqualTo(
              "{\"file\": \""
                  + file.toString().replace("\"", "\\\"")
                  + "\", \"cleared\": true, \"badBlocks\": []}\n");
      device.badSectors("8 1");
      Cli refused = holdfast("badblocks", "--clear", NODE);
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("/dev/ndctl0: open: ENOENT").hasLineCount(1);
      assertThat(file).hasContent("text");
    }
  }

  @Test
  void noSuchFileOrNoFile_isOneLine() {
    assertThat(holdfast("badblocks", folder.resolve("missing")).err())
        .isEqualTo(
            "holdfast: "
                + folder.resolve("missing")
                + ": open: ENOENT (2), no such file or directory\n");
    Cli folderResult = holdfast("badblocks", folder);
    assertThat(folderResult.code()).isEqualTo(1);
    assertThat(folderResult.err()).contains("is a folder").hasLineCount(1);
  }
}
