package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JSON report is JSON, and has everything. */
class JsonReportTest {
  @TempDir private Path folder;

  @Test
  void report_isReadBack() throws IOException {
    CrashReport report = Reports.broken(Reports.HOSTILE).explore();
    Map<?, ?> json = read(report);
    assertThat(json.get("format")).isEqualTo("holdfast-crash-report/1");
    assertThat(json.get("name")).isEqualTo(Reports.HOSTILE);
    assertThat(json.get("consistent")).isEqualTo(false);
    assertThat(json.get("states")).isEqualTo(report.states());
    assertThat(json.get("events")).isEqualTo((long) report.events());
    Map<?, ?> failure = (Map<?, ?>) ((List<?>) json.get("failures")).getFirst();
    assertThat(failure.get("replay")).isEqualTo(report.failures().getFirst().replay());
    Map<?, ?> crash = (Map<?, ?>) ((List<?>) failure.get("crashes")).getFirst();
    Map<?, ?> loss = (Map<?, ?>) ((List<?>) crash.get("losses")).getFirst();
    assertThat(loss.get("file")).isEqualTo("data");
    assertThat(loss.get("position")).isEqualTo(128L);
    assertThat(loss.get("expectedMeaning")).isEqualTo("records[1].key = 2");
    assertThat((List<?>) json.get("timeline")).hasSize(report.events() + 1);
    Map<?, ?> event = (Map<?, ?>) ((List<?>) json.get("timeline")).get(5);
    assertThat(event.get("step")).isEqualTo("append 0");
    int stack = ((Long) event.get("stack")).intValue();
    assertThat(((List<?>) json.get("stacks")).get(stack).toString()).contains("Reports.java");
    assertThat((List<?>) json.get("diagnosis")).hasSize(report.diagnosis().size());
  }

  @Test
  void soundProgram_isConsistent() throws IOException {
    Map<?, ?> json = read(Reports.consistent(30).explore());
    assertThat(json.get("consistent")).isEqualTo(true);
    assertThat((List<?>) json.get("failures")).isEmpty();
  }

  private Map<?, ?> read(CrashReport report) throws IOException {
    Path file = folder.resolve("report.json");
    report.writeJson(file);
    Reader reader = new Reader(Files.readString(file));
    Map<?, ?> json = (Map<?, ?>) reader.value();
    reader.end();
    return json;
  }

  /** A reader of JSON that is strict, and knows integers only. */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void end() {
      space();
      assertThat(at).isEqualTo(text.length());
    }

    Object value() {
      space();
      char c = text.charAt(at);
      return switch (c) {
        case '{' -> object();
        case '[' -> array();
        case '"' -> string();
        case 't' -> word("true", true);
        case 'f' -> word("false", false);
        default -> number();
      };
    }

    private Map<String, Object> object() {
      Map<String, Object> members = new LinkedHashMap<>();
      at++;
      if (isNext('}')) {
        return members;
      }
      do {
        space();
        String name = string();
        expect(':');
        assertThat(members.put(name, value())).as(name).isNull();
      } while (isNext(','));
      expect('}');
      return members;
    }

    private List<Object> array() {
      List<Object> elements = new ArrayList<>();
      at++;
      if (isNext(']')) {
        return elements;
      }
      do {
        elements.add(value());
      } while (isNext(','));
      expect(']');
      return elements;
    }

    private String string() {
      expect('"');
      StringBuilder string = new StringBuilder();
      while (text.charAt(at) != '"') {
        char c = text.charAt(at++);
        assertThat(c).isGreaterThanOrEqualTo(' ');
        if (c != '\\') {
          string.append(c);
          continue;
        }
        char escape = text.charAt(at++);
        switch (escape) {
          case 'n' -> string.append('\n');
          case 't' -> string.append('\t');
          case '"', '\\' -> string.append(escape);
          case 'u' -> {
            string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
            at += 4;
          }
          default -> throw new AssertionError("escape " + escape);
        }
      }
      at++;
      return string.toString();
    }

    private Object number() {
      int from = at;
      while (text.charAt(at) == '-' || Character.isDigit(text.charAt(at))) {
        at++;
      }
      return Long.valueOf(text.substring(from, at));
    }

    private Object word(String word, Object value) {
      assertThat(text.startsWith(word, at)).isTrue();
      at += word.length();
      return value;
    }

    private boolean isNext(char c) {
      space();
      if (text.charAt(at) != c) {
        return false;
      }
      at++;
      return true;
    }

    private void expect(char c) {
      assertThat(isNext(c)).as("%c at %d", c, at).isTrue();
    }

    private void space() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }
  }
}
