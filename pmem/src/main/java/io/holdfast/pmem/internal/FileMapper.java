package io.holdfast.pmem.internal;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.Pmem;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Maps files as libpmem's {@code pmem_map_file} does: the same checks and effects in the same
 * order.
 *
 * <p>The mapping is in the registry of mappings and lasts until it is closed. May be shared between
 * threads.
 */
public final class FileMapper {
  private static final int ALL_FLAGS =
      Pmem.PMEM_FILE_CREATE | Pmem.PMEM_FILE_EXCL | Pmem.PMEM_FILE_SPARSE | Pmem.PMEM_FILE_TMPFILE;
  private static final int DEVICE_FLAGS = Pmem.PMEM_FILE_CREATE | Pmem.PMEM_FILE_SPARSE;

  private static final MapConfig CONFIG =
      MapConfig.defaults()
          .withRequiredGranularity(Granularity.PAGE)
          .withHoles(MapConfig.Holes.KEPT);

  private final String name;
  private final Path path;
  private final long length;
  private final int flags;
  private final int mode;

  private FileMapper(Path path, long length, int flags, int mode) {
    this.name = path.toString();
    this.path = path;
    this.length = length;
    this.flags = flags;
    this.mode = mode;
  }

  /** {@return the memory of a new mapping of the whole file} */
  public static MemorySegment map(Path path, long length, int flags, int mode) {
    if (DebugLog.CALLS) {
      DebugLog.call(
          "%s: mapFile length %d, flags 0x%x, mode 0%o".formatted(path, length, flags, mode));
    }
    FileMapper mapper = new FileMapper(path, length, flags, mode);
    if ((flags & ~ALL_FLAGS) != 0) {
      throw mapper.invalid("invalid flags 0x%x".formatted(flags & ~ALL_FLAGS));
    }
    Optional<DaxDevice> device = mapper.device();
    PmemMap map = device.isPresent() ? mapper.mapDevice(device.get()) : mapper.mapFile();
    return map.segment();
  }

  private SystemCallException invalid(String reason) {
    return new SystemCallException(name + ", " + reason, "map", Errno.EINVAL.number());
  }

  /** {@return the device DAX that the path names, if it exists and is one} */
  private Optional<DaxDevice> device() {
    long number = Descriptor.tryOpen(name, Descriptor.PATH_ONLY);
    if (Errno.ENOENT.is(number)) {
      return Optional.empty();
    }
    LinuxCalls.check(name, SystemCall.OPENAT, number);
    Descriptor file = Descriptor.of((int) number, name);
    try {
      Descriptor.Status status = file.status();
      return status.isCharacterDevice()
          ? DaxDevice.of(Sysfs.ofProcess(), name, status.special())
          : Optional.empty();
    } finally {
      file.close();
    }
  }

  private PmemMap mapDevice(DaxDevice device) {
    if ((flags & ~DEVICE_FLAGS) != 0) {
      throw invalid("flags 0x%x do not suit a device DAX".formatted(flags & ~DEVICE_FLAGS));
    }
    long size = device.size();
    if (length != 0 && length != size) {
      throw invalid("length " + length + " is neither 0 nor the device's " + size);
    }
    return SystemMedium.INSTANCE.map(PmemSource.of(path), CONFIG);
  }

  private PmemMap mapFile() {
    boolean creates = has(Pmem.PMEM_FILE_CREATE);
    if (length < 0) {
      throw invalid("length " + length + " is negative");
    }
    if (length != 0 && !creates) {
      throw invalid("length " + length + " without PMEM_FILE_CREATE");
    }
    if (length == 0 && creates) {
      throw invalid("length 0 with PMEM_FILE_CREATE");
    }
    if (has(Pmem.PMEM_FILE_TMPFILE) && !creates) {
      throw invalid("PMEM_FILE_TMPFILE without PMEM_FILE_CREATE");
    }
    int exclusive = has(Pmem.PMEM_FILE_EXCL) ? Descriptor.EXCLUSIVE : 0;
    Descriptor file =
        has(Pmem.PMEM_FILE_TMPFILE) ? UnnamedFile.open(path, exclusive) : openNamed(exclusive);
    try (SystemFile opened = new SystemFile(file, path)) {
      return resizeAndMap(file, opened);
    } catch (RuntimeException e) {
      if (creates && has(Pmem.PMEM_FILE_EXCL) && !has(Pmem.PMEM_FILE_TMPFILE)) {
        removeAfter(e);
      }
      throw e;
    }
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private PmemMap resizeAndMap(Descriptor file, SystemFile opened) {
    if (!file.status().isRegular()) {
      throw new MapException(
          Reason.INVALID_FILE_TYPE, name + ": neither a regular file nor a device DAX");
    }
    if (has(Pmem.PMEM_FILE_CREATE)) {
      file.truncate(length);
      if (!has(Pmem.PMEM_FILE_SPARSE)) {
        file.allocate(0, length);
      }
    }
    return SystemMedium.INSTANCE.map(PmemSource.of(opened), CONFIG);
  }

  /** Removes the file that this call has created; what made that necessary is what counts. */
  private void removeAfter(RuntimeException failure) {
    try {
      Descriptor.unlink(path);
    } catch (SystemCallException e) {
      failure.addSuppressed(e);
    }
  }

  private Descriptor openNamed(int exclusive) {
    int how = Descriptor.READ_WRITE | Descriptor.NON_BLOCKING | exclusive;
    how |= has(Pmem.PMEM_FILE_CREATE) ? Descriptor.CREATE : 0;
    long number = Descriptor.tryOpen(name, how, mode);
    return Descriptor.of((int) LinuxCalls.check(name, SystemCall.OPENAT, number), name);
  }
}
