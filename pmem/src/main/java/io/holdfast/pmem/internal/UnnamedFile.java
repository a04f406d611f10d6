package io.holdfast.pmem.internal;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Opens files that have no name, so that nothing of them outlives their last user. May be shared
 * between threads.
 */
final class UnnamedFile {
  /** Two processes cannot draw the same name so often. */
  private static final int NAMES_TRIED = 100;

  private UnnamedFile() {}

  /**
   * Creates an empty file, mode 0600. Where the file system has no unnamed files it has a name for
   * a moment, which a process killed just then leaves behind.
   *
   * @param folder a folder of the file system that is to hold it
   * @param flags {@link Descriptor#EXCLUSIVE} if it must not be given a name, or 0
   */
  static Descriptor open(Path folder, int flags) {
    String name = folder.toString();
    long number = Descriptor.tryOpen(name, Descriptor.READ_WRITE | Descriptor.UNNAMED | flags);
    for (int i = 0; i < NAMES_TRIED && isNamedNeeded(number); i++) {
      number = openNamed(folder);
    }
    LinuxCalls.check(name, SystemCall.OPENAT, number);
    return Descriptor.of((int) number, name);
  }

  private static boolean isNamedNeeded(long number) {
    return Errno.EOPNOTSUPP.is(number) || Errno.EEXIST.is(number);
  }

  /** Creates a file and takes its name away; {@return its descriptor, or the negative error} */
  static long openNamed(Path folder) {
    long random = ThreadLocalRandom.current().nextLong();
    Path file = folder.resolve("pmem." + Long.toHexString(random));
    long number =
        Descriptor.tryOpen(file.toString(), Descriptor.READ_WRITE | Descriptor.CREATE_NEW);
    if (number >= 0) {
      Descriptor.unlink(file);
    }
    return number;
  }
}
