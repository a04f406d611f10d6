package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;

/**
 * Lines are flushed in a loop that steps by 64 bytes from the first byte: when that is not the
 * first of its line, the last line is never reached. Flushes missing for a part of the bytes are
 * among the most frequent of the 63 bugs that AGAMOTTO's authors studied.
 */
@Published(
    in = "flush loops over buffers that are not aligned",
    by = "Neal et al., AGAMOTTO, OSDI 2020")
final class LastLineNotFlushedTest extends MappedBug {
  private static final long TEXT = LINE - 8;
  private static final long[] WORDS = {1, 2};

  @Override
  Expected expected() {
    return new Expected("0x40: ", "acknowledged, but 1 and 0 are left", "1 and 2");
  }

  private static void flush(PmemMap map, long offset, long length, Version version) {
    long first = version == Version.FIXED ? offset / LINE * LINE : offset;
    for (long line = first; line < offset + length; line += LINE) {
      map.flush(line, 1);
    }
    map.drain();
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    map.copy(TEXT, MemorySegment.ofArray(WORDS), 0, 16, CopyMode.NO_FLUSH);
    flush(map, TEXT, 16, version);
    log.acknowledge("written");
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    String left = "%d and %d".formatted(map.getLong(TEXT), map.getLong(TEXT + 8));
    require(
        !log.hasAcknowledged("written") || left.equals("1 and 2"),
        "acknowledged, but " + left + " are left");
    return left;
  }
}
