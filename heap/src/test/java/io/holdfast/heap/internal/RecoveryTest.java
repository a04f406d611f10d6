package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Checkpoints;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pool.PoolCorruptedException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What recovery makes of journals that crashes, and worse things, have left. */
final class RecoveryTest {
  private static final Path PATH = Path.of("/simulated/damaged.heap");
  private static final Geometry GEOMETRY = new Geometry(1 << 20, 1, 128, 1024, 1024);
  private static final long HOME = GEOMETRY.firstZoneOffset() + 4096;
  private static final int RECORDS = 6;
  private static final long SALT = 77;
  private static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());

  /** The two forms of the journal. */
  enum Form {
    LANES(Granularity.BYTE, GEOMETRY.laneOffset(0), GEOMETRY.laneHalfBytes()),
    LOG(Granularity.PAGE, GEOMETRY.logOffset(), GEOMETRY.logHalfBytes());

    private final Granularity granularity;
    private final long start;
    private final long halfBytes;

    Form(Granularity granularity, long start, long halfBytes) {
      this.granularity = granularity;
      this.start = start;
      this.halfBytes = halfBytes;
    }
  }

  /** A pool with a journal of one form, in one lane if it has lanes. */
  private static final class Pool {
    private final PmemFile file;
    private final Journal journal;
    private final JournalRecord record = new JournalRecord();

    Pool(Form form) {
      SimulatedMedium medium = SimulatedMedium.of(form.granularity);
      file = medium.create(PATH);
      file.allocate(0, GEOMETRY.limitBytes());
      Watermark watermark = new Watermark(1, 0, SALT);
      watermark.format(file);
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      Failure failure = new Failure(PATH);
      if (form == Form.LANES) {
        PmemMap map = medium.map(PmemSource.of(file), config);
        journal = new LaneJournal(map, GEOMETRY, watermark, failure);
      } else {
        PmemMap map =
            medium.map(PmemSource.of(file), config.withSharing(MapConfig.Sharing.PRIVATE));
        journal = new LogJournal(file, map, GEOMETRY, watermark, failure, Checkpoints.INLINE);
      }
    }

    /** Commits a record that writes its number to a place of its own; durable on return. */
    void commit(int number) {
      record.clear();
      record.word(home(number), number);
      record.word(home(number) + 64, number);
      journal.awaitDurable(journal.commit(record, record));
    }

    long watermark() {
      return Recovery.run(file, GEOMETRY, SALT + 1).sequence();
    }

    /** {@return the numbers of the records whose effects are at home} */
    List<Integer> applied() {
      List<Integer> numbers = new ArrayList<>();
      for (int number = 1; number <= 100; number++) {
        long first = word(home(number));
        assertThat(word(home(number) + 64)).as("record %d as a whole", number).isEqualTo(first);
        if (first != 0) {
          assertThat(first).isEqualTo(number);
          numbers.add(number);
        }
      }
      return numbers;
    }

    /**
     * Takes back what the stores of lanes have made visible, as if no line had been written back.
     */
    Pool withoutEffects() {
      write(HOME, new byte[128 * 100]);
      return this;
    }

    byte[] bytes(long offset, int length) {
      byte[] bytes = new byte[length];
      MemorySegment segment = MemorySegment.ofArray(bytes);
      assertThat(file.read(offset, segment)).isEqualTo(length);
      return bytes;
    }

    void write(long offset, byte[] bytes) {
      file.write(offset, MemorySegment.ofArray(bytes));
    }

    void flip(long offset, int bit) {
      byte[] one = bytes(offset, 1);
      one[0] ^= (byte) (1 << bit);
      write(offset, one);
    }

    private long word(long offset) {
      return MemorySegment.ofArray(bytes(offset, 8)).get(HeapLayout.LONG, 0);
    }

    /** {@return the bytes that each record takes} */
    long paddedLength() {
      return record.paddedLength();
    }
  }

  private static long home(int number) {
    return HOME + 128L * (number - 1);
  }

  private static List<Integer> upTo(int last) {
    List<Integer> numbers = new ArrayList<>();
    for (int number = 1; number <= last; number++) {
      numbers.add(number);
    }
    return numbers;
  }

  private static Pool committed(Form form, int records) {
    Pool pool = new Pool(form);
    for (int number = 1; number <= records; number++) {
      pool.commit(number);
    }
    return pool.withoutEffects();
  }

  @ParameterizedTest
  @EnumSource
  void wholeJournal_isApplied_andOnlyOnce(Form form) {
    Pool pool = committed(form, RECORDS);
    assertThat(pool.watermark()).isEqualTo(RECORDS);
    assertThat(pool.applied()).isEqualTo(upTo(RECORDS));
    pool.withoutEffects();
    assertThat(pool.watermark()).as("nothing is left to apply").isEqualTo(RECORDS);
    assertThat(pool.applied()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anyByteOfARecordDamaged_isReported_unlessItIsTheLastOne(Form form) {
    Random random = new Random(SEED);
    int length = (int) committed(form, 1).paddedLength();
    for (int number = 1; number <= RECORDS; number++) {
      long start = form.start + (long) length * (number - 1);
      for (int at = 0; at < length; at++) {
        Pool pool = committed(form, RECORDS);
        int bit = random.nextInt(8);
        boolean content = at < pool.record.length();
        pool.flip(start + at, bit);
        String what = "bit %d of byte %d of record %d, seed %d".formatted(bit, at, number, SEED);
        if (!content) {
          assertThat(pool.watermark()).as(what).isEqualTo(RECORDS);
        } else if (number == RECORDS) {
          assertThat(pool.watermark()).as(what).isEqualTo(RECORDS - 1);
          assertThat(pool.applied()).as(what).isEqualTo(upTo(RECORDS - 1));
        } else {
          byte[] before = pool.bytes(0, (int) GEOMETRY.limitBytes());
          assertThatThrownBy(pool::watermark)
              .as(what)
              .isInstanceOf(PoolCorruptedException.class)
              .hasMessageContaining(PATH.toString());
          assertThat(pool.bytes(0, before.length)).as(what).isEqualTo(before);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void reusedHalf_firstRecordTornInAnyWay_isACrashAndNoDamage(Form form) {
    int perHalf = (int) (form.halfBytes / committed(form, 1).paddedLength());
    int last = 2 * perHalf; // the next one goes to the first half again
    Pool before = committed(form, last);
    Pool after = committed(form, last);
    after.commit(last + 1);
    int length = (int) after.paddedLength();
    byte[] old = before.bytes(form.start, length);
    byte[] young = after.bytes(form.start, length);
    byte[] watermark = after.bytes(HeapLayout.WATERMARK_A_OFFSET, 2 * HeapLayout.PAGE_BYTES);
    assertThat(young).isNotEqualTo(old);
    int words = length / 8;
    for (int lost = 1; lost < 1 << words; lost++) {
      byte[] torn = young.clone();
      for (int word = 0; word < words; word++) {
        if ((lost >>> word & 1) != 0) {
          System.arraycopy(old, 8 * word, torn, 8 * word, 8);
        }
      }
      after.write(HeapLayout.WATERMARK_A_OFFSET, watermark);
      after.write(form.start, torn);
      assertThat(after.watermark())
          .as("words lost: %s", Integer.toBinaryString(lost))
          .isEqualTo(Arrays.equals(torn, young) ? last + 1 : last);
    }
  }

  @Test
  void garbageInTheJournal_neverAppliesAnythingAndNeverCrashes() {
    Random random = new Random(SEED);
    for (int round = 0; round < 300; round++) {
      Pool pool = new Pool(Form.LOG);
      long from = HeapLayout.LANES_OFFSET;
      byte[] garbage = new byte[(int) (GEOMETRY.firstZoneOffset() - from)];
      for (int at = 0; at < garbage.length; at++) {
        garbage[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(3));
      }
      pool.write(from, garbage);
      assertThat(pool.watermark()).as("seed %d", SEED).isZero();
      assertThat(pool.applied()).as("seed %d", SEED).isEmpty();
    }
  }

  @Test
  void recordsOfAnEarlierSession_areNotApplied() {
    Pool pool = committed(Form.LANES, RECORDS);
    byte[] journal = pool.bytes(HeapLayout.LANES_OFFSET, 4096);
    assertThat(pool.watermark()).isEqualTo(RECORDS);
    pool.withoutEffects();
    pool.write(HeapLayout.LANES_OFFSET, journal);
    assertThat(pool.watermark()).isEqualTo(RECORDS);
    assertThat(pool.applied()).isEmpty();
  }

  @Test
  void wholeRecordsMissingBeforeADurableOne_isReported() {
    Pool pool = new Pool(Form.LOG);
    int perHalf = (int) (GEOMETRY.logHalfBytes() / committed(Form.LOG, 1).paddedLength());
    for (int number = 1; number <= perHalf + 1; number++) {
      pool.commit(number);
    }
    pool.write(GEOMETRY.logOffset(), new byte[(int) GEOMETRY.logHalfBytes()]);
    assertThatThrownBy(pool::watermark)
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessageContaining("missing");
  }

  /** A record that is valid and still cannot have been written by a heap. */
  private static void assertRefused(Consumer<JournalRecord> content) {
    assertRefused(new Pool(Form.LOG), content);
  }

  private static void assertRefused(Pool pool, Consumer<JournalRecord> content) {
    pool.record.clear();
    content.accept(pool.record);
    pool.record.synced(0);
    pool.record.seal(1, RecordLayout.chain(SALT, GEOMETRY.logOffset(), 0));
    pool.file.write(
        GEOMETRY.logOffset(),
        pool.record.buffer().asSlice(JournalRecord.START, pool.record.paddedLength()));
    assertThatThrownBy(pool::watermark)
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessageContaining(PATH.toString());
  }

  @Test
  void validRecord_thatWritesWhereNoneMay_isReported() {
    assertRefused(record -> record.word(0, 1));
    assertRefused(record -> record.word(HeapLayout.GEOMETRY_OFFSET, 1));
    assertRefused(record -> record.word(HeapLayout.WATERMARK_B_OFFSET, 1));
    assertRefused(record -> record.word(HeapLayout.LANES_OFFSET, 1));
    assertRefused(record -> record.word(GEOMETRY.logOffset(), 1));
    assertRefused(record -> record.word(GEOMETRY.firstZoneOffset() - 4, 1));
    assertRefused(record -> record.word(GEOMETRY.limitBytes() - 7, 1));
    assertRefused(record -> record.and(GEOMETRY.limitBytes(), 1));
    assertRefused(record -> record.or((1L << 52) - 8, 1));
  }

  @Test
  void validRecord_thatTearsLinesOrWords_isReported() {
    assertRefused(record -> record.bytes(HOME + 60, new byte[16], 0, 8));
    assertRefused(record -> record.bytes(HOME, new byte[80], 0, 65));
    assertRefused(record -> record.or(HOME + 4, 1));
    assertRefused(record -> record.and(HOME + 4092, 1));
  }

  @Test
  void validRecord_withAnExtentThatIsNone_isReported() {
    assertRefused(record -> record.extent(HOME, 64, 12345));
    assertRefused(record -> record.extent(HOME, 0, 0));
    assertRefused(record -> record.extent(HOME, -8, 0));
    assertRefused(record -> record.extent(0, 64, 0));
    assertRefused(record -> record.extent(GEOMETRY.limitBytes() - 8, 64, 0));
  }

  /** Writes an extent with one entry; {@return a record's reference to it} */
  private static Consumer<JournalRecord> extentOf(
      Pool pool, long offset, Consumer<JournalRecord> content) {
    JournalRecord extent = new JournalRecord();
    content.accept(extent);
    long from = extent.firstEntry();
    long length = extent.end() - from;
    pool.file.write(offset, extent.buffer().asSlice(from, length));
    int crc = extent.crc(from, extent.end());
    return record -> record.extent(offset, (int) length, crc);
  }

  @Test
  void validExtent_thatRefersToAnother_isReported() {
    Pool pool = new Pool(Form.LOG);
    Consumer<JournalRecord> inner = extentOf(pool, HOME + 5 * 4096, entry -> entry.word(HOME, 1));
    assertRefused(pool, extentOf(pool, HOME + 6 * 4096, inner));
    assertThat(pool.applied()).isEmpty();
  }

  @Test
  void invalidRecord_beforeUsersBytesThatLookLikeManyLargeOnes_isSkippedAtOnce() {
    long half = 16 << 20;
    Geometry large = new Geometry(64 << 20, 1, 1024, 1024, half);
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    PmemFile file = medium.create(PATH);
    file.allocate(0, large.limitBytes());
    new Watermark(1, 0, SALT).format(file);
    MemorySegment bytes = MemorySegment.ofArray(new long[(int) half / 8]);
    for (long at = 0; at < half; at += RecordLayout.ALIGNMENT) {
      bytes.set(HeapLayout.LONG, at + RecordLayout.SEQUENCE_OFFSET, 1L << 40);
      bytes.set(HeapLayout.INT, at + RecordLayout.LENGTH_OFFSET, (int) (half - at));
    }
    file.write(large.logOffset(), bytes);
    assertTimeoutPreemptively(
        Duration.ofMinutes(1), // checksums of all of them would take an hour
        () -> assertThat(Recovery.run(file, large, SALT + 1).sequence()).isZero());
  }
}
