package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A write-ahead log in an ordinary file.
 *
 * <p>A record is its length, a checksum of its bytes and of all records before it, and its bytes:
 * neither what a crash has torn has that checksum, nor what an earlier crash has left behind the
 * end.
 */
public final class FileWal implements Wal {
  private static final int HEADER_BYTES = 8;

  private final FileChannel channel;
  private final List<String> records = new ArrayList<>();
  private int checksum;
  private long end;

  /**
   * Opens a log, and creates it if it does not exist.
   *
   * @param path its file
   * @throws IOException if it cannot be read, or made durable
   */
  public FileWal(Path path) throws IOException {
    channel = FileChannel.open(path, CREATE, READ, WRITE);
    try (FileChannel folder = FileChannel.open(path.resolveSibling("."), READ)) {
      recover();
      channel.force(true); // what a killed process wrote can be read and is not durable
      folder.force(true); // nor is the name of a new file
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void recover() throws IOException {
    ByteBuffer log = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (channel.read(log, log.position()) > 0) {}
    log.flip();
    while (log.remaining() >= HEADER_BYTES) {
      int length = log.getInt();
      int expected = log.getInt();
      byte[] bytes = new byte[Math.clamp(length, 0, log.remaining())];
      log.get(bytes);
      if (length != bytes.length || expected != checksum(bytes)) {
        return;
      }
      add(bytes);
    }
  }

  @Override
  public void append(String record) throws IOException {
    byte[] bytes = record.getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + bytes.length);
    buffer.putInt(bytes.length).putInt(checksum(bytes)).put(bytes).flip();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer, end + buffer.position());
      }
      channel.force(false);
    } catch (IOException e) {
      channel.close(); // no later sync would cover what this one has missed
      throw e;
    }
    add(bytes);
  }

  private int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(checksum).flip());
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private void add(byte[] bytes) {
    records.add(new String(bytes, UTF_8));
    checksum = checksum(bytes);
    end += HEADER_BYTES + bytes.length;
  }

  @Override
  public List<String> records() {
    return List.copyOf(records);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
