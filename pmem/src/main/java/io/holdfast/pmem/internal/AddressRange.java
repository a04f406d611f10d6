package io.holdfast.pmem.internal;

import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import java.util.OptionalLong;

/**
 * A reserved range of this process's addresses and what is mapped there.
 *
 * <p>Until {@link #release} no other mapping can take any of its addresses. May be shared between
 * threads, except that nobody uses it after its release.
 */
final class AddressRange {
  static final int NOTHING = 0;
  static final int READ = 1;
  static final int WRITE = 2;
  static final int EXECUTE = 4;
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
  private static final int FIXED_UNLESS_TAKEN = 0x100000;
  private static final long HUGE_PAGE = 2L << 20;
  private static final long GIANT_PAGE = 1L << 30;
  static final int MS_SYNC = 4;

  private final String name;
  private final long address;
  private final long byteSize;
  private final Owner owner;

  /** To whom addresses go back. */
  private enum Owner {
    KERNEL,
    RESERVATION
  }

  private AddressRange(String name, long address, long byteSize, Owner owner) {
    this.name = name;
    this.address = address;
    this.byteSize = byteSize;
    this.owner = owner;
  }

  /**
   * Reserves addresses without access wherever there is room.
   *
   * @param name what the range is for, in messages
   * @param byteSize a multiple of the page size
   */
  static AddressRange reserve(String name, long byteSize) {
    return anywhere(name, byteSize, alignmentFor(byteSize));
  }

  /**
   * Reserves addresses without access for a mapping: at the first that suit from the address on
   * that {@code PMEM_MMAP_HINT} asks for, if it is set.
   *
   * @param alignment what the address has to be a multiple of at least, a power of two
   */
  static AddressRange reserveForMapping(String name, long byteSize, long alignment) {
    long aligned = Math.max(alignment, alignmentFor(byteSize));
    OptionalLong hint = Settings.ofProcess().mmapHint();
    return hint.isPresent()
        ? above(name, hint.getAsLong(), byteSize, aligned)
        : anywhere(name, byteSize, aligned);
  }

  /** {@return the alignment that lets huge pages map so many bytes} */
  private static long alignmentFor(long byteSize) {
    return byteSize >= 2 * GIANT_PAGE ? GIANT_PAGE : HUGE_PAGE;
  }

  private static AddressRange anywhere(String name, long byteSize, long alignment) {
    long whole = byteSize + alignment;
    long start =
        LinuxCalls.check(
            name,
            SystemCall.MMAP,
            LinuxCalls.call(SystemCall.MMAP, 0, whole, 0, PRIVATE | ANONYMOUS | NO_RESERVE, -1, 0));
    long aligned = (start + alignment - 1) & -alignment;
    unmap(name, start, aligned - start);
    unmap(name, aligned + byteSize, start + whole - aligned - byteSize);
    return new AddressRange(name, aligned, byteSize, Owner.KERNEL);
  }

  private static AddressRange above(String name, long hint, long byteSize, long alignment) {
    long from = hint;
    while (true) {
      long candidate = AddressHoles.ofProcess().firstAbove(from, byteSize, alignment);
      long result = take(candidate, byteSize);
      if (!Errno.EEXIST.is(result)) {
        LinuxCalls.check(name, SystemCall.MMAP, result);
        return new AddressRange(name, candidate, byteSize, Owner.KERNEL);
      }
      // Somebody was faster.
      from = candidate + alignment;
    }
  }

  /**
   * Reserves given addresses without access.
   *
   * @throws MapException if any of them is taken
   */
  static AddressRange at(String name, long address, long byteSize) {
    long result = take(address, byteSize);
    if (Errno.EEXIST.is(result)) {
      throw new MapException(
          Reason.MAPPING_EXISTS,
          "%s: addresses 0x%x + %d are not all free".formatted(name, address, byteSize));
    }
    LinuxCalls.check(name, SystemCall.MMAP, result);
    return new AddressRange(name, address, byteSize, Owner.KERNEL);
  }

  private static long take(long address, long byteSize) {
    int flags = PRIVATE | ANONYMOUS | NO_RESERVE | FIXED_UNLESS_TAKEN;
    long result = LinuxCalls.call(SystemCall.MMAP, address, byteSize, NOTHING, flags, -1, 0);
    if (result > 0 && result != address) {
      // Before Linux 4.17 the address was a hint, and memory came from where there was room.
      unmap("address range", result, byteSize);
      return -Errno.EEXIST.number();
    }
    return result;
  }

  private static void unmap(String name, long address, long byteSize) {
    if (byteSize != 0) {
      LinuxCalls.check(
          name, SystemCall.MUNMAP, LinuxCalls.call(SystemCall.MUNMAP, address, byteSize));
    }
  }

  /**
   * {@return a part of this range, which is given back to it}
   *
   * @param user what the part is for, in messages
   */
  AddressRange part(String user, long at, long length) {
    return new AddressRange(user, address + at, length, Owner.RESERVATION);
  }

  /** {@return this range and the {@code bytes} that follow} */
  AddressRange extendedBy(long bytes) {
    var _ = at(name, address + byteSize, bytes);
    return new AddressRange(name, address, byteSize + bytes, owner);
  }

  /** {@return this range without its first and last bytes, which are given back} */
  AddressRange withoutEnds(long first, long last) {
    unmap(name, address, first);
    unmap(name, address + byteSize - last, last);
    return new AddressRange(name, address + first, byteSize - first - last, owner);
  }

  long address() {
    return address;
  }

  long byteSize() {
    return byteSize;
  }

  /** {@return whether the addresses are a reservation's, which may soon use them again} */
  boolean isPart() {
    return owner == Owner.RESERVATION;
  }

  /**
   * Maps a part of a file at {@code at}; {@return the kernel's negative error, or a positive
   * number}
   */
  long map(long at, long length, int protection, int flags, Descriptor file, long offset) {
    return LinuxCalls.call(
        SystemCall.MMAP, address + at, length, protection, flags | FIXED, file.number(), offset);
  }

  /**
   * Maps a part of a file wherever there is room, and unmaps it; {@return the kernel's negative
   * error, or a positive number}
   */
  static long tryToMap(
      String name, long length, int protection, int flags, Descriptor file, long offset) {
    long result =
        LinuxCalls.call(SystemCall.MMAP, 0, length, protection, flags, file.number(), offset);
    if (result > 0) {
      unmap(name, result, length);
    }
    return result;
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
    synchronise(name, address + at, length);
  }

  /** Has the kernel make the pages of any addresses durable. */
  static void synchronise(String name, long address, long length) {
    long start = address & -AuxiliaryVector.PAGE_BYTES;
    long result = LinuxCalls.call(SystemCall.MSYNC, start, address + length - start, MS_SYNC);
    LinuxCalls.check(name, SystemCall.MSYNC, result);
  }

  /** Gives the addresses back. */
  void release() {
    if (owner == Owner.KERNEL) {
      unmap(name, address, byteSize);
    } else {
      mapMemory(0, byteSize);
    }
  }
}
