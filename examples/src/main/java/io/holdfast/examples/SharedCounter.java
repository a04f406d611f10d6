package io.holdfast.examples;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A counter in a file that any number of processes map and increment at the same time, without a
 * lock.
 *
 * <p>An increment is durable on return, and none is counted twice or lost, whichever process is
 * killed. What one process has added is visible to the others before it is durable; but whoever
 * adds to it makes it durable too, since both are in one word: no count that {@link #increment}
 * returned is taken back by a crash. May be shared between threads.
 */
public final class SharedCounter implements AutoCloseable {
  /** The size of a file that is created, in bytes. */
  public static final long CREATED_SIZE = 4096;

  private static final long SIGNATURE_VALUE = 0x31544e554f434648L; // "HFCOUNT1"

  /** What tells a counter from another program's file, which must not be counted in. */
  private static final long SIGNATURE = 0;

  private static final long COUNT = 64;

  private final PmemMap map;

  private SharedCounter(PmemMap map) {
    this.map = map;
  }

  /**
   * Opens a counter, and creates it, at 0, if it does not exist.
   *
   * @param path its file
   * @return the counter, which the caller closes
   * @throws ExampleException if the file is too short, or no counter's
   * @throws io.holdfast.pmem.PmemException if it cannot be created, opened or mapped
   */
  public static SharedCounter open(Path path) {
    Medium medium = Medium.system();
    ExampleFile.createIfAbsent(medium, path, CREATED_SIZE, SharedCounter::writeSignature);
    return open(medium, path);
  }

  /** Creates a counter on any medium. */
  static void create(Medium medium, Path path) {
    ExampleFile.create(medium, path, CREATED_SIZE, SharedCounter::writeSignature);
  }

  private static void writeSignature(PmemFile file) {
    MemorySegment signature =
        MemorySegment.ofArray(
            ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, SIGNATURE_VALUE)
                .array());
    file.write(SIGNATURE, signature);
  }

  /** Opens an existing counter of any medium. */
  static SharedCounter open(Medium medium, Path path) {
    MapConfig config =
        MapConfig.defaults().withLength(CREATED_SIZE).withRequiredGranularity(Granularity.PAGE);
    PmemMap map;
    try {
      map = medium.map(PmemSource.of(path), config);
    } catch (MapException e) {
      throw new ExampleException(e.getMessage() + "; a counter has " + CREATED_SIZE + " bytes");
    }
    if (map.getLong(SIGNATURE) != SIGNATURE_VALUE) {
      map.close();
      throw new ExampleException(
          path + ": not a counter: it does not begin with a counter's signature");
    }
    return new SharedCounter(map);
  }

  /** {@return the count; it may not be durable yet if another process is adding to it} */
  public long get() {
    return map.getLongAcquire(COUNT);
  }

  /** {@return the count after adding 1, which is durable} */
  public long increment() {
    long before = map.getAndAddLong(COUNT, 1);
    map.persist(COUNT, Long.BYTES);
    return before + 1;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    map.close();
  }
}
