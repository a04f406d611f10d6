package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;

/**
 * A change of a hash table: of one stripe, under that stripe's lock, or of all.
 *
 * <p>A full bucket is split in two by the next bit of its keys' hashes. If that needs a directory
 * twice as large, and that one had more slots than there are keys to justify, the bucket goes on in
 * another page instead; so keys with the same hash cost no more than the search. Two buckets that
 * are half full together become one again, and the directory shrinks when no bucket needs it.
 *
 * <p>A split, the largest step, moves half a bucket and overwrites its slots in the directory. A
 * directory of more than a KiB is filled in place and does not travel in the record.
 */
final class HashOperation extends MapOperation {
  private final Heap heap;
  private final Buckets buckets;
  private final MapLocks locks;

  HashOperation(Buckets buckets, MapLocks locks) {
    super(buckets.pages);
    this.heap = buckets.heap;
    this.buckets = buckets;
    this.locks = locks;
  }

  @Override
  void noteChange() {
    // a cursor keeps what it has read of a bucket, whoever changes it
  }

  private long ownStripe() {
    return Buckets.stripe(header, Buckets.stripeOf(hash));
  }

  private static void put(Tx tx, long stripe, int field, long value) {
    tx.putLong(stripe + field, value);
  }

  private void addToSize(Tx tx, long stripe, long difference) {
    put(tx, stripe, HashLayout.SIZE, buckets.size(stripe) + difference);
  }

  private void addToDeepest(Tx tx, long stripe, long difference) {
    put(tx, stripe, HashLayout.DEEPEST, heap.getLong(stripe + HashLayout.DEEPEST) + difference);
  }

  // ---- put

  @Override
  boolean put(Tx tx) {
    long stripe = ownStripe();
    long page = buckets.bucket(stripe, hash);
    for (long p = page; p != 0; p = buckets.next(p)) {
      int place = pages.find(p, word, bytes, print());
      if (place >= 0) {
        if (change != Change.PUT_IF_ABSENT) {
          replaceValue(tx, p, place);
        }
        return change == Change.REPLACE;
      }
    }
    if (change == Change.REPLACE) {
      return false;
    }
    if (page == 0) {
      page = Buckets.allocate(tx, 0);
      put(tx, stripe, HashLayout.DIRECTORY, heap.reference(page));
      put(tx, stripe, HashLayout.DEEPEST, 1);
    }
    long room = pageWithRoom(page);
    while (room == 0 && maySplit(stripe, page)) {
      split(tx, stripe, page);
      page = buckets.bucket(stripe, hash);
      room = pageWithRoom(page);
    }
    if (room == 0) {
      room = append(tx, page, 0);
    }
    pages.put(tx, room, pages.free(room, word), print(), word, makeKey(tx), makeValue(tx));
    addToSize(tx, stripe, 1);
    return true;
  }

  /** {@return the first page of a bucket that has a free place, 0 if there is none} */
  private long pageWithRoom(long first) {
    long page = first;
    while (page != 0 && pages.free(page) < 0) {
      page = buckets.next(page);
    }
    return page;
  }

  /** Has a bucket go on in a new page; {@return that page} */
  private long append(Tx tx, long first, int common) {
    long last = first;
    for (long next = buckets.next(last); next != 0; next = buckets.next(last)) {
      last = next;
    }
    long page = Buckets.allocate(tx, common);
    tx.putLong(last + PageLayout.NEXT, heap.reference(page));
    return page;
  }

  private boolean maySplit(long stripe, long page) {
    int depth = buckets.depth(stripe);
    if (buckets.common(page) < depth) {
      return true;
    }
    return depth < Buckets.MAX_DEPTH
        && (2L << depth) * pages.places <= Buckets.SLOTS_PER_PAGEFUL * buckets.size(stripe);
  }

  /** Moves the entries of the key's bucket whose next bit is set to a new one. */
  private void split(Tx tx, long stripe, long left) {
    int common = buckets.common(left);
    int depth = buckets.depth(stripe);
    if (common == depth) {
      doubleDirectory(tx, stripe, depth);
      depth++;
    }
    long right = Buckets.allocate(tx, common + 1);
    tx.putInt(left + PageLayout.META, common + 1);
    long target = right;
    for (long page = left; page != 0; page = buckets.next(page)) {
      for (int taken = pages.taken(page); taken != 0; taken &= taken - 1) {
        int place = Integer.numberOfTrailingZeros(taken);
        if ((Buckets.prefix(buckets.hash(page, place), common + 1) & 1) != 0) {
          if (pages.free(target) < 0) {
            target = append(tx, right, 0);
          }
          pages.move(tx, page, place, target);
        }
      }
    }
    fillUp(tx, left);
    long slots = 1L << (depth - common);
    long first = Buckets.prefix(hash, common) * slots;
    point(tx, stripe, depth, first + slots / 2, first + slots, heap.reference(right));
    if (common + 1 == depth) {
      addToDeepest(tx, stripe, 2);
    }
  }

  /** Moves entries forward in a bucket, and gives back the pages that become empty. */
  private void fillUp(Tx tx, long first) {
    long before = first;
    for (long page = buckets.next(first); page != 0; page = buckets.next(before)) {
      int taken = pages.taken(page);
      while (taken != 0 && pages.free(first) >= 0) {
        pages.move(tx, page, Integer.numberOfTrailingZeros(taken), first);
        taken &= taken - 1;
      }
      if (taken == 0) {
        unlink(tx, before, page);
      } else {
        before = page;
      }
    }
  }

  private void unlink(Tx tx, long before, long page) {
    tx.putLong(before + PageLayout.NEXT, heap.getLong(page + PageLayout.NEXT));
    tx.free(page);
  }

  /** Has slots of the directory refer to a bucket. */
  private void point(Tx tx, long stripe, int depth, long from, long to, long reference) {
    long slot = buckets.slot(stripe, depth, from);
    for (long i = from; i < to; i++) {
      tx.putLong(slot, reference);
      slot += 8;
    }
  }

  private void doubleDirectory(Tx tx, long stripe, int depth) {
    long old = buckets.slot(stripe, depth, 0);
    long directory = tx.allocate(16L << depth, HashLayout.DIRECTORY_TYPE);
    for (long i = 0; i < 1L << depth; i++) {
      long reference = heap.getLong(old + 8 * i);
      tx.putLong(directory + 16 * i, reference);
      tx.putLong(directory + 16 * i + 8, reference);
    }
    replaceDirectory(tx, stripe, depth, heap.reference(directory), depth + 1);
    put(tx, stripe, HashLayout.DEEPEST, 0);
  }

  private void replaceDirectory(Tx tx, long stripe, int depth, long reference, int newDepth) {
    if (depth > 0) {
      tx.free(buckets.slot(stripe, depth, 0));
    }
    put(tx, stripe, HashLayout.DIRECTORY, reference);
    put(tx, stripe, HashLayout.DEPTH, newDepth);
  }

  // ---- remove

  @Override
  boolean remove(Tx tx) {
    long stripe = ownStripe();
    long first = buckets.bucket(stripe, hash);
    long before = 0;
    for (long page = first; page != 0; page = buckets.next(page)) {
      int place = pages.find(page, word, bytes, print());
      if (place >= 0) {
        removeEntry(tx, page, place);
        addToSize(tx, stripe, -1);
        shrink(tx, stripe, first, before, page);
        return true;
      }
      before = page;
    }
    return false;
  }

  /** An entry was taken out of {@code page}. */
  private void shrink(Tx tx, long stripe, long first, long before, long page) {
    if (buckets.size(stripe) == 0) {
      clear(tx, stripe);
      return;
    }
    if (page != first) {
      if (pages.taken(page) == 0) {
        unlink(tx, before, page);
      }
      return;
    }
    if (pages.count(first) > pages.places / 4) {
      return;
    }
    long bucket = first;
    while (bucket != 0) {
      bucket = mergeWithBuddy(tx, stripe, bucket);
    }
    int depth = buckets.depth(stripe);
    while (depth > 0
        && heap.getLong(stripe + HashLayout.DEEPEST) == 0
        && (1L << depth) * pages.places > 2 * Buckets.SLOTS_PER_PAGEFUL * buckets.size(stripe)) {
      halveDirectory(tx, stripe, depth);
      depth--;
    }
  }

  /**
   * Makes one bucket of the key's and the one it was split from; {@return that one, 0 if they are
   * to stay two}
   */
  private long mergeWithBuddy(Tx tx, long stripe, long page) {
    int common = buckets.common(page);
    if (common == 0 || buckets.next(page) != 0) {
      return 0;
    }
    int depth = buckets.depth(stripe);
    long slots = 1L << (depth - common);
    long own = Buckets.prefix(hash, common);
    long buddyReference = heap.getLong(buckets.slot(stripe, depth, (own ^ 1) * slots));
    long buddy = heap.resolve(buddyReference);
    if (buckets.common(buddy) != common
        || buckets.next(buddy) != 0
        || pages.count(page) + pages.count(buddy) > pages.places / 2) {
      return 0;
    }
    for (int taken = pages.taken(page); taken != 0; taken &= taken - 1) {
      pages.move(tx, page, Integer.numberOfTrailingZeros(taken), buddy);
    }
    tx.free(page);
    tx.putInt(buddy + PageLayout.META, common - 1);
    point(tx, stripe, depth, own * slots, (own + 1) * slots, buddyReference);
    if (common == depth) {
      addToDeepest(tx, stripe, -2);
    }
    return buddy;
  }

  private void halveDirectory(Tx tx, long stripe, int depth) {
    long old = buckets.slot(stripe, depth, 0);
    int half = depth - 1;
    long deepest = 0;
    long reference = heap.getLong(old);
    if (half == 0) {
      deepest = 1;
    } else {
      long directory = tx.allocate(8L << half, HashLayout.DIRECTORY_TYPE);
      for (long i = 0; i < 1L << half; i++) {
        long bucket = heap.getLong(old + 16 * i);
        tx.putLong(directory + 8 * i, bucket);
        if (buckets.common(heap.resolve(bucket)) == half) {
          deepest++;
        }
      }
      reference = heap.reference(directory);
    }
    replaceDirectory(tx, stripe, depth, reference, half);
    put(tx, stripe, HashLayout.DEEPEST, deepest);
  }

  // ---- clear

  @Override
  void clear(Tx tx) {
    for (int i = 0; i < locks.count(); i++) {
      clear(tx, Buckets.stripe(header, i));
    }
  }

  private void clear(Tx tx, long stripe) {
    if (heap.getLong(stripe + HashLayout.DIRECTORY) == 0) {
      return;
    }
    int depth = buckets.depth(stripe);
    for (long i = 0; i < 1L << depth; ) {
      long page = heap.resolve(heap.getLong(buckets.slot(stripe, depth, i)));
      i += 1L << (depth - buckets.common(page));
      while (page != 0) {
        long next = buckets.next(page);
        pages.freeWhole(tx, page);
        page = next;
      }
    }
    replaceDirectory(tx, stripe, depth, 0, 0);
    put(tx, stripe, HashLayout.SIZE, 0);
    put(tx, stripe, HashLayout.DEEPEST, 0);
  }
}
