package io.holdfast.crash.internal.report;

import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Writes JSON as it comes, so that a report of any length needs no memory of its own.
 *
 * <p>All but letters, digits and harmless signs of ASCII is escaped: what is written can stand in a
 * script element of an HTML page, and passes through any character set.
 */
final class Json {
  private final Writer out;

  /** Whether the innermost open objects and arrays have a member already. */
  private final Deque<Boolean> filled = new ArrayDeque<>();

  private boolean named;

  Json(Writer out) {
    this.out = out;
    filled.push(false);
  }

  Json beginObject() throws IOException {
    return begin('{');
  }

  Json endObject() throws IOException {
    return end('}');
  }

  Json beginArray() throws IOException {
    return begin('[');
  }

  Json endArray() throws IOException {
    return end(']');
  }

  /** Begins a member of an object: its value is what is written next. */
  Json name(String name) throws IOException {
    separate();
    string(name);
    out.write(':');
    named = true;
    return this;
  }

  Json value(String text) throws IOException {
    separate();
    string(text);
    return this;
  }

  Json value(long number) throws IOException {
    separate();
    out.write(Long.toString(number));
    return this;
  }

  Json value(BigInteger number) throws IOException {
    separate();
    out.write(number.toString());
    return this;
  }

  Json value(Truth value) throws IOException {
    separate();
    out.write(value == Truth.YES ? "true" : "false");
    return this;
  }

  /** A boolean, which is no parameter of a method here. */
  enum Truth {
    YES,
    NO;

    static Truth of(List<?> empty) {
      return empty.isEmpty() ? YES : NO;
    }
  }

  Json strings(String name, List<?> texts) throws IOException {
    name(name).beginArray();
    for (Object text : texts) {
      value(text.toString());
    }
    return endArray();
  }

  private Json begin(char bracket) throws IOException {
    separate();
    out.write(bracket);
    filled.push(false);
    return this;
  }

  private Json end(char bracket) throws IOException {
    filled.pop();
    out.write(bracket);
    return this;
  }

  private void separate() throws IOException {
    if (named) {
      named = false;
      return;
    }
    if (filled.pop()) {
      out.write(",\n");
    }
    filled.push(true);
  }

  private void string(String text) throws IOException {
    out.write('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.write("\\\"");
        case '\\' -> out.write("\\\\");
        case '\n' -> out.write("\\n");
        case '\t' -> out.write("\\t");
        default -> {
          if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&') {
            out.write("\\u%04x".formatted((int) c));
          } else {
            out.write(c);
          }
        }
      }
    }
    out.write('"');
  }
}
