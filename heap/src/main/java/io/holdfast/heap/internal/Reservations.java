package io.holdfast.heap.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Blocks and pages a transaction has allocated or frees, in the order in which it did. Volatile,
 * used by one thread at a time and again for the next transaction.
 */
final class Reservations {
  private @Nullable Slab[] slabs = new @Nullable Slab[16];
  private long[] places = new long[16];
  private long[] pages = new long[16];
  private int count;

  int count() {
    return count;
  }

  void add(Slab slab, int block) {
    append(slab, block, 0);
  }

  void addLarge(long place, long pageCount) {
    append(null, place, pageCount);
  }

  /** Adds all of another transaction's, which has none then. */
  void takeOver(Reservations others) {
    for (int i = 0; i < others.count; i++) {
      append(others.slabs[i], others.places[i], others.pages[i]);
    }
    others.clear();
  }

  private void append(@Nullable Slab slab, long place, long pageCount) {
    if (count == slabs.length) {
      slabs = Arrays.copyOf(slabs, 2 * count);
      places = Arrays.copyOf(places, 2 * count);
      pages = Arrays.copyOf(pages, 2 * count);
    }
    slabs[count] = slab;
    places[count] = place;
    pages[count++] = pageCount;
  }

  /** Takes out a block, looking from the newest; {@return whether it was there} */
  boolean remove(Slab slab, int block) {
    return removeAt(indexOf(slab, block));
  }

  /** Takes out a large object; {@return its pages, 0 if it was not there} */
  long removeLarge(long place) {
    int at = indexOf(null, place);
    long found = at < 0 ? 0 : pages[at];
    removeAt(at);
    return found;
  }

  private int indexOf(@Nullable Slab slab, long place) {
    int at = count - 1;
    while (at >= 0 && (slabs[at] != slab || places[at] != place)) {
      at--;
    }
    return at;
  }

  private boolean removeAt(int at) {
    if (at < 0) {
      return false;
    }
    count--;
    slabs[at] = slabs[count];
    places[at] = places[count];
    pages[at] = pages[count];
    slabs[count] = null;
    return true;
  }

  /** Appends the bitmap operations that take the blocks. */
  void appendTaken(JournalRecord record) {
    appendBits(record, Operation.TAKE);
  }

  /** Appends the bitmap operations that free the blocks. */
  void appendFreed(JournalRecord record) {
    appendBits(record, Operation.FREE);
  }

  private enum Operation {
    TAKE,
    FREE
  }

  /** Appends one entry for neighbours in the order of allocation that share a word. */
  private void appendBits(JournalRecord record, Operation operation) {
    long word = 0;
    long bits = 0;
    for (int i = 0; i < count; i++) {
      Slab slab = slabs[i];
      if (slab == null) {
        continue;
      }
      long next = slab.bitmapOffset((int) places[i]);
      if (next != word) {
        appendWord(record, operation, word, bits);
        word = next;
        bits = 0;
      }
      bits |= 1L << places[i];
    }
    appendWord(record, operation, word, bits);
  }

  private static void appendWord(JournalRecord record, Operation operation, long word, long bits) {
    if (bits == 0) {
      return;
    }
    switch (operation) {
      case TAKE -> record.or(word, bits);
      case FREE -> record.and(word, ~bits);
    }
  }

  void quarantine(Quarantine quarantine, long sequence) {
    for (int i = 0; i < count; i++) {
      Slab slab = slabs[i];
      if (slab != null) {
        quarantine.addBlock(sequence, slab, (int) places[i]);
      } else {
        quarantine.addPages(sequence, places[i], pages[i]);
      }
    }
  }

  void giveBack(Quarantine.Release to) {
    for (int i = 0; i < count; i++) {
      Slab slab = slabs[i];
      if (slab != null) {
        to.block(slab, (int) places[i]);
      } else {
        to.pages(places[i], pages[i]);
      }
    }
  }

  void clear() {
    Arrays.fill(slabs, 0, count, null);
    count = 0;
  }
}
