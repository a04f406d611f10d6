package io.holdfast.crash.internal.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes HTML. What reaches a page through {@link #text} or as an attribute's value cannot be
 * mistaken for markup; {@link #raw} takes what is spelt out in this package only.
 */
final class Markup {
  private final Writer out;

  Markup(Writer out) {
    this.out = out;
  }

  Markup raw(String markup) throws IOException {
    out.write(markup);
    return this;
  }

  /** Writes an element that holds text only. */
  Markup element(String name, String type, String text) throws IOException {
    raw("<").raw(name);
    if (!type.isEmpty()) {
      raw(" class=\"").raw(type).raw("\"");
    }
    return raw(">").text(text).raw("</").raw(name).raw(">");
  }

  Markup text(String text) throws IOException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.write("&lt;");
        case '>' -> out.write("&gt;");
        case '&' -> out.write("&amp;");
        case '"' -> out.write("&quot;");
        case '\'' -> out.write("&#39;");
        default -> out.write(isCharacter(c, text, i) ? c : '\uFFFD');
      }
    }
    return this;
  }

  /** {@return whether a page may have it: no control sign, and no half of a pair} */
  private static boolean isCharacter(char c, String text, int at) {
    if (Character.isHighSurrogate(c)) {
      return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
    return c == '\n' || c == '\t' || !Character.isISOControl(c);
  }

  /** Writes a stack, the innermost call first; nothing for an empty one. */
  Markup stack(List<StackTraceElement> stack) throws IOException {
    if (!stack.isEmpty()) {
      raw("<ul class=\"stack mono\">");
      for (StackTraceElement frame : stack) {
        element("li", "", frame.toString());
      }
      raw("</ul>");
    }
    return this;
  }

  /** Writes a file of this package. */
  Markup resource(String name) throws IOException {
    try (InputStream in = Markup.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("%s is missing from the module".formatted(name));
      }
      return raw(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
