package io.holdfast.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedRingTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("ring");
  }

  @Test
  void messages_ofAnyLength_arriveInOrderAcrossTheEnd() {
    Random random = Seeds.random("SharedRingTest");
    try (SharedRing sender = SharedRing.open(file);
        SharedRing receiver = SharedRing.open(file)) {
      Queue<byte[]> expected = new ArrayDeque<>();
      long inRing = 0;
      for (int i = 0; i < 400; i++) {
        byte[] message = new byte[random.nextInt(random.nextInt(20) == 0 ? 30_000 : 300)];
        random.nextBytes(message);
        while (inRing + message.length + 16 > sender.longestMessage()) {
          assertThat(receiver.peek()).contains(expected.element());
          inRing -= expected.remove().length + 16;
          receiver.consume();
        }
        sender.send(message);
        expected.add(message);
        inRing += message.length + 16;
      }
      for (byte[] message : expected) {
        assertThat(receiver.peek()).contains(message);
        receiver.consume();
      }
      assertThat(receiver.peek()).isEmpty();
    }
  }

  @Test
  void message_notConsumed_survivesReopen() {
    try (SharedRing ring = SharedRing.open(file)) {
      ring.send("one".getBytes(UTF_8));
      ring.send("two".getBytes(UTF_8));
      ring.consume();
    }
    try (SharedRing ring = SharedRing.open(file)) {
      assertThat(ring.peek()).contains("two".getBytes(UTF_8));
    }
  }

  @Test
  void message_asLongAsTheRing_arrives() {
    try (SharedRing ring = SharedRing.open(file)) {
      byte[] longest = new byte[(int) ring.longestMessage()];
      longest[longest.length - 1] = 7;
      ring.send("x".getBytes(UTF_8));
      ring.consume();
      ring.send(longest);
      assertThat(ring.peek()).contains(longest);
      assertThatThrownBy(() -> ring.send(new byte[longest.length + 1]))
          .isInstanceOf(ExampleException.class)
          .hasMessage(file + ": a message of 65529 bytes does not fit, the longest has 65528");
    }
  }

  @Test
  void file_thatIsNoRing_isRefused() throws IOException {
    for (int size : new int[] {0, 1, 4096, 5000}) {
      Files.write(file, new byte[size]);
      assertThatThrownBy(() -> SharedRing.open(file))
          .isInstanceOf(ExampleException.class)
          .hasMessage(file + ": not a ring: it has " + size + " bytes");
    }
    Files.write(file, new byte[8192]);
    assertThatThrownBy(() -> SharedRing.open(file))
        .hasMessage(file + ": not a ring: it does not begin with a ring's signature");
  }

  @Test
  void positions_thatContradictEachOther_areRefused() throws IOException {
    SharedRing.open(file).close();
    byte[] bytes = Files.readAllBytes(file);
    bytes[64] = 8;
    Files.write(file, bytes);
    assertThatThrownBy(() -> SharedRing.open(file))
        .hasMessage(file + ": damaged: messages from 8 to 0 in a ring of 65536 bytes");
  }

  @Test
  void message_ofImpossibleLength_isRefused() throws IOException {
    try (SharedRing ring = SharedRing.open(file)) {
      ring.send("one".getBytes(UTF_8));
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[4096 + 7] = 1;
    Files.write(file, bytes);
    try (SharedRing ring = SharedRing.open(file)) {
      assertThatThrownBy(ring::peek)
          .isInstanceOf(ExampleException.class)
          .hasMessageContaining("damaged: a message of 72057594037927939 bytes at 0");
    }
  }
}
