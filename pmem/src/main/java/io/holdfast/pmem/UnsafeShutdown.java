package io.holdfast.pmem;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Objects;
import java.util.Optional;

/**
 * A small record in a program's own persistent memory, by which it learns that its data may have
 * been corrupted because the platform failed to do what it promises.
 *
 * <p>When power fails, the platform writes its buffers to the DIMMs with the energy it has left. If
 * that fails, data that was durable is lost, in any part; the DIMMs count it as an unsafe shutdown.
 * The record holds the count last seen, of which DIMMs it is, and whether the program was changing
 * anything:
 *
 * <ul>
 *   <li>Other DIMMs: the data was copied here whole. The record is made anew.
 *   <li>The same count: nothing was lost, however the program ended; it recovers as after any
 *       crash.
 *   <li>Another count, not in use: nothing was being written. The new count is stored.
 *   <li>Another count, in use: {@link #open} refuses.
 * </ul>
 *
 * <p>The protocol, in whose course every step is durable even if the platform fails (a {@linkplain
 * PmemMap#deepFlush deep flush}) before the next is made:
 *
 * <pre>{@code
 * UnsafeShutdown state = UnsafeShutdown.open(map, offset, UnsafeShutdown.Device.of(source));
 * state.begin();   // before the first change, and before recovery
 * ...              // changes, flushed as always
 * map.deepFlush(0, map.size());
 * state.end();     // when all is well
 * }</pre>
 *
 * <p>After a crash at any point the record is as it was before the step, or after it, or made anew
 * by the next {@code open}. Without DIMMs that count, {@code Device.of} is empty and all of this
 * does nothing. For one thread at a time; where several processes share the memory, one of them
 * keeps the record.
 */
public final class UnsafeShutdown {
  /** How many bytes the record takes. */
  public static final long BYTES = UnsafeShutdownLayout.BYTES;

  private final PmemMap map;
  private final long offset;
  private final Finding finding;

  private UnsafeShutdown(PmemMap map, long offset, Finding finding) {
    this.map = map;
    this.offset = offset;
    this.finding = finding;
  }

  /**
   * What the DIMMs below a source say of themselves.
   *
   * @param id the unique names of the DIMMs
   * @param unsafeShutdowns how often they could not write everything in time
   */
  public record Device(String id, long unsafeShutdowns) {

    /**
     * {@return what the DIMMs below {@code source} say, nothing if it lies on none or they do not
     * count}
     *
     * @param source the source
     * @throws DeviceException if they say something that cannot be understood
     * @throws SystemCallException if the source cannot be opened
     */
    public static Optional<Device> of(PmemSource source) {
      try {
        return Optional.of(new Device(source.deviceId(), source.unsafeShutdownCount()));
      } catch (DeviceException e) {
        if (e.reason() == DeviceException.Reason.NOT_SUPPORTED) {
          return Optional.empty();
        }
        throw e;
      }
    }
  }

  /** What opening found. */
  public enum Finding {
    /** No DIMM counts unsafe shutdowns, so nothing is known. */
    NOTHING_KNOWN,
    /** There was no record yet, or one of other DIMMs: it was made anew. */
    NEW_DEVICE,
    /** No shutdown was unsafe. */
    NOTHING_LOST,
    /** Shutdowns were unsafe, but nothing was in use. */
    NOT_IN_USE
  }

  /**
   * Makes the record anew: for memory that is used the first time, or by a user who has decided
   * that the data is to be trusted after all. Durable on return, even if the platform fails; after
   * a crash before that, the next {@link #open} makes it anew.
   *
   * @param map where it is kept
   * @param offset where in the mapping, in bytes, a multiple of 64
   * @param device what the DIMMs say
   * @return the record
   * @throws IllegalArgumentException if {@code offset} is no multiple of 64
   * @throws IndexOutOfBoundsException if the record does not lie within the mapping
   */
  public static UnsafeShutdown initialise(PmemMap map, long offset, Optional<Device> device) {
    checkPlace(map, offset);
    if (device.isEmpty()) {
      return new UnsafeShutdown(map, offset, Finding.NOTHING_KNOWN);
    }
    // The old record must not be taken for this device's while its words are replaced.
    store(map, offset, UnsafeShutdownLayout.DEVICE, 0);
    for (long at = UnsafeShutdownLayout.IN_USE; at < BYTES; at += Long.BYTES) {
      map.putLong(offset + at, 0);
    }
    map.putLong(offset + UnsafeShutdownLayout.SIGNATURE, UnsafeShutdownLayout.SIGNATURE_VALUE);
    store(map, offset, UnsafeShutdownLayout.COUNT, device.get().unsafeShutdowns());
    store(map, offset, UnsafeShutdownLayout.DEVICE, hash(device.get()));
    return new UnsafeShutdown(map, offset, Finding.NEW_DEVICE);
  }

  /**
   * Compares the record with what the DIMMs say, and brings it up to date where the data is to be
   * trusted. Durable on return, even if the platform fails. When it throws, the record is
   * unchanged.
   *
   * @param map where it is kept
   * @param offset where in the mapping, in bytes, a multiple of 64
   * @param device what the DIMMs say
   * @return the record
   * @throws UnsafeShutdownException if the data may be corrupted; or if the memory at {@code
   *     offset} is neither zero nor such a record, or one of an unknown version
   * @throws IllegalArgumentException if {@code offset} is no multiple of 64
   * @throws IndexOutOfBoundsException if the record does not lie within the mapping
   */
  public static UnsafeShutdown open(PmemMap map, long offset, Optional<Device> device) {
    checkPlace(map, offset);
    if (device.isEmpty()) {
      return new UnsafeShutdown(map, offset, Finding.NOTHING_KNOWN);
    }
    long signature = map.getLong(offset + UnsafeShutdownLayout.SIGNATURE);
    if (signature == 0) {
      return initialise(map, offset, device);
    }
    checkSignature(map, offset, signature);
    if (map.getLong(offset + UnsafeShutdownLayout.DEVICE) != hash(device.get())) {
      return initialise(map, offset, device);
    }
    long before = map.getLong(offset + UnsafeShutdownLayout.COUNT);
    long now = device.get().unsafeShutdowns();
    if (before == now) {
      return new UnsafeShutdown(map, offset, Finding.NOTHING_LOST);
    }
    if (map.getLong(offset + UnsafeShutdownLayout.IN_USE) != 0) {
      throw new UnsafeShutdownException(
          "%s: in use while the DIMMs could not write everything in time: %d unsafe shutdowns, %d before; the data may be corrupted"
              .formatted(map, now, before));
    }
    store(map, offset, UnsafeShutdownLayout.COUNT, now);
    return new UnsafeShutdown(map, offset, Finding.NOT_IN_USE);
  }

  private static void checkPlace(PmemMap map, long offset) {
    if ((offset & (BYTES - 1)) != 0) {
      throw new IllegalArgumentException(
          map + ": offset " + offset + " is no multiple of " + BYTES);
    }
    Objects.checkFromIndexSize(offset, BYTES, map.size());
  }

  private static void checkSignature(PmemMap map, long offset, long signature) {
    if (!UnsafeShutdownLayout.isSignature(signature)) {
      throw new UnsafeShutdownException(
          "%s: offset %d holds no record of unsafe shutdowns, but 0x%016x"
              .formatted(map, offset, signature));
    }
    if (signature != UnsafeShutdownLayout.SIGNATURE_VALUE) {
      throw new UnsafeShutdownException(
          "%s: offset %d holds a record of unsafe shutdowns of version %d, known is %d"
              .formatted(
                  map,
                  offset,
                  UnsafeShutdownLayout.version(signature),
                  UnsafeShutdownLayout.version(UnsafeShutdownLayout.SIGNATURE_VALUE)));
    }
  }

  private static long hash(Device device) {
    return UnsafeShutdownLayout.device(device.id().getBytes(UTF_8));
  }

  private static void store(PmemMap map, long offset, long field, long value) {
    map.putLong(offset + field, value);
    map.deepFlush(offset, BYTES);
  }

  /** {@return what opening found} */
  public Finding finding() {
    return finding;
  }

  /**
   * Says that data is being changed. To be called before the first change, and again after {@link
   * #end}. Durable on return, even if the platform fails.
   *
   * @throws SystemCallException if it cannot be made durable; the data must not be changed then
   */
  public void begin() {
    setInUse(1);
  }

  /**
   * Says that nothing is being changed any more. To be called when all changes are durable by
   * {@link PmemMap#deepFlush}. Durable on return, even if the platform fails.
   *
   * @throws SystemCallException if it cannot be made durable
   */
  public void end() {
    setInUse(0);
  }

  private void setInUse(long value) {
    if (finding != Finding.NOTHING_KNOWN) {
      store(map, offset, UnsafeShutdownLayout.IN_USE, value);
    }
  }
}
