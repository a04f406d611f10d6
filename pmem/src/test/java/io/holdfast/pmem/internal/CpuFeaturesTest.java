package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CpuFeaturesTest {
  private static final int CLFLUSH = 1 << 19;
  private static final int SSE2 = 1 << 26;
  private static final int OSXSAVE = 1 << 27;
  private static final int AVX = 1 << 28;
  private static final int AVX512F = 1 << 16;
  private static final int CLFLUSHOPT = 1 << 23;
  private static final int CLWB = 1 << 24;

  private static CpuFeatures x86(int maxLeaf, int ecx1, int edx1, int ebx7, long xcr0) {
    return CpuFeatures.ofX86(
        new CpuFeatures.Cpuid() {
          @Override
          public int[] cpuid(int leaf, int subleaf) {
            return switch (leaf) {
              case 0 -> new int[] {maxLeaf, 0, 0, 0};
              case 1 -> new int[] {0, 0, ecx1, edx1};
              case 7 -> new int[] {0, ebx7, 0, 0};
              default -> throw new AssertionError("leaf " + leaf);
            };
          }

          @Override
          public long xgetbv() {
            assertThat(ecx1 & OSXSAVE)
                .as("XGETBV is an invalid opcode without OSXSAVE")
                .isNotZero();
            return xcr0;
          }
        });
  }

  private static CpuFeatures everything() {
    return x86(7, OSXSAVE | AVX, CLFLUSH | SSE2, AVX512F | CLFLUSHOPT | CLWB, 0xe7);
  }

  private static Settings environment(String... variables) {
    return settings(Map.of(), variables);
  }

  private static Settings settings(Map<String, String> properties, String... variables) {
    Map<String, String> environment = new HashMap<>();
    for (String variable : variables) {
      int equals = variable.indexOf('=');
      environment.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return new Settings(environment::get, properties::get);
  }

  @Test
  void ofX86_withEverything_findsEverything() {
    assertThat(everything().flushes())
        .containsExactly(
            FlushInstruction.CLWB, FlushInstruction.CLFLUSHOPT, FlushInstruction.CLFLUSH);
    assertThat(everything().widths())
        .containsExactly(VectorWidth.SSE2, VectorWidth.AVX, VectorWidth.AVX512F);
  }

  @Test
  void ofX86_leaf7Missing_isNotAsked() {
    CpuFeatures features = x86(6, OSXSAVE | AVX, CLFLUSH | SSE2, AVX512F | CLFLUSHOPT | CLWB, 0xe7);

    assertThat(features.flushes()).containsExactly(FlushInstruction.CLFLUSH);
    assertThat(features.widths()).containsExactly(VectorWidth.SSE2, VectorWidth.AVX);
  }

  @Test
  void ofX86_systemKeepsNoYmm_hasNoAvx() {
    assertThat(x86(7, OSXSAVE | AVX, CLFLUSH | SSE2, AVX512F, 0x3).widths())
        .containsExactly(VectorWidth.SSE2);
    assertThat(x86(7, AVX, CLFLUSH | SSE2, AVX512F, 0xe7).widths())
        .containsExactly(VectorWidth.SSE2);
  }

  @Test
  void ofX86_systemKeepsNoZmm_hasNoAvx512() {
    assertThat(x86(7, OSXSAVE | AVX, CLFLUSH | SSE2, AVX512F, 0x7).widths())
        .containsExactly(VectorWidth.SSE2, VectorWidth.AVX);
  }

  @Test
  void ofAarch64_flushesToPersistenceIfItCan() {
    assertThat(CpuFeatures.ofAarch64(1 << 16).flush(environment()))
        .contains(FlushInstruction.DC_CVAP);
    assertThat(CpuFeatures.ofAarch64(~(1L << 16)).flush(environment()))
        .contains(FlushInstruction.DC_CVAC);
  }

  @Test
  void flush_choosesTheBestThatIsAllowed() {
    assertThat(everything().flush(environment())).contains(FlushInstruction.CLWB);
    assertThat(everything().flush(environment("PMEM_NO_CLWB=1")))
        .contains(FlushInstruction.CLFLUSHOPT);
    assertThat(everything().flush(environment("PMEM_NO_CLWB=0"))).contains(FlushInstruction.CLWB);
    assertThat(everything().flush(environment("PMEM_NO_CLFLUSHOPT=1")))
        .contains(FlushInstruction.CLWB);
    assertThat(everything().flush(environment("PMEM_NO_CLWB=1", "PMEM_NO_CLFLUSHOPT=1")))
        .contains(FlushInstruction.CLFLUSH);
    assertThat(everything().flush(settings(Map.of("io.holdfast.pmem.noClwb", "true"))))
        .contains(FlushInstruction.CLFLUSHOPT);
  }

  @Test
  void flush_propertyAgainstVariable_propertyWins() {
    assertThat(
            everything().flush(settings(Map.of("io.holdfast.pmem.noClwb", "0"), "PMEM_NO_CLWB=1")))
        .contains(FlushInstruction.CLWB);
  }

  @Test
  void flush_processorCannot_isEmpty() {
    assertThat(
            new CpuFeatures(
                    EnumSet.noneOf(FlushInstruction.class),
                    EnumSet.of(VectorWidth.SSE2),
                    StreamingStores.MAY_STAY)
                .flush(environment()))
        .isEmpty();
  }

  @Test
  void width_choosesTheWidestThatIsAllowed() {
    assertThat(everything().width(environment())).contains(VectorWidth.AVX512F);
    assertThat(everything().width(environment("PMEM_AVX512F=0"))).contains(VectorWidth.AVX);
    assertThat(everything().width(environment("PMEM_AVX512F=1"))).contains(VectorWidth.AVX512F);
    assertThat(everything().width(environment("PMEM_AVX=0", "PMEM_AVX512F=0")))
        .contains(VectorWidth.SSE2);
    assertThat(everything().width(settings(Map.of("io.holdfast.pmem.avx512f", "false"))))
        .contains(VectorWidth.AVX);
  }

  @Test
  void ofX86_manufacturer_saysWhatStoresPastTheCachesDo() {
    assertThat(ofManufacturer("GenuineIntel").streaming()).isEqualTo(StreamingStores.LEAVE_CACHES);
    assertThat(ofManufacturer("AuthenticAMD").streaming()).isEqualTo(StreamingStores.MAY_STAY);
    assertThat(ofManufacturer("GenuineTMx86").streaming()).isEqualTo(StreamingStores.MAY_STAY);
  }

  /** The name stands in EBX, EDX and ECX. */
  private static CpuFeatures ofManufacturer(String name) {
    ByteBuffer letters =
        ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII)).order(ByteOrder.LITTLE_ENDIAN);
    return CpuFeatures.ofX86(
        new CpuFeatures.Cpuid() {
          @Override
          public int[] cpuid(int leaf, int subleaf) {
            return leaf == 0
                ? new int[] {1, letters.getInt(0), letters.getInt(8), letters.getInt(4)}
                : new int[] {0, 0, 0, CLFLUSH | SSE2};
          }

          @Override
          public long xgetbv() {
            throw new AssertionError("not asked for");
          }
        });
  }
}
