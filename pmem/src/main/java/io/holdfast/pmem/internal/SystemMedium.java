package io.holdfast.pmem.internal;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The operating system's files and memory. May be shared between threads. */
public final class SystemMedium extends Medium {
  /** The only instance. */
  public static final SystemMedium INSTANCE = new SystemMedium();

  private SystemMedium() {}

  @Override
  public PmemFile open(Path path, FileAccess access) {
    int flags = access == FileAccess.READ_ONLY ? Descriptor.READ_ONLY : Descriptor.READ_WRITE;
    // Without blocking, as a pipe would until somebody opens its other end.
    Descriptor file = Descriptor.open(path, flags | Descriptor.NON_BLOCKING);
    Descriptor.Status status = file.status();
    if (!status.isRegular()) {
      file.close();
      throw status.isFolder()
          ? new SystemCallException(file.name(), "open", Errno.EISDIR.number())
          : new SystemCallException(
              file.name() + ", not a regular file", "open", Errno.EINVAL.number());
    }
    return new SystemFile(file, path);
  }

  @Override
  public PmemFile create(Path path) {
    int flags = Descriptor.READ_WRITE | Descriptor.CREATE_NEW;
    return new SystemFile(Descriptor.open(path, flags), path);
  }

  @Override
  public PmemFile createUnnamed(Path folder) {
    String name = folder.toString();
    long number = Descriptor.tryOpen(name, Descriptor.READ_WRITE | Descriptor.UNNAMED);
    if (Errno.EOPNOTSUPP.is(number)) {
      throw new UnsupportedOperationException(name + ": the file system has no unnamed files");
    }
    LinuxCalls.check(name, SystemCall.OPENAT, number);
    return new SystemFile(Descriptor.of((int) number, name), folder);
  }

  @Override
  public void rename(Path from, Path to) {
    Descriptor.rename(from, to);
  }

  @Override
  public void delete(Path path) {
    Descriptor.unlink(path);
  }

  @Override
  public void syncFolder(Path folder) {
    Descriptor opened = Descriptor.open(folder, Descriptor.READ_ONLY | Descriptor.DIRECTORY);
    try {
      opened.sync();
    } finally {
      opened.close();
    }
  }

  @Override
  public PmemMap map(PmemSource source, MapConfig config) {
    return SourceMapper.map(source, config);
  }

  /**
   * Implements {@link PmemMap#ofExisting}.
   *
   * @param memory what is mapped already
   * @param granularity what stores to it need to become durable
   * @return the mapping
   */
  public static PmemMap mapExisting(MemorySegment memory, Granularity granularity) {
    return SourceMapper.mapExisting(memory, granularity);
  }
}
