package io.holdfast.heap.internal;

import io.holdfast.heap.Content;

/**
 * Gives objects another size, in their place where that is possible: small ones within their block,
 * large ones by pages at their end.
 *
 * <p>The pages that a large object grows by are new: nobody can reach them before the record that
 * makes the object longer is durable, so they are zeroed and written in place like other large new
 * content. The pages that it loses are freed by that record.
 *
 * <p>Volatile, used by the transaction's thread.
 */
final class ObjectResizing {
  private final HeapCore core;
  private final TransactionMemory memory;
  private final ObjectChanges objects;
  private final byte[] buffer = new byte[HeapLayout.PAGE_BYTES];

  ObjectResizing(HeapCore core, TransactionMemory memory, ObjectChanges objects) {
    this.core = core;
    this.memory = memory;
    this.objects = objects;
  }

  /** Changes an object's size and type; {@return its address from now on} */
  long reallocate(long address, long byteSize, int type) {
    ObjectChanges.checkSize(byteSize, core.limit());
    long place = address - HeapLayout.OBJECT_HEADER_BYTES;
    Allocator.Block block = core.allocator().locate(place);
    long header = memory.getLong(place);
    if (!ObjectHeader.isLive(header)) {
      throw new IllegalArgumentException(
          "%s: no object at address %d, it was freed or never allocated"
              .formatted(core.path(), address));
    }
    if (!resizeInPlace(block, byteSize)) {
      return move(address, objects.usableBytes(block), byteSize, type);
    }
    if (ObjectHeader.type(header) != type) {
      memory.putLong(place, ObjectHeader.of(type, ObjectHeader.generation(header)));
    }
    return address;
  }

  private boolean resizeInPlace(Allocator.Block block, long byteSize) {
    long blockBytes = ObjectChanges.blockBytes(byteSize);
    boolean small = blockBytes <= SizeClasses.MAX_BLOCK_BYTES;
    Slab slab = block.slab();
    if (slab != null) {
      return small && SizeClasses.classOf((int) blockBytes) == slab.sizeClass();
    }
    if (small) {
      return false;
    }
    long pages = objects.pages(block);
    long newPages = LargeObject.pagesFor(blockBytes);
    if (newPages > pages) {
      return objects.grow(block, pages, newPages);
    }
    if (newPages < pages) {
      objects.shrink(block, pages, newPages);
    }
    return true;
  }

  private long move(long address, long usableBytes, long byteSize, int type) {
    long moved = objects.allocate(byteSize, type, Content.UNDEFINED);
    long kept = Math.min(usableBytes, byteSize);
    for (long done = 0; done < kept; done += buffer.length) {
      int part = (int) Math.min(buffer.length, kept - done);
      memory.getBytes(address + done, buffer, 0, part);
      memory.putBytes(moved + done, buffer, 0, part);
    }
    if (kept < byteSize) {
      memory.putZeros(moved + kept, byteSize - kept);
    }
    objects.free(address, ObjectChanges.References.PERHAPS);
    return moved;
  }
}
