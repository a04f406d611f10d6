package io.holdfast.collections;

import io.holdfast.heap.Computation;
import io.holdfast.heap.Tx;
import org.jspecify.annotations.Nullable;

/**
 * A change of a map as the body of a transaction: an object that is used again, so that a change
 * makes no garbage. Used by one thread at a time.
 */
abstract class MapOperation implements Computation<Boolean, RuntimeException> {
  private static final byte[] NONE = {};

  final Pages pages;

  Change change = Change.PUT;
  long header;
  long reference;

  /** What is compared first: see {@link PageLayout}. */
  long word;

  /** The key, if keys are bytes. */
  byte @Nullable [] bytes;

  long hash;
  long value;
  byte[] valueBytes = NONE;

  /** The value a removed key had. */
  long removed;

  MapOperation(Pages pages) {
    this.pages = pages;
  }

  @Override
  public final Boolean get() {
    Tx tx = pages.heap.tx();
    header = pages.heap.resolve(reference);
    noteChange();
    return switch (change) {
      case PUT, PUT_IF_ABSENT, REPLACE -> put(tx);
      case REMOVE -> remove(tx);
      case CLEAR -> {
        clear(tx);
        yield true;
      }
      case DESTROY -> {
        clear(tx);
        tx.free(header);
        yield true;
      }
    };
  }

  /** Tells the map's own cursors in this thread. */
  abstract void noteChange();

  abstract boolean put(Tx tx);

  abstract boolean remove(Tx tx);

  abstract void clear(Tx tx);

  /** Lets go of what belongs to the caller. */
  final void forget() {
    bytes = null;
    valueBytes = NONE;
  }

  final int print() {
    return Hashing.fingerprint(hash);
  }

  /** {@return the word of the value, which is a new blob if values are bytes} */
  final long makeValue(Tx tx) {
    return pages.values == Kind.LONG ? value : pages.blobs.make(tx, valueBytes);
  }

  /** {@return the reference of the key's new blob, 0 if keys are no bytes} */
  final long makeKey(Tx tx) {
    byte[] key = bytes;
    return key == null ? 0 : pages.blobs.make(tx, key);
  }

  final void replaceValue(Tx tx, long page, int place) {
    if (pages.values == Kind.BYTES) {
      pages.blobs.free(tx, pages.value(page, place));
    }
    pages.putValue(tx, page, place, makeValue(tx));
  }

  /** Takes an entry out of a page. */
  final void removeEntry(Tx tx, long page, int place) {
    removed = pages.value(page, place);
    pages.freeBlobs(tx, page, place);
    Pages.clear(tx, page, place);
  }
}
