package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Locks;
import io.holdfast.heap.Tx;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A persistent map without an order: a hash table that grows bucket by bucket.
 *
 * <p>After a crash every change is there as a whole or not at all; see {@link PersistentMap}. For
 * threads: keys are spread over sixteen stripes with a lock each, so that writers of different
 * stripes do not wait for each other; readers wait for nobody.
 *
 * <p>To add or take out a key changes one bucket, a few words of it, and costs one fence like any
 * small transaction; about every fourteenth time a new key also splits a bucket. There is no moment
 * at which the whole table is built anew: the largest step overwrites one stripe's directory, some
 * 25 KiB for a million keys, in place and not in the record.
 */
public final class HashTable extends PersistentMap {
  private final Buckets buckets;

  private HashTable(long reference, Pages pages) {
    super(reference, pages, HashLayout.STRIPE_COUNT);
    long seed = heap.getLong(heap.resolve(reference) + HashLayout.SEED);
    this.buckets = new Buckets(pages, seed);
  }

  /**
   * A table whose pages may be smaller than they are, as tests need: every object for the same
   * table must take the same.
   */
  static HashTable of(long reference, Pages pages) {
    return new HashTable(reference, pages);
  }

  /**
   * Creates a hash table. Durable on return, or with the running transaction, which is where it
   * should be created: unless its reference is stored in an object that is reachable, or as the
   * heap's root, its space is lost.
   *
   * @param heap where it is to be
   * @param keys what its keys are
   * @param values what its values are
   * @return the table, empty
   * @throws io.holdfast.pmem.OutOfSpaceException if the heap is full and cannot grow
   */
  public static HashTable create(Heap heap, Kind keys, Kind values) {
    return create(heap, keys, values, new SplittableRandom().nextLong());
  }

  /** Creates a hash table whose hashes are the same in every run. */
  static HashTable create(Heap heap, Kind keys, Kind values, long seed) {
    Pages pages = new Pages(heap, Objects.requireNonNull(keys), Objects.requireNonNull(values));
    long reference =
        heap.transact(
            Locks.NONE,
            () -> {
              Tx tx = heap.tx();
              long header = tx.allocate(HashLayout.BYTES, HashLayout.TYPE);
              tx.putLong(header + HashLayout.FORMAT, format(HashLayout.MAGIC, keys, values));
              tx.putLong(header + HashLayout.SEED, seed);
              return heap.reference(header);
            });
    return new HashTable(reference, pages);
  }

  /**
   * Opens a hash table.
   *
   * @param heap where it is
   * @param reference its {@link #reference}
   * @return the table
   * @throws IllegalArgumentException if no hash table is there
   * @throws IllegalStateException if it has been destroyed
   * @throws io.holdfast.pool.PoolCorruptedException if its header is damaged
   */
  public static HashTable open(Heap heap, long reference) {
    return new HashTable(
        reference, pagesOf(heap, reference, HashLayout.TYPE, HashLayout.MAGIC, "hash table"));
  }

  @Override
  public long size() {
    long header = heap.resolve(reference);
    long size = 0;
    for (int i = 0; i < HashLayout.STRIPE_COUNT; i++) {
      size += buckets.size(Buckets.stripe(header, i));
    }
    return size;
  }

  /**
   * {@return the locks that a transaction needs which changes the values of one key} They are not
   * those of that key alone: the other keys of its stripe share them.
   *
   * @param key the key
   */
  public Locks locks(long key) {
    checkKeys(Kind.LONG);
    return locksOf(hash(key, null));
  }

  /**
   * {@return the locks that a transaction needs which changes the values of one key} They are not
   * those of that key alone: the other keys of its stripe share them.
   *
   * @param key the key
   */
  public Locks locks(byte[] key) {
    checkKeys(Kind.BYTES);
    return locksOf(hash(0, Objects.requireNonNull(key)));
  }

  /**
   * {@return a cursor for this table, for one thread, to be used for any number of scans} It is at
   * no entry yet.
   */
  public HashCursor cursor() {
    return new HashCursor(this, buckets);
  }

  @Override
  long hash(long key, byte @Nullable [] bytes) {
    return bytes == null ? Hashing.hash(key, buckets.seed) : Hashing.hash(bytes, buckets.seed);
  }

  @Override
  long word(long key, byte @Nullable [] bytes, long hash) {
    return bytes == null ? key : hash;
  }

  @Override
  long locate(long header, long word, byte @Nullable [] bytes, long hash) {
    return buckets.locate(header, word, bytes, hash);
  }

  @Override
  MapLock lockOf(long hash) {
    return locks.lock(Buckets.stripeOf(hash));
  }

  @Override
  Locks locksOf(long hash) {
    return locks.locks(Buckets.stripeOf(hash));
  }

  @Override
  MapOperation newOperation() {
    return new HashOperation(buckets, locks);
  }

  @Override
  List<String> wrong(long header) {
    return new HashVerifier(buckets).wrong(header);
  }

  @Override
  long objects() {
    HashVerifier verifier = new HashVerifier(buckets);
    verifier.wrong(heap.resolve(reference));
    return verifier.objects();
  }
}
