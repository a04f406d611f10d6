package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "7B, 7",
    "4K, 4096",
    "4KiB, 4096",
    "4kB, 4000",
    "4KB, 4000",
    "2M, 2097152",
    "2MiB, 2097152",
    "2MB, 2000000",
    "3G, 3221225472",
    "1T, 1099511627776",
    "1TB, 1000000000000",
    "1P, 1125899906842624",
    "7E, 8070450532247928832",
    "9223372036854775807, 9223372036854775807"
  })
  void parse_readsSuffixes(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K", "-1", "1.5K", "4k", "4kiB", "4Ki", "4X", "4XB", "4 K", "0x10"})
  void parse_refusesTheRest(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("not a size: '" + text + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8E", "9223372036854775808", "10EB", "9999999999999999999"})
  void parse_refusesWhatNoLongHolds(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("more bytes than there can be: '" + text + "'");
  }
}
