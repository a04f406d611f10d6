package io.holdfast.examples;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A write-ahead log in persistent memory, which costs one fence a record.
 *
 * <p>A record is its length, a checksum of its bytes and of all records before it, and its bytes:
 * neither what a crash has torn has that checksum, nor what an earlier crash has left behind the
 * end.
 */
public final class MappedWal implements Wal {
  private static final int HEADER_BYTES = 8;

  private final PmemMap map;
  private final List<String> records = new ArrayList<>();
  private int checksum;
  private long end;

  /**
   * Opens a log, which is empty if the memory is all zero.
   *
   * @param map its memory, which is closed with it
   */
  public MappedWal(PmemMap map) {
    this.map = map;
    recover();
    map.persist(0, end); // what a killed process stored can be read and is not durable
  }

  private void recover() {
    while (map.size() - end >= HEADER_BYTES) {
      int length = map.getInt(end);
      int expected = map.getInt(end + Integer.BYTES);
      if (length < 0 || length > map.size() - end - HEADER_BYTES) {
        return;
      }
      byte[] bytes = new byte[length];
      map.read(end + HEADER_BYTES, MemorySegment.ofArray(bytes), 0, length);
      if (expected != checksum(bytes)) {
        return;
      }
      add(bytes);
    }
  }

  @Override
  public void append(String record) {
    byte[] bytes = record.getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + bytes.length).order(LITTLE_ENDIAN);
    buffer.putInt(bytes.length).putInt(checksum(bytes)).put(bytes).flip();
    map.copy(end, MemorySegment.ofBuffer(buffer), 0, buffer.limit(), CopyMode.PERSIST);
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
  public void close() {
    map.close();
  }
}
