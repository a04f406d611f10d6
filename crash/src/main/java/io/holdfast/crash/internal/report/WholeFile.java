package io.holdfast.crash.internal.report;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file of text that is there as a whole or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /** What a file is to say. */
  @FunctionalInterface
  public interface Text {
    void writeTo(Writer out) throws IOException;
  }

  /**
   * Writes a file beside the one to be replaced, and gives it its name only when it is complete.
   */
  public static void write(Path file, Text text) throws IOException {
    Path target = file.toAbsolutePath();
    boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (exists && !Files.isRegularFile(target)) {
      // A device or pipe is nothing to be replaced: it is written to. A folder says why not.
      try (Writer out = Files.newBufferedWriter(target)) {
        text.writeTo(out);
      }
      return;
    }
    if (exists) {
      target = target.toRealPath();
    }
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(String.valueOf(folder));
    }
    Path unfinished =
        folder.resolve(
            ".%s.%d-%x.tmp"
                .formatted(target.getFileName(), ProcessHandle.current().pid(), System.nanoTime()));
    try {
      try (Writer out =
          Files.newBufferedWriter(
              unfinished,
              StandardCharsets.UTF_8,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE)) {
        text.writeTo(out);
      }
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
