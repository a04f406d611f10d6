package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/**
 * A source cannot be mapped, or addresses cannot be reserved, as asked; {@link #reason} says why in
 * libpmem2's terms. Nothing was changed.
 */
public final class MapException extends PmemException {
  private static final long serialVersionUID = 1;

  /**
   * What was wrong: libpmem2's {@code PMEM2_E_*} conditions that mappings and reservations can
   * meet.
   */
  public enum Reason {
    /** No required granularity was set. */
    GRANULARITY_NOT_SET,
    /** The file is closed. */
    INVALID_FILE_HANDLE,
    /** The source is a folder, a pipe, a device or something else that is not a regular file. */
    INVALID_FILE_TYPE,
    /** Offset and length do not lie within the source. */
    MAP_RANGE,
    /** The offset is negative, or beyond the reservation. */
    OFFSET_OUT_OF_RANGE,
    /** The offset is not a multiple of the page size. */
    OFFSET_UNALIGNED,
    /** The length is not a multiple of the page size. */
    LENGTH_UNALIGNED,
    /** The length is negative, or nothing, or larger than the reservation or its rest. */
    LENGTH_OUT_OF_RANGE,
    /** The source has no bytes. */
    SOURCE_EMPTY,
    /** The file was not opened for what the mapping is to be used for. */
    NO_ACCESS,
    /** Device DAX is mapped shared or not at all. */
    SRC_DEVDAX_PRIVATE,
    /** The address is not a multiple of the page size, or of the device's alignment. */
    ADDRESS_UNALIGNED,
    /** The address is 0. */
    ADDRESS_NULL,
    /** The addresses are taken by a mapping or something else. */
    MAPPING_EXISTS,
    /** The memory belongs to a mapping already. */
    MAP_EXISTS,
    /** There is no mapping where one is asked for. */
    MAPPING_NOT_FOUND,
    /**
     * A mapping lies in the addresses that are to be given up: libpmem2's VM_RESERVATION_NOT_EMPTY.
     */
    RESERVATION_NOT_EMPTY,
    /** The operating system, or a simulated medium, cannot do this. */
    NOT_SUPPORTED
  }

  /** What was wrong. */
  private final Reason reason;

  /**
   * Describes the failure.
   *
   * @param reason what was wrong
   * @param message what, where, the values
   */
  public MapException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * Describes the failure.
   *
   * @param reason what was wrong
   * @param message what, where, the values
   * @param cause the cause
   */
  public MapException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** {@return what was wrong} */
  public Reason reason() {
    return reason;
  }
}
