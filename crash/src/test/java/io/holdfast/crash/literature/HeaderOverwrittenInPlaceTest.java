package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * A header is changed in place, first a field and then the checksum: a crash in between leaves a
 * header that is no longer valid, and a database that cannot be opened. The fix has two headers,
 * writes the older one, and opens with the newest that is valid.
 */
@Published(in = "HSE (log header of mpool)", by = "hse issue 471, found with a crash tester")
final class HeaderOverwrittenInPlaceTest extends MappedBug {
  private static final long FIRST = 0;
  private static final long SECOND = LINE;

  @Override
  Expected expected() {
    return new Expected(".writeHeader(", "no valid header", "generation 2");
  }

  @Override
  void prepare(PmemMap map) {
    writeHeader(map, FIRST, 1);
  }

  private static void writeHeader(PmemMap map, long header, long generation) {
    map.putLong(header, generation);
    map.putLong(header + 8, ~generation);
    map.persist(header, 16);
  }

  /** The generation of a header, 0 if it is not valid. */
  private static long generation(PmemMap map, long header) {
    long generation = map.getLong(header);
    return map.getLong(header + 8) == ~generation ? generation : 0;
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    writeHeader(map, version == Version.FIXED ? SECOND : FIRST, 2);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long generation = Math.max(generation(map, FIRST), generation(map, SECOND));
    require(generation != 0, "no valid header");
    return "generation " + generation;
  }
}
