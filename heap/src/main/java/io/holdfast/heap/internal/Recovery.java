package io.holdfast.heap.internal;

import static io.holdfast.heap.internal.HeapLayout.INT;
import static io.holdfast.heap.internal.HeapLayout.LONG;

import io.holdfast.pmem.PmemFile;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Brings a heap to the state after its last durable record, as the first step of every open.
 *
 * <p>It takes the largest valid watermark W, finds the valid records above it in the lanes and in
 * the log (whichever the last session used), makes them durable <em>again</em>, since after a
 * killed process they may have been visible without being durable, applies them in the order of
 * their numbers, and writes the new W together with a new salt, which ends the validity of all of
 * them in one step. Running it twice, or crashing in it, changes nothing: until the new W is
 * durable the records stay as they are, and applying them again gives the same bytes.
 *
 * <p>It works through file calls only, so a pool that crashed on one granularity is recovered on
 * any other.
 *
 * <p>In a lane a record begins only after the one before is durable; so an invalid record with a
 * valid successor is damage there, and so are more missing numbers than there are lanes. In the log
 * several records share a sync, and an invalid one is damage if a valid successor was composed when
 * it was already durable.
 */
final class Recovery {
  private static final Comparator<Found> BY_SEQUENCE = Comparator.comparingLong(Found::sequence);

  private final PmemFile file;
  private final Geometry geometry;
  private final Arena arena;
  private final long fileSize;
  private final CRC32C crc32c = new CRC32C();

  /** A valid record and the half it lies in. */
  private record Found(long sequence, Half half, long at, long length) {}

  private Recovery(PmemFile file, Geometry geometry, Arena arena) {
    this.file = file;
    this.geometry = geometry;
    this.arena = arena;
    this.fileSize = file.size();
  }

  /**
   * Recovers.
   *
   * @param file the pool, owned
   * @param geometry its sizes
   * @param newSalt the salt of the session that begins
   * @return the watermark the session begins with, durable
   * @throws PoolCorruptedException if the journal is damaged in a way no crash can cause; nothing
   *     has been changed then
   */
  static Watermark run(PmemFile file, Geometry geometry, long newSalt) {
    try (Arena arena = Arena.ofConfined()) {
      return new Recovery(file, geometry, arena).run(newSalt);
    }
  }

  private Watermark run(long newSalt) {
    Watermark old = Watermark.read(file);
    List<Found> records = laneRecords(old);
    records.addAll(logRecords(old));
    PageOverlay pages = new PageOverlay(file);
    for (Found record : records) {
      MemorySegment bytes = record.half().bytes();
      apply(bytes, entriesOf(record), record.at() + record.length(), Part.MAIN, pages);
    }
    long last = records.isEmpty() ? old.sequence() : records.getLast().sequence();
    if (!records.isEmpty()) {
      records.stream().map(Found::half).distinct().forEach(half -> half.rewrite(file));
      pages.rewriteKept();
      file.sync();
      pages.write();
      file.sync();
    }
    Watermark renewed = old.renewed(last, newSalt);
    renewed.persist(file);
    return renewed;
  }

  private static long entriesOf(Found record) {
    return record.at() + RecordLayout.HEADER_BYTES;
  }

  // ---- finding records

  private List<Found> laneRecords(Watermark watermark) {
    List<Found> records = new ArrayList<>();
    for (int lane = 0; lane < geometry.lanes(); lane++) {
      for (int half = 0; half < 2; half++) {
        long offset = geometry.laneOffset(lane) + half * geometry.laneHalfBytes();
        scan(new Half(offset, geometry.laneHalfBytes()), watermark, Kind.LANE, records);
      }
    }
    records.removeIf(record -> record.sequence() <= watermark.sequence());
    records.sort(BY_SEQUENCE);
    if (!records.isEmpty()) {
      long missing = records.getLast().sequence() - watermark.sequence() - records.size();
      if (missing > geometry.lanes()) {
        throw damaged(
            "%d records are missing, at most %d can be".formatted(missing, geometry.lanes()));
      }
    }
    return records;
  }

  private List<Found> logRecords(Watermark watermark) {
    List<Found> records = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      long offset = geometry.logOffset() + half * geometry.logHalfBytes();
      scan(new Half(offset, geometry.logHalfBytes()), watermark, Kind.LOG, records);
    }
    records.removeIf(record -> record.sequence() <= watermark.sequence());
    records.sort(BY_SEQUENCE);
    int contiguous = 0;
    while (contiguous < records.size()
        && records.get(contiguous).sequence() == watermark.sequence() + 1 + contiguous) {
      contiguous++;
    }
    for (Found late : records.subList(contiguous, records.size())) {
      if (syncedBefore(late) > watermark.sequence() + contiguous) {
        throw damaged(
            "record %d is missing, though it was durable"
                .formatted(watermark.sequence() + 1 + contiguous));
      }
    }
    return new ArrayList<>(records.subList(0, contiguous));
  }

  private enum Kind {
    LANE,
    LOG
  }

  private void scan(Half half, Watermark watermark, Kind kind, List<Found> into) {
    int previousCrc = 0;
    long last = 0;
    for (long at = 0; ; ) {
      long length = half.lengthAt(at);
      boolean valid =
          length > 0
              && half.sequenceAt(at) > last
              && crcOf(half, at, length, watermark.salt(), previousCrc) == half.crcAt(at);
      if (!valid) {
        checkTail(half, at, length, previousCrc, last, watermark, kind);
        return;
      }
      last = half.sequenceAt(at);
      previousCrc = half.crcAt(at);
      into.add(new Found(last, half, at, length));
      at += HeapLayout.roundUp(length, RecordLayout.ALIGNMENT);
      half.validUpTo(at);
    }
  }

  /**
   * Looks behind an invalid record for the valid one that was written after it, which a crash
   * cannot have left there: where the record's length says, and at every other place, since the
   * length may be what is damaged. One up to the watermark can be there: a half is used again from
   * its start, and the record that tears may leave the length and CRC of its predecessor. One whose
   * number is too large for what the journal holds is no record but what a user has logged, and not
   * worth a checksum.
   */
  private void checkTail(
      Half half, long at, long length, int previousCrc, long last, Watermark watermark, Kind kind) {
    if (at + RecordLayout.HEADER_BYTES > half.bytes().byteSize()) {
      return;
    }
    long salt = watermark.salt();
    long known = Math.max(last, watermark.sequence());
    int stored = half.crcAt(at);
    int computed = length > 0 ? crcOf(half, at, length, salt, previousCrc) : stored;
    long next = at + RecordLayout.ALIGNMENT;
    while (next + RecordLayout.HEADER_BYTES <= half.bytes().byteSize()) {
      long nextLength = half.lengthAt(next);
      if (nextLength > 0
          && half.sequenceAt(next) > known
          && half.sequenceAt(next) - watermark.sequence() <= geometry.journalRecords()
          && (crcOf(half, next, nextLength, salt, stored) == half.crcAt(next)
              || crcOf(half, next, nextLength, salt, computed) == half.crcAt(next))) {
        Found successor = new Found(half.sequenceAt(next), half, next, nextLength);
        if (kind == Kind.LANE || syncedBefore(successor) >= successor.sequence() - 1) {
          throw damaged(
              "the record at offset %d is invalid, though record %d after it is valid"
                  .formatted(half.offset() + at, successor.sequence()));
        }
      }
      next += RecordLayout.ALIGNMENT;
    }
  }

  /**
   * {@return the number up to which the log was durable when the record was composed, 0 if it does
   * not say}
   */
  private static long syncedBefore(Found record) {
    MemorySegment bytes = record.half().bytes();
    for (long at = entriesOf(record); at < record.at() + record.length(); ) {
      long entry = bytes.get(LONG, at);
      if (RecordLayout.kind(entry) == RecordLayout.SYNCED) {
        return RecordLayout.offset(entry);
      }
      at += 8 + RecordLayout.dataBytes(entry);
    }
    return 0;
  }

  private int crcOf(Half half, long at, long length, long salt, int previousCrc) {
    ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    crc32c.reset();
    crc32c.update(head.putLong(0, RecordLayout.chain(salt, half.offset(), previousCrc)));
    crc32c.update(half.bytes().asSlice(at, RecordLayout.CRC_OFFSET).asByteBuffer());
    crc32c.update(new byte[4]);
    long rest = at + RecordLayout.HEADER_BYTES;
    crc32c.update(half.bytes().asSlice(rest, length - RecordLayout.HEADER_BYTES).asByteBuffer());
    return (int) crc32c.getValue();
  }

  // ---- applying

  /** Where an entry stands. */
  private enum Part {
    MAIN,
    EXTENT
  }

  private void apply(MemorySegment source, long from, long to, Part part, PageOverlay pages) {
    for (long at = from; at < to; ) {
      long entry = source.get(LONG, at);
      long offset = RecordLayout.offset(entry);
      int dataBytes = RecordLayout.dataBytes(entry);
      at += 8;
      if (at + dataBytes > to) {
        throw damaged("an entry at the end of a record is cut short");
      }
      if (part == Part.EXTENT && RecordLayout.kind(entry) == RecordLayout.EXTENT) {
        throw damaged("an extent refers to an extent at offset %d".formatted(offset));
      }
      switch (RecordLayout.kind(entry)) {
        case RecordLayout.BYTES -> {
          checkBytes(offset, RecordLayout.length(entry));
          pages.put(offset, source.asSlice(at, RecordLayout.length(entry)));
        }
        case RecordLayout.AND -> {
          checkWord(offset);
          pages.putLong(offset, pages.getLong(offset) & source.get(LONG, at));
        }
        case RecordLayout.OR -> {
          checkWord(offset);
          pages.putLong(offset, pages.getLong(offset) | source.get(LONG, at));
        }
        case RecordLayout.EXTENT -> applyExtent(offset, source.get(LONG, at), pages);
        case RecordLayout.SYNCED -> {}
        default -> throw damaged("a record has an entry of kind " + RecordLayout.kind(entry));
      }
      at += dataBytes;
    }
  }

  private void applyExtent(long offset, long lengthAndCrc, PageOverlay pages) {
    int length = (int) lengthAndCrc;
    if (length <= 0
        || length % 8 != 0
        || offset < geometry.firstZoneOffset()
        || offset + length > fileSize) {
      throw damaged(
          "a record's extent of %d bytes at offset %d lies outside".formatted(length, offset));
    }
    MemorySegment bytes = arena.allocate(length, 8);
    file.read(offset, bytes);
    crc32c.reset();
    crc32c.update(bytes.asByteBuffer());
    if ((int) crc32c.getValue() != (int) (lengthAndCrc >>> 32)) {
      throw damaged(
          "a record's extent of %d bytes at offset %d is damaged".formatted(length, offset));
    }
    pages.keep(offset, bytes);
    apply(bytes, 0, length, Part.EXTENT, pages);
  }

  private void checkWord(long offset) {
    checkHome(offset, 8);
    if (offset % 8 != 0) {
      throw damaged("a record changes bits of a word at offset %d".formatted(offset));
    }
  }

  private void checkBytes(long offset, int length) {
    checkHome(offset, length);
    if (length == 0 || offset % HeapLayout.LINE_BYTES + length > HeapLayout.LINE_BYTES) {
      throw damaged(
          "a record writes %d bytes to offset %d, not within a line".formatted(length, offset));
    }
  }

  private void checkHome(long offset, long length) {
    boolean inAnchor =
        offset >= HeapLayout.ANCHOR_OFFSET && offset + length <= HeapLayout.LANES_OFFSET;
    boolean inZones = offset >= geometry.firstZoneOffset() && offset + length <= fileSize;
    if (!inAnchor && !inZones) {
      throw damaged("a record writes %d bytes to offset %d".formatted(length, offset));
    }
  }

  private PoolCorruptedException damaged(String what) {
    return new PoolCorruptedException(
        "%s: the journal is damaged: %s; restore the pool from a copy"
            .formatted(file.path(), what));
  }

  /** A half of a lane or of the log, read as far as needed. */
  private final class Half {
    private static final long READ_BYTES = 64 * 1024;

    private final long offset;
    private final MemorySegment bytes;
    private long loaded;
    private long valid;

    Half(long offset, long length) {
      this.offset = offset;
      this.bytes = arena.allocate(length, 8);
    }

    long offset() {
      return offset;
    }

    MemorySegment bytes() {
      return bytes;
    }

    /**
     * {@return the length of what may be a record at {@code at}, loaded, or -1 if none can be
     * there}
     */
    long lengthAt(long at) {
      if (at + RecordLayout.HEADER_BYTES > bytes.byteSize()) {
        return -1;
      }
      load(at + RecordLayout.HEADER_BYTES);
      long length = bytes.get(INT, at + RecordLayout.LENGTH_OFFSET);
      if (length <= RecordLayout.HEADER_BYTES
          || length % 8 != 0
          || at + length > bytes.byteSize()) {
        return -1;
      }
      load(at + length);
      return length;
    }

    long sequenceAt(long at) {
      return bytes.get(LONG, at + RecordLayout.SEQUENCE_OFFSET);
    }

    int crcAt(long at) {
      return bytes.get(INT, at + RecordLayout.CRC_OFFSET);
    }

    void validUpTo(long end) {
      valid = Math.min(end, bytes.byteSize());
      load(valid);
    }

    /** Writes the valid records again, the same bytes to the same place. */
    void rewrite(PmemFile to) {
      to.write(offset, bytes.asSlice(0, valid));
    }

    private void load(long end) {
      while (loaded < end) {
        long part = Math.min(Math.max(READ_BYTES, end - loaded), bytes.byteSize() - loaded);
        if (file.read(offset + loaded, bytes.asSlice(loaded, part)) < part) {
          throw damaged("the file ends at %d, within the journal".formatted(fileSize));
        }
        loaded += part;
      }
    }
  }
}
