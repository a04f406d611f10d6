package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Makes text from pools and file names harmless to a terminal: what would act instead of show is
 * spelt out.
 */
final class Escape {
  private Escape() {}

  /**
   * {@return the text, with {@code \n} or {@code \x1b} for each character that is not shown as
   * itself}
   */
  static String text(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isShown(c)) {
                escaped.appendCodePoint(c);
              } else if (c == '\n') {
                escaped.append("\\n");
              } else {
                escaped.append((c < 0x100 ? "\\x%02x" : "\\u{%x}").formatted(c));
              }
            });
    return escaped.toString();
  }

  /** {@return UTF-8 bytes as text, escaped; byte by byte if they are no UTF-8} */
  static String utf8(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    if (Arrays.equals(text.getBytes(UTF_8), bytes)) {
      return text(text);
    }
    StringBuilder escaped = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      if (b >= ' ' && b < 0x7f) {
        escaped.append((char) b);
      } else {
        escaped.append("\\x%02x".formatted(b));
      }
    }
    return escaped.toString();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      // Format characters can turn the direction of what follows.
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
