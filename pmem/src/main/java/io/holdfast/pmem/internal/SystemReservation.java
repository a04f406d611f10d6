package io.holdfast.pmem.internal;

import io.holdfast.pmem.AddressReservation;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.PmemMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of this process, and what is mapped where in them.
 *
 * <p>One lock guards it all. It is taken before a mapping's own, and held while something is mapped
 * or unmapped here, so that no place is ever used by two. What is free is ordinary memory or has no
 * access; machine code never gets there, see {@link GuardedRoutines}.
 */
public final class SystemReservation extends AddressReservation {
  private static final String NAME = "address reservation";

  private final Object lock = new Object();

  /** The open mappings by their first address. */
  private final TreeMap<Long, MappedPmem> maps = new TreeMap<>();

  /** The open joint mappings. */
  private final List<MappedPmem> joints = new ArrayList<>();

  private AddressRange range;
  private boolean closed;

  private SystemReservation(AddressRange range) {
    this.range = range;
    log("reserved");
  }

  private void log(String done) {
    DebugLog.operation(
        () ->
            "%s: %s, addresses 0x%x + %d".formatted(NAME, done, range.address(), range.byteSize()));
  }

  /** Implements {@link AddressReservation#of}. */
  public static AddressReservation anywhere(long byteSize) {
    checkSize(byteSize);
    return new SystemReservation(AddressRange.reserve(NAME, byteSize));
  }

  /** Implements {@link AddressReservation#at}. */
  public static AddressReservation at(long address, long byteSize) {
    if (address == 0) {
      throw new MapException(Reason.ADDRESS_NULL, NAME + ": address 0");
    }
    if (!isPageAligned(address)) {
      throw new MapException(
          Reason.ADDRESS_UNALIGNED,
          "%s: address 0x%x is not a multiple of %d"
              .formatted(NAME, address, AuxiliaryVector.PAGE_BYTES));
    }
    checkSize(byteSize);
    return new SystemReservation(AddressRange.at(NAME, address, byteSize));
  }

  private static void checkSize(long bytes) {
    if (bytes <= 0 || bytes > Long.MAX_VALUE / 2) {
      throw new MapException(Reason.LENGTH_OUT_OF_RANGE, NAME + ": " + bytes + " bytes");
    }
    checkLength(bytes);
  }

  private static void checkLength(long bytes) {
    if (!isPageAligned(bytes)) {
      throw new MapException(
          Reason.LENGTH_UNALIGNED,
          NAME + ": length " + bytes + " is not a multiple of " + AuxiliaryVector.PAGE_BYTES);
    }
  }

  private static void checkOffset(long offset) {
    if (!isPageAligned(offset)) {
      throw new MapException(
          Reason.OFFSET_UNALIGNED,
          NAME + ": offset " + offset + " is not a multiple of " + AuxiliaryVector.PAGE_BYTES);
    }
  }

  private static boolean isPageAligned(long bytes) {
    return (bytes & (AuxiliaryVector.PAGE_BYTES - 1)) == 0;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(NAME + ": closed");
    }
  }

  @Override
  public long address() {
    synchronized (lock) {
      checkOpen();
      return range.address();
    }
  }

  @Override
  public long size() {
    synchronized (lock) {
      checkOpen();
      return range.byteSize();
    }
  }

  @Override
  public void extend(long bytes) {
    synchronized (lock) {
      checkOpen();
      checkSize(bytes);
      range = range.extendedBy(bytes);
      log("extended");
    }
  }

  @Override
  public void shrink(long offset, long bytes) {
    synchronized (lock) {
      checkOpen();
      checkOffset(offset);
      checkLength(bytes);
      long size = range.byteSize();
      if (offset < 0 || offset >= size) {
        throw new MapException(
            Reason.OFFSET_OUT_OF_RANGE, NAME + ": offset " + offset + " is not below " + size);
      }
      if (bytes <= 0 || bytes > size - offset) {
        throw new MapException(Reason.LENGTH_OUT_OF_RANGE, beyond(offset, bytes, size));
      }
      if (bytes == size || (offset != 0 && offset + bytes != size)) {
        throw new MapException(
            Reason.NOT_SUPPORTED,
            NAME
                + ": "
                + offset
                + " + "
                + bytes
                + " is the whole of "
                + size
                + " or from its middle, not a start or an end");
      }
      lowest(offset, bytes)
          .ifPresent(
              map -> {
                throw notEmpty(map);
              });
      range = offset == 0 ? range.withoutEnds(bytes, 0) : range.withoutEnds(0, bytes);
      log("shrunk");
    }
  }

  private static String beyond(long offset, long bytes, long size) {
    return NAME + ": offset " + offset + " + " + bytes + " exceeds size " + size;
  }

  private MapException notEmpty(MappedPmem map) {
    return new MapException(
        Reason.RESERVATION_NOT_EMPTY,
        NAME + ": " + map + " is mapped at offset " + (map.address() - range.address()));
  }

  @Override
  public Optional<PmemMap> find(long offset, long length) {
    synchronized (lock) {
      checkOpen();
      Objects.checkFromIndexSize(offset, length, range.byteSize());
      return lowest(offset, length).map(map -> map);
    }
  }

  /** {@return the lowest mapping that has a byte of a range} */
  private Optional<MappedPmem> lowest(long offset, long length) {
    long start = range.address() + offset;
    Map.Entry<Long, MappedPmem> before = maps.floorEntry(start);
    if (before != null && length > 0 && endOfPlace(before.getValue()) > start) {
      return Optional.of(before.getValue());
    }
    Map.Entry<Long, MappedPmem> after = maps.higherEntry(start);
    return after != null && after.getKey() - start < length
        ? Optional.of(after.getValue())
        : Optional.empty();
  }

  private static long endOfPlace(MappedPmem map) {
    return map.address() + map.reserved();
  }

  @Override
  public Optional<PmemMap> first() {
    synchronized (lock) {
      checkOpen();
      return optional(maps.firstEntry());
    }
  }

  @Override
  public Optional<PmemMap> last() {
    synchronized (lock) {
      checkOpen();
      return optional(maps.lastEntry());
    }
  }

  @Override
  public Optional<PmemMap> next(PmemMap map) {
    synchronized (lock) {
      return optional(maps.higherEntry(placeOf(map)));
    }
  }

  @Override
  public Optional<PmemMap> previous(PmemMap map) {
    synchronized (lock) {
      return optional(maps.lowerEntry(placeOf(map)));
    }
  }

  private static Optional<PmemMap> optional(Map.@Nullable Entry<Long, MappedPmem> entry) {
    return entry == null ? Optional.empty() : Optional.of(entry.getValue());
  }

  private long placeOf(PmemMap map) {
    checkOpen();
    if (map instanceof MappedPmem mapped && maps.get(mapped.address()) == mapped) {
      return mapped.address();
    }
    throw new MapException(
        Reason.MAPPING_NOT_FOUND, map + ": is closed, or not in this reservation");
  }

  /**
   * Maps into a free place.
   *
   * @param name what is mapped, for messages
   * @param byteSize how many bytes of addresses it takes up, a multiple of the page size
   * @param alignment what its address has to be a multiple of, a power of two
   * @param mapper maps it, or gives the addresses back and throws
   */
  MappedPmem map(
      String name,
      long offset,
      long byteSize,
      long alignment,
      Function<AddressRange, MappedPmem> mapper) {
    synchronized (lock) {
      checkOpen();
      checkPlace(name, offset, byteSize, alignment);
      MappedPmem map = mapper.apply(range.part(name, offset, byteSize));
      maps.put(map.address(), map);
      return map;
    }
  }

  private void checkPlace(String name, long offset, long byteSize, long alignment) {
    checkOffset(offset);
    long size = range.byteSize();
    if (offset >= size) {
      throw new MapException(
          Reason.OFFSET_OUT_OF_RANGE,
          name + ": offset " + offset + " exceeds the reservation of " + size);
    }
    if (byteSize > size - offset) {
      throw new MapException(
          Reason.LENGTH_OUT_OF_RANGE,
          name + ": offset " + offset + " + " + byteSize + " exceeds the reservation of " + size);
    }
    if ((range.address() + offset & (alignment - 1)) != 0) {
      throw new MapException(
          Reason.ADDRESS_UNALIGNED,
          "%s: address 0x%x is not a multiple of %d"
              .formatted(name, range.address() + offset, alignment));
    }
    lowest(offset, byteSize)
        .ifPresent(
            map -> {
              throw new MapException(
                  Reason.MAPPING_EXISTS,
                  "%s: offset %d + %d of the reservation is taken by %s at %d"
                      .formatted(name, offset, byteSize, map, map.address() - range.address()));
            });
  }

  @Override
  public PmemMap join(long offset, long length) {
    synchronized (lock) {
      checkOpen();
      checkOffset(offset);
      if (offset < 0 || offset >= range.byteSize()) {
        throw new MapException(
            Reason.OFFSET_OUT_OF_RANGE,
            NAME + ": offset " + offset + " is not below " + range.byteSize());
      }
      if (length <= 0 || length > range.byteSize() - offset) {
        throw new MapException(
            Reason.LENGTH_OUT_OF_RANGE, beyond(offset, length, range.byteSize()));
      }
      List<MappedPmem> parts = parts(range.address() + offset, length);
      MappedPmem first = parts.getFirst();
      boolean writable = parts.stream().allMatch(p -> p.access() == MappedView.Access.READ_WRITE);
      MappedPmem joint =
          new MappedPmem(
              new JointMapping(name(parts), range.address() + offset, length, parts),
              length,
              first.granularity(),
              first.domain(),
              writable ? MappedView.Access.READ_WRITE : MappedView.Access.READ,
              this);
      joints.add(joint);
      return joint;
    }
  }

  private static String name(List<MappedPmem> parts) {
    String first = parts.getFirst().toString();
    return parts.size() == 1 ? first : first + " to " + parts.getLast();
  }

  /** {@return the mappings that cover a range} */
  private List<MappedPmem> parts(long start, long length) {
    List<MappedPmem> parts = new ArrayList<>();
    long end = start + length;
    for (long at = start; at < end; ) {
      Map.Entry<Long, MappedPmem> entry = maps.floorEntry(at);
      MappedPmem part = entry == null ? null : entry.getValue();
      if (part == null || part.end() <= at || part.access() == MappedView.Access.NONE) {
        throw new MapException(
            Reason.MAPPING_NOT_FOUND,
            NAME + ": nothing is mapped for reading at offset " + (at - range.address()));
      }
      MappedPmem first = parts.isEmpty() ? part : parts.getFirst();
      if (part.granularity() != first.granularity() || part.domain() != first.domain()) {
        throw new MapException(
            Reason.NOT_SUPPORTED,
            NAME + ": " + first + " and " + part + " differ in granularity or sharing");
      }
      parts.add(part);
      at = part.end();
    }
    return parts;
  }

  /** {@return the open joint mappings that a mapping is a part of} */
  private List<MappedPmem> jointsOf(MappedPmem map) {
    return joints.stream()
        .filter(joint -> joint.mapping() instanceof JointMapping all && all.parts().contains(map))
        .toList();
  }

  /** Tells the joint mappings that one of their parts has met a fault. */
  void noteFault(MappedPmem map) {
    synchronized (lock) {
      jointsOf(map).forEach(MappedPmem::noteFault);
    }
  }

  /** Closes one of the mappings here, after the joint ones that it is a part of. */
  void close(MappedPmem map) {
    synchronized (lock) {
      if (map.mapping() instanceof JointMapping) {
        map.endAlone();
        joints.remove(map);
      } else {
        for (MappedPmem joint : jointsOf(map)) {
          joint.endAlone();
          joints.remove(joint);
        }
        map.endAlone();
        maps.remove(map.address(), map);
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      if (!maps.isEmpty()) {
        throw notEmpty(maps.firstEntry().getValue());
      }
      range.release();
      closed = true;
      log("closed");
    }
  }

  @Override
  public String toString() {
    return NAME;
  }
}
