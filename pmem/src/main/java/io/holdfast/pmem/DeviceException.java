package io.holdfast.pmem;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of a source's device cannot be told or done; {@link #reason} says why in libpmem2's
 * terms. Nothing was changed.
 */
public final class DeviceException extends PmemException {
  private static final long serialVersionUID = 1;

  /** What was wrong: libpmem2's {@code PMEM2_E_*} conditions that devices can meet. */
  public enum Reason {
    /** What was asked for does not exist for this source, this device or this kernel. */
    NOT_SUPPORTED,
    /** This kind of source cannot be read and written: it is anonymous memory. */
    SOURCE_TYPE_NOT_SUPPORTED,
    /** The kernel's alignment of a DAX device is no number. */
    INVALID_ALIGNMENT_FORMAT,
    /** The kernel's alignment of a DAX device is no power of two, or less than a page. */
    INVALID_ALIGNMENT_VALUE,
    /** The kernel's size of a DAX device is no number. */
    INVALID_SIZE_FORMAT,
    /** The kernel's number of a region of persistent memory is no number. */
    INVALID_REGION_FORMAT,
    /** The source lies on no region of persistent memory. */
    DAX_REGION_NOT_FOUND,
    /** What the kernel says of a device is not in its format. */
    INVALID_DEV_FORMAT,
    /**
     * Where a device lies in its region may not be read (this takes privileges) or cannot be
     * understood, so that the region's bad blocks cannot be told from other devices'.
     */
    CANNOT_READ_BOUNDS,
    /** A bad block was not cleared, or not to its end. */
    NOT_CLEARED
  }

  /** What was wrong. */
  private final Reason reason;

  /**
   * Describes the failure.
   *
   * @param reason what was wrong
   * @param message what, where, the values
   */
  public DeviceException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * Describes the failure.
   *
   * @param reason what was wrong
   * @param message what, where, the values
   * @param cause the cause
   */
  public DeviceException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** {@return what was wrong} */
  public Reason reason() {
    return reason;
  }
}
