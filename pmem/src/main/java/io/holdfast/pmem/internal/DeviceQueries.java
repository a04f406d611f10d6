package io.holdfast.pmem.internal;

import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.DeviceException.Reason;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemSource;
import java.util.Optional;
import java.util.function.Function;

/** What {@link PmemSource} is asked. May be shared between threads. */
public final class DeviceQueries {
  private DeviceQueries() {}

  /**
   * Checks that a number is that of a descriptor which can be mapped.
   *
   * @param number the descriptor
   * @throws io.holdfast.pmem.MapException if it is not
   */
  public static void checkDescriptor(int number) {
    OpenedSource.check(number);
  }

  /**
   * {@return the size in bytes}
   *
   * @param source the source
   */
  public static long size(PmemSource source) {
    if (source instanceof PmemSource.Anonymous memory) {
      return memory.byteSize();
    }
    Optional<PmemFile> foreign = foreign(source);
    return foreign.isPresent() ? foreign.get().size() : ask(source, OpenedSource::size);
  }

  /**
   * {@return what mappings are aligned to, in bytes}
   *
   * @param source the source
   */
  public static long alignment(PmemSource source) {
    return source instanceof PmemSource.Anonymous || foreign(source).isPresent()
        ? AuxiliaryVector.PAGE_BYTES
        : ask(source, OpenedSource::alignment);
  }

  /**
   * {@return the NUMA node}
   *
   * @param source the source
   */
  public static int numaNode(PmemSource source) {
    checkOnDevice(source, "memory of no device has no NUMA node to tell");
    if (foreign(source).isPresent()) {
      throw noRegion(source.toString());
    }
    return ask(source, opened -> region(opened).numaNode());
  }

  /**
   * {@return the unique names of the DIMMs}
   *
   * @param source the source
   */
  public static String deviceId(PmemSource source) {
    return askDimms(source, "unique name", NvdimmRegion::deviceId);
  }

  /**
   * {@return the sum of the DIMMs' counts}
   *
   * @param source the source
   */
  public static long unsafeShutdownCount(PmemSource source) {
    return askDimms(source, "count of unsafe shutdowns", NvdimmRegion::unsafeShutdowns);
  }

  private static <T> T askDimms(
      PmemSource source, String what, Function<NvdimmRegion, T> question) {
    checkOnDevice(source, "memory of no device has no " + what);
    if (foreign(source).isPresent()) {
      throw new DeviceException(Reason.NOT_SUPPORTED, source + ": on no device");
    }
    return ask(
        source,
        opened -> {
          try {
            return question.apply(region(opened));
          } catch (DeviceException e) {
            if (e.reason() != Reason.DAX_REGION_NOT_FOUND) {
              throw e;
            }
            throw new DeviceException(
                Reason.NOT_SUPPORTED, e.getMessage() + ", which alone has a " + what, e);
          }
        });
  }

  private static void checkOnDevice(PmemSource source, String problem) {
    if (source instanceof PmemSource.Anonymous) {
      throw new DeviceException(Reason.NOT_SUPPORTED, "anonymous memory: " + problem);
    }
  }

  private static NvdimmRegion region(OpenedSource opened) {
    return opened.device().isPresent()
        ? opened.device().get().region()
        : opened
            .blockDevice()
            .flatMap(BlockDevice::region)
            .orElseThrow(() -> noRegion(opened.name()));
  }

  private static DeviceException noRegion(String name) {
    return new DeviceException(
        Reason.DAX_REGION_NOT_FOUND, name + ": in no region of persistent memory");
  }

  /** {@return the file of another medium than the operating system's, if the source is one} */
  static Optional<PmemFile> foreign(PmemSource source) {
    return source instanceof PmemSource.OfFile(PmemFile file) && !(file instanceof SystemFile)
        ? Optional.of(file)
        : Optional.empty();
  }

  private static <T> T ask(PmemSource source, Function<OpenedSource, T> question) {
    OpenedSource opened = open(source, Descriptor.READ_ONLY);
    try {
      return question.apply(opened);
    } finally {
      opened.close();
    }
  }

  /** Opens a source that is no anonymous memory. */
  static OpenedSource open(PmemSource source, int flags) {
    return switch (source) {
      case PmemSource.OfPath named -> OpenedSource.open(named.path(), flags);
      case PmemSource.OfFile file -> OpenedSource.duplicate(file.file());
      case PmemSource.OfDescriptor descriptor -> OpenedSource.duplicate(descriptor.number());
      case PmemSource.Anonymous _ ->
          throw new DeviceException(
              Reason.SOURCE_TYPE_NOT_SUPPORTED, "anonymous memory: cannot be opened");
    };
  }
}
