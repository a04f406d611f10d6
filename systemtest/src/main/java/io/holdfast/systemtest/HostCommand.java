package io.holdfast.systemtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the host's that is run to its end. Immutable. */
final class HostCommand {
  private static final long TIMEOUT_MINUTES = 5;

  private final List<String> words;
  private final Path folder;
  private final List<Path> libraries;

  private HostCommand(List<String> words, Path folder, List<Path> libraries) {
    this.words = words;
    this.folder = folder;
    this.libraries = libraries;
  }

  static HostCommand of(Object... words) {
    List<String> list = new ArrayList<>();
    for (Object word : words) {
      if (word instanceof List<?> more) {
        more.forEach(one -> list.add(one.toString()));
      } else {
        list.add(word.toString());
      }
    }
    return new HostCommand(List.copyOf(list), Path.of("."), List.of());
  }

  HostCommand in(Path newFolder) {
    return new HostCommand(words, newFolder, libraries);
  }

  /** A copy that finds shared libraries in these folders first. */
  HostCommand withLibraries(List<Path> folders) {
    return new HostCommand(words, folder, folders);
  }

  /**
   * A copy that the kernel kills when the thread that starts it ends, also if this process is
   * killed and can no longer do it.
   */
  HostCommand endingWithUs() {
    List<String> list = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
    list.addAll(words);
    return new HostCommand(List.copyOf(list), folder, libraries);
  }

  /** {@return the prepared process, whose messages are translated by nobody} */
  ProcessBuilder builder() {
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    if (!libraries.isEmpty()) {
      builder
          .environment()
          .put(
              "LD_LIBRARY_PATH", String.join(":", libraries.stream().map(Path::toString).toList()));
    }
    return builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
  }

  /**
   * Runs it.
   *
   * @return what it wrote to both of its outputs
   * @throws CommandException if it cannot be started, fails or does not end in time
   */
  String run() throws InterruptedException {
    Process process;
    try {
      process = builder().redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new CommandException(words.getFirst() + ": " + e.getMessage());
    }
    try {
      StringBuilder output = new StringBuilder();
      Thread reader = Thread.ofVirtual().start(() -> output.append(readAll(process)));
      if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
        throw new CommandException(this + ": no end after " + TIMEOUT_MINUTES + " minutes");
      }
      reader.join();
      if (process.exitValue() != 0) {
        throw new CommandException(
            "%s: exit code %d: %s".formatted(this, process.exitValue(), output.toString().strip()));
      }
      return output.toString();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String readAll(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "[output lost: " + e.getMessage() + "]";
    }
  }

  @Override
  public String toString() {
    String line = String.join(" ", words);
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }
}
