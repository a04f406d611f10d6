package io.holdfast.pmem;

import java.util.Objects;
import java.util.Optional;

/**
 * How a source is mapped: libpmem2's config. Immutable; each {@code with} method returns a changed
 * copy.
 *
 * @param requiredGranularity the coarsest granularity the caller can work with; must be set to map
 * @param offset where in the source the mapping begins, in bytes
 * @param length how many bytes are mapped, 0 for all up to the end of the source
 * @param sharing whether stores reach the source
 * @param protection what the mapping may be used for
 * @param reserve address space kept for {@link PmemMap#grow}, in bytes from the mapping's start; 0
 *     for none
 * @param place where in a reservation the mapping goes; absent for wherever there is room
 * @param holes what becomes of the parts of a file that have no space
 */
public record MapConfig(
    Optional<Granularity> requiredGranularity,
    long offset,
    long length,
    Sharing sharing,
    Protection protection,
    long reserve,
    Optional<Place> place,
    Holes holes) {

  /**
   * Checks the numbers.
   *
   * @throws MapException if {@code offset}, {@code length} or {@code reserve} is negative
   */
  public MapConfig {
    Objects.requireNonNull(requiredGranularity, "requiredGranularity");
    Objects.requireNonNull(sharing, "sharing");
    Objects.requireNonNull(protection, "protection");
    Objects.requireNonNull(place, "place");
    if (offset < 0) {
      throw new MapException(
          MapException.Reason.OFFSET_OUT_OF_RANGE, "offset " + offset + " is negative");
    }
    if (length < 0) {
      throw new MapException(
          MapException.Reason.LENGTH_OUT_OF_RANGE, "length " + length + " is negative");
    }
    if (reserve < 0) {
      throw new MapException(
          MapException.Reason.LENGTH_OUT_OF_RANGE, "reservation " + reserve + " is negative");
    }
  }

  /** Whether stores reach the source. */
  public enum Sharing {
    /** Stores reach the source and are seen by its other mappings. */
    SHARED,
    /** Stores stay in this mapping and are gone with it. */
    PRIVATE
  }

  /** What a mapping may be used for. */
  public enum Protection {
    /**
     * Nothing but keeping its addresses: its segment has no bytes, and what would load from it
     * throws {@link IndexOutOfBoundsException}.
     */
    NONE,
    /** Reading only. */
    READ,
    /** Reading and storing. */
    READ_WRITE,
    /** Reading, and running the machine code in it. */
    READ_EXECUTE,
    /** Reading, storing, and running the machine code in it. */
    READ_WRITE_EXECUTE;

    /** {@return whether the mapping may be stored to} */
    public boolean allowsStores() {
      return this == READ_WRITE || this == READ_WRITE_EXECUTE;
    }
  }

  /** What becomes of the parts of a file that have no space, where the mapping may be stored to. */
  public enum Holes {
    /** They are given space when they are mapped: a full file system is an exception there. */
    FILLED,
    /**
     * They get space when they are stored to. Where the file system is full that store throws
     * {@link InternalError}, and a copy, move or fill a {@link MediaErrorException}.
     */
    KEPT
  }

  /**
   * A place in reserved addresses.
   *
   * @param reservation the reserved addresses
   * @param offset where in them, in bytes, a multiple of the page size (of a device DAX: so that
   *     the address is a multiple of its alignment)
   */
  public record Place(AddressReservation reservation, long offset) {

    /**
     * Checks the numbers.
     *
     * @throws MapException if {@code offset} is negative
     */
    public Place {
      Objects.requireNonNull(reservation, "reservation");
      if (offset < 0) {
        throw new MapException(
            MapException.Reason.OFFSET_OUT_OF_RANGE,
            "offset " + offset + " in the reservation is negative");
      }
    }
  }

  /**
   * {@return offset 0, to the end of the source, shared, read and write, no granularity set,
   * nothing reserved, anywhere, holes filled}
   */
  public static MapConfig defaults() {
    return new MapConfig(
        Optional.empty(),
        0,
        0,
        Sharing.SHARED,
        Protection.READ_WRITE,
        0,
        Optional.empty(),
        Holes.FILLED);
  }

  /**
   * {@return a copy that accepts {@code granularity} and finer}
   *
   * @param granularity the coarsest granularity the caller can work with
   */
  public MapConfig withRequiredGranularity(Granularity granularity) {
    return new MapConfig(
        Optional.of(granularity), offset, length, sharing, protection, reserve, place, holes);
  }

  /**
   * {@return a copy that starts at {@code bytes} in the source}
   *
   * @param bytes the offset, a multiple of {@link PmemSource#alignment}
   * @throws MapException if {@code bytes} is negative
   */
  public MapConfig withOffset(long bytes) {
    return new MapConfig(
        requiredGranularity, bytes, length, sharing, protection, reserve, place, holes);
  }

  /**
   * {@return a copy that maps {@code bytes}, 0 for all up to the end of the source}
   *
   * @param bytes the length, a multiple of {@link PmemSource#alignment}, or 0 for all
   * @throws MapException if {@code bytes} is negative
   */
  public MapConfig withLength(long bytes) {
    return new MapConfig(
        requiredGranularity, offset, bytes, sharing, protection, reserve, place, holes);
  }

  /**
   * {@return a copy with the given sharing}
   *
   * @param value the sharing
   */
  public MapConfig withSharing(Sharing value) {
    return new MapConfig(
        requiredGranularity, offset, length, value, protection, reserve, place, holes);
  }

  /**
   * {@return a copy with the given protection}
   *
   * @param value the protection
   */
  public MapConfig withProtection(Protection value) {
    return new MapConfig(
        requiredGranularity, offset, length, sharing, value, reserve, place, holes);
  }

  /**
   * {@return a copy that keeps {@code bytes} of address space for {@link PmemMap#grow}}
   *
   * @param bytes the reservation, 0 for none
   * @throws MapException if {@code bytes} is negative
   */
  public MapConfig withReserve(long bytes) {
    return new MapConfig(
        requiredGranularity, offset, length, sharing, protection, bytes, place, holes);
  }

  /**
   * {@return a copy that maps into {@code reservation} at {@code bytes}, taking up the mapped
   * length or, if more, {@link #reserve}}
   *
   * @param reservation the reserved addresses, which outlive the mapping
   * @param bytes where in them, in bytes, a multiple of the page size
   * @throws MapException if {@code bytes} is negative
   */
  public MapConfig withReservation(AddressReservation reservation, long bytes) {
    return new MapConfig(
        requiredGranularity,
        offset,
        length,
        sharing,
        protection,
        reserve,
        Optional.of(new Place(reservation, bytes)),
        holes);
  }

  /**
   * {@return a copy that fills or keeps holes}
   *
   * @param value what becomes of the parts of a file that have no space
   */
  public MapConfig withHoles(Holes value) {
    return new MapConfig(
        requiredGranularity, offset, length, sharing, protection, reserve, place, value);
  }
}
