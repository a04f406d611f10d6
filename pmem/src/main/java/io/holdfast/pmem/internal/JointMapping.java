package io.holdfast.pmem.internal;

import java.util.List;

/** Mappings that lie side by side in a reservation, as one. */
final class JointMapping extends Mapping {
  private final String name;
  private final long address;
  private final long byteSize;
  private final List<MappedPmem> parts;

  /**
   * Joins mappings.
   *
   * @param parts cover the addresses without a gap, in their order
   */
  JointMapping(String name, long address, long byteSize, List<MappedPmem> parts) {
    this.name = name;
    this.address = address;
    this.byteSize = byteSize;
    this.parts = List.copyOf(parts);
  }

  List<MappedPmem> parts() {
    return parts;
  }

  @Override
  String name() {
    return name;
  }

  @Override
  long address() {
    return address;
  }

  @Override
  long reserved() {
    return byteSize;
  }

  @Override
  Addresses addresses() {
    return Addresses.USED_AGAIN;
  }

  @Override
  boolean mayHaveHoles() {
    return parts.stream().anyMatch(part -> part.mapping().mayHaveHoles());
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
    StringBuilder why = new StringBuilder();
    forEach(
        offset,
        length,
        (part, at, bytes) -> {
          String lost = part.whyLost(at, bytes);
          why.append(lost.isEmpty() ? "" : ", " + part + lost);
        });
    return why.toString();
  }

  /** What is done with the range of one part. */
  private interface RangeAction {
    void run(MappedPmem part, long offset, long length);
  }

  private void forEach(long offset, long length, RangeAction action) {
    long start = address + offset;
    long end = start + length;
    for (MappedPmem part : parts) {
      long from = Math.max(start, part.address());
      long to = Math.min(end, part.end());
      if (from < to) {
        action.run(part, from - part.address(), to - from);
      }
    }
  }

  @Override
  void extend(long size, long newSize) {
    throw new AssertionError("joint mappings do not grow");
  }

  @Override
  void synchronise(long offset, long length) {
    forEach(offset, length, MappedPmem::synchronise);
  }

  @Override
  void deepFlush(long offset, long length) {
    forEach(offset, length, MappedPmem::deepFlush);
  }

  @Override
  void end() {
    // The parts stay mapped.
  }

  @Override
  void release() {
    // The addresses stay the parts'.
  }
}
