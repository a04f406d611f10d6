package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes {@link PageLayout pages} of one map. Immutable; allocates nothing.
 *
 * <p>A key that is a {@code long} is put, if there is room, into one of four places that lie in one
 * cache line and follow from the key, and looked for there first. Other places are found by the
 * fingerprint, eight at a time (Lamport, Multiple Byte Processing with Full-Word Instructions,
 * 1975).
 */
final class Pages {
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;

  /** So many entries of 16 bytes lie in a cache line. */
  private static final int IN_LINE = 4;

  private static final long NEAR_HIGHS = 0x8080_8080L;
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  final Heap heap;
  final Blobs blobs;
  final Kind keys;
  final Kind values;
  final int stride;
  final int places;
  final int valueOffset;
  private final int lastGroup;
  private final long lastHighs;

  Pages(Heap heap, Kind keys, Kind values) {
    this(heap, keys, values, PageLayout.places(keys));
  }

  /**
   * Pages of which fewer places are used, as tests need, so that few entries fill many.
   *
   * @param places at most as many as there are
   */
  Pages(Heap heap, Kind keys, Kind values, int places) {
    this.heap = heap;
    this.blobs = new Blobs(heap);
    this.keys = keys;
    this.values = values;
    this.stride = PageLayout.stride(keys);
    this.places = places;
    this.valueOffset = stride - 8;
    this.lastGroup = (places - 1) / 8;
    int inLast = places - 8 * lastGroup;
    this.lastHighs = HIGHS >>> (8 * (8 - inLast));
  }

  /** {@return the address of the entry in {@code place}} */
  long entry(long page, int place) {
    return page + PageLayout.ENTRIES + (long) place * stride;
  }

  private long prints(long page, int group) {
    return heap.getLong(page + PageLayout.PRINTS + 8L * group);
  }

  private long highs(int group) {
    return group == lastGroup ? lastHighs : HIGHS;
  }

  /**
   * {@return the place of a key, -1 if the page does not have it}
   *
   * @param word what is compared first
   * @param bytes what is compared then, if keys are bytes
   * @param print its fingerprint
   */
  int find(long page, long word, byte @Nullable [] bytes, int print) {
    if (keys == Kind.LONG) {
      // the line where it most likely is, which the processor fetches together with the prints'
      int near = near(word);
      for (int place = near; place < near + IN_LINE && place < places; place++) {
        if (heap.getLong(entry(page, place)) == word && isTaken(page, place)) {
          return place;
        }
      }
    }
    long pattern = print * ONES;
    for (int group = 0; group <= lastGroup; group++) {
      long x = prints(page, group) ^ pattern;
      // also finds a 1 above a 0: a fingerprint all the same, and the key decides
      long equal = (x - ONES) & ~x & highs(group);
      while (equal != 0) {
        int place = 8 * group + (Long.numberOfTrailingZeros(equal) >>> 3);
        long entry = entry(page, place);
        if (heap.getLong(entry) == word
            && (bytes == null || blobs.equal(heap.getLong(entry + 8), bytes))) {
          return place;
        }
        equal &= equal - 1;
      }
    }
    return -1;
  }

  /** {@return the first of the places in the cache line that is tried first for a key} */
  private int near(long word) {
    return (int) ((((word * SPREAD) >>> 48) * (places / IN_LINE)) >>> 16) * IN_LINE;
  }

  /** {@return a free place for a key, where it is found fast if possible, -1 if there is none} */
  int free(long page, long word) {
    if (keys == Kind.LONG) {
      int near = near(word);
      long prints = prints(page, near / 8) >>> (8 * (near % 8));
      long free = ~prints & NEAR_HIGHS;
      if (free != 0) {
        int place = near + (Long.numberOfTrailingZeros(free) >>> 3);
        if (place < places) {
          return place;
        }
      }
    }
    return free(page);
  }

  /** {@return a free place, -1 if there is none} */
  int free(long page) {
    for (int group = 0; group <= lastGroup; group++) {
      long free = ~prints(page, group) & highs(group);
      if (free != 0) {
        return 8 * group + (Long.numberOfTrailingZeros(free) >>> 3);
      }
    }
    return -1;
  }

  /** {@return how many entries the page has} */
  int count(long page) {
    int count = 0;
    for (int group = 0; group <= lastGroup; group++) {
      count += Long.bitCount(prints(page, group) & highs(group));
    }
    return count;
  }

  /** {@return which places are taken, bit 0 for the first} */
  int taken(long page) {
    int taken = 0;
    for (int group = 0; group <= lastGroup; group++) {
      // gathers the highest bits of eight bytes in one
      long bits = (prints(page, group) & highs(group)) >>> 7;
      taken |= (int) ((bits * 0x0102_0408_1020_4080L) >>> 56) << (8 * group);
    }
    return taken;
  }

  boolean isTaken(long page, int place) {
    return (print(page, place) & PageLayout.TAKEN) != 0;
  }

  int print(long page, int place) {
    return heap.getByte(page + PageLayout.PRINTS + place) & 0xFF;
  }

  long word(long page, int place) {
    return heap.getLong(entry(page, place));
  }

  /** {@return the blob of a key of bytes} */
  long key(long page, int place) {
    return keys == Kind.LONG ? 0 : heap.getLong(entry(page, place) + 8);
  }

  long value(long page, int place) {
    return heap.getLong(entry(page, place) + valueOffset);
  }

  // ---- changes, each a part of the running transaction

  /** {@return the address of a new page without entries} */
  static long allocate(Tx tx) {
    return tx.allocate(PageLayout.BYTES, PageLayout.TYPE);
  }

  void put(Tx tx, long page, int place, int print, long word, long key, long value) {
    long entry = entry(page, place);
    tx.putLong(entry, word);
    if (keys == Kind.BYTES) {
      tx.putLong(entry + 8, key);
    }
    tx.putLong(entry + valueOffset, value);
    tx.putByte(page + PageLayout.PRINTS + place, (byte) print);
  }

  void putValue(Tx tx, long page, int place, long value) {
    tx.putLong(entry(page, place) + valueOffset, value);
  }

  static void clear(Tx tx, long page, int place) {
    tx.putByte(page + PageLayout.PRINTS + place, (byte) 0);
  }

  /** Moves an entry to a free place of another page. */
  void move(Tx tx, long from, int place, long to) {
    put(
        tx,
        to,
        free(to, word(from, place)),
        print(from, place),
        word(from, place),
        key(from, place),
        value(from, place));
    clear(tx, from, place);
  }

  /** Frees an entry's blobs. */
  void freeBlobs(Tx tx, long page, int place) {
    if (keys == Kind.BYTES) {
      blobs.free(tx, key(page, place));
    }
    if (values == Kind.BYTES) {
      blobs.free(tx, value(page, place));
    }
  }

  /** Frees a page and its entries' blobs. */
  void freeWhole(Tx tx, long page) {
    if (keys == Kind.BYTES || values == Kind.BYTES) {
      for (int taken = taken(page); taken != 0; taken &= taken - 1) {
        freeBlobs(tx, page, Integer.numberOfTrailingZeros(taken));
      }
    }
    tx.free(page);
  }

  /** Compares two entries' keys, in the order of keys. */
  int compare(long word, long key, long otherWord, long otherKey) {
    int order = Long.compare(word, otherWord);
    if (order != 0 || keys == Kind.LONG) {
      return order;
    }
    return blobs.compare(key, otherKey);
  }
}
