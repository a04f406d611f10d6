package io.holdfast.heap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The shadowed lines of a transaction, against a map from addresses to bytes. */
final class WriteSetTest {
  private static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());
  private static final int SPACE = 1 << 16;

  private final WriteSet writes = new WriteSet();
  private final TreeMap<Long, Byte> model = new TreeMap<>();
  private final Random random = new Random(SEED);

  @Test
  void randomWritesAndForgetting_readBackAndAreRecordedExactly() {
    for (int round = 0; round < 60; round++) {
      int operations = random.nextInt(round % 10 == 0 ? 3000 : 60);
      for (int i = 0; i < operations; i++) {
        change();
      }
      assertReadsAsTheModel();
      if (random.nextBoolean()) {
        moveAPart();
        assertReadsAsTheModel();
      }
      JournalRecord record = new JournalRecord();
      writes.appendTo(record);
      assertThat(applied(record)).as("seed %d", SEED).isEqualTo(model);
      writes.clear();
      model.clear();
      assertThat(writes.isEmpty()).isTrue();
      assertReadsAsTheModel();
    }
  }

  private void change() {
    long address = random.nextInt(SPACE - 400);
    switch (random.nextInt(6)) {
      case 0 -> {
        long value = random.nextLong();
        writes.putLong(address, value);
        put(address, value, 8);
      }
      case 1 -> {
        int bytes = 1 << random.nextInt(4);
        long value = random.nextLong();
        writes.put(address, value, bytes);
        put(address, value, bytes);
      }
      case 2 -> {
        byte[] source = new byte[random.nextInt(300)];
        random.nextBytes(source);
        int offset = random.nextInt(source.length + 1);
        writes.putBytes(address, source, offset, source.length - offset);
        for (int i = offset; i < source.length; i++) {
          model.put(address + i - offset, source[i]);
        }
      }
      case 3 -> {
        int length = random.nextInt(300);
        writes.putZeros(address, length);
        for (int i = 0; i < length; i++) {
          model.put(address + i, (byte) 0);
        }
      }
      default -> {
        int length = random.nextInt(200);
        writes.forget(address, length);
        model.subMap(address, address + length).clear();
      }
    }
  }

  private void put(long address, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      model.put(address + i, (byte) (value >>> (8 * i)));
    }
  }

  private void assertReadsAsTheModel() {
    TreeMap<Long, Byte> read = new TreeMap<>();
    for (long line = 0; line < SPACE; line += 64) {
      int slot = writes.find(line);
      for (int i = 0; i < 64; i++) {
        if (slot >= 0 && (writes.mask(slot) >>> i & 1) != 0) {
          assertThat(writes.find(line + i)).isEqualTo(slot);
          read.put(line + i, writes.getByte(slot, i));
        }
      }
    }
    assertThat(read).as("seed %d", SEED).isEqualTo(model);
  }

  private void moveAPart() {
    long from = random.nextInt(SPACE - 2000);
    int length = random.nextInt(2000);
    JournalRecord record = new JournalRecord();
    writes.moveTo(record, from, length);
    assertThat(applied(record))
        .as("seed %d", SEED)
        .isEqualTo(new TreeMap<>(model.subMap(from, from + length)));
    model.subMap(from, from + length).clear();
  }

  /** {@return what a record changes in memory of ones, and in memory of zeros} */
  private static Map<Long, Byte> applied(JournalRecord record) {
    PmemMap ones = memory();
    for (long at = 0; at < SPACE; at += 8) {
      ones.putLong(at, -1);
    }
    PmemMap zeros = memory();
    record.apply(ones, line -> {});
    record.apply(zeros, line -> {});
    Map<Long, Byte> changed = new TreeMap<>();
    for (long at = 0; at < SPACE; at++) {
      if (ones.getByte(at) == zeros.getByte(at)) {
        changed.put(at, ones.getByte(at));
      }
    }
    return changed;
  }

  private static PmemMap memory() {
    return SimulatedMedium.of(Granularity.BYTE)
        .map(
            PmemSource.anonymous(SPACE),
            MapConfig.defaults().withRequiredGranularity(Granularity.PAGE));
  }
}
