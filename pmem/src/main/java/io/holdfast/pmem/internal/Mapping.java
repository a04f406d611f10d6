package io.holdfast.pmem.internal;

import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file, or anonymous memory, at its place in a reserved range of addresses.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Mapping {
  private final String name;
  private final AddressRange range;
  private final int protection;
  private final int flags;
  private final @Nullable Descriptor file;
  private final long fileOffset;

  private Mapping(
      String name,
      AddressRange range,
      int protection,
      int flags,
      @Nullable Descriptor file,
      long fileOffset) {
    this.name = name;
    this.range = range;
    this.protection = protection;
    this.flags = flags;
    this.file = file;
    this.fileOffset = fileOffset;
  }

  /** {@return anonymous memory over the whole range} */
  static Mapping ofMemory(String name, AddressRange range) {
    range.mapMemory(0, range.byteSize());
    return new Mapping(
        name, range, AddressRange.READ | AddressRange.WRITE, AddressRange.PRIVATE, null, 0);
  }

  /**
   * Maps a file from the start of the range.
   *
   * @param flags one of {@link AddressRange}'s; those of a synchronous mapping give way to a shared
   *     one
   * @param file belongs to the mapping from now on, unless this fails
   * @param fileOffset a multiple of the page size
   * @param length how many bytes, not more than the range has
   */
  static Mapping ofFile(
      AddressRange range,
      int protection,
      int flags,
      Descriptor file,
      long fileOffset,
      long length) {
    if (storesReachFile(protection, flags)) {
      file.allocateHoles(fileOffset, length);
    }
    long bytes = AuxiliaryVector.roundUpToPage(length);
    long result = range.map(0, bytes, protection, flags, file, fileOffset);
    int actual = flags;
    if (flags == AddressRange.SHARED_SYNC
        && (Errno.EOPNOTSUPP.is(result) || Errno.EINVAL.is(result))) {
      actual = AddressRange.SHARED;
      result = range.map(0, bytes, protection, actual, file, fileOffset);
    }
    checkMapped(file.name(), result);
    return new Mapping(file.name(), range, protection, actual, file, fileOffset);
  }

  private static boolean storesReachFile(int protection, int flags) {
    return (protection & AddressRange.WRITE) != 0
        && (flags & AddressRange.TYPE) != AddressRange.PRIVATE;
  }

  private static void checkMapped(String name, long result) {
    if (Errno.EACCES.is(result)) {
      throw new MapException(
          Reason.NO_ACCESS,
          name + ": not opened for what the mapping is to be used for",
          LinuxCalls.failure(name, SystemCall.MMAP, result));
    }
    if (Errno.EOPNOTSUPP.is(result) || Errno.ENODEV.is(result)) {
      throw new MapException(
          Reason.NOT_SUPPORTED,
          name + ": the file system cannot map files",
          LinuxCalls.failure(name, SystemCall.MMAP, result));
    }
    LinuxCalls.check(name, SystemCall.MMAP, result);
  }

  String name() {
    return name;
  }

  long address() {
    return range.address();
  }

  /** {@return how many bytes can be mapped at the most} */
  long reserved() {
    return range.byteSize();
  }

  AddressRange range() {
    return range;
  }

  /** {@return whether flushed lines need no synchronising by the kernel} */
  boolean isSynchronous() {
    return flags == AddressRange.SHARED_SYNC;
  }

  /**
   * {@return how many bytes the file has from the mapping's start on; {@code mapped} for anonymous
   * memory}
   */
  long available(long mapped) {
    return file == null ? mapped : file.status().size() - fileOffset;
  }

  /** Maps the following part of the file, too. */
  void extend(long size, long newSize) {
    long from = AuxiliaryVector.roundUpToPage(size);
    long to = AuxiliaryVector.roundUpToPage(newSize);
    if (file != null && to > from) {
      if (storesReachFile(protection, flags)) {
        file.allocateHoles(fileOffset + from, newSize - from);
      }
      checkMapped(name, range.map(from, to - from, protection, flags, file, fileOffset + from));
    }
  }

  /** Has the kernel make a range durable. */
  void synchronise(long offset, long length) {
    range.synchronise(offset, length);
  }

  /** Lets go of the file; a thread that still stores then stores to memory nobody reads. */
  void replaceByMemory() {
    range.mapMemory(0, range.byteSize());
    if (file != null) {
      file.close();
    }
  }

  /** Gives the addresses back. */
  void release() {
    range.release();
  }
}
