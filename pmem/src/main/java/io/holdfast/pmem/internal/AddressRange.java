package io.holdfast.pmem.internal;

/**
 * A reserved range of this process's addresses and what is mapped there.
 *
 * <p>Until {@link #release} no other mapping can take any of its addresses. May be shared between
 * threads, except that nobody uses it after its release.
 */
final class AddressRange {
  static final int READ = 1;
  static final int WRITE = 2;
  static final int SHARED = 1;
  static final int PRIVATE = 2;

  /** The bits of the flags that tell shared from private; a synchronous mapping has both. */
  static final int TYPE = 3;

  /**
   * Flags of a mapping on which a flushed line is durable without the kernel's help; refused where
   * it is not.
   */
  static final int SHARED_SYNC = 3 | 0x80000;

  static final int NO_RESERVE = 0x4000;

  private static final int ANONYMOUS = 0x20;
  private static final int FIXED = 0x10;
  private static final long HUGE_PAGE = 2L << 20;
  private static final long GIANT_PAGE = 1L << 30;
  private static final int MS_SYNC = 4;

  private final String name;
  private final long address;
  private final long byteSize;

  private AddressRange(String name, long address, long byteSize) {
    this.name = name;
    this.address = address;
    this.byteSize = byteSize;
  }

  /**
   * Reserves addresses without access, aligned so that huge pages can map them.
   *
   * @param name what the range is for, in messages
   * @param byteSize a multiple of the page size
   */
  static AddressRange reserve(String name, long byteSize) {
    long alignment = byteSize >= 2 * GIANT_PAGE ? GIANT_PAGE : HUGE_PAGE;
    long whole = byteSize + alignment;
    long start =
        LinuxCalls.check(
            name,
            SystemCall.MMAP,
            LinuxCalls.call(SystemCall.MMAP, 0, whole, 0, PRIVATE | ANONYMOUS | NO_RESERVE, -1, 0));
    long aligned = (start + alignment - 1) & -alignment;
    unmap(name, start, aligned - start);
    unmap(name, aligned + byteSize, start + whole - aligned - byteSize);
    return new AddressRange(name, aligned, byteSize);
  }

  private static void unmap(String name, long address, long byteSize) {
    if (byteSize != 0) {
      LinuxCalls.check(
          name, SystemCall.MUNMAP, LinuxCalls.call(SystemCall.MUNMAP, address, byteSize));
    }
  }

  long address() {
    return address;
  }

  long byteSize() {
    return byteSize;
  }

  /**
   * Maps a part of a file at {@code at}; {@return the kernel's negative error, or a positive
   * number}
   */
  long map(long at, long length, int protection, int flags, Descriptor file, long offset) {
    return LinuxCalls.call(
        SystemCall.MMAP, address + at, length, protection, flags | FIXED, file.number(), offset);
  }

  /** Puts fresh readable and writable memory in the place of whatever is mapped at {@code at}. */
  void mapMemory(long at, long length) {
    LinuxCalls.check(
        name,
        SystemCall.MMAP,
        LinuxCalls.call(
            SystemCall.MMAP,
            address + at,
            length,
            READ | WRITE,
            PRIVATE | ANONYMOUS | NO_RESERVE | FIXED,
            -1,
            0));
  }

  /** Changes what may be done with the whole range; {@return the kernel's negative error, or 0} */
  long protect(int protection) {
    return LinuxCalls.call(SystemCall.MPROTECT, address, byteSize, protection);
  }

  /** Has the kernel make the pages of a range durable. */
  void synchronise(long at, long length) {
    long start = (address + at) & -AuxiliaryVector.PAGE_BYTES;
    long result = LinuxCalls.call(SystemCall.MSYNC, start, address + at + length - start, MS_SYNC);
    LinuxCalls.check(name, SystemCall.MSYNC, result);
  }

  /** Gives the addresses back. */
  void release() {
    unmap(name, address, byteSize);
  }
}
