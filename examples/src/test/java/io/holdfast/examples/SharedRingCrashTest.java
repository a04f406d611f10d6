package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.RunLog;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No message of the ring is lost, torn or out of order, whenever power fails, also where one
 * process acts on what the other one has stored and not yet made durable.
 */
final class SharedRingCrashTest {
  private static final Path FILE = Path.of("/crash/ring");
  private static final long CAPACITY = 64;

  /** Where the positions are in the control page. */
  private static final long BEGIN = 64;

  private static final long END = 128;

  /** Some fill lines, some run over the end of the ring. */
  private static final String[] MESSAGES = {
    "first", "the second, longer", "3", "the fourth", "5th"
  };

  /** Who acts between a store of the other one's and its flush. */
  enum Overlap {
    NOBODY,
    RECEIVER,
    SENDER
  }

  static Stream<Arguments> cases() {
    return Stream.of(Granularity.values())
        .flatMap(
            granularity ->
                Stream.of(Overlap.values()).map(overlap -> Arguments.of(granularity, overlap)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anyCrash_keepsMessagesInOrder(Granularity granularity, Overlap overlap) {
    CrashReport report =
        CrashExploration.of(granularity)
            .prepare((medium, _) -> SharedRing.create(medium, FILE, 4096))
            .run((medium, log) -> new Exchange(medium, log, overlap).run())
            .check(SharedRingCrashTest::check)
            .explore()
            .assertConsistent();
    System.out.printf(
        "SharedRingCrashTest: %s, %s: %d states%n", granularity, overlap, report.states());
  }

  /** A sender that keeps the ring as full as it can, and a receiver that empties it. */
  private static final class Exchange {
    private final RunLog log;
    private final SharedRing sender;
    private final SharedRing receiver;
    private long room = CAPACITY;
    private int next;
    private int consumed;

    Exchange(Medium medium, RunLog log, Overlap overlap) {
      this.log = log;
      this.sender = open(medium, offset -> during(offset, overlap == Overlap.RECEIVER, END));
      this.receiver = open(medium, offset -> during(offset, overlap == Overlap.SENDER, BEGIN));
    }

    /** Lets the other one act when a position is stored and not yet durable. */
    private void during(long offset, boolean overlapping, long position) {
      if (overlapping && offset == position) {
        if (position == END) {
          receive();
        } else {
          sendAsManyAsFit();
        }
      }
    }

    void run() {
      while (consumed < MESSAGES.length) {
        sendAsManyAsFit();
        receive();
      }
      sender.close();
      receiver.close();
    }

    private void sendAsManyAsFit() {
      while (next < MESSAGES.length && size(next) <= room) {
        byte[] message = MESSAGES[next].getBytes(UTF_8);
        room -= size(next++);
        sender.send(message);
        log.acknowledge("sent");
      }
    }

    private void receive() {
      while (receiver.peek().isPresent()) {
        int message = consumed++;
        room += size(message);
        receiver.consume();
        log.acknowledge("consumed " + message);
      }
    }

    private static long size(int message) {
      return 8 + (MESSAGES[message].length() + 7L) / 8 * 8;
    }
  }

  /** Receives what is left: nothing before it but one message, whose removal was under way. */
  private static String check(Medium medium, RunLog log) {
    List<String> acknowledged = log.acknowledged();
    int sent = Collections.frequency(acknowledged, "sent");
    int consumed = 0;
    while (acknowledged.contains("consumed " + consumed)) {
      consumed++;
    }
    List<String> left = new ArrayList<>();
    try (SharedRing ring = open(medium, _ -> {})) {
      for (Optional<byte[]> message = ring.peek(); message.isPresent(); message = ring.peek()) {
        left.add(new String(message.get(), UTF_8));
        int first = List.of(MESSAGES).indexOf(left.getFirst());
        assertThat(first).as("%s, %d consumed", left, consumed).isBetween(consumed, consumed + 1);
        if (first > consumed && left.size() == 1) {
          log.acknowledge("consumed " + consumed);
        }
        int end = first + left.size();
        assertThat(left)
            .isEqualTo(List.of(MESSAGES).subList(first, Math.min(end, MESSAGES.length)));
        ring.consume();
        log.acknowledge("consumed " + (end - 1));
      }
    }
    int end = left.isEmpty() ? consumed + 1 : List.of(MESSAGES).indexOf(left.getLast()) + 1;
    assertThat(end).as("%s, %d sent", left, sent).isGreaterThanOrEqualTo(sent);
    return left.toString();
  }

  private static SharedRing open(Medium medium, LongConsumer beforePersist) {
    SharedRing.Opened opened = new SharedRing.Opened();
    PmemMap control = opened.add(map(medium, 0), PmemMap::close);
    PmemMap ring = opened.add(map(medium, 4096), PmemMap::close);
    return new SharedRing(
        FILE,
        new TwiceMapped(control, 4096, 1, beforePersist),
        new TwiceMapped(ring, CAPACITY, 2, _ -> {}),
        opened);
  }

  private static PmemMap map(Medium medium, long offset) {
    return medium.map(
        PmemSource.of(FILE),
        MapConfig.defaults()
            .withRequiredGranularity(Granularity.PAGE)
            .withOffset(offset)
            .withLength(4096));
  }
}
