package io.holdfast.cli;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;

/** One end of a copy: where bytes come from or go to, one after the other. For one thread. */
sealed interface DaxioEnd extends AutoCloseable {

  /** How messages call it. */
  String name();

  /** How many bytes it has from here on, or has room for; nothing if nobody knows. */
  OptionalLong rest() throws IOException;

  /** Leaves out so many bytes. */
  void skip(long bytes) throws IOException;

  /** Reads at least one byte; {@return how many, -1 at the end} */
  int read(byte[] buffer, int length) throws IOException;

  /** Writes so many bytes. */
  void write(byte[] buffer, int length) throws IOException;

  /** Makes durable what was written, where that is not so yet. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;

  /** {@return whether a path leads to a device DAX} */
  static boolean isDevice(Path path) {
    if (!Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path)) {
      return false;
    }
    try {
      var _ = PmemSource.of(path).size();
      return true;
    } catch (MapException e) {
      return false;
    }
  }

  /** {@return the file or device to read from} */
  static DaxioEnd reading(Path path) throws IOException {
    if (isDevice(path)) {
      return new Device(path.toString(), PmemSource.of(path), Protection.READ);
    }
    return new File(path.toString(), FileChannel.open(path, StandardOpenOption.READ), path);
  }

  /** {@return the file, created with mode 0600 if it does not exist, or device to write to} */
  static DaxioEnd writing(Path path) throws IOException {
    if (isDevice(path)) {
      return new Device(path.toString(), PmemSource.of(path), Protection.READ_WRITE);
    }
    // What only few may read on the device is nobody else's in its copy, either.
    return new File(
        path.toString(),
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
        path);
  }

  /** A mapped device DAX; what is written to it is durable at once. */
  final class Device implements DaxioEnd {
    private static final long PIECE_BYTES = 1 << 20;

    private final String name;
    private final PmemMap map;
    private long position;

    Device(String name, PmemSource source, Protection protection) {
      this.name = name;
      this.map =
          Medium.system()
              .map(
                  source,
                  MapConfig.defaults()
                      .withRequiredGranularity(Granularity.PAGE)
                      .withProtection(protection));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public OptionalLong rest() {
      return OptionalLong.of(map.size() - position);
    }

    @Override
    public void skip(long bytes) throws IOException {
      if (bytes > map.size() - position) {
        throw new FileSystemException(
            name, null, "offset " + bytes + " exceeds size " + map.size());
      }
      position += bytes;
    }

    @Override
    public int read(byte[] buffer, int length) {
      int n = (int) Math.min(length, map.size() - position);
      if (n == 0) {
        return -1;
      }
      map.read(position, MemorySegment.ofArray(buffer), 0, n);
      map.checkFaults();
      position += n;
      return n;
    }

    @Override
    public void write(byte[] buffer, int length) {
      map.copy(position, MemorySegment.ofArray(buffer), 0, length, CopyMode.PERSIST);
      map.checkFaults();
      position += length;
    }

    /** Writes zeros, part of what is asked for; {@return how many} */
    long writeZeros(long length) {
      long n = Math.min(length, PIECE_BYTES);
      map.fill(position, n, (byte) 0, CopyMode.PERSIST);
      map.checkFaults();
      position += n;
      return n;
    }

    @Override
    public void finish() {
      // Each write was durable.
    }

    @Override
    public void close() {
      map.close();
    }
  }

  /** A file, or a character device such as {@code /dev/zero}. */
  final class File implements DaxioEnd {
    private final String name;
    private final FileChannel channel;
    private final boolean regular;

    File(String name, FileChannel channel, Path path) {
      this.name = name;
      this.channel = channel;
      this.regular = Files.isRegularFile(path);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public OptionalLong rest() throws IOException {
      return regular
          ? OptionalLong.of(Math.max(0, channel.size() - channel.position()))
          : OptionalLong.empty();
    }

    @Override
    public void skip(long bytes) throws IOException {
      if (regular) {
        channel.position(bytes);
      } else {
        InOrder.skip(this, bytes);
      }
    }

    @Override
    public int read(byte[] buffer, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(buffer, 0, length));
    }

    @Override
    public void write(byte[] buffer, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(buffer, 0, length);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    /** Forgets what the file held from here on. */
    void truncate() throws IOException {
      if (regular) {
        channel.truncate(channel.position());
      }
    }

    @Override
    public void finish() throws IOException {
      if (regular) {
        channel.force(true);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Standard input or output. */
  final class Stream implements DaxioEnd {
    private final String name;
    private final InputStream in;
    private final OutputStream out;

    private Stream(String name, InputStream in, OutputStream out) {
      this.name = name;
      this.in = in;
      this.out = out;
    }

    static Stream reading(InputStream in) {
      return new Stream("standard input", in, OutputStream.nullOutputStream());
    }

    static Stream writing(OutputStream out) {
      return new Stream("standard output", InputStream.nullInputStream(), out);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public OptionalLong rest() {
      return OptionalLong.empty();
    }

    @Override
    public void skip(long bytes) throws IOException {
      InOrder.skip(this, bytes);
    }

    @Override
    public int read(byte[] buffer, int length) throws IOException {
      return in.read(buffer, 0, length);
    }

    @Override
    public void write(byte[] buffer, int length) throws IOException {
      out.write(buffer, 0, length);
    }

    @Override
    public void finish() throws IOException {
      out.flush();
    }

    @Override
    public void close() {
      // Not ours.
    }
  }

  /** What can only be read byte after byte. */
  final class InOrder {
    private InOrder() {}

    private static void skip(DaxioEnd end, long bytes) throws IOException {
      byte[] buffer = new byte[1 << 16];
      for (long left = bytes; left > 0; ) {
        int n = end.read(buffer, (int) Math.min(left, buffer.length));
        if (n < 0) {
          throw new FileSystemException(
              end.name(), null, "offset " + bytes + " exceeds size " + (bytes - left));
        }
        left -= n;
      }
    }
  }
}
