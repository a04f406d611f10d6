package io.holdfast.pmem;

/**
 * A part of a source that the medium has lost: reading it is a {@link MediaErrorException} until it
 * is {@linkplain PmemSource#clearBadBlock cleared}.
 *
 * @param offset where in the source it begins, in bytes
 * @param length how many bytes it has; for a file whole blocks of its file system, so that the last
 *     one may reach beyond the end of the file
 */
public record BadBlock(long offset, long length) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code offset} is negative, {@code length} is not positive,
   *     or their sum is too large
   */
  public BadBlock {
    if (offset < 0 || length <= 0 || offset + length < 0) {
      throw new IllegalArgumentException("offset " + offset + " + " + length + " is no range");
    }
  }
}
