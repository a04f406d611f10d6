package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * Machine code in a page of our own, which is never writable and executable at once and never
 * unmapped.
 *
 * <p>On AArch64 the kernel makes caches and instructions agree when it makes the page executable.
 */
final class CodePage {
  private static final int EXECUTE = 4;

  private final long address;
  private final Map<String, Integer> entries;

  private CodePage(long address, Map<String, Integer> entries) {
    this.address = address;
    this.entries = entries;
  }

  /**
   * Loads a listing.
   *
   * @throws io.holdfast.pmem.PmemException if the kernel lets no page become executable
   */
  @SuppressWarnings("restricted")
  static CodePage load(RoutineListing listing) {
    byte[] code = listing.bytes();
    String name = "page for machine code";
    AddressRange range = AddressRange.reserve(name, AuxiliaryVector.roundUpToPage(code.length));
    range.mapMemory(0, range.byteSize());
    MemorySegment.ofAddress(range.address())
        .reinterpret(code.length)
        .copyFrom(MemorySegment.ofArray(code));
    long result = range.protect(AddressRange.READ | EXECUTE);
    if (result < 0) {
      range.release();
      throw LinuxCalls.failure(name, SystemCall.MPROTECT, result);
    }
    return new CodePage(range.address(), listing.entries());
  }

  /**
   * {@return a handle that calls a routine without leaving Java's thread state, so that it must be
   * short}
   *
   * @param name the routine
   * @param descriptor its signature; segments may be heap memory
   */
  @SuppressWarnings("restricted")
  MethodHandle handle(String name, FunctionDescriptor descriptor) {
    Integer offset = entries.get(name);
    if (offset == null) {
      throw new AssertionError("no routine " + name);
    }
    return Linker.nativeLinker()
        .downcallHandle(
            MemorySegment.ofAddress(address + offset),
            descriptor,
            Linker.Option.critical(descriptor.argumentLayouts().contains(ADDRESS)));
  }
}
