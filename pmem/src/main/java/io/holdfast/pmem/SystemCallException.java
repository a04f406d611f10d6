package io.holdfast.pmem;

import io.holdfast.pmem.internal.ErrnoText;

/**
 * An operating-system call failed.
 *
 * <p>The message names the resource, the call and the error, as in {@code accounts.heap: open:
 * ENOENT (2), no such file or directory}.
 */
public final class SystemCallException extends PmemException {
  private static final long serialVersionUID = 1;

  /** The name of the call. */
  private final String call;

  /** The error number. */
  private final int errno;

  /**
   * Describes a failed call.
   *
   * @param resource the file or range it was made for
   * @param call the call's name, as in {@code fdatasync}
   * @param errno the error number, positive
   */
  public SystemCallException(String resource, String call, int errno) {
    super(resource + ": " + call + ": " + ErrnoText.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** {@return the name of the call that failed} */
  public String call() {
    return call;
  }

  /** {@return the operating system's error number} */
  public int errno() {
    return errno;
  }

  /** {@return the error's symbolic name, such as {@code ENOENT}} */
  public String errnoName() {
    return ErrnoText.nameOf(errno);
  }
}
