package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Locks;
import io.holdfast.pool.PoolCorruptedException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A persistent map in a heap, of keys and values that are {@code long}s or bytes: a {@link
 * BPlusTree} or a {@link HashTable}.
 *
 * <p>Every change is a transaction, durable on return and whole after any crash; inside another
 * transaction it is a part of that one, aborts with it and becomes durable with it. What one
 * operation allocates and frees belongs to its transaction, so that nothing leaks.
 *
 * <p>Threads may share a map, and any number of objects may stand for the same persistent map. A
 * reader sees the last committed state, waits for no reader, and for a writer only while that one
 * has the part of the map that is read. Inside a transaction it sees that transaction's own
 * changes. What it has seen may change before the transaction ends, unless the transaction has the
 * heap alone or names {@link #locks}. A nested change waits a bounded time for a lock that its
 * transaction does not have, then the transaction aborts: one that changes several maps names all
 * their locks.
 *
 * <p>Keys and values are of the {@link Kind}s given at creation; a method for other kinds throws
 * {@link IllegalStateException}. Operations on {@code long}s make no garbage. Of an array that is
 * passed the content is copied; it must not change during the call.
 */
public abstract sealed class PersistentMap permits BPlusTree, HashTable {
  static final byte[] NONE = {};

  /** So often a reader tries without a lock. */
  static final int ATTEMPTS = 100;

  final Heap heap;
  final long reference;
  final Pages pages;
  final MapLocks locks;
  private final AtomicReference<@Nullable MapOperation> spare = new AtomicReference<>();

  PersistentMap(long reference, Pages pages, int lockCount) {
    this.heap = pages.heap;
    this.reference = reference;
    this.pages = pages;
    this.locks = MapLocks.of(heap, reference, lockCount);
  }

  // ---- facts

  /**
   * {@return the reference of this map, to be stored in an object of the heap, or as its root; from
   * it the map is opened again}
   */
  public final long reference() {
    return reference;
  }

  /** {@return what the keys are} */
  public final Kind keys() {
    return pages.keys;
  }

  /** {@return what the values are} */
  public final Kind values() {
    return pages.values;
  }

  /**
   * {@return the locks of the whole map, for a transaction that reads and changes it together with
   * others}
   */
  public final Locks locks() {
    return locks.all();
  }

  /** {@return how many keys there are, a number that was right at some moment of the call} */
  public abstract long size();

  /** {@return whether there are no keys} */
  public final boolean isEmpty() {
    return size() == 0;
  }

  // ---- reading

  /**
   * {@return whether {@code key} has a value}
   *
   * @param key the key
   */
  public final boolean contains(long key) {
    checkKeys(Kind.LONG);
    return find(key, null, 0, null, Want.PRESENCE) != 0;
  }

  /**
   * {@return whether {@code key} has a value}
   *
   * @param key the key
   */
  public final boolean contains(byte[] key) {
    checkKeys(Kind.BYTES);
    return find(0, Objects.requireNonNull(key), 0, null, Want.PRESENCE) != 0;
  }

  /**
   * {@return the value of {@code key}, or {@code absent}}
   *
   * @param key the key
   * @param absent what is returned if it has none
   */
  public final long get(long key, long absent) {
    check(Kind.LONG, Kind.LONG);
    return find(key, null, absent, null, Want.WORD);
  }

  /**
   * {@return the value of {@code key}, or {@code absent}}
   *
   * @param key the key
   * @param absent what is returned if it has none
   */
  public final long get(byte[] key, long absent) {
    check(Kind.BYTES, Kind.LONG);
    return find(0, Objects.requireNonNull(key), absent, null, Want.WORD);
  }

  /**
   * Copies a value, as much of it as there is room for, and makes no garbage.
   *
   * @param key the key
   * @param target receives the value's first bytes
   * @return how many bytes the value has, which may be more than {@code target} has; -1 if there is
   *     none
   */
  public final int get(long key, byte[] target) {
    check(Kind.LONG, Kind.BYTES);
    return (int) find(key, null, -1, Objects.requireNonNull(target), Want.COPY);
  }

  /**
   * Copies a value, as much of it as there is room for, and makes no garbage.
   *
   * @param key the key
   * @param target receives the value's first bytes
   * @return how many bytes the value has, which may be more than {@code target} has; -1 if there is
   *     none
   */
  public final int get(byte[] key, byte[] target) {
    check(Kind.BYTES, Kind.BYTES);
    return (int)
        find(0, Objects.requireNonNull(key), -1, Objects.requireNonNull(target), Want.COPY);
  }

  /**
   * {@return the value of {@code key} in a new array, {@code null} if it has none}
   *
   * @param key the key
   */
  public final byte @Nullable [] getBytes(long key) {
    check(Kind.LONG, Kind.BYTES);
    return copy(key, null);
  }

  /**
   * {@return the value of {@code key} in a new array, {@code null} if it has none}
   *
   * @param key the key
   */
  public final byte @Nullable [] getBytes(byte[] key) {
    check(Kind.BYTES, Kind.BYTES);
    return copy(0, Objects.requireNonNull(key));
  }

  private byte @Nullable [] copy(long key, byte @Nullable [] bytes) {
    byte[] copy = NONE;
    while (true) {
      int length = (int) find(key, bytes, -1, copy, Want.COPY);
      if (length < 0) {
        return null;
      }
      if (length == copy.length) {
        return copy;
      }
      copy = new byte[length];
    }
  }

  /** What a reader wants to know of an entry. */
  private enum Want {
    PRESENCE,
    WORD,
    COPY
  }

  /** Reads without a lock, until nobody has changed anything meanwhile, or with one. */
  private long find(
      long key, byte @Nullable [] bytes, long absent, byte @Nullable [] target, Want want) {
    long hash = hash(key, bytes);
    long word = word(key, bytes, hash);
    MapLock lock = lockOf(hash);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long stamp = lock.beginRead();
      if (stamp == 0) {
        Thread.onSpinWait();
        continue;
      }
      try {
        long found = findNow(word, bytes, hash, absent, target, want);
        if (lock.isValid(stamp)) {
          return found;
        }
      } catch (RuntimeException e) {
        // what was half-changed may look like damage
        if (lock.isValid(stamp)) {
          throw e;
        }
      }
    }
    long shared = lock.read(heap);
    try {
      return findNow(word, bytes, hash, absent, target, want);
    } finally {
      lock.endRead(shared);
    }
  }

  private long findNow(
      long word,
      byte @Nullable [] bytes,
      long hash,
      long absent,
      byte @Nullable [] target,
      Want want) {
    long entry = locate(heap.resolve(reference), word, bytes, hash);
    if (want == Want.PRESENCE) {
      return entry == 0 ? 0 : 1;
    }
    if (entry == 0) {
      return absent;
    }
    long value = heap.getLong(entry + pages.valueOffset);
    return target == null ? value : pages.blobs.read(value, target);
  }

  // ---- changing

  /**
   * Maps {@code key} to {@code value}. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether {@code key} had none before
   */
  public final boolean put(long key, long value) {
    return store(Change.PUT, key, value);
  }

  /**
   * Maps {@code key} to {@code value}. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether {@code key} had none before
   */
  public final boolean put(long key, byte[] value) {
    return store(Change.PUT, key, value);
  }

  /**
   * Maps {@code key} to {@code value}. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether {@code key} had none before
   */
  public final boolean put(byte[] key, long value) {
    return store(Change.PUT, key, value);
  }

  /**
   * Maps {@code key} to {@code value}. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether {@code key} had none before
   */
  public final boolean put(byte[] key, byte[] value) {
    return store(Change.PUT, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has none. Durable on return, or with the running
   * transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had none
   */
  public final boolean putIfAbsent(long key, long value) {
    return store(Change.PUT_IF_ABSENT, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has none. Durable on return, or with the running
   * transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had none
   */
  public final boolean putIfAbsent(long key, byte[] value) {
    return store(Change.PUT_IF_ABSENT, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has none. Durable on return, or with the running
   * transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had none
   */
  public final boolean putIfAbsent(byte[] key, long value) {
    return store(Change.PUT_IF_ABSENT, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has none. Durable on return, or with the running
   * transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had none
   */
  public final boolean putIfAbsent(byte[] key, byte[] value) {
    return store(Change.PUT_IF_ABSENT, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has another already. Durable on return, or with the
   * running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had one
   */
  public final boolean replace(long key, long value) {
    return store(Change.REPLACE, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has another already. Durable on return, or with the
   * running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had one
   */
  public final boolean replace(long key, byte[] value) {
    return store(Change.REPLACE, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has another already. Durable on return, or with the
   * running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had one
   */
  public final boolean replace(byte[] key, long value) {
    return store(Change.REPLACE, key, value);
  }

  /**
   * Maps {@code key} to {@code value} if it has another already. Durable on return, or with the
   * running transaction.
   *
   * @param key the key
   * @param value the value
   * @return whether it had one
   */
  public final boolean replace(byte[] key, byte[] value) {
    return store(Change.REPLACE, key, value);
  }

  /**
   * Takes {@code key} and its value out. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @return whether it was there
   */
  public final boolean remove(long key) {
    checkKeys(Kind.LONG);
    return run(prepared(Change.REMOVE, key, null));
  }

  /**
   * Takes {@code key} and its value out. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @return whether it was there
   */
  public final boolean remove(byte[] key) {
    checkKeys(Kind.BYTES);
    return run(prepared(Change.REMOVE, 0, Objects.requireNonNull(key)));
  }

  /**
   * Takes {@code key} out and tells its value. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @param absent what is returned if it was not there
   * @return the value it had
   */
  public final long remove(long key, long absent) {
    check(Kind.LONG, Kind.LONG);
    return removed(prepared(Change.REMOVE, key, null), absent);
  }

  /**
   * Takes {@code key} out and tells its value. Durable on return, or with the running transaction.
   *
   * @param key the key
   * @param absent what is returned if it was not there
   * @return the value it had
   */
  public final long remove(byte[] key, long absent) {
    check(Kind.BYTES, Kind.LONG);
    return removed(prepared(Change.REMOVE, 0, Objects.requireNonNull(key)), absent);
  }

  /**
   * Takes all keys out, in one transaction, whose record has some ten bytes for each page and each
   * key or value of bytes. Durable on return, or with the running transaction.
   */
  public final void clear() {
    runWhole(Change.CLEAR);
  }

  /**
   * Takes all keys out and frees the map: every later call throws {@link IllegalStateException}.
   * Durable on return, or with the running transaction, which should also overwrite the references
   * to it that are stored anywhere.
   */
  public final void destroy() {
    runWhole(Change.DESTROY);
  }

  private boolean store(Change change, long key, long value) {
    check(Kind.LONG, Kind.LONG);
    MapOperation operation = prepared(change, key, null);
    operation.value = value;
    return run(operation);
  }

  private boolean store(Change change, long key, byte[] value) {
    check(Kind.LONG, Kind.BYTES);
    Objects.requireNonNull(value);
    MapOperation operation = prepared(change, key, null);
    operation.valueBytes = value;
    return run(operation);
  }

  private boolean store(Change change, byte[] key, long value) {
    check(Kind.BYTES, Kind.LONG);
    MapOperation operation = prepared(change, 0, Objects.requireNonNull(key));
    operation.value = value;
    return run(operation);
  }

  private boolean store(Change change, byte[] key, byte[] value) {
    check(Kind.BYTES, Kind.BYTES);
    Objects.requireNonNull(value);
    MapOperation operation = prepared(change, 0, Objects.requireNonNull(key));
    operation.valueBytes = value;
    return run(operation);
  }

  private MapOperation prepared(Change change, long key, byte @Nullable [] bytes) {
    MapOperation operation = spare.getAndSet(null);
    if (operation == null) {
      operation = newOperation();
    }
    operation.change = change;
    operation.bytes = bytes;
    operation.hash = hash(key, bytes);
    operation.word = word(key, bytes, operation.hash);
    return operation;
  }

  private boolean run(MapOperation operation) {
    try {
      return runUnder(locksOf(operation.hash), operation);
    } finally {
      giveBack(operation);
    }
  }

  private long removed(MapOperation operation, long absent) {
    try {
      return runUnder(locksOf(operation.hash), operation) ? operation.removed : absent;
    } finally {
      giveBack(operation);
    }
  }

  private void runWhole(Change change) {
    MapOperation operation = newOperation();
    operation.change = change;
    runUnder(locks.all(), operation);
  }

  private boolean runUnder(Locks named, MapOperation operation) {
    operation.reference = reference;
    return heap.transact(named, operation);
  }

  private void giveBack(MapOperation operation) {
    operation.forget();
    spare.setRelease(operation);
  }

  // ---- what the two maps do differently

  abstract long hash(long key, byte @Nullable [] bytes);

  /** {@return what is compared first: see {@link PageLayout}} */
  abstract long word(long key, byte @Nullable [] bytes, long hash);

  /** {@return the address of a key's entry, 0 if there is none} */
  abstract long locate(long header, long word, byte @Nullable [] bytes, long hash);

  abstract MapLock lockOf(long hash);

  abstract Locks locksOf(long hash);

  abstract MapOperation newOperation();

  /**
   * Reads the whole map and checks all that must hold of it: every page and node is there and of
   * its type, as full as it must be, every key where it is looked for, every count right. Nothing
   * is changed. Writers wait.
   *
   * @return what is wrong, in words; nothing if all is well
   */
  public final List<String> verify() {
    long[] shared = new long[locks.count()];
    for (int i = 0; i < shared.length; i++) {
      shared[i] = MapLock.isOwn(locks.lock(i).beginRead()) ? 0 : locks.lock(i).read(heap);
    }
    try {
      return wrong(heap.resolve(reference));
    } finally {
      for (int i = 0; i < shared.length; i++) {
        if (shared[i] != 0) {
          locks.lock(i).endRead(shared[i]);
        }
      }
    }
  }

  abstract List<String> wrong(long header);

  /** {@return how many objects the map consists of} For who keeps writers away. */
  abstract long objects();

  // ---- checks

  private void check(Kind key, Kind value) {
    if (pages.keys != key || pages.values != value) {
      throw wrongKind();
    }
  }

  final void checkKeys(Kind key) {
    if (pages.keys != key) {
      throw wrongKind();
    }
  }

  final IllegalStateException wrongKind() {
    return new IllegalStateException(
        "%s: the map with reference %#x has keys of %s and values of %s"
            .formatted(heap.path(), reference, pages.keys, pages.values));
  }

  /** {@return the word that says what a header is} */
  static long format(long magic, Kind keys, Kind values) {
    return magic | PageLayout.code(keys) << 8 | PageLayout.code(values);
  }

  /**
   * {@return the kinds that a header tells, as pages of them}
   *
   * @param what a map is called, for messages
   * @throws IllegalArgumentException if there is no such map
   * @throws PoolCorruptedException if there is one whose kinds are unknown
   */
  static Pages pagesOf(Heap heap, long reference, int type, long format, String what) {
    if (reference == 0) {
      throw new IllegalArgumentException(heap.path() + ": reference 0 names no " + what);
    }
    long address = heap.resolve(reference);
    if (heap.typeOf(address) != type) {
      throw new IllegalArgumentException(
          "%s: the object at address %d is no %s".formatted(heap.path(), address, what));
    }
    long found = heap.getLong(address);
    for (Kind keys : Kind.values()) {
      for (Kind values : Kind.values()) {
        if (found == format(format, keys, values)) {
          return new Pages(heap, keys, values);
        }
      }
    }
    throw new PoolCorruptedException(
        "%s: the %s at address %d has an unknown format %#x"
            .formatted(heap.path(), what, address, found));
  }
}
