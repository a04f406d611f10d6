package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real text to count words in, the project's own documents, and its words counted the plain way.
 */
final class TourText {
  private static final List<String> DOCUMENTS =
      List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE");

  private TourText() {}

  /**
   * Writes the documents to a file, again and again until it is long enough to be interrupted.
   *
   * @param file the new file
   * @param minimumBytes how long it must be
   * @return how many times over the documents were written
   */
  static int write(Path file, long minimumBytes) throws IOException {
    int times = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (long written = 0; written < minimumBytes; times++) {
        for (String name : DOCUMENTS) {
          written += append(name, out);
        }
      }
    }
    return times;
  }

  /** Counts the words of a text in ordinary memory, independently of everything that is shown. */
  static Map<String, Long> count(Path file) throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    byte[] text = Files.readAllBytes(file);
    int start = 0;
    for (int i = 0; i <= text.length; i++) {
      boolean letter =
          i < text.length
              && ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z'));
      if (!letter) {
        if (i > start) {
          counts.merge(new String(text, start, i - start, US_ASCII), 1L, Long::sum);
        }
        start = i + 1;
      }
    }
    return counts;
  }

  private static long append(String name, OutputStream out) throws IOException {
    try (InputStream in = TourText.class.getResourceAsStream("documents/" + name)) {
      if (in == null) {
        throw new IllegalStateException("document missing from the program: " + name);
      }
      return in.transferTo(out);
    }
  }
}
