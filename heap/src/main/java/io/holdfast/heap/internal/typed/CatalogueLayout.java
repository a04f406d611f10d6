package io.holdfast.heap.internal.typed;

import io.holdfast.heap.internal.HeapLayout;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An entry of the catalogue of types on the medium: one {@link Layout}.
 *
 * <p>Entries are objects of type {@link #ENTRY_TYPE}, written once, together with the first object
 * that has the layout. The heap's catalogue word refers to the newest, each to the one before it.
 *
 * <pre>
 *  0               8        12       16            20             24         28
 *  +---------------+--------+--------+-------------+--------------+----------+------+--------
 *  | previous      | length | crc32c | type number | object bytes | fields n | name | n fields
 *  +---------------+--------+--------+-------------+--------------+----------+------+--------
 *
 *  field:         | kind (1) | offset (4) | name | target |
 *  name, target:  | bytes (4) | UTF-8 ... |
 * </pre>
 *
 * <p>Integers are little-endian. {@code length} counts all bytes of the entry; the CRC32C covers
 * all of them but itself. {@code kind} is {@link Kind#code}; {@code target} is empty unless the
 * field is a reference.
 */
final class CatalogueLayout {
  /** The type number of entries. */
  static final int ENTRY_TYPE = HeapLayout.FIRST_CATALOGUE_TYPE;

  /** The type number of {@link ValueBlock}s. */
  static final int VALUE_TYPE = ENTRY_TYPE + 1;

  /** The type number of extensions, see {@link Layout}. */
  static final int EXTENSION_TYPE = ENTRY_TYPE + 2;

  /** The type number of the first interface's objects. */
  static final int FIRST_TYPE = ENTRY_TYPE + 16;

  /** One more than the last type number, which a header has 24 bits for. */
  static final int END_TYPE = 1 << 24;

  static final int PREVIOUS = 0;
  static final int LENGTH = 8;
  static final int CRC = 12;
  private static final int TYPE_ID = 16;
  private static final int BYTE_SIZE = 20;
  private static final int FIELD_COUNT = 24;

  /** Where the variable part begins, and so the least length of an entry. */
  static final int NAME = 28;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private CatalogueLayout() {}

  static byte[] encode(Layout layout, long previous) {
    Writer names = new Writer();
    names.putString(layout.typeName());
    for (Layout.Placed placed : layout.fields()) {
      names.putByte(placed.field().kind().code());
      names.putInt(placed.offset());
      names.putString(placed.field().name());
      names.putString(placed.field().target());
    }
    byte[] entry = new byte[NAME + names.length()];
    names.copyTo(entry, NAME);
    MemorySegment segment = MemorySegment.ofArray(entry);
    segment.set(LONG, PREVIOUS, previous);
    segment.set(INT, LENGTH, entry.length);
    segment.set(INT, TYPE_ID, layout.typeId());
    segment.set(INT, BYTE_SIZE, layout.byteSize());
    segment.set(INT, FIELD_COUNT, layout.fields().size());
    segment.set(INT, CRC, crc(entry));
    return entry;
  }

  /** {@return the reference of the entry before {@code entry}, 0 if it is the first} */
  static long previous(byte[] entry) {
    return MemorySegment.ofArray(entry).get(LONG, PREVIOUS);
  }

  /**
   * Reads an entry.
   *
   * @throws IllegalArgumentException if it is not a sound one; the message says why
   */
  static Layout decode(byte[] entry) {
    MemorySegment segment = MemorySegment.ofArray(entry);
    int stored = segment.get(INT, CRC);
    if (stored != crc(entry)) {
      throw new IllegalArgumentException(
          "checksum 0x%08x, but its bytes give 0x%08x".formatted(stored, crc(entry)));
    }
    int typeId = segment.get(INT, TYPE_ID);
    if (typeId < FIRST_TYPE || typeId >= END_TYPE) {
      throw new IllegalArgumentException("type number " + typeId);
    }
    try {
      Reader names = new Reader(segment, NAME);
      String typeName = names.nextString();
      int fieldCount = segment.get(INT, FIELD_COUNT);
      List<Layout.Placed> fields = new ArrayList<>();
      for (int i = 0; i < fieldCount; i++) {
        Kind kind = Kind.of(names.nextByte());
        int offset = names.nextInt();
        Field field = new Field(names.nextString(), kind, names.nextString());
        fields.add(new Layout.Placed(field, offset));
      }
      return new Layout(typeId, typeName, segment.get(INT, BYTE_SIZE), fields);
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("fields reach beyond its end", e);
    }
  }

  private static int crc(byte[] entry) {
    CRC32C crc = new CRC32C();
    crc.update(entry, 0, CRC);
    crc.update(entry, TYPE_ID, entry.length - TYPE_ID);
    return (int) crc.getValue();
  }

  /** Collects an entry's variable part. */
  private static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void putByte(byte value) {
      bytes.write(value);
    }

    void putInt(int value) {
      byte[] four = new byte[Integer.BYTES];
      MemorySegment.ofArray(four).set(INT, 0, value);
      bytes.writeBytes(four);
    }

    void putString(String value) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      putInt(utf8.length);
      bytes.writeBytes(utf8);
    }

    int length() {
      return bytes.size();
    }

    void copyTo(byte[] entry, int offset) {
      System.arraycopy(bytes.toByteArray(), 0, entry, offset, bytes.size());
    }
  }

  /** Takes an entry's variable part apart; every read beyond its end throws. */
  private static final class Reader {
    private final MemorySegment entry;
    private int position;

    Reader(MemorySegment entry, int position) {
      this.entry = entry;
      this.position = position;
    }

    byte nextByte() {
      return entry.get(ValueLayout.JAVA_BYTE, position++);
    }

    int nextInt() {
      int value = entry.get(INT, position);
      position += Integer.BYTES;
      return value;
    }

    String nextString() {
      int length = nextInt();
      byte[] utf8 = entry.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
      position += length;
      return new String(utf8, StandardCharsets.UTF_8);
    }
  }
}
