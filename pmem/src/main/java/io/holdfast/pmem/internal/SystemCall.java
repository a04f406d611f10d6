package io.holdfast.pmem.internal;

/**
 * The kernel's calls that we use: their familiar names and the number each processor's table gives
 * them.
 */
enum SystemCall {
  CLOSE("close", 3, 57),
  FALLOCATE("fallocate", 285, 47),
  FCNTL("fcntl", 72, 25),
  FDATASYNC("fdatasync", 75, 83),
  FLOCK("flock", 73, 32),
  FSYNC("fsync", 74, 82),
  FTRUNCATE("ftruncate", 77, 46),
  IOCTL("ioctl", 16, 29),
  LINKAT("link", 265, 37),
  MMAP("mmap", 9, 222),
  MPROTECT("mprotect", 10, 226),
  MSYNC("msync", 26, 227),
  MUNMAP("munmap", 11, 215),
  OPENAT("open", 257, 56),
  PREAD("pread", 17, 67),
  PWRITE("pwrite", 18, 68),
  PWRITEV2("pwritev2", 328, 287),
  RENAMEAT2("rename", 316, 276),
  STATX("stat", 332, 291),
  UNLINKAT("unlink", 263, 35);

  private final String label;
  private final int onX86;
  private final int onAarch64;

  SystemCall(String label, int onX86, int onAarch64) {
    this.label = label;
    this.onX86 = onX86;
    this.onAarch64 = onAarch64;
  }

  /** {@return the name in messages} */
  String label() {
    return label;
  }

  /** {@return the number to make the call by} */
  int number(Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> onX86;
      case AARCH64 -> onAarch64;
    };
  }
}
