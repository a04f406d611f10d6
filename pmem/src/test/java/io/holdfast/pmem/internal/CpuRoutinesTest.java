package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every routine, for every way of flushing and every width this processor has, over every short
 * length and offset.
 */
final class CpuRoutinesTest {
  private static final VarHandle WORD = JAVA_LONG.varHandle();
  private static final int MAX_LENGTH = 2048;
  private static final int LINE = 64;
  private static final int GUARD = 128;
  private static final int AREA = GUARD + LINE + MAX_LENGTH + GUARD;
  private static final byte GUARD_BYTE = (byte) 0xA5;
  private static final long FLUSH_AND_FENCE = CpuRoutines.FLUSH | CpuRoutines.FENCE;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment source = arena.allocate(MAX_LENGTH + LINE, LINE);
  private final MemorySegment area = arena.allocate(AREA, LINE);
  private final MemorySegment expected = arena.allocate(AREA, LINE);

  /** Every width and every way of flushing that this processor has, not every pair. */
  static List<CpuRoutines> routines() {
    CpuFeatures features =
        CpuFeatures.detect(CodePage.load(RoutineListing.load(Architecture.CURRENT.listing())));
    List<FlushInstruction> instructions = List.copyOf(features.flushes());
    List<VectorWidth> widths = List.copyOf(features.widths());
    List<CpuRoutines> all = new ArrayList<>();
    for (int i = 0; i < Math.max(instructions.size(), widths.size()); i++) {
      all.add(
          CpuRoutines.load(
              instructions.get(Math.min(i, instructions.size() - 1)),
              widths.get(Math.min(i, widths.size() - 1))));
    }
    return all;
  }

  @AfterEach
  void close() {
    arena.close();
  }

  /** A routine that writes the given number of bytes at the given place in the area. */
  private interface Writer {
    void write(long address, int offset, int length);
  }

  /** A description of what must be there then. */
  private interface Model {
    void write(int offset, int length);
  }

  private void assertWritesExactly(Writer writer, Model model) {
    byte[] bytes = new byte[(int) source.byteSize()];
    new Random(42).nextBytes(bytes);
    source.copyFrom(MemorySegment.ofArray(bytes));
    for (int length = 1; length <= MAX_LENGTH; length++) {
      for (int offset = GUARD; offset < GUARD + LINE; offset++) {
        area.fill(GUARD_BYTE);
        expected.fill(GUARD_BYTE);
        model.write(offset, length);
        writer.write(area.address() + offset, offset, length);
        long mismatch = expected.mismatch(area);
        if (mismatch != -1) {
          throw new AssertionError(
              "length %d at offset %d: byte %d differs".formatted(length, offset, mismatch));
        }
      }
    }
  }

  private Model copyModel() {
    return (offset, length) -> MemorySegment.copy(source, offset & 31, expected, offset, length);
  }

  @ParameterizedTest
  @MethodSource("routines")
  void copy_everyLengthAndOffset_storesExactlyTheRange(CpuRoutines routines) {
    assertWritesExactly(
        (address, offset, length) ->
            routines.copy(address, source, offset & 31, length, FLUSH_AND_FENCE),
        copyModel());
  }

  @ParameterizedTest
  @MethodSource("routines")
  void copyPastCaches_everyLengthAndOffset_storesExactlyTheRange(CpuRoutines routines) {
    assertWritesExactly(
        (address, offset, length) ->
            routines.copyPastCaches(address, source, offset & 31, length, FLUSH_AND_FENCE),
        copyModel());
  }

  @Test
  void copy_withoutFlushAndFromHeap_storesExactlyTheRange() {
    CpuRoutines routines = routines().getFirst();
    MemorySegment heap = MemorySegment.ofArray(new byte[(int) source.byteSize()]);

    assertWritesExactly(
        (address, offset, length) -> {
          heap.copyFrom(source);
          routines.copyPastCaches(address, heap, offset & 31, length, 0);
        },
        copyModel());
  }

  @ParameterizedTest
  @MethodSource("routines")
  void fill_everyLengthAndOffset_storesExactlyTheRange(CpuRoutines routines) {
    assertWritesExactly(
        (address, offset, length) ->
            routines.fill(address, 0x3C3C3C3C3C3C3C3CL, length, FLUSH_AND_FENCE),
        (offset, length) -> expected.asSlice(offset, length).fill((byte) 0x3C));
  }

  @ParameterizedTest
  @MethodSource("routines")
  void fillPastCaches_everyLengthAndOffset_storesExactlyTheRange(CpuRoutines routines) {
    assertWritesExactly(
        (address, offset, length) ->
            routines.fillPastCaches(address, 0x3C3C3C3C3C3C3C3CL, length, FLUSH_AND_FENCE),
        (offset, length) -> expected.asSlice(offset, length).fill((byte) 0x3C));
  }

  @ParameterizedTest
  @MethodSource("routines")
  void flush_everyLengthAndOffset_changesNothing(CpuRoutines routines) {
    assertWritesExactly(
        (address, offset, length) -> routines.flush(address, address + length, CpuRoutines.FENCE),
        (offset, length) -> {});
  }

  @ParameterizedTest
  @MethodSource("routines")
  void copy_seenByAnotherThread_tearsNoAlignedWord(CpuRoutines routines) throws Exception {
    assertWordsStayWhole(
        (address, word, length) -> {
          MemorySegment unaligned = source.asSlice(3, length);
          for (int at = 0; at + 8 <= length; at += 8) {
            unaligned.set(JAVA_LONG_UNALIGNED, at, word);
          }
          routines.copy(address, unaligned, 0, length, 0);
          routines.copyPastCaches(address, unaligned, 0, length, 0);
        });
  }

  @Test
  void wordCopy_seenByAnotherThread_tearsNoAlignedWord() throws Exception {
    assertWordsStayWhole(
        (address, word, length) -> {
          MemorySegment unaligned = source.asSlice(3, length);
          for (int at = 0; at + 8 <= length; at += 8) {
            unaligned.set(JAVA_LONG_UNALIGNED, at, word);
          }
          WordCopy.copy(unaligned, 0, area, address - area.address(), length);
        });
  }

  /** Fills a range with copies of a word of equal bytes. */
  private interface WordWriter {
    void write(long address, long word, int length);
  }

  private void assertWordsStayWhole(WordWriter writer) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong torn = new AtomicLong();
    area.fill((byte) 0);
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    for (int at = 8; at < 512; at += 8) {
                      long word = (long) WORD.getOpaque(area, (long) at);
                      if (word != repeated(word)) {
                        torn.set(word);
                      }
                    }
                  }
                });
    for (int round = 0; round < 40_000; round++) {
      // Neither end is aligned.
      writer.write(area.address() + 5, repeated(round), 512);
    }
    stop.set(true);
    reader.join();
    assertThat(torn.get()).as("a word with unequal bytes").isZero();
  }

  private static long repeated(long value) {
    return (value & 0xFF) * 0x0101_0101_0101_0101L;
  }
}
