package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  @Test
  void of_linuxOnAKnownProcessor_isThat() {
    assertThat(Architecture.of("Linux", "amd64")).isEqualTo(Architecture.X86_64);
    assertThat(Architecture.of("Linux", "aarch64")).isEqualTo(Architecture.AARCH64);
  }

  @Test
  void of_anythingElse_saysWhatIsNeeded() {
    assertThatThrownBy(() -> Architecture.of("Mac OS X", "aarch64"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("holdfast needs Linux on x86-64 or AArch64, this is Mac OS X on aarch64");
    assertThatThrownBy(() -> Architecture.of("Linux", "riscv64"))
        .hasMessageEndingWith("this is Linux on riscv64");
  }
}
