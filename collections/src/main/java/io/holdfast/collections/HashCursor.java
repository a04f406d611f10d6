package io.holdfast.collections;

import io.holdfast.heap.Heap;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a {@link HashTable}, in no order that means anything:
 *
 * <pre>{@code
 * for (boolean there = cursor.first(); there; there = cursor.next()) {
 *   sum += cursor.value();
 * }
 * }</pre>
 *
 * <p>Volatile; changes nothing. For one thread, and used again for any number of scans: once its
 * buffers are large enough it makes no garbage but the arrays it returns. It reads bucket by
 * bucket: a key that was there all the time is met, none twice, and one that is put or taken out
 * meanwhile may be met or not. A scan that must see one state of the table runs in a transaction
 * that names its {@link HashTable#locks() locks}, or has the heap alone.
 */
public final class HashCursor {
  private final HashTable table;
  private final Heap heap;
  private final Buckets buckets;
  private final Pages pages;
  private final boolean bytesKeys;

  // where the next bucket is: hashes from here on, without the bits that choose the stripe
  private int stripe = HashLayout.STRIPE_COUNT;
  private long start;

  // the entries of the last bucket
  private long[] words = new long[64];
  private long[] values = new long[64];
  private int[] ends = new int[64];
  private byte[] keyBytes = PersistentMap.NONE;
  private int count;
  private int position;

  HashCursor(HashTable table, Buckets buckets) {
    this.table = table;
    this.heap = table.heap;
    this.buckets = buckets;
    this.pages = buckets.pages;
    this.bytesKeys = pages.keys == Kind.BYTES;
  }

  /**
   * Begins a scan.
   *
   * @return whether there is an entry
   */
  public boolean first() {
    stripe = 0;
    start = 0;
    count = 0;
    position = -1;
    return next();
  }

  /**
   * Goes to the next entry, which {@link #first} must have begun.
   *
   * @return whether there is one
   */
  public boolean next() {
    if (position < count) {
      position++;
    }
    while (position >= count) {
      if (stripe >= HashLayout.STRIPE_COUNT) {
        return false;
      }
      readBucket();
      position = 0;
    }
    return true;
  }

  /**
   * {@return the key it is at}
   *
   * @throws IllegalStateException if it is at no entry, or keys are no {@code long}s
   */
  public long key() {
    checkThere(!bytesKeys);
    return words[position];
  }

  /**
   * {@return the key it is at, in a new array}
   *
   * @throws IllegalStateException if it is at no entry, or keys are no bytes
   */
  public byte[] keyBytes() {
    checkThere(bytesKeys);
    return Arrays.copyOfRange(keyBytes, keyStart(), ends[position]);
  }

  /**
   * Copies the key it is at, as much of it as there is room for, and makes no garbage.
   *
   * @param target receives the key's first bytes
   * @return how many bytes the key has, which may be more than {@code target} has
   * @throws IllegalStateException if it is at no entry, or keys are no bytes
   */
  public int key(byte[] target) {
    checkThere(bytesKeys);
    int length = ends[position] - keyStart();
    System.arraycopy(keyBytes, keyStart(), target, 0, Math.min(length, target.length));
    return length;
  }

  /**
   * {@return the value that the key had when the cursor read its bucket}
   *
   * @throws IllegalStateException if it is at no entry, or values are no {@code long}s
   */
  public long value() {
    checkThere(pages.values == Kind.LONG);
    return values[position];
  }

  /**
   * {@return the value that the key has now, in a new array, or {@code null} if it has been taken
   * out since the cursor read its bucket}
   *
   * @throws IllegalStateException if it is at no entry, or values are no bytes
   */
  public byte @Nullable [] valueBytes() {
    checkThere(pages.values == Kind.BYTES);
    return bytesKeys ? table.getBytes(keyBytes()) : table.getBytes(words[position]);
  }

  private int keyStart() {
    return position == 0 ? 0 : ends[position - 1];
  }

  private void checkThere(boolean rightKind) {
    if (position < 0 || position >= count) {
      throw new IllegalStateException(heap.path() + ": cursor is at no entry");
    }
    if (!rightKind) {
      throw table.wrongKind();
    }
  }

  // ---- how it moves

  private void readBucket() {
    MapLock lock = table.locks.lock(stripe);
    for (int attempt = 0; attempt < PersistentMap.ATTEMPTS; attempt++) {
      long stamp = lock.beginRead();
      if (stamp == 0) {
        Thread.onSpinWait();
        continue;
      }
      try {
        long next = readBucketNow(lock, stamp);
        if (lock.isValid(stamp)) {
          begin(next);
          return;
        }
      } catch (RuntimeException e) {
        if (lock.isValid(stamp)) {
          throw e;
        }
      }
    }
    long shared = lock.read(heap);
    try {
      begin(readBucketNow(lock, lock.beginRead()));
    } finally {
      lock.endRead(shared);
    }
  }

  private void begin(long next) {
    start = next;
    if (next == 0) {
      stripe++;
    }
  }

  /** Reads the bucket at the start; {@return where the next one begins, 0 if there is none} */
  private long readBucketNow(MapLock lock, long stamp) {
    count = 0;
    long here = Buckets.stripe(heap.resolve(table.reference), stripe);
    long hash = start >>> HashLayout.STRIPE_BITS;
    long page = buckets.bucket(here, hash);
    if (page == 0) {
      return 0;
    }
    int common = buckets.common(page);
    for (int hops = 0; page != 0 && hops < Buckets.MAX_CHAIN; hops++) {
      for (int taken = pages.taken(page); taken != 0; taken &= taken - 1) {
        int place = Integer.numberOfTrailingZeros(taken);
        long own = buckets.hash(page, place) << HashLayout.STRIPE_BITS;
        // a bucket that has become one with its buddy may begin before the start
        if (Long.compareUnsigned(own, start) >= 0 && !add(page, place, lock, stamp)) {
          return 0;
        }
      }
      page = buckets.next(page);
    }
    return common == 0 ? 0 : (Buckets.prefix(hash, common) + 1) << (64 - common);
  }

  /** {@return whether the entry makes sense; if not, somebody changes it} */
  private boolean add(long page, int place, MapLock lock, long stamp) {
    if (count == words.length) {
      if (!lock.isValid(stamp)) {
        return false;
      }
      words = Arrays.copyOf(words, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    words[count] = pages.word(page, place);
    values[count] = pages.value(page, place);
    int from = count == 0 ? 0 : ends[count - 1];
    if (bytesKeys) {
      long blob = pages.key(page, place);
      int length = pages.blobs.length(blob);
      if (length > keyBytes.length - from) {
        if (!lock.isValid(stamp)) {
          return false; // no length to rely on
        }
        keyBytes = Arrays.copyOf(keyBytes, Math.max(2 * keyBytes.length, from + length));
      }
      pages.blobs.read(blob, keyBytes, from, length);
      ends[count] = from + length;
    }
    count++;
    return true;
  }
}
