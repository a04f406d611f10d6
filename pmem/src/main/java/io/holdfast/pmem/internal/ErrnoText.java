package io.holdfast.pmem.internal;

/** The operating system's error numbers in words. */
public final class ErrnoText {
  private ErrnoText() {}

  /**
   * {@return the symbolic name, such as {@code ENOENT}, or the number where it has none here}
   *
   * @param number the error number
   */
  public static String nameOf(int number) {
    return Errno.of(number).map(Errno::name).orElse("errno " + number);
  }

  /**
   * {@return name, number and meaning, as in {@code ENOENT (2), no such file or directory}}
   *
   * @param number the error number
   */
  public static String describe(int number) {
    return Errno.of(number)
        .map(errno -> errno.name() + " (" + number + "), " + errno.meaning())
        .orElse("errno " + number);
  }
}
