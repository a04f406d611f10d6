package io.holdfast.pmem.internal;

import java.util.Locale;

/** What differs between the two processors that Linux runs us on, besides the numbers of calls. */
enum Architecture {
  X86_64("x86-64.lst", 0x10000),
  AARCH64("aarch64.lst", 0x4000);

  /** The processor this JVM runs on. */
  static final Architecture CURRENT =
      of(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?"));

  private final String listing;
  private final int directoryFlag;

  Architecture(String listing, int directoryFlag) {
    this.listing = listing;
    this.directoryFlag = directoryFlag;
  }

  static Architecture of(String system, String processor) {
    if (system.equals("Linux")) {
      switch (processor.toLowerCase(Locale.ROOT)) {
        case "amd64", "x86_64" -> {
          return X86_64;
        }
        case "aarch64" -> {
          return AARCH64;
        }
        default -> {}
      }
    }
    throw new UnsupportedOperationException(
        "holdfast needs Linux on x86-64 or AArch64, this is " + system + " on " + processor);
  }

  /** The resource with this processor's routines. */
  String listing() {
    return listing;
  }

  /** {@code O_DIRECTORY}. */
  int directoryFlag() {
    return directoryFlag;
  }
}
