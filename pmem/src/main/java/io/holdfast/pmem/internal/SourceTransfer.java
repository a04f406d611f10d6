package io.holdfast.pmem.internal;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Reads and writes a source without a mapping of the caller's, so that a bad block is an exception
 * here and now: a file by system calls, a device DAX by a mapping for the moment.
 */
public final class SourceTransfer {
  private SourceTransfer() {}

  /** Which way the bytes go. */
  private enum Direction {
    READ,
    WRITE
  }

  /**
   * Reads.
   *
   * @param source the source
   * @param offset where in it, in bytes
   * @param destination receives the bytes
   */
  public static void read(PmemSource source, long offset, MemorySegment destination) {
    transfer(source, Direction.READ, offset, destination);
  }

  /**
   * Writes durably.
   *
   * @param source the source
   * @param offset where in it, in bytes
   * @param bytes what is written
   */
  public static void write(PmemSource source, long offset, MemorySegment bytes) {
    transfer(source, Direction.WRITE, offset, bytes);
  }

  private static void transfer(
      PmemSource source, Direction direction, long offset, MemorySegment memory) {
    if (source instanceof PmemSource.Anonymous) {
      throw new DeviceException(
          Reason.SOURCE_TYPE_NOT_SUPPORTED, "anonymous memory: nothing there but mappings");
    }
    Optional<PmemFile> foreign = DeviceQueries.foreign(source);
    if (foreign.isPresent()) {
      transferForeign(foreign.get(), direction, offset, memory);
      return;
    }
    OpenedSource opened =
        DeviceQueries.open(
            source, direction == Direction.READ ? Descriptor.READ_ONLY : Descriptor.READ_WRITE);
    try {
      checkRange(opened.name(), offset, memory.byteSize(), opened.size());
      if (memory.byteSize() != 0) {
        if (opened.device().isPresent()) {
          transferMapped(opened, opened.device().get(), direction, offset, memory);
        } else {
          transferFile(opened, direction, offset, memory);
        }
      }
    } finally {
      opened.close();
    }
  }

  private static void checkRange(String name, long offset, long length, long size) {
    if (offset < 0 || length > size - offset) {
      throw new IndexOutOfBoundsException(
          name + ": offset " + offset + " + " + length + " exceeds size " + size);
    }
  }

  private static void transferForeign(
      PmemFile file, Direction direction, long offset, MemorySegment memory) {
    String name = file.path().toString();
    checkRange(name, offset, memory.byteSize(), file.size());
    if (direction == Direction.READ) {
      checkComplete(name, offset, memory.byteSize(), file.read(offset, memory));
    } else {
      file.writeDurably(offset, memory);
    }
  }

  private static void transferFile(
      OpenedSource opened, Direction direction, long offset, MemorySegment memory) {
    FileTransfer transfer = new FileTransfer(opened.file());
    try {
      if (direction == Direction.READ) {
        checkComplete(opened.name(), offset, memory.byteSize(), transfer.read(offset, memory));
      } else {
        transfer.writeDurably(offset, memory);
      }
    } catch (SystemCallException e) {
      if (BadBlocks.MEDIA_ERRORS.contains(e.errno())) {
        throw mediaError(opened.name(), offset, memory.byteSize(), e);
      }
      throw e;
    }
  }

  /** A file may have been cut short since its size was asked. */
  private static void checkComplete(String name, long offset, long length, long read) {
    if (read < length) {
      checkRange(name, offset, length, offset + read);
    }
  }

  private static MediaErrorException mediaError(
      String name, long offset, long length, Throwable cause) {
    return new MediaErrorException(
        name + ": offset " + offset + " + " + length + " cannot be accessed", cause);
  }

  private static void transferMapped(
      OpenedSource opened,
      DaxDevice device,
      Direction direction,
      long offset,
      MemorySegment memory) {
    boolean reads = direction == Direction.READ;
    long length = memory.byteSize();
    if (reads) {
      checkNotKnownBad(device, opened.name(), new ByteRange(offset, offset + length));
    }
    ByteRange whole = new ByteRange(offset, offset + length).widened(device.alignment());
    MapConfig config =
        MapConfig.defaults()
            .withRequiredGranularity(Granularity.PAGE)
            .withOffset(whole.start())
            .withLength(whole.length())
            .withProtection(reads ? Protection.READ : Protection.READ_WRITE);
    PmemSource again = new PmemSource.OfDescriptor(opened.file().number());
    try (PmemMap map = SystemMedium.INSTANCE.map(again, config)) {
      long at = offset - whole.start();
      try {
        if (reads) {
          map.read(at, memory, 0, length);
        } else {
          map.copy(at, memory, 0, length, CopyMode.PERSIST);
        }
        map.checkFaults();
      } catch (InternalError e) {
        throw map.mediaError(e);
      }
    } catch (MediaErrorException e) {
      throw mediaError(opened.name(), offset, length, e);
    }
  }

  /** Not every machine survives reading what is known to be bad. */
  private static void checkNotKnownBad(DaxDevice device, String name, ByteRange range) {
    try {
      for (ByteRange bad : device.badRanges()) {
        if (bad.intersects(range)) {
          throw new MediaErrorException(
              name
                  + ": offset "
                  + range.start()
                  + " + "
                  + range.length()
                  + " cannot be accessed, the kernel knows bad blocks at "
                  + bad.start()
                  + " + "
                  + bad.length(),
              null);
        }
      }
    } catch (DeviceException e) {
      // Who may not know where the blocks are finds out by reading.
      if (e.reason() != Reason.CANNOT_READ_BOUNDS && e.reason() != Reason.DAX_REGION_NOT_FOUND) {
        throw e;
      }
    }
  }
}
