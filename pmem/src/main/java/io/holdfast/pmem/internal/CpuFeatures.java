package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the processor can do, asked of itself.
 *
 * @param flushes the instructions that write a cache line back
 * @param widths the widths of stores past the caches
 * @param streaming what such stores do to lines that are in the caches
 */
record CpuFeatures(
    Set<FlushInstruction> flushes, Set<VectorWidth> widths, StreamingStores streaming) {
  private static final long AARCH64_HWCAP_DCPOP = 1 << 16;

  private static final int LEAF_1_EDX_CLFLUSH = 1 << 19;
  private static final int LEAF_1_EDX_SSE2 = 1 << 26;
  private static final int LEAF_1_ECX_OSXSAVE = 1 << 27;
  private static final int LEAF_1_ECX_AVX = 1 << 28;
  private static final int LEAF_7_EBX_AVX512F = 1 << 16;
  private static final int LEAF_7_EBX_CLFLUSHOPT = 1 << 23;
  private static final int LEAF_7_EBX_CLWB = 1 << 24;

  /** "GenuineIntel" in EBX, EDX and ECX. */
  private static final int GENU = 0x756e6547;

  private static final int INE_I = 0x49656e69;
  private static final int NTEL = 0x6c65746e;

  /** The operating system keeps the XMM and YMM registers. */
  private static final int XCR0_AVX = 0b110;

  /** It keeps the mask registers and the upper halves of all ZMM registers, too. */
  private static final int XCR0_AVX512 = 0b1110_0110;

  /** The processor's answers. */
  interface Cpuid {
    /** {@return eax, ebx, ecx and edx} */
    int[] cpuid(int leaf, int subleaf);

    /** {@return which registers the operating system keeps; only where OSXSAVE is set} */
    long xgetbv();
  }

  static CpuFeatures detect(CodePage page) {
    return switch (Architecture.CURRENT) {
      case X86_64 -> ofX86(instruction(page));
      case AARCH64 -> ofAarch64(AuxiliaryVector.hardwareCapabilities());
    };
  }

  static CpuFeatures ofAarch64(long capabilities) {
    return new CpuFeatures(
        (capabilities & AARCH64_HWCAP_DCPOP) != 0
            ? EnumSet.of(FlushInstruction.DC_CVAP, FlushInstruction.DC_CVAC)
            : EnumSet.of(FlushInstruction.DC_CVAC),
        EnumSet.of(VectorWidth.NEON),
        StreamingStores.LEAVE_CACHES); // there are none
  }

  static CpuFeatures ofX86(Cpuid processor) {
    Set<FlushInstruction> flushes = EnumSet.noneOf(FlushInstruction.class);
    Set<VectorWidth> widths = EnumSet.noneOf(VectorWidth.class);
    int[] leaf1 = processor.cpuid(1, 0);
    int[] leaf0 = processor.cpuid(0, 0);
    int leaf7 = leaf0[0] >= 7 ? processor.cpuid(7, 0)[1] : 0;
    if ((leaf1[3] & LEAF_1_EDX_CLFLUSH) != 0) {
      flushes.add(FlushInstruction.CLFLUSH);
    }
    if ((leaf7 & LEAF_7_EBX_CLFLUSHOPT) != 0) {
      flushes.add(FlushInstruction.CLFLUSHOPT);
    }
    if ((leaf7 & LEAF_7_EBX_CLWB) != 0) {
      flushes.add(FlushInstruction.CLWB);
    }
    if ((leaf1[3] & LEAF_1_EDX_SSE2) != 0) {
      widths.add(VectorWidth.SSE2);
    }
    long kept = (leaf1[2] & LEAF_1_ECX_OSXSAVE) != 0 ? processor.xgetbv() : 0;
    if ((leaf1[2] & LEAF_1_ECX_AVX) != 0 && (kept & XCR0_AVX) == XCR0_AVX) {
      widths.add(VectorWidth.AVX);
      if ((leaf7 & LEAF_7_EBX_AVX512F) != 0 && (kept & XCR0_AVX512) == XCR0_AVX512) {
        widths.add(VectorWidth.AVX512F);
      }
    }
    boolean intel = leaf0[1] == GENU && leaf0[3] == INE_I && leaf0[2] == NTEL;
    return new CpuFeatures(
        flushes, widths, intel ? StreamingStores.LEAVE_CACHES : StreamingStores.MAY_STAY);
  }

  private static Cpuid instruction(CodePage page) {
    MethodHandle cpuid =
        page.handle("cpuid", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT));
    MethodHandle xgetbv = page.handle("xgetbv", FunctionDescriptor.of(JAVA_LONG));
    return new Cpuid() {
      @Override
      public int[] cpuid(int leaf, int subleaf) {
        int[] result = new int[4];
        try {
          cpuid.invokeExact(MemorySegment.ofArray(result), leaf, subleaf);
        } catch (Throwable t) {
          throw LinuxCalls.unexpected(t);
        }
        return result;
      }

      @Override
      public long xgetbv() {
        try {
          return (long) xgetbv.invokeExact();
        } catch (Throwable t) {
          throw LinuxCalls.unexpected(t);
        }
      }
    };
  }

  /**
   * {@return the best write-back instruction that the settings allow; CLFLUSH and DC CVAC cannot be
   * forbidden}
   */
  Optional<FlushInstruction> flush(Settings settings) {
    return flushes.stream()
        .filter(
            instruction ->
                switch (instruction) {
                  case CLWB -> !settings.noClwb();
                  case CLFLUSHOPT -> !settings.noClflushopt();
                  case CLFLUSH, DC_CVAP, DC_CVAC -> true;
                })
        .min((a, b) -> a.compareTo(b));
  }

  /** {@return the largest width that the settings allow; SSE2 and NEON cannot be forbidden} */
  Optional<VectorWidth> width(Settings settings) {
    return widths.stream()
        .filter(
            width ->
                switch (width) {
                  case AVX -> !settings.noAvx();
                  case AVX512F -> !settings.noAvx512f();
                  case SSE2, NEON -> true;
                })
        .max((a, b) -> a.compareTo(b));
  }
}
