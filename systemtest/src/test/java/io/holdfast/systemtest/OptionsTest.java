package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionsTest {
  @Test
  void parse_readsAll() {
    assertThat(Options.parse("--kills", "7", "--seed", "-3"))
        .isEqualTo(new Options(false, 7, -3, false));
    assertThat(Options.parse("--quick").kills()).isEqualTo(1);
    assertThat(Options.parse().kills()).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--fast", "--kills", "--kills -1", "--kills x", "--seed 1.5", "--quick 3"})
  void parse_wrong_isRefused(String line) {
    assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(line.split(" ")));
  }
}
