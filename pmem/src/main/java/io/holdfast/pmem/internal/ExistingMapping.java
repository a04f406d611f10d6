package io.holdfast.pmem.internal;

import java.lang.foreign.MemorySegment;

/** Memory that somebody else has mapped and will unmap. */
final class ExistingMapping extends Mapping {
  private final String name;
  private final MemorySegment memory;

  ExistingMapping(MemorySegment memory) {
    this.name = "memory at 0x" + Long.toHexString(memory.address());
    this.memory = memory;
  }

  /** {@return the owner's segment, which tells when the memory is gone} */
  MemorySegment memory() {
    return memory;
  }

  @Override
  String name() {
    return name;
  }

  @Override
  long address() {
    return memory.address();
  }

  @Override
  long reserved() {
    return memory.byteSize();
  }

  @Override
  Addresses addresses() {
    return Addresses.FOREIGN;
  }

  @Override
  boolean mayHaveHoles() {
    // What is mapped is not known, nor what its owner has allocated.
    return true;
  }

  @Override
  boolean isDevice() {
    return false;
  }

  @Override
  long alignment() {
    return AuxiliaryVector.PAGE_BYTES;
  }

  @Override
  long available(long mapped) {
    return mapped;
  }

  @Override
  String whyLost(long offset, long length, long mapped) {
    return "";
  }

  @Override
  void extend(long size, long newSize) {
    throw new AssertionError("existing memory does not grow");
  }

  @Override
  void checkAlive() {
    if (!memory.scope().isAlive()) {
      throw new IllegalStateException(name + ": closed by its owner");
    }
  }

  @Override
  void synchronise(long offset, long length) {
    checkAlive();
    try {
      AddressRange.synchronise(name, memory.address() + offset, length);
    } finally {
      // If not, something else may have been synchronised, or failed to be.
      checkAlive();
    }
  }

  @Override
  void deepFlush(long offset, long length) {
    synchronise(offset, length);
  }

  @Override
  void end() {
    // The memory stays the owner's.
  }

  @Override
  void release() {
    // The addresses stay the owner's.
  }
}
