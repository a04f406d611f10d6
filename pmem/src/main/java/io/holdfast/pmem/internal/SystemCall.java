package io.holdfast.pmem.internal;

/** The kernel's calls that we use, by the number each processor's table gives them. */
enum SystemCall {
  CLOSE(3, 57),
  FALLOCATE(285, 47),
  FCNTL(72, 25),
  FDATASYNC(75, 83),
  FLOCK(73, 32),
  FSYNC(74, 82),
  FTRUNCATE(77, 46),
  LINKAT(265, 37),
  MMAP(9, 222),
  MPROTECT(10, 226),
  MSYNC(26, 227),
  MUNMAP(11, 215),
  OPENAT(257, 56),
  PREAD(17, 67),
  PWRITE(18, 68),
  PWRITEV2(328, 287),
  RENAMEAT2(316, 276),
  STATX(332, 291),
  UNLINKAT(263, 35);

  final int onX86;
  final int onAarch64;

  SystemCall(int onX86, int onAarch64) {
    this.onX86 = onX86;
    this.onAarch64 = onAarch64;
  }
}
