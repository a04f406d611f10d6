package io.holdfast.heap.internal.typed;

import io.holdfast.heap.Tx;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.HeapLayout;
import io.holdfast.heap.internal.ObjectHeader;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.pool.PoolCorruptedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The heap's catalogue of types: every {@link Layout} any of its objects has.
 *
 * <p>A layout is added by the transaction that makes the first object with it, and so survives a
 * crash exactly if that transaction does. Until that one has committed no other transaction uses
 * the layout, so that no record ever rests on a type number that may yet be lost; one that wants to
 * add a layout meanwhile waits, for a bounded time. Numbers of aborted transactions are not given
 * out again in this run.
 *
 * <p>May be shared between threads.
 */
final class Catalogue {
  private static final long MAX_WAIT_SECONDS = 10;

  private final HeapCore core;

  /**
   * By type number less {@link CatalogueLayout#FIRST_TYPE}; replaced by a longer one when a layout
   * is added.
   */
  private volatile @Nullable Layout[] layouts = new @Nullable Layout[0];

  private final Semaphore adding = new Semaphore(1);
  private volatile @Nullable Tx adder;
  private final List<Layout> uncommitted = new ArrayList<>();
  private int nextTypeId;

  /**
   * Reads the catalogue.
   *
   * @throws PoolCorruptedException if it is damaged
   */
  Catalogue(HeapCore core) {
    this.core = core;
    Map<Integer, Layout> found = new TreeMap<>();
    for (long entry = core.getLong(HeapLayout.CATALOGUE_OFFSET); entry != 0; ) {
      byte[] bytes = readEntry(entry);
      Layout layout = decode(entry, bytes);
      if (found.put(layout.typeId(), layout) != null) {
        throw damaged(entry, "another one has its type number, " + layout.typeId());
      }
      entry = CatalogueLayout.previous(bytes);
    }
    nextTypeId = CatalogueLayout.FIRST_TYPE;
    for (int typeId : found.keySet()) {
      nextTypeId = typeId + 1;
    }
    layouts = with(found.values());
  }

  /** {@return the layouts, by type number, and those of {@code more}} */
  private @Nullable Layout[] with(Collection<Layout> more) {
    @Nullable Layout[] all = Arrays.copyOf(layouts, nextTypeId - CatalogueLayout.FIRST_TYPE);
    for (Layout layout : more) {
      all[layout.typeId() - CatalogueLayout.FIRST_TYPE] = layout;
    }
    return all;
  }

  private byte[] readEntry(long reference) {
    long address = ObjectHeader.address(reference);
    try {
      long header = core.getLong(address - Long.BYTES);
      long length = Integer.toUnsignedLong(core.getInt(address + CatalogueLayout.LENGTH));
      if (!ObjectHeader.isLive(header)
          || ObjectHeader.generation(header) != ObjectHeader.referencedGeneration(reference)
          || ObjectHeader.type(header) != CatalogueLayout.ENTRY_TYPE
          || length < CatalogueLayout.NAME
          || length > core.usableSize(address)) {
        throw damaged(reference, "header 0x%x, length %d".formatted(header, length));
      }
      byte[] bytes = new byte[(int) length];
      core.getBytes(address, bytes, 0, bytes.length);
      return bytes;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(reference, "it lies outside the heap");
    }
  }

  private Layout decode(long reference, byte[] bytes) {
    try {
      return CatalogueLayout.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw damaged(reference, String.valueOf(e.getMessage()));
    }
  }

  private PoolCorruptedException damaged(long reference, String how) {
    return new PoolCorruptedException(
        "%s: catalogue entry at %d is damaged: %s"
            .formatted(core.path(), ObjectHeader.address(reference), how));
  }

  /** {@return the layout of objects with the given type number, if there is one} */
  Optional<Layout> find(int typeId) {
    @Nullable Layout[] all = layouts;
    int index = typeId - CatalogueLayout.FIRST_TYPE;
    return index < 0 || index >= all.length ? Optional.empty() : Optional.ofNullable(all[index]);
  }

  /** {@return the committed layouts of the type called {@code typeName}, oldest first} */
  List<Layout> findAll(String typeName) {
    List<Layout> found = new ArrayList<>();
    for (Layout layout : layouts) {
      if (layout != null && layout.typeName().equals(typeName)) {
        found.add(layout);
      }
    }
    return found;
  }

  /**
   * Finds a layout or adds it.
   *
   * @param tx the calling thread's transaction, which is going to use the layout
   * @param wanted the layout, of any type number
   * @return it, of its own type number
   */
  Layout findOrAdd(Transaction tx, Layout wanted) {
    return findLike(findAll(wanted.typeName()), wanted)
        .orElseGet(
            () -> {
              beginAdding(tx);
              return findLike(findAll(wanted.typeName()), wanted)
                  .or(() -> findLike(uncommitted, wanted))
                  .orElseGet(() -> add(tx, wanted));
            });
  }

  private static Optional<Layout> findLike(List<Layout> among, Layout wanted) {
    return among.stream().filter(layout -> layout.isLike(wanted)).findFirst();
  }

  private void beginAdding(Transaction tx) {
    if (adder == tx) {
      return;
    }
    try {
      if (!adding.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "%s: another transaction that adds a type has not ended within %d s"
                .formatted(core.path(), MAX_WAIT_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(core.path() + ": interrupted while adding a type", e);
    }
    adder = tx;
    tx.onApplied(() -> endAdding(Outcome.COMMITTED));
    tx.onAbort(() -> endAdding(Outcome.ABORTED));
  }

  private Layout add(Transaction tx, Layout wanted) {
    if (nextTypeId == CatalogueLayout.END_TYPE) {
      throw new IllegalStateException(
          core.path() + ": all " + CatalogueLayout.END_TYPE + " type numbers are taken");
    }
    Layout layout = wanted.withTypeId(nextTypeId++);
    byte[] entry = CatalogueLayout.encode(layout, core.getLong(HeapLayout.CATALOGUE_OFFSET));
    long address = tx.allocateTyped(entry.length, CatalogueLayout.ENTRY_TYPE);
    tx.putBytes(address, entry, 0, entry.length);
    tx.putReserved(HeapLayout.CATALOGUE_OFFSET, core.reference(address));
    uncommitted.add(layout);
    return layout;
  }

  private enum Outcome {
    COMMITTED,
    ABORTED
  }

  private void endAdding(Outcome outcome) {
    if (outcome == Outcome.COMMITTED) {
      layouts = with(uncommitted);
    }
    uncommitted.clear();
    adder = null;
    adding.release();
  }
}
