package io.holdfast.pmem.internal;

import io.holdfast.pmem.MapConfig.Holes;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.PmemException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file or device DAX, or anonymous memory, at its place in a reserved range of
 * addresses.
 */
final class FileMapping extends Mapping {
  /** A message names no more than these. */
  private static final int MOST_BAD_BLOCKS = 5;

  private final String name;
  private final AddressRange range;
  private final int protection;
  private final int flags;
  private final @Nullable OpenedSource source;
  private final long fileOffset;
  private final Holes holes;

  private FileMapping(
      String name,
      AddressRange range,
      int protection,
      int flags,
      @Nullable OpenedSource source,
      long fileOffset,
      Holes holes) {
    this.name = name;
    this.range = range;
    this.protection = protection;
    this.flags = flags;
    this.source = source;
    this.fileOffset = fileOffset;
    this.holes = holes;
  }

  /** {@return anonymous memory over the whole range} */
  static FileMapping ofMemory(String name, AddressRange range, int protection) {
    range.mapMemory(0, range.byteSize());
    if (protection != (AddressRange.READ | AddressRange.WRITE)) {
      LinuxCalls.check(name, SystemCall.MPROTECT, range.protect(protection));
    }
    return new FileMapping(name, range, protection, AddressRange.PRIVATE, null, 0, Holes.FILLED);
  }

  /**
   * Maps a file or device DAX from the start of the range.
   *
   * @param flags one of {@link AddressRange}'s; those of a synchronous mapping give way to a shared
   *     one
   * @param source belongs to the mapping from now on, unless this fails
   * @param fileOffset a multiple of the page size
   * @param length how many bytes, not more than the range has
   * @param holes what becomes of parts of a file that have no space
   */
  static FileMapping ofFile(
      AddressRange range,
      int protection,
      int flags,
      OpenedSource source,
      long fileOffset,
      long length,
      Holes holes) {
    if (holes == Holes.FILLED && mayFillHoles(source, protection, flags)) {
      source.file().allocateHoles(fileOffset, length);
    }
    int actual = flags;
    long tried = tryToMap(source, protection, flags, fileOffset);
    if (flags == AddressRange.SHARED_SYNC
        && (Errno.EOPNOTSUPP.is(tried) || Errno.EINVAL.is(tried))) {
      actual = AddressRange.SHARED;
      tried = tryToMap(source, protection, actual, fileOffset);
    }
    checkMapped(source.name(), tried);
    long bytes = AuxiliaryVector.roundUpToPage(length);
    checkMapped(source.name(), range.map(0, bytes, protection, actual, source.file(), fileOffset));
    return new FileMapping(source.name(), range, protection, actual, source, fileOffset, holes);
  }

  /**
   * Maps the first piece of a file where there is room, and unmaps it; {@return the kernel's
   * negative error, or a positive number}
   *
   * <p>What is refused is found out here and not at the reserved addresses: a file system refuses
   * only after the kernel has unmapped them, and any other thread's memory may take them then.
   */
  private static long tryToMap(OpenedSource source, int protection, int flags, long fileOffset) {
    return AddressRange.tryToMap(
        source.name(), source.alignment(), protection, flags, source.file(), fileOffset);
  }

  /** A file that is to be stored to must have room for it; a device has. */
  private static boolean mayFillHoles(OpenedSource source, int protection, int flags) {
    return source.device().isEmpty()
        && (protection & AddressRange.WRITE) != 0
        && (flags & AddressRange.TYPE) != AddressRange.PRIVATE;
  }

  private static void checkMapped(String name, long result) {
    if (Errno.EACCES.is(result)) {
      throw new MapException(
          Reason.NO_ACCESS,
          name + ": not opened for what the mapping is to be used for",
          LinuxCalls.failure(name, SystemCall.MMAP, result));
    }
    if (Errno.EPERM.is(result)) {
      throw new MapException(
          Reason.NO_ACCESS,
          name + ": the file system or the file's seals forbid what the mapping is to be used for",
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

  @Override
  String name() {
    return name;
  }

  @Override
  long address() {
    return range.address();
  }

  @Override
  long reserved() {
    return range.byteSize();
  }

  @Override
  Addresses addresses() {
    return range.isPart() ? Addresses.USED_AGAIN : Addresses.KEPT;
  }

  @Override
  boolean mayHaveHoles() {
    return source != null && holes == Holes.KEPT && mayFillHoles(source, protection, flags);
  }

  @Override
  boolean isDevice() {
    return source != null && source.device().isPresent();
  }

  @Override
  long alignment() {
    return source == null ? AuxiliaryVector.PAGE_BYTES : source.alignment();
  }

  /** {@return whether flushed lines need no synchronising by the kernel} */
  boolean isSynchronous() {
    return flags == AddressRange.SHARED_SYNC;
  }

  @Override
  long available(long mapped) {
    return source == null ? mapped : source.size() - fileOffset;
  }

  @Override
  String whyLost(long offset, long length, long mapped) {
    try {
      long available = available(mapped);
      return available < mapped
          ? ", the file was cut to " + available + " of " + mapped
          : badBlocks(offset, length);
    } catch (PmemException e) {
      // A device that was removed has no size any more; other reasons explain nothing worse.
      return ", " + e.getMessage();
    }
  }

  /** {@return where in a part of the mapping the kernel knows of bad blocks} */
  private String badBlocks(long offset, long length) {
    if (source == null) {
      return "";
    }
    ByteRange range = new ByteRange(fileOffset + offset, fileOffset + offset + length);
    return BadBlocks.find(source).stream()
        .filter(range::intersects)
        .map(bad -> ", bad block at " + (bad.start() - fileOffset) + " + " + bad.length())
        .limit(MOST_BAD_BLOCKS)
        .collect(Collectors.joining());
  }

  @Override
  void extend(long size, long newSize) {
    long from = AuxiliaryVector.roundUpToPage(size);
    long to = AuxiliaryVector.roundUpToPage(newSize);
    if (source == null) {
      return;
    }
    Descriptor file = source.file();
    if (holes == Holes.FILLED && mayFillHoles(source, protection, flags)) {
      file.allocateHoles(fileOffset + size, newSize - size);
    }
    if (to > from) {
      checkMapped(name, range.map(from, to - from, protection, flags, file, fileOffset + from));
    }
  }

  @Override
  void synchronise(long offset, long length) {
    range.synchronise(offset, length);
  }

  @Override
  void deepFlush(long offset, long length) {
    if (source != null && source.device().isPresent()) {
      source.device().get().region().deepFlush();
    } else {
      synchronise(offset, length);
    }
  }

  @Override
  void end() {
    range.mapMemory(0, range.byteSize());
    if (source != null) {
      source.close();
    }
  }

  @Override
  void release() {
    range.release();
  }
}
