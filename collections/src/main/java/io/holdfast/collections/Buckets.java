package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import io.holdfast.pool.PoolCorruptedException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the directories of one {@link HashLayout hash table}, and finds buckets. Immutable;
 * allocates nothing.
 */
final class Buckets {
  /** A directory has at most this many slots for as many keys as a page has places. */
  static final int SLOTS_PER_PAGEFUL = 8;

  static final int MAX_DEPTH = 28;

  /** More pages than a bucket ever has, unless it is read while it changes. */
  static final int MAX_CHAIN = 1 << 20;

  final Heap heap;
  final Pages pages;
  final long seed;

  Buckets(Pages pages, long seed) {
    this.heap = pages.heap;
    this.pages = pages;
    this.seed = seed;
  }

  /** {@return which stripe a hash belongs to} */
  static int stripeOf(long hash) {
    return (int) (hash >>> (64 - HashLayout.STRIPE_BITS));
  }

  static long stripe(long header, int index) {
    return header + HashLayout.STRIPES + (long) index * HashLayout.STRIPE_BYTES;
  }

  /** {@return the first {@code bits} bits of a hash behind those that choose the stripe} */
  static long prefix(long hash, int bits) {
    return bits == 0 ? 0 : hash << HashLayout.STRIPE_BITS >>> (64 - bits);
  }

  int depth(long stripe) {
    long depth = heap.getLong(stripe + HashLayout.DEPTH);
    if (depth < 0 || depth > MAX_DEPTH) {
      throw new PoolCorruptedException(
          "%s: hash table's stripe at address %d has depth %d"
              .formatted(heap.path(), stripe, depth));
    }
    return (int) depth;
  }

  long size(long stripe) {
    return heap.getLong(stripe + HashLayout.SIZE);
  }

  /** {@return the address of a slot of the directory, which may be the stripe itself} */
  long slot(long stripe, int depth, long index) {
    return depth == 0
        ? stripe + HashLayout.DIRECTORY
        : heap.resolve(heap.getLong(stripe + HashLayout.DIRECTORY)) + 8 * index;
  }

  /** {@return the first page of a hash's bucket, 0 if the stripe has none} */
  long bucket(long stripe, long hash) {
    int depth = depth(stripe);
    return heap.resolve(heap.getLong(slot(stripe, depth, prefix(hash, depth))));
  }

  /** {@return the page where a bucket goes on, 0 if it does not} */
  long next(long page) {
    return heap.resolve(heap.getLong(page + PageLayout.NEXT));
  }

  /** {@return how many bits the hashes of a bucket's entries have in common} */
  int common(long page) {
    return heap.getInt(page + PageLayout.META);
  }

  /** {@return the hash of the entry in a place} */
  long hash(long page, int place) {
    long word = pages.word(page, place);
    return pages.keys == Kind.LONG ? Hashing.hash(word, seed) : word;
  }

  /** {@return the address of a key's entry, 0 if there is none} */
  long locate(long header, long word, byte @Nullable [] bytes, long hash) {
    int print = Hashing.fingerprint(hash);
    long page = bucket(stripe(header, stripeOf(hash)), hash);
    for (int hops = 0; page != 0 && hops < MAX_CHAIN; hops++) {
      int place = pages.find(page, word, bytes, print);
      if (place >= 0) {
        return pages.entry(page, place);
      }
      page = next(page);
    }
    return 0;
  }

  /** {@return a page of a new bucket} */
  static long allocate(Tx tx, int common) {
    long page = Pages.allocate(tx);
    if (common != 0) {
      tx.putInt(page + PageLayout.META, common);
    }
    return page;
  }
}
