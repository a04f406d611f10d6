package io.holdfast.crash;

import static io.holdfast.crash.Programs.FILE;
import static io.holdfast.crash.Programs.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.internal.report.LayoutDecoder;
import io.holdfast.pmem.Granularity;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lost bytes in words. */
class DecoderTest {
  private static final MemoryLayout HEADER =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN).withName("version"),
          ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName("flags"),
          MemoryLayout.paddingLayout(2),
          MemoryLayout.sequenceLayout(8, ValueLayout.JAVA_BYTE).withName("magic"),
          MemoryLayout.unionLayout(
                  ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName("asLong"),
                  ValueLayout.JAVA_DOUBLE.withOrder(ByteOrder.LITTLE_ENDIAN).withName("asDouble"))
              .withName("value"));

  private static MemorySegment bytes() {
    byte[] bytes = new byte[40];
    bytes[16 + 3] = 7;
    bytes[16 + 4] = 2;
    byte[] magic = "MAGIC".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, bytes, 24, magic.length);
    bytes[32] = 1;
    return MemorySegment.ofArray(bytes);
  }

  @Test
  void layout_namesTheMembersTouched() {
    StateDecoder decoder = LayoutDecoder.of(16, HEADER);
    assertThat(decoder.decode(bytes(), 16, 4)).isEqualTo("version = 7");
    assertThat(decoder.decode(bytes(), 18, 3)).isEqualTo("version = 7, flags = 2");
    assertThat(decoder.decode(bytes(), 22, 2)).isEmpty();
    assertThat(decoder.decode(bytes(), 25, 1)).isEqualTo("magic = \"MAGIC\"");
    assertThat(decoder.decode(bytes(), 32, 8))
        .isEqualTo("value.asLong = 1, value.asDouble = 4.9E-324");
    assertThat(decoder.decode(bytes(), 0, 16)).isEmpty();
    assertThat(decoder.decode(bytes(), 40, 16)).isEmpty();
  }

  @Test
  void layout_findsElementsOfLongSequences() {
    MemoryLayout records =
        MemoryLayout.sequenceLayout(1_000_000_000L, ValueLayout.JAVA_LONG.withName("word"));
    MemorySegment file = MemorySegment.ofArray(new long[100]);
    file.set(ValueLayout.JAVA_LONG, 8 * 42, 5);
    StateDecoder decoder = LayoutDecoder.of(0, records);
    assertThat(decoder.decode(file, 8 * 42, 8)).isEqualTo("word[42] = 5");
    assertThat(decoder.decode(file, 8 * 5000, 8)).isEqualTo("word[5000] = beyond the end");
    assertThat(decoder.decode(file, 0, 800)).endsWith("word[7] = 0, ...");
  }

  @Test
  void layoutAtANegativeOffset_isRefused() {
    assertThatThrownBy(
            () -> CrashExploration.of(Granularity.PAGE).decode(FILE, -1, ValueLayout.JAVA_LONG))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static CrashFailure.Loss loss(StateDecoder decoder) {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .decode(FILE, decoder)
        .decode(FILE.resolveSibling("other"), (_, _, _) -> "of another file")
        .run(
            (medium, log) -> {
              map(medium).putLong(8, 3);
              log.acknowledge("stored");
            })
        .verify(
            (medium, log) -> {
              if (log.hasAcknowledged("stored") && Programs.word(medium, 8) != 3) {
                throw new IllegalStateException("lost");
              }
            })
        .explore()
        .failures()
        .getFirst()
        .crashes()
        .getFirst()
        .losses()
        .getFirst();
  }

  @Test
  void decoder_seesTheWholeFileAsItWasAndAsItIs() {
    List<String> calls = new ArrayList<>();
    CrashFailure.Loss loss =
        loss(
            (file, offset, length) -> {
              calls.add("%d of %d, %s".formatted(offset, file.byteSize(), file.isReadOnly()));
              return "entry " + file.get(ValueLayout.JAVA_LONG_UNALIGNED, offset) + "/" + length;
            });
    assertThat(loss.leftMeaning()).isEqualTo("entry 0/8");
    assertThat(loss.expectedMeaning()).isEqualTo("entry 3/8");
    assertThat(calls).containsOnly("8 of 4096, true");
    assertThat(loss.toString()).contains("00 00 00 00 00 00 00 00  entry 0/8");
  }

  @Test
  void decoderThatFails_hidesNoFailure() {
    CrashFailure.Loss loss =
        loss(
            (_, _, _) -> {
              throw new UnsupportedOperationException("no idea");
            });
    assertThat(loss.leftMeaning())
        .isEqualTo("not decoded: java.lang.UnsupportedOperationException: no idea");
    assertThat(loss.left()).isEqualTo("00 00 00 00 00 00 00 00");
  }
}
