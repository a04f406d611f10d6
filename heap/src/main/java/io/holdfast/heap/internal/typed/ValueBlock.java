package io.holdfast.heap.internal.typed;

import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.ObjectHeader;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A {@code String} or {@code byte[]} in the heap: a block that belongs to one field, is written
 * once and freed when the field is given another value.
 *
 * <pre>
 *  0               4               8
 *  +---------------+---------------+------------
 *  | length, bytes | coding        | bytes ...
 *  +---------------+---------------+------------
 * </pre>
 *
 * <p>Coding 0 is bytes, 1 a string in Latin-1 (all its characters are below U+0100), 2 a string in
 * UTF-16LE: any Java string comes back as it was, unpaired surrogates included. Integers are
 * little-endian.
 */
final class ValueBlock {
  private static final int LENGTH = 0;
  private static final int CODING = 4;
  private static final int CONTENT = 8;

  private static final int BYTES = 0;
  private static final int LATIN_1 = 1;
  private static final int UTF_16 = 2;

  private static final ValueLayout.OfChar CHAR =
      ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ValueBlock() {}

  /**
   * {@return the reference of a block, new in the running transaction, with a copy of {@code
   * value}}
   */
  static long write(HeapCore core, Transaction tx, byte[] value) {
    return write(core, tx, value, BYTES);
  }

  /** {@return the reference of a block, new in the running transaction, with {@code value}} */
  static long write(HeapCore core, Transaction tx, String value) {
    if (isLatin1(value)) {
      return write(core, tx, value.getBytes(StandardCharsets.ISO_8859_1), LATIN_1);
    }
    if (value.length() > Integer.MAX_VALUE / Character.BYTES - CONTENT) {
      throw new IllegalArgumentException(
          "string of %d characters, not all of them in Latin-1, is too long"
              .formatted(value.length()));
    }
    byte[] content = new byte[value.length() * Character.BYTES];
    MemorySegment.copy(
        value.toCharArray(), 0, MemorySegment.ofArray(content), CHAR, 0, value.length());
    return write(core, tx, content, UTF_16);
  }

  private static long write(HeapCore core, Transaction tx, byte[] content, int coding) {
    long address = tx.allocateTyped(CONTENT + (long) content.length, CatalogueLayout.VALUE_TYPE);
    tx.putInt(address + LENGTH, content.length);
    tx.putInt(address + CODING, coding);
    tx.putBytes(address + CONTENT, content, 0, content.length);
    return core.reference(address);
  }

  private static boolean isLatin1(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0xff) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads a block that another thread may free, and its place reuse, at the same time.
   *
   * @return a {@code String} or {@code byte[]}, or {@code null} if the reference leads to no living
   *     block
   * @throws PoolCorruptedException if the block is damaged
   */
  static @Nullable Object read(HeapCore core, long reference) {
    if (!isLive(core, reference)) {
      return null;
    }
    long address = ObjectHeader.address(reference);
    int length = core.getInt(address + LENGTH);
    int coding = core.getInt(address + CODING);
    if (!isLive(core, reference)) {
      return null;
    }
    if (length < 0 || length > core.size() - address - CONTENT) {
      throw damaged(core, reference, "length " + length);
    }
    byte[] content = new byte[length];
    core.getBytes(address + CONTENT, content, 0, length);
    if (!isLive(core, reference)) {
      return null;
    }
    return switch (coding) {
      case BYTES -> content;
      case LATIN_1 -> new String(content, StandardCharsets.ISO_8859_1);
      case UTF_16 -> {
        char[] chars = new char[length / Character.BYTES];
        MemorySegment.copy(MemorySegment.ofArray(content), CHAR, 0, chars, 0, chars.length);
        yield new String(chars);
      }
      default -> throw damaged(core, reference, "coding " + coding);
    };
  }

  /**
   * {@return whether all that was read before came from the living block that {@code reference}
   * names}
   */
  private static boolean isLive(HeapCore core, long reference) {
    VarHandle.loadLoadFence();
    return core.headerOf(reference)
        == ObjectHeader.of(
            CatalogueLayout.VALUE_TYPE, ObjectHeader.referencedGeneration(reference));
  }

  private static PoolCorruptedException damaged(HeapCore core, long reference, String how) {
    return new PoolCorruptedException(
        "%s: value at %d is damaged: %s"
            .formatted(core.path(), ObjectHeader.address(reference), how));
  }
}
