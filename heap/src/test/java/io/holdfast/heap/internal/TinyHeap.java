package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Action;
import io.holdfast.heap.Checkpoints;
import io.holdfast.heap.Computation;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Heaps small enough to be crashed at every event: two lanes of 512-byte halves, a log of 2 KiB
 * halves.
 */
public final class TinyHeap {
  /** Where the pool is. */
  public static final Path FILE = Path.of("/pools/tiny.heap");

  private static final int ZONE_PAGES = 64;

  private TinyHeap() {}

  /** {@return the geometry of a heap that may have {@code zones} zones} */
  public static Geometry geometry(int zones) {
    Geometry one = new Geometry(1, 2, ZONE_PAGES, 512, 2048);
    return new Geometry(one.zoneOffset(zones), 2, ZONE_PAGES, 512, 2048);
  }

  public static HeapOptions options(Medium medium) {
    return HeapOptions.defaults()
        .withSize(0)
        .withMedium(medium)
        .withCheckpoints(Checkpoints.INLINE);
  }

  static HeapCore create(Medium medium) {
    return create(medium, 1);
  }

  /** Creates a heap that fills its first zone. */
  public static HeapCore create(Medium medium, int zones) {
    Geometry geometry = geometry(zones);
    return HeapCore.create(FILE, options(medium).withSize(geometry.zoneOffset(1)), geometry);
  }

  /** Creates a heap of the smallest size, which grows. */
  static HeapCore createSmallest(Medium medium) {
    return HeapCore.create(FILE, options(medium), geometry(2));
  }

  public static HeapCore open(Medium medium) {
    return HeapCore.open(FILE, options(medium));
  }

  /** Copies the pool's file, as it is visible, to a medium of another granularity. */
  static SimulatedMedium copied(Medium from, Granularity granularity) {
    SimulatedMedium to = SimulatedMedium.of(granularity);
    try (Arena arena = Arena.ofConfined();
        PmemFile source = from.open(FILE, FileAccess.READ_ONLY);
        PmemFile target = to.create(FILE)) {
      MemorySegment bytes = arena.allocate(source.size());
      source.read(0, bytes);
      target.write(0, bytes);
      target.sync();
    }
    return to;
  }

  static <X extends Exception> void transact(HeapCore heap, Action<X> body) throws X {
    heap.transact(
        null,
        () -> {
          body.run();
          return null;
        });
  }

  static <R, X extends Exception> R compute(HeapCore heap, Computation<R, X> body) throws X {
    return heap.transact(null, body);
  }

  static Transaction tx(HeapCore heap) {
    Transaction tx = heap.currentTransaction();
    assertThat(tx).isNotNull();
    return tx;
  }

  static long root(HeapCore heap) {
    return heap.resolve(heap.getLong(HeapLayout.ROOT_OFFSET));
  }

  /** Allocates an object and makes it the root. */
  static long allocateRoot(HeapCore heap, long bytes) {
    return compute(
        heap,
        () -> {
          long address = tx(heap).allocate(bytes, 1);
          tx(heap).putRoot(heap.reference(address));
          return address;
        });
  }

  /**
   * Reads page tables and bitmaps as they are on the medium, checks that they make sense, and
   * returns the objects: type by address.
   */
  public static Map<Long, Integer> audit(HeapCore heap, Geometry geometry) {
    Map<Long, Integer> objects = new TreeMap<>();
    for (int zone = 0; geometry.zoneOffset(zone) < heap.size(); zone++) {
      long start = geometry.zoneOffset(zone);
      long end = Math.min(heap.size(), start + geometry.zoneBytes());
      int pages = (int) ((end - start) / HeapLayout.PAGE_BYTES);
      for (int page = geometry.tablePages(); page < pages; ) {
        long word = heap.getLong(start + 8L * page);
        long place = start + (long) page * HeapLayout.PAGE_BYTES;
        switch (PageTable.kind(word)) {
          case PageTable.FREE -> {
            assertThat(word).isZero();
            page++;
          }
          case PageTable.LARGE -> {
            note(heap, place + LargeObject.HEADER_OFFSET, objects);
            page += (int) PageTable.pages(word);
          }
          case PageTable.SLAB -> {
            Slab slab = new Slab(place, PageTable.sizeClass(word));
            for (int block = 0; block < SizeClasses.blocks(slab.sizeClass()); block++) {
              if ((heap.getLong(slab.bitmapOffset(block)) >>> block & 1) != 0) {
                note(heap, slab.blockOffset(block), objects);
              }
            }
            page += (int) PageTable.pages(word);
          }
          default -> throw new AssertionError("page table word %#x".formatted(word));
        }
        assertThat(page).isLessThanOrEqualTo(pages);
      }
    }
    return objects;
  }

  private static void note(HeapCore heap, long place, Map<Long, Integer> objects) {
    long header = heap.getLong(place);
    assertThat(ObjectHeader.isLive(header)).as("header %#x at %d", header, place).isTrue();
    objects.put(place + HeapLayout.OBJECT_HEADER_BYTES, ObjectHeader.type(header));
  }
}
