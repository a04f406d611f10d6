package io.holdfast.systemtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of a machine, from switching on until it is off or killed. What the guest says to us are
 * the lines {@code @@WORD text} of its serial line; all of it goes to a file too. For one thread.
 */
final class Boot implements AutoCloseable {
  /**
   * A guest that says nothing to us for so long hangs, whatever its kernel says. No limit for the
   * whole, since a busy host makes all of it slow.
   */
  private static final Duration SILENCE = Duration.ofMinutes(4);

  private static final Pattern MESSAGE = Pattern.compile("@@([A-Z]+) ?(.*)");

  /** What the guest said: {@code @@WORD text}. */
  record Message(String word, String text) {}

  private final Process qemu;
  private final BufferedReader lines;
  private final Path log;
  private final Writer copy;
  private final Timer clock = new Timer(true);
  private final Thread hook;
  private final List<Message> messages = Collections.synchronizedList(new ArrayList<>());
  private final long begin = System.nanoTime();
  private final Duration silence;
  private volatile long heard = begin;
  private volatile boolean late;
  private volatile boolean killed;

  /**
   * Switches a machine on.
   *
   * @param log receives what it says on its serial line, with the seconds since it was switched on
   */
  Boot(Machine machine, String step, Path log) throws IOException {
    this(machine.command(step), log, SILENCE);
  }

  /** Starts what behaves like a machine, and may be silent for so long. */
  Boot(HostCommand machine, Path log, Duration silence) throws IOException {
    this.log = log;
    Files.createDirectories(log.getParent());
    this.copy = Files.newBufferedWriter(log);
    this.qemu =
        machine
            .builder()
            .redirectError(log.resolveSibling(log.getFileName() + ".errors").toFile())
            .start();
    // sooner than the kernel does it
    this.hook = new Thread(this::end);
    Runtime.getRuntime().addShutdownHook(hook);
    this.lines =
        new BufferedReader(
            new InputStreamReader(qemu.getInputStream(), StandardCharsets.ISO_8859_1));
    this.silence = silence;
    clock.schedule(
        new TimerTask() {
          @Override
          public void run() {
            if (System.nanoTime() - heard > silence.toNanos()) {
              late = true;
              end();
            }
          }
        },
        silence.toMillis(),
        Math.max(1, silence.toMillis() / 16));
  }

  /**
   * Kills the machine (SIGKILL, by its process) after a while, whatever it does then; what it has
   * said before can still be read.
   */
  void killAfter(Duration delay) {
    at(delay, this::kill);
  }

  private void at(Duration delay, Runnable action) {
    clock.schedule(
        new TimerTask() {
          @Override
          public void run() {
            action.run();
          }
        },
        delay.toMillis());
  }

  private void kill() {
    killed = true;
    end();
  }

  /** SIGKILL; Process.destroyForcibly would also throw away what can still be read. */
  private void end() {
    var _ = qemu.toHandle().destroyForcibly();
  }

  /**
   * Reads on until a message fits.
   *
   * @return whether there was one; if not, the machine is off
   */
  boolean readUntil(Predicate<Message> last) throws IOException {
    while (true) {
      Optional<String> line = readLine();
      if (line.isEmpty()) {
        return false;
      }
      Matcher matcher = MESSAGE.matcher(line.get());
      if (matcher.find()) {
        Message message = new Message(matcher.group(1), matcher.group(2).strip());
        messages.add(message);
        heard = System.nanoTime();
        if (last.test(message)) {
          return true;
        }
      }
    }
  }

  /** {@return the next line; none if the machine is off, also if it was cut off within a line} */
  private Optional<String> readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    int c;
    while ((c = lines.read()) >= 0) {
      if (line.isEmpty()) {
        copy.write("%6.1f ".formatted(seconds()));
      }
      copy.write(c);
      if (c == '\n') {
        copy.flush();
        return Optional.of(line.toString());
      }
      line.append((char) c);
    }
    copy.flush();
    return Optional.empty();
  }

  /** Reads to the end; {@return everything the guest has said to us} */
  List<Message> readToEnd() throws IOException, InterruptedException {
    readUntil(_ -> false);
    qemu.waitFor();
    return messages();
  }

  /** {@return what the guest has said to us and we have read} */
  List<Message> messages() {
    return List.copyOf(messages);
  }

  /** {@return why this run cannot be believed, empty if it ended as it should} */
  List<String> troubles() {
    List<String> troubles = new ArrayList<>();
    if (late) {
      troubles.add("the guest hangs: not a word in " + silence.toSeconds() + " s");
    } else if (killed) {
      if (qemu.exitValue() != 128 + 9) {
        troubles.add("exit code " + qemu.exitValue() + " of a machine that was killed");
      }
    } else if (!messages.contains(new Message("END", "0"))) {
      troubles.add("the guest's program did not end well, exit code of qemu " + qemu.exitValue());
    }
    return troubles;
  }

  double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  Path log() {
    return log;
  }

  /** Ends the machine if it runs still; what was not read is lost. */
  @Override
  public void close() {
    qemu.destroyForcibly();
    qemu.onExit().join();
    clock.cancel();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // shutting down: the hook is at work
    }
    try {
      lines.close();
      copy.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
