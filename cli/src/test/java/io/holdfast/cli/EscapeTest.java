package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EscapeTest {
  @ParameterizedTest
  @CsvSource({
    "27, \\x1b",
    "0, \\x00",
    "10, \\n",
    "13, \\x0d",
    "127, \\x7f",
    "155, \\x9b",
    // right-to-left override, line separator, unpaired surrogate
    "8238, \\u{202e}",
    "8232, \\u{2028}",
    "55296, \\u{d800}"
  })
  void text_characterThatActs_isSpeltOut(int c, String expected) {
    assertThat(Escape.text("a" + Character.toString(c) + "b")).isEqualTo("a" + expected + "b");
  }

  @Test
  void text_characterThatShows_isKept() {
    String shown = "Az09 ~\\ é € 漢 😀";
    assertThat(Escape.text(shown)).isEqualTo(shown);
    assertThat(Escape.utf8(shown.getBytes(UTF_8))).isEqualTo(shown);
  }

  @Test
  void utf8_malformedBytes_areSpeltOutEach() {
    assertThat(Escape.utf8(new byte[] {'a', (byte) 0xc3, 'b', 27})).isEqualTo("a\\xc3b\\x1b");
  }
}
