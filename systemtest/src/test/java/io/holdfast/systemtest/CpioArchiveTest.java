package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CpioArchiveTest {
  @TempDir Path temp;

  @Test
  void entries_areReadBack() throws IOException {
    Path program = Files.writeString(temp.resolve("program"), "12345");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.setLastModifiedTime(program, FileTime.fromMillis(1_700_000_000_000L));
    Path archive = temp.resolve("archive");
    try (CpioArchive cpio = new CpioArchive(archive)) {
      cpio.addText("etc/a/text", "x");
      cpio.addFolder("etc/a");
      cpio.addLink("link", "etc/a/text");
      cpio.addFile("bin/program", program);
    }
    assertThat(entries(Files.readAllBytes(archive)))
        .containsExactly(
            "etc 40755 0 ",
            "etc/a 40755 0 ",
            "etc/a/text 100644 0 x",
            "link 120777 0 etc/a/text",
            "bin 40755 0 ",
            "bin/program 100755 1700000000 12345",
            "TRAILER!!! 0 0 ");
    assertThat(Files.size(archive) % 4).isZero();
  }

  @Test
  void tree_isTakenWithItsLinks() throws IOException {
    Path tree = Files.createDirectories(temp.resolve("tree/inner")).getParent();
    Files.writeString(tree.resolve("inner/file"), "f");
    Files.createSymbolicLink(tree.resolve("link"), Path.of("inner/file"));
    Path archive = temp.resolve("archive");
    try (CpioArchive cpio = new CpioArchive(archive)) {
      cpio.addTree("place", tree);
    }
    assertThat(entries(Files.readAllBytes(archive)))
        .extracting(entry -> entry.replaceFirst(" \\d{10} ", " "))
        .containsExactly(
            "place 40755 0 ",
            "place/inner 40755 0 ",
            "place/inner/file 100644 f",
            "place/link 120777 0 inner/file",
            "TRAILER!!! 0 0 ");
  }

  @Test
  void sameNameTwice_isRefused() throws IOException {
    try (CpioArchive cpio = new CpioArchive(temp.resolve("archive"))) {
      cpio.addText("a", "1");
      assertThatIOException()
          .isThrownBy(() -> cpio.addText("a", "2"))
          .withMessageContaining("a: twice");
    }
  }

  /** An independent reading: {@code name mode seconds content} of each entry. */
  private static List<String> entries(byte[] archive) {
    List<String> entries = new ArrayList<>();
    int at = 0;
    while (at < archive.length) {
      String header = new String(archive, at, 110, StandardCharsets.US_ASCII);
      assertThat(header).startsWith("070701");
      int size = field(header, 6);
      int nameBytes = field(header, 11);
      String name = new String(archive, at + 110, nameBytes - 1, StandardCharsets.UTF_8);
      int content = (at + 110 + nameBytes + 3) / 4 * 4;
      entries.add(
          "%s %o %d %s"
              .formatted(
                  name,
                  field(header, 1),
                  field(header, 5),
                  new String(archive, content, size, StandardCharsets.UTF_8)));
      at = (content + size + 3) / 4 * 4;
    }
    return entries;
  }

  private static int field(String header, int index) {
    return Integer.parseUnsignedInt(header, 6 + 8 * index, 14 + 8 * index, 16);
  }
}
