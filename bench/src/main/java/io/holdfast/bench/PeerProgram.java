package io.holdfast.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/**
 * A peer at work: a C program that keeps its pool open and answers one command after the other (the
 * protocol stands in {@code peer.h}). Its pool has no name, so nothing of it outlives the process,
 * which ends with ours at the latest.
 *
 * <p>For one thread.
 */
final class PeerProgram implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  private PeerProgram(String name, Process process) {
    this.name = name;
    this.process = process;
    this.commands = process.outputWriter();
    this.answers = process.inputReader();
  }

  /**
   * Starts a peer and waits until its pool is there.
   *
   * @param name the library it stands for
   * @param executable the compiled program
   * @param folder where it creates its pool
   * @throws IOException if it cannot be started or has no room for its pool
   */
  static PeerProgram start(String name, Path executable, Path folder) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(executable.toString(), folder.toString());
    builder.environment().put("PMEM_IS_PMEM_FORCE", "1");
    builder.environment().put("PMEM2_FORCE_GRANULARITY", "CACHE_LINE");
    builder.redirectError(Redirect.INHERIT);
    PeerProgram peer = new PeerProgram(name, builder.start());
    try {
      String greeting = peer.answer();
      if (!greeting.equals("ready")) {
        throw new PeerException(name + ": unexpected greeting: " + greeting);
      }
      return peer;
    } catch (IOException e) {
      peer.close();
      throw e;
    }
  }

  /**
   * {@return the scenario that the program calls {@code scenario}, with operations of {@code size}}
   */
  Workload workload(String scenario, long size) {
    return (iterations, seed) -> {
      commands.write(
          scenario + " " + size + " " + iterations + " " + Long.toUnsignedString(seed) + "\n");
      commands.flush();
      String answer = answer();
      try {
        return Long.parseLong(answer);
      } catch (NumberFormatException e) {
        throw new PeerException(name + ": not a number of nanoseconds: " + answer);
      }
    };
  }

  private String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new PeerException(name + ": the peer program ended without an answer");
    }
    if (answer.startsWith("error ")) {
      throw new PeerException(name + ": " + answer.substring("error ".length()));
    }
    return answer;
  }

  /** Ends the program. */
  @Override
  public void close() {
    process.destroy();
  }
}
