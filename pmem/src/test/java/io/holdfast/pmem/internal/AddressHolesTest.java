package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import org.junit.jupiter.api.Test;

/** {@code PMEM_MMAP_HINT}: the first hole above it that fits. */
final class AddressHolesTest {
  private static final AddressHoles LIST =
      new AddressHoles(
          """
          100000-200000 r--p 00000000 08:02 17 /usr/lib/some-library.so
          240000-300000 rw-p 00000000 00:00 0
          500000-600000 rw-p 00000000 00:00 0 [heap]
          7fff00000000-7fff00100000 rw-p 00000000 00:00 0 [stack]
          ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
          """);

  @Test
  void firstAbove_holesOfSeveralSizes_takesTheFirstThatFits() {
    assertThat(LIST.firstAbove(0x1000, 0xFF000, 0x1000)).isEqualTo(0x1000);
    assertThat(LIST.firstAbove(0x1000, 0x100000, 0x1000)).isEqualTo(0x300000);
    assertThat(LIST.firstAbove(0x100000, 0x40000, 0x1000)).isEqualTo(0x200000);
    assertThat(LIST.firstAbove(0x100000, 0x41000, 0x1000)).isEqualTo(0x300000);
    assertThat(LIST.firstAbove(0x250000, 0x1000, 0x1000)).isEqualTo(0x300000);
    assertThat(LIST.firstAbove(0x100000, 0x200001, 0x1000)).isEqualTo(0x600000);
    assertThat(LIST.firstAbove(0x7fff00000000L, 0x1000, 0x1000)).isEqualTo(0x7fff00100000L);
  }

  @Test
  void firstAbove_aligns() {
    assertThat(LIST.firstAbove(0x100000, 0x1000, 0x200000)).isEqualTo(0x200000);
    assertThat(LIST.firstAbove(0x210000, 0x1000, 0x200000)).isEqualTo(0x400000);
    assertThat(LIST.firstAbove(0x410000, 0x1000, 0x200000)).isEqualTo(0x600000);
    assertThat(LIST.firstAbove(0x1001, 0x1000, 0x1000)).isEqualTo(0x2000);
  }

  @Test
  void hint_mappingsGoToTheSamePlaceEachTime() {
    long hint = 0x2000_0000_0000L;
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.BYTE);
    System.setProperty("io.holdfast.pmem.mmapHint", Long.toHexString(hint));
    try (PmemMap first = SystemMedium.INSTANCE.map(PmemSource.anonymous(4096), config);
        PmemMap second = SystemMedium.INSTANCE.map(PmemSource.anonymous(4096), config);
        PmemMap large = SystemMedium.INSTANCE.map(PmemSource.anonymous(2L << 30), config)) {
      assertThat(first.segment().address()).isEqualTo(hint);
      assertThat(second.segment().address()).isEqualTo(hint + (2 << 20));
      assertThat(large.segment().address()).isEqualTo(hint + (1 << 30));
      first.putLong(0, 1);
      second.putLong(0, 2);
    } finally {
      System.clearProperty("io.holdfast.pmem.mmapHint");
    }
  }
}
