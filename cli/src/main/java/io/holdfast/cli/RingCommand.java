package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.examples.SharedRing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast example ring}. */
@Command(
    name = "ring",
    description = "Send lines from one process to another through a persistent ring buffer.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RingCommand.Send.class, RingCommand.Receive.class})
final class RingCommand extends HoldfastCommand {
  @Override
  void run(Console console) {
    throw wrongArguments("missing command");
  }

  /** {@code holdfast example ring send}. */
  @Command(
      name = "send",
      description = {
        "Send messages, each durable before the next; waits while the ring is full.",
        "",
        "One process at a time may send."
      })
  static final class Send extends HoldfastCommand {
    @Parameters(
        index = "0",
        paramLabel = "FILE",
        description = "The ring's file; created if it does not exist.")
    private Path file;

    @Parameters(
        index = "1..*",
        paramLabel = "MESSAGES",
        description = "What is sent. None: the lines of standard input.")
    private @Nullable List<String> messages;

    @Override
    void run(Console console) throws IOException {
      try (SharedRing ring = SharedRing.open(file)) {
        if (messages != null) {
          messages.forEach(message -> ring.send(message.getBytes(UTF_8)));
          return;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(console.in(), UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          ring.send(line.getBytes(UTF_8));
        }
      }
    }
  }

  /** {@code holdfast example ring receive}. */
  @Command(
      name = "receive",
      description = {
        "Print the messages that are there, and remove each when it is printed.",
        "",
        "One process at a time may receive."
      })
  static final class Receive extends HoldfastCommand {
    @Parameters(paramLabel = "FILE", description = "The ring's file; created if it does not exist.")
    private Path file;

    @Option(
        names = "-n",
        paramLabel = "N",
        description = "Wait until N messages have come, and print no more than these.")
    private @Nullable Long count;

    @Override
    void run(Console console) throws IOException, InterruptedException {
      if (count != null && count < 0) {
        throw wrongArguments("-n must not be negative: " + count);
      }
      try (SharedRing ring = SharedRing.open(file)) {
        for (long received = 0; count == null || received < count; received++) {
          Optional<byte[]> message = count == null ? ring.peek() : Optional.of(ring.await());
          if (message.isEmpty()) {
            return;
          }
          console.println(Escape.utf8(message.get()));
          console.flush();
          ring.consume();
        }
      }
    }
  }
}
