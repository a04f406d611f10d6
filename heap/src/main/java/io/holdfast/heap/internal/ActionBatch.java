package io.holdfast.heap.internal;

import static java.util.Objects.requireNonNull;

import io.holdfast.heap.Actions;
import io.holdfast.heap.Content;
import io.holdfast.heap.Locks;
import io.holdfast.heap.ObjectConstructor;
import io.holdfast.heap.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Actions: what a transaction collects, without one. Publishing hands all of it to a transaction,
 * the running one or one of a single step, which commits it like its own.
 *
 * <p>What is reserved is so in the allocator only, in DRAM: a heap that is closed, or crashes,
 * forgets it. Space that is filled in place holds what nobody can reach.
 */
public final class ActionBatch implements Actions {
  private static final TransactionRunner.Step PUBLISH = ActionBatch::publishIn;

  private final HeapCore core;
  private final WriteSet writes = new WriteSet();
  private final TransactionMemory memory;
  private final ObjectChanges objects;
  private final ObjectConstructor<RuntimeException> handOver = this::handOver;
  private final List<Allocator.Block> noExtents = new ArrayList<>();
  private long[] freed = new long[16];
  private int freedCount;

  /** Actions on the objects of {@code core}. */
  public ActionBatch(HeapCore core) {
    this.core = core;
    Ranges inPlace = new Ranges();
    this.memory = new TransactionMemory(core.map(), writes, inPlace);
    this.objects = new ObjectChanges(core, writes, inPlace, memory);
  }

  @Override
  public long reserve(long byteSize, int type, Content content) {
    Transaction.checkType(type);
    core.checkUsable();
    return objects.allocate(byteSize, type, content);
  }

  @Override
  public void free(long address) {
    core.checkUsable();
    if (objects.isOwn(address)) {
      objects.free(address, ObjectChanges.References.PERHAPS);
      return;
    }
    core.usableSize(address); // refuses what is no object
    if (freedCount == freed.length) {
      freed = Arrays.copyOf(freed, 2 * freedCount);
    }
    freed[freedCount++] = core.reference(address);
  }

  @Override
  public void putByte(long address, byte value) {
    check(address, 1);
    memory.putByte(address, value);
  }

  @Override
  public void putShort(long address, short value) {
    check(address, 2);
    memory.putShort(address, value);
  }

  @Override
  public void putInt(long address, int value) {
    check(address, 4);
    memory.putInt(address, value);
  }

  @Override
  public void putLong(long address, long value) {
    check(address, 8);
    memory.putLong(address, value);
  }

  @Override
  public void putBytes(long address, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    check(address, length);
    memory.putBytes(address, source, offset, length);
  }

  @Override
  public long getLong(long address) {
    check(address, 8);
    return memory.getLong(address);
  }

  private void check(long address, long length) {
    core.checkOpen();
    core.checkRange(address, length);
  }

  @Override
  public long reference(long address) {
    core.checkOpen();
    if (!objects.isOwn(address)) {
      throw new IllegalArgumentException(
          "%s: no object is reserved at address %d".formatted(core.path(), address));
    }
    return ObjectHeader.reference(
        address, memory.getLong(address - HeapLayout.OBJECT_HEADER_BYTES));
  }

  @Override
  public void publish() {
    try {
      core.operate(Locks.NONE, PUBLISH, 0, 0, 0, handOver);
    } catch (Throwable e) {
      cancel();
      throw e;
    }
  }

  private static <X extends Exception> long publishIn(
      Transaction tx,
      long unused,
      long unusedToo,
      long unusedAsWell,
      @Nullable ObjectConstructor<X> handOver)
      throws X {
    requireNonNull(handOver).construct(tx, 0);
    return 0;
  }

  /** Checks first: from the take-over on everything is the transaction's. */
  private void handOver(Tx to, long unused) {
    Transaction tx = (Transaction) to;
    for (int i = 0; i < freedCount; i++) {
      tx.free(core.resolve(freed[i]));
    }
    tx.takeOver(objects);
    freedCount = 0;
  }

  @Override
  public void cancel() {
    freedCount = 0;
    if (core.isOpen()) {
      objects.abort(noExtents);
    }
    objects.clear();
    writes.clear();
  }

  @Override
  public void close() {
    cancel();
  }
}
