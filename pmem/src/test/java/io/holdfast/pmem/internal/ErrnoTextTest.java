package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ErrnoTextTest {
  @Test
  void describe_knownNumber_hasNameNumberAndMeaning() {
    assertThat(ErrnoText.describe(28)).isEqualTo("ENOSPC (28), no space left on device");
    assertThat(ErrnoText.nameOf(95)).isEqualTo("EOPNOTSUPP");
  }

  @Test
  void describe_unknownNumber_hasTheNumber() {
    assertThat(ErrnoText.describe(4711)).isEqualTo("errno 4711");
    assertThat(ErrnoText.nameOf(4711)).isEqualTo("errno 4711");
  }
}
