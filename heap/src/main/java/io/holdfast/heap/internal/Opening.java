package io.holdfast.heap.internal;

import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pool.Pool;

/**
 * How a heap is opened: recovered by file calls, then mapped as its medium allows, then given the
 * journal that suits it. If any of it fails, nothing stays open.
 */
final class Opening {
  private Opening() {}

  /** Opens the heap in a pool, which is closed with it, or if this fails. */
  static HeapCore of(Pool pool, HeapOptions options) {
    try {
      PmemFile file = pool.file();
      Geometry geometry = HeapFile.readGeometry(file);
      HeapFile.readSize(file, geometry); // a file cut short is refused before anything is written
      Watermark watermark = Recovery.run(file, geometry, options.medium().randomLong());
      long size = HeapFile.readSize(file, geometry);
      HeapFile.checkAnchor(file, geometry, size);
      Home home = Home.of(pool, options, geometry, size);
      try {
        return recovered(pool, options, home, geometry, watermark, size);
      } catch (RuntimeException | Error e) {
        home.map.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  private static HeapCore recovered(
      Pool pool,
      HeapOptions options,
      Home home,
      Geometry geometry,
      Watermark watermark,
      long size) {
    PmemMap map = home.map;
    Failure failure = new Failure(pool.path());
    Journal journal =
        LaneJournal.suits(home.granularity)
            ? new LaneJournal(map, geometry, watermark, failure)
            : new LogJournal(pool.file(), map, geometry, watermark, failure, options.checkpoints());
    try {
      Allocator allocator = new Allocator(pool.file(), map, geometry, journal, size);
      return new HeapCore(pool, map, home.granularity, geometry, journal, allocator, failure);
    } catch (RuntimeException | Error e) {
      journal.close();
      throw e;
    }
  }

  /**
   * The heap's memory.
   *
   * @param map shared if stores to it can be made durable, or else private
   * @param granularity that of a shared mapping
   */
  private record Home(PmemMap map, Granularity granularity) {

    static Home of(Pool pool, HeapOptions options, Geometry geometry, long size) {
      MapConfig config =
          MapConfig.defaults()
              .withRequiredGranularity(Granularity.PAGE)
              .withLength(size)
              .withReserve(geometry.limitBytes());
      PmemSource source = PmemSource.of(pool.file());
      PmemMap shared = options.medium().map(source, config);
      Granularity granularity = shared.granularity();
      if (LaneJournal.suits(granularity)) {
        return new Home(shared, granularity);
      }
      shared.close();
      // the kernel must not write a page home before the log that explains it
      PmemMap own = options.medium().map(source, config.withSharing(MapConfig.Sharing.PRIVATE));
      return new Home(own, granularity);
    }
  }
}
