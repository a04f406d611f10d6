package io.holdfast.pmem.internal;

import io.holdfast.pmem.AddressReservation;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.GranularityUnavailableException;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.internal.GranularityRules.KernelSync;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Maps sources, with libpmem2's checks in libpmem2's order. */
final class SourceMapper {
  private static final String ANONYMOUS = "anonymous memory";

  private final MapConfig config;
  private final Granularity required;

  private SourceMapper(MapConfig config, Granularity required) {
    this.config = config;
    this.required = required;
  }

  static MappedPmem map(PmemSource source, MapConfig config) {
    Granularity required =
        config
            .requiredGranularity()
            .orElseThrow(
                () ->
                    new MapException(
                        Reason.GRANULARITY_NOT_SET, "no required granularity was set"));
    SourceMapper mapper = new SourceMapper(config, required);
    return source instanceof PmemSource.Anonymous anonymous
        ? mapper.mapMemory(anonymous.byteSize())
        : mapper.mapOpened(mapper.open(source));
  }

  private OpenedSource open(PmemSource source) {
    boolean stores = config.sharing() == Sharing.SHARED && config.protection().allowsStores();
    return DeviceQueries.open(source, stores ? Descriptor.READ_WRITE : Descriptor.READ_ONLY);
  }

  private MappedPmem mapMemory(long byteSize) {
    // As libpmem2 has it, the offset means nothing here.
    MapRange range =
        MapRange.of(ANONYMOUS, AuxiliaryVector.PAGE_BYTES, byteSize, config.withOffset(0));
    return mapAt(
        ANONYMOUS,
        range,
        AuxiliaryVector.PAGE_BYTES,
        addresses ->
            new MappedPmem(
                FileMapping.ofMemory(ANONYMOUS, addresses, protection()),
                range.length(),
                Granularity.BYTE,
                MappedCopies.Domain.NONE,
                access(),
                reservation()));
  }

  /** Maps {@code source}, whose descriptor belongs to the mapping or is closed. */
  private MappedPmem mapOpened(OpenedSource source) {
    try {
      long alignment = source.alignment();
      MapRange range = MapRange.of(source.name(), alignment, source.size(), config);
      if (source.device().isPresent()) {
        checkDevice(source.name());
      }
      return mapAt(source.name(), range, alignment, addresses -> mapFile(addresses, source, range));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private void checkDevice(String name) {
    if (config.sharing() == Sharing.PRIVATE) {
      throw new MapException(
          Reason.SRC_DEVDAX_PRIVATE, name + ": a device DAX cannot be mapped privately");
    }
    String problem = Cpu.CURRENT.problem();
    if (!problem.isEmpty()) {
      throw new MapException(
          Reason.NOT_SUPPORTED,
          name + ": a device DAX needs cache lines flushed, which cannot be: " + problem);
    }
  }

  /**
   * Maps at addresses that are free for it.
   *
   * @param alignment what the address has to be a multiple of, a power of two
   * @param mapper maps it; what it throws frees the addresses
   */
  private MappedPmem mapAt(
      String name, MapRange range, long alignment, Function<AddressRange, MappedPmem> mapper) {
    Function<AddressRange, MappedPmem> complete =
        addresses -> {
          try {
            return mapper.apply(addresses).register();
          } catch (RuntimeException e) {
            addresses.release();
            throw e;
          }
        };
    SystemReservation reservation = reservation();
    return reservation == null
        ? complete.apply(AddressRange.reserveForMapping(name, range.reserved(), alignment))
        : reservation.map(
            name, config.place().orElseThrow().offset(), range.reserved(), alignment, complete);
  }

  private @Nullable SystemReservation reservation() {
    AddressReservation reservation = config.place().map(MapConfig.Place::reservation).orElse(null);
    if (reservation == null || reservation instanceof SystemReservation) {
      return (SystemReservation) reservation;
    }
    throw new IllegalArgumentException(reservation + ": a reservation of another medium");
  }

  private MappedPmem mapFile(AddressRange addresses, OpenedSource source, MapRange range) {
    FileMapping mapping =
        FileMapping.ofFile(
            addresses,
            protection(),
            config.sharing() == Sharing.SHARED
                ? AddressRange.SHARED_SYNC
                : AddressRange.PRIVATE | AddressRange.NO_RESERVE,
            source,
            range.offset(),
            range.length(),
            config.holes());
    // What a device DAX maps has no page cache that the kernel would have to synchronise.
    KernelSync sync =
        mapping.isSynchronous() || mapping.isDevice() ? KernelSync.PROMISED : KernelSync.REFUSED;
    GranularityRules found =
        GranularityRules.of(
            config.sharing(),
            Cpu.CURRENT.problem(),
            Settings.ofProcess().forcedGranularity(),
            sync,
            PlatformAutoFlush::detect);
    if (found.granularity().compareTo(required) > 0) {
      throw new GranularityUnavailableException(
          "%s: granularity %s is required and %s available, since %s"
              .formatted(source.name(), required, found.granularity(), found.why()),
          null);
    }
    DebugLog.operation(
        () ->
            "%s: offset %d + %d mapped, granularity %s, since %s"
                .formatted(
                    source.name(),
                    range.offset(),
                    range.length(),
                    found.granularity(),
                    found.why()));
    return new MappedPmem(
        mapping, range.length(), found.granularity(), domain(found), access(), reservation());
  }

  private MappedCopies.Domain domain(GranularityRules found) {
    return config.sharing() == Sharing.PRIVATE
        ? MappedCopies.Domain.NONE
        : domain(found.granularity());
  }

  private static MappedCopies.Domain domain(Granularity granularity) {
    return granularity == Granularity.PAGE ? MappedCopies.Domain.KERNEL : MappedCopies.Domain.CPU;
  }

  private MappedView.Access access() {
    return switch (config.protection()) {
      case NONE -> MappedView.Access.NONE;
      case READ, READ_EXECUTE -> MappedView.Access.READ;
      case READ_WRITE, READ_WRITE_EXECUTE -> MappedView.Access.READ_WRITE;
    };
  }

  private int protection() {
    return switch (config.protection()) {
      case NONE -> AddressRange.NOTHING;
      case READ -> AddressRange.READ;
      case READ_WRITE -> AddressRange.READ | AddressRange.WRITE;
      case READ_EXECUTE -> AddressRange.READ | AddressRange.EXECUTE;
      case READ_WRITE_EXECUTE -> AddressRange.READ | AddressRange.WRITE | AddressRange.EXECUTE;
    };
  }

  /** Implements {@link io.holdfast.pmem.PmemMap#ofExisting}. */
  static MappedPmem mapExisting(MemorySegment memory, Granularity granularity) {
    String name = "memory at 0x" + Long.toHexString(memory.address());
    if (!memory.isNative()) {
      throw new IllegalArgumentException("memory of the Java heap cannot be made durable");
    }
    if (memory.address() == 0) {
      throw new MapException(Reason.ADDRESS_NULL, name);
    }
    if ((memory.address() & (AuxiliaryVector.PAGE_BYTES - 1)) != 0) {
      throw new MapException(
          Reason.ADDRESS_UNALIGNED, name + ": is not a multiple of " + AuxiliaryVector.PAGE_BYTES);
    }
    if (memory.byteSize() == 0) {
      throw new MapException(Reason.SOURCE_EMPTY, name + ": has no bytes to map");
    }
    String problem = Cpu.CURRENT.problem();
    if (granularity != Granularity.PAGE && !problem.isEmpty()) {
      throw new GranularityUnavailableException(
          name + ": cache lines cannot be flushed: " + problem, null);
    }
    DebugLog.operation(
        () -> "%s + %d registered, granularity %s".formatted(name, memory.byteSize(), granularity));
    return new MappedPmem(
            new ExistingMapping(memory),
            memory.byteSize(),
            granularity,
            domain(granularity),
            memory.isReadOnly() ? MappedView.Access.READ : MappedView.Access.READ_WRITE,
            null)
        .register();
  }
}
