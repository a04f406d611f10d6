package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** What the kernel tells every program about the machine when it starts it. */
final class AuxiliaryVector {
  private static final long PAGE_SIZE = 6;
  private static final long HARDWARE_CAPABILITIES = 16;
  private static final MethodHandle GETAUXVAL = handle();

  static final long PAGE_BYTES = get(PAGE_SIZE);
  static final int PAGE_SHIFT = Long.numberOfTrailingZeros(PAGE_BYTES);

  private AuxiliaryVector() {}

  @SuppressWarnings("restricted")
  private static MethodHandle handle() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("getauxval"),
        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  }

  private static long get(long type) {
    try {
      return (long) GETAUXVAL.invokeExact(type);
    } catch (Throwable t) {
      throw LinuxCalls.unexpected(t);
    }
  }

  /** {@return the processor's capability bits; their meaning depends on the processor} */
  static long hardwareCapabilities() {
    return get(HARDWARE_CAPABILITIES);
  }

  /** {@return {@code bytes} rounded up to whole pages} */
  static long roundUpToPage(long bytes) {
    return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
  }
}
