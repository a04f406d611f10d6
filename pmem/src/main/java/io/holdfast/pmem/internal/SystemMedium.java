package io.holdfast.pmem.internal;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.GranularityUnavailableException;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
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
    Granularity required =
        config
            .requiredGranularity()
            .orElseThrow(
                () ->
                    new MapException(
                        Reason.GRANULARITY_NOT_SET, "no required granularity was set"));
    return switch (source) {
      case PmemSource.Anonymous anonymous -> mapMemory(anonymous.byteSize(), config);
      case PmemSource.OfPath named -> mapFile(openFor(named.path(), config), config, required);
      case PmemSource.OfFile opened ->
          mapFile(OpenedSource.duplicate(opened.file()), config, required);
      case PmemSource.OfDescriptor descriptor ->
          mapFile(OpenedSource.duplicate(descriptor.number()), config, required);
    };
  }

  private static OpenedSource openFor(Path path, MapConfig config) {
    boolean stores =
        config.sharing() == Sharing.SHARED && config.protection() == Protection.READ_WRITE;
    return OpenedSource.open(path, stores ? Descriptor.READ_WRITE : Descriptor.READ_ONLY);
  }

  private static PmemMap mapMemory(long byteSize, MapConfig config) {
    String name = "anonymous memory";
    // As libpmem2 has it, the offset means nothing here.
    MapRange range = MapRange.of(name, byteSize, config.withOffset(0));
    AddressRange addresses = AddressRange.reserve(name, range.reserved());
    try {
      return new MappedPmem(
          Mapping.ofMemory(name, addresses),
          range.length(),
          Granularity.BYTE,
          MappedPmem.Domain.NONE,
          access(config));
    } catch (RuntimeException e) {
      addresses.release();
      throw e;
    }
  }

  /** Maps {@code source}, whose descriptor belongs to the mapping or is closed. */
  private static PmemMap mapFile(OpenedSource source, MapConfig config, Granularity required) {
    Descriptor file = source.file();
    try {
      MapRange range = MapRange.of(file.name(), source.size(), config);
      AddressRange addresses = AddressRange.reserve(file.name(), range.reserved());
      try {
        return map(addresses, file, range, config, required);
      } catch (RuntimeException e) {
        addresses.release();
        throw e;
      }
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static PmemMap map(
      AddressRange addresses,
      Descriptor file,
      MapRange range,
      MapConfig config,
      Granularity required) {
    Mapping mapping =
        Mapping.ofFile(
            addresses,
            config.protection() == Protection.READ
                ? AddressRange.READ
                : AddressRange.READ | AddressRange.WRITE,
            config.sharing() == Sharing.SHARED
                ? AddressRange.SHARED_SYNC
                : AddressRange.PRIVATE | AddressRange.NO_RESERVE,
            file,
            range.offset(),
            range.length());
    GranularityRules found =
        GranularityRules.of(
            config.sharing(),
            Cpu.CURRENT.problem(),
            Settings.ofProcess().forcedGranularity(),
            mapping.isSynchronous()
                ? GranularityRules.KernelSync.PROMISED
                : GranularityRules.KernelSync.REFUSED,
            PlatformAutoFlush::detect);
    if (found.granularity().compareTo(required) > 0) {
      throw new GranularityUnavailableException(
          file.name()
              + ": granularity "
              + required
              + " is required and "
              + found.granularity()
              + " available, since "
              + found.why(),
          null);
    }
    DebugLog.operation(
        () ->
            "%s: offset %d + %d mapped, granularity %s, since %s"
                .formatted(
                    file.name(), range.offset(), range.length(), found.granularity(), found.why()));
    return new MappedPmem(
        mapping, range.length(), found.granularity(), domain(config, found), access(config));
  }

  private static MappedPmem.Domain domain(MapConfig config, GranularityRules found) {
    if (config.sharing() == Sharing.PRIVATE) {
      return MappedPmem.Domain.NONE;
    }
    return found.granularity() == Granularity.PAGE
        ? MappedPmem.Domain.KERNEL
        : MappedPmem.Domain.CPU;
  }

  private static MappedPmem.Access access(MapConfig config) {
    return config.protection() == Protection.READ
        ? MappedPmem.Access.READ
        : MappedPmem.Access.READ_WRITE;
  }
}
