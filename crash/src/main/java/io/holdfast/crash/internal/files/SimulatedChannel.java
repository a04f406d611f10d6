package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A channel to a simulated file.
 *
 * <p>What is written is visible at once and durable after {@link #force}, or on return where the
 * file was opened with DSYNC or SYNC. May be shared between threads.
 */
final class SimulatedChannel extends FileChannel {
  private static final int TRANSFER_BYTES = 1 << 16;

  private final OpenFile file;
  private final Object positionLock = new Object();
  private final List<SimulatedLock> locks = new ArrayList<>();
  private long position;

  SimulatedChannel(OpenFile file) {
    this.file = file;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkReadable();
    synchronized (positionLock) {
      int read = file.read(target, position);
      position += Math.max(0, read);
      return read;
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    checkReadable();
    synchronized (positionLock) {
      long sum = 0;
      for (ByteBuffer target : List.of(targets).subList(offset, offset + length)) {
        int wanted = target.remaining();
        int read = file.read(target, position);
        if (read < 0) {
          return sum == 0 ? -1 : sum;
        }
        position += read;
        sum += read;
        if (read < wanted) {
          return sum;
        }
      }
      return sum;
    }
  }

  @Override
  public int read(ByteBuffer target, long from) throws IOException {
    checkPosition(from);
    checkReadable();
    return file.read(target, from);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    checkWritable();
    synchronized (positionLock) {
      return writeHere(source);
    }
  }

  private int writeHere(ByteBuffer source) throws IOException {
    if (file.flags().has(StandardOpenOption.APPEND)) {
      return file.append(source);
    }
    int written = file.write(source, position);
    position += written;
    return written;
  }

  /** Writes as one call, as {@code writev} does. */
  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    checkWritable();
    List<ByteBuffer> parts = List.of(sources).subList(offset, offset + length);
    long bytes = 0;
    for (ByteBuffer part : parts) {
      bytes += part.remaining();
    }
    ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(bytes));
    parts.forEach(part -> whole.put(part.duplicate()));
    synchronized (positionLock) {
      writeHere(whole.flip());
    }
    parts.forEach(part -> part.position(part.limit()));
    return bytes;
  }

  /** Writes at a position; where the file was opened for appending, at its end, as Linux does. */
  @Override
  public int write(ByteBuffer source, long to) throws IOException {
    checkPosition(to);
    checkWritable();
    return file.flags().has(StandardOpenOption.APPEND)
        ? file.append(source)
        : file.write(source, to);
  }

  @Override
  public long position() throws IOException {
    checkOpen();
    synchronized (positionLock) {
      return file.flags().has(StandardOpenOption.APPEND) ? file.size() : position;
    }
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    checkOpen();
    checkPosition(newPosition);
    synchronized (positionLock) {
      position = newPosition;
    }
    return this;
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return file.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    checkOpen();
    if (size < 0) {
      throw new IllegalArgumentException("Negative size");
    }
    checkWritable();
    synchronized (positionLock) {
      file.truncate(size);
      position = Math.min(position, size);
    }
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    checkOpen();
    file.sync();
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
    checkOpen();
    if (!target.isOpen()) {
      throw new ClosedChannelException();
    }
    checkReadable();
    if (target instanceof SimulatedChannel other && !other.file.flags().writes()) {
      throw new NonWritableChannelException();
    }
    checkRange(from, count);
    long most = Math.min(count, Long.MAX_VALUE - from);
    long done = 0;
    while (done < most) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(TRANSFER_BYTES, most - done));
      if (file.read(buffer, from + done) <= 0) {
        break;
      }
      buffer.flip();
      int length = buffer.remaining();
      int written = target.write(buffer);
      done += written;
      if (written < length) {
        break;
      }
    }
    return done;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long to, long count) throws IOException {
    checkOpen();
    if (!source.isOpen()) {
      throw new ClosedChannelException();
    }
    if (source instanceof SimulatedChannel other && !other.file.flags().reads()) {
      throw new NonReadableChannelException();
    }
    checkWritable();
    checkRange(to, count);
    // A file that is its own source does not grow by what it is given.
    long most =
        source instanceof SimulatedChannel other
            ? Math.min(count, Math.max(0, other.size() - other.position()))
            : count;
    most = Math.min(most, Long.MAX_VALUE - to);
    long done = 0;
    while (done < most) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(TRANSFER_BYTES, most - done));
      int read = source.read(buffer);
      if (read <= 0) {
        break;
      }
      done += write(buffer.flip(), to + done);
    }
    return done;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long size) throws IOException {
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("Size exceeds Integer.MAX_VALUE");
    }
    return (MappedByteBuffer) mapped(mode, from, size, Arena.ofAuto()).asByteBuffer();
  }

  @Override
  public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    return mapped(mode, offset, size, arena);
  }

  private MemorySegment mapped(MapMode mode, long from, long size, Arena arena) throws IOException {
    checkOpen();
    checkRange(from, size);
    if (from > Long.MAX_VALUE - size) {
      throw new IllegalArgumentException("Position + size overflow");
    }
    if (!mode.equals(MapMode.READ_ONLY)) {
      checkWritable();
    }
    checkReadable();
    if (mode.equals(MapMode.READ_WRITE)) {
      throw new UnsupportedOperationException(
          "a file channel's writable mapping cannot be explored, since nobody sees its force: map"
              + " the file with Medium.map, or write it through the channel");
    }
    if (!mode.equals(MapMode.READ_ONLY) && !mode.equals(MapMode.PRIVATE)) {
      throw new UnsupportedOperationException(mode + " not supported");
    }
    if (from + size > file.size()) {
      if (!file.flags().writes()) {
        throw new IOException("Channel not open for writing - cannot extend file to required size");
      }
      file.grow(from + size);
    }
    if (mode.equals(MapMode.READ_ONLY)) {
      return in(arena, file.view(from, size));
    }
    MemorySegment copy = arena.allocate(Math.max(1, size)).asSlice(0, size);
    MemorySegment.copy(file.view(from, size), 0, copy, 0, size);
    return copy;
  }

  /**
   * {@return a view that lives as long as its arena, and what it shows with it} The global arena
   * would keep nothing, and so gives its views no other life.
   */
  @SuppressWarnings("restricted") // what is shown does not become any larger
  private static MemorySegment in(Arena arena, MemorySegment view) {
    return arena.scope().equals(Arena.global().scope())
        ? view
        : view.reinterpret(arena, new Keeper(view));
  }

  /** Has nothing to do but to hold what a view shows, while its arena holds this. */
  private record Keeper(MemorySegment shown) implements Consumer<MemorySegment> {
    @Override
    public void accept(MemorySegment view) {}
  }

  @Override
  public FileLock lock(long from, long size, boolean shared) throws IOException {
    checkOpen();
    if (shared) {
      checkReadable();
    } else {
      checkWritable();
    }
    SimulatedLock lock =
        new SimulatedLock(
            this,
            file.locks(),
            file.number(),
            from,
            size == 0 ? Long.MAX_VALUE - from : size,
            SimulatedLock.Sharing.of(shared));
    file.locks().add(file.number(), lock);
    synchronized (locks) {
      locks.add(lock);
    }
    return lock;
  }

  @Override
  public FileLock tryLock(long from, long size, boolean shared) throws IOException {
    return lock(from, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    synchronized (locks) {
      locks.forEach(SimulatedLock::drop);
    }
    file.close();
  }

  private void checkOpen() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void checkReadable() throws IOException {
    checkOpen();
    if (!file.flags().reads()) {
      throw new NonReadableChannelException();
    }
  }

  private void checkWritable() throws IOException {
    checkOpen();
    if (!file.flags().writes()) {
      throw new NonWritableChannelException();
    }
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("Negative position");
    }
  }

  /** Streams ask for {@link Long#MAX_VALUE} bytes from where they are: there is no end too far. */
  private static void checkRange(long from, long count) {
    if (from < 0 || count < 0) {
      throw new IllegalArgumentException(
          "%s: %d bytes at offset %d"
              .formatted(from < 0 ? "negative offset" : "negative size", count, from));
    }
  }
}
