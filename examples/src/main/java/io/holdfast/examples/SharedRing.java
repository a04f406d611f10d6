package io.holdfast.examples;

import io.holdfast.pmem.AddressReservation;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Messages from one process to another through a ring buffer in a file that both map: no lock, no
 * system call on persistent memory, and no message lost in a crash.
 *
 * <p>A message is durable when {@link #send} returns. It is received once, or again after a crash
 * if the receiver had not {@linkplain #consume consumed} it.
 *
 * <p>The ring's bytes are mapped twice, one mapping right behind the other, so that a message that
 * runs over the end continues in the second as if there were no end.
 *
 * <pre>
 *   file      +---------+----------------+
 *             | control | ring           |
 *             +---------+----------------+
 *   addresses           +----------------+----------------+
 *                       | ring           | ring again     |
 *                       +----------------+----------------+
 * </pre>
 *
 * <p><b>What one process sees may not be durable yet</b>, since the other one may be between its
 * store and its flush. So whoever builds on the other's position makes it durable first: the
 * receiver the end, before it says that it has consumed what is before that; the sender the
 * beginning, before it stores over what was before that. Leave out either, and after a power
 * failure the positions contradict each other or the bytes; the crash test finds it.
 *
 * <p>One thread of one process sends, one receives.
 */
public final class SharedRing implements AutoCloseable {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long SIGNATURE_VALUE = 0x31474e4952464848L; // "HHFRING1"
  private static final long CONTROL_SIZE = 4096;
  private static final long CREATED_CAPACITY = 64 << 10;

  private static final long SIGNATURE = 0;

  /** How many bytes were ever consumed: where the first message begins. The receiver's. */
  private static final long BEGIN = 64;

  /** How many bytes were ever sent: where the next message will begin. The sender's. */
  private static final long END = 128;

  private static final long LENGTH_SIZE = Long.BYTES;
  private static final int SPINS = 1000;
  private static final long PAUSE_NANOS = 50_000;

  private final Path path;
  private final PmemMap control;
  private final PmemMap ring;
  private final Opened opened;
  private final long capacity;

  /** The sender's: a begin known to be durable. */
  private long durableBegin;

  /**
   * Works on two mappings.
   *
   * @param ring the ring's bytes, twice
   * @param opened what is closed with the ring
   */
  SharedRing(Path path, PmemMap control, PmemMap ring, Opened opened) {
    this.path = path;
    this.control = control;
    this.ring = ring;
    this.opened = opened;
    this.capacity = ring.size() / 2;
    this.durableBegin = control.getLongAcquire(BEGIN);
    control.persist(BEGIN, Long.BYTES);
  }

  /**
   * Opens a ring, and creates it, empty, if it does not exist.
   *
   * @param path its file
   * @return the ring, which the caller closes
   * @throws ExampleException if the file is no ring or its positions contradict each other
   * @throws io.holdfast.pmem.PmemException if it cannot be created, opened or mapped
   */
  public static SharedRing open(Path path) {
    Medium medium = Medium.system();
    ExampleFile.createIfAbsent(
        medium, path, CONTROL_SIZE + CREATED_CAPACITY, SharedRing::writeControl);
    try (PmemFile file = medium.open(path, FileAccess.READ_WRITE)) {
      return open(medium, file);
    }
  }

  private static SharedRing open(Medium medium, PmemFile file) {
    long capacity = file.size() - CONTROL_SIZE;
    if (capacity <= 0 || capacity % CONTROL_SIZE != 0) {
      throw new ExampleException(
          "%s: not a ring: it has %d bytes".formatted(file.path(), file.size()));
    }
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    MapConfig bytes = config.withOffset(CONTROL_SIZE).withLength(capacity);
    Opened opened = new Opened();
    try {
      PmemMap control =
          opened.add(
              medium.map(PmemSource.of(file), config.withLength(CONTROL_SIZE)), PmemMap::close);
      requireSound(file.path(), control, capacity);
      AddressReservation addresses =
          opened.add(AddressReservation.of(2 * capacity), AddressReservation::close);
      for (long place = 0; place < 2 * capacity; place += capacity) {
        opened.add(
            medium.map(PmemSource.of(file), bytes.withReservation(addresses, place)),
            PmemMap::close);
      }
      return new SharedRing(file.path(), control, addresses.join(0, 2 * capacity), opened);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** A file that another program has written is refused here, and not met as a fault later. */
  private static void requireSound(Path path, PmemMap control, long capacity) {
    long begin = control.getLong(BEGIN);
    long end = control.getLong(END);
    if (control.getLong(SIGNATURE) != SIGNATURE_VALUE) {
      throw new ExampleException(path + ": not a ring: it does not begin with a ring's signature");
    }
    if (begin < 0 || end < begin || end - begin > capacity || (begin | end) % Long.BYTES != 0) {
      throw new ExampleException(
          "%s: damaged: messages from %d to %d in a ring of %d bytes"
              .formatted(path, begin, end, capacity));
    }
  }

  /** Creates an empty ring on any medium. */
  static void create(Medium medium, Path path, long capacity) {
    ExampleFile.create(medium, path, CONTROL_SIZE + capacity, SharedRing::writeControl);
  }

  /** Writes what tells a ring's file from others. */
  private static void writeControl(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment signature = arena.allocate(Long.BYTES);
      signature.set(LONG, 0, SIGNATURE_VALUE);
      file.write(SIGNATURE, signature);
    }
  }

  /** {@return how many bytes the longest message may have} */
  public long longestMessage() {
    return capacity - LENGTH_SIZE;
  }

  /**
   * Sends a message, and waits while the ring has no room for it. Durable on return.
   *
   * @param message its bytes
   * @throws ExampleException if it is longer than {@link #longestMessage}
   */
  public void send(byte[] message) {
    long size = sizeOf(message.length);
    if (size > capacity) {
      throw new ExampleException(
          "%s: a message of %d bytes does not fit, the longest has %d"
              .formatted(path, message.length, longestMessage()));
    }
    long end = control.getLong(END);
    awaitRoom(end + size - capacity);
    long at = end % capacity;
    ring.putLong(at, message.length);
    ring.copy(
        at + LENGTH_SIZE, MemorySegment.ofArray(message), 0, message.length, CopyMode.NO_FLUSH);
    ring.persist(at, size);
    control.putLongRelease(END, end + size);
    control.persist(END, Long.BYTES);
  }

  /** Waits until the receiver has durably consumed everything before {@code position}. */
  private void awaitRoom(long position) {
    for (int spins = 0; durableBegin < position; spins++) {
      long begin = control.getLongAcquire(BEGIN);
      if (begin > durableBegin) {
        control.persist(BEGIN, Long.BYTES);
        durableBegin = begin;
      } else {
        pause(spins);
      }
    }
  }

  /** {@return the first message that is not consumed, if there is one; it stays the first} */
  public Optional<byte[]> peek() {
    long begin = control.getLong(BEGIN);
    long length = firstLength(begin);
    if (length < 0) {
      return Optional.empty();
    }
    byte[] message = new byte[(int) length];
    ring.read(begin % capacity + LENGTH_SIZE, MemorySegment.ofArray(message), 0, message.length);
    return Optional.of(message);
  }

  /** {@return the length of the message at {@code begin}, or -1 if there is none} */
  private long firstLength(long begin) {
    long end = control.getLongAcquire(END);
    if (end == begin) {
      return -1;
    }
    long length = ring.getLong(begin % capacity);
    if (length < 0 || length > longestMessage() || sizeOf(length) > end - begin) {
      throw new ExampleException(
          "%s: damaged: a message of %d bytes at %d, of which only %d were sent"
              .formatted(path, length, begin, end - begin));
    }
    return length;
  }

  /**
   * {@return the first message that is not consumed, once there is one}
   *
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  public byte[] await() throws InterruptedException {
    for (int spins = 0; ; spins++) {
      Optional<byte[]> message = peek();
      if (message.isPresent()) {
        return message.get();
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      pause(spins);
    }
  }

  /**
   * Removes the first message, whose room is free then. Durable on return.
   *
   * @throws IllegalStateException if there is none
   */
  public void consume() {
    long begin = control.getLong(BEGIN);
    long length = firstLength(begin);
    if (length < 0) {
      throw new IllegalStateException(path + ": no message to consume");
    }
    control.persist(END, Long.BYTES);
    control.putLongRelease(BEGIN, begin + sizeOf(length));
    control.persist(BEGIN, Long.BYTES);
  }

  private static long sizeOf(long messageLength) {
    return LENGTH_SIZE + (messageLength + 7) / 8 * 8;
  }

  private static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    opened.close();
  }

  /** What was opened, to be closed in the opposite order. */
  static final class Opened {
    private final Deque<Runnable> closings = new ArrayDeque<>();

    <T> T add(T resource, Consumer<T> closing) {
      closings.push(() -> closing.accept(resource));
      return resource;
    }

    void close() {
      while (!closings.isEmpty()) {
        closings.pop().run();
      }
    }
  }
}
