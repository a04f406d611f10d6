package io.holdfast.heap.internal;

import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The home lines changed since the last checkpoint, in the order of change, with repetitions.
 * Volatile; guarded by the log's append lock.
 */
final class HomeLines implements JournalRecord.DirtyLines {
  private static final int INITIAL = 1024;
  private static final int KEPT = 1 << 20;

  private long[] lines = new long[INITIAL];
  private int count;

  @Override
  public void add(long offset) {
    long line = offset & -HeapLayout.LINE_BYTES;
    if (count > 0 && lines[count - 1] == line) {
      return;
    }
    lines[count++] = line;
  }

  /** Makes room for {@code more} lines, so that noting them cannot fail. */
  void reserve(long more) {
    if (count + more <= lines.length) {
      return;
    }
    sortDistinct();
    if (count + more > lines.length / 2) {
      lines = Arrays.copyOf(lines, Math.toIntExact(2 * (count + more)));
    }
  }

  private void sortDistinct() {
    Arrays.sort(lines, 0, count);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (kept == 0 || lines[kept - 1] != lines[i]) {
        lines[kept++] = lines[i];
      }
    }
    count = kept;
  }

  /** Copies the changed lines and forgets them. */
  Copy take(PmemMap map) {
    sortDistinct();
    long[] changed = Arrays.copyOf(lines, count);
    Arena arena = Arena.ofAuto();
    MemorySegment bytes = arena.allocate(Math.max(1, (long) count * HeapLayout.LINE_BYTES), 64);
    for (int i = 0; i < changed.length; i++) {
      map.read(changed[i], bytes, (long) i * HeapLayout.LINE_BYTES, HeapLayout.LINE_BYTES);
    }
    count = 0;
    if (lines.length > KEPT) {
      lines = new long[INITIAL];
    }
    return new Copy(changed, bytes);
  }

  /** What the changed lines held when appenders were held. */
  static final class Copy {
    private final long[] lines;
    private final MemorySegment bytes;

    private Copy(long[] lines, MemorySegment bytes) {
      this.lines = lines;
      this.bytes = bytes;
    }

    /** Writes the lines home, adjacent ones together. */
    void writeTo(PmemFile file) {
      for (int first = 0; first < lines.length; ) {
        int next = first + 1;
        while (next < lines.length && lines[next] == lines[next - 1] + HeapLayout.LINE_BYTES) {
          next++;
        }
        file.write(
            lines[first],
            bytes.asSlice(
                (long) first * HeapLayout.LINE_BYTES,
                (long) (next - first) * HeapLayout.LINE_BYTES));
        first = next;
      }
    }
  }
}
