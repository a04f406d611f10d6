package io.holdfast.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Compiles the peers' sources, which travel in our own jar, with the system's C compiler. What it
 * needs and does not find is an answer, not an error: {@link Missing} says what to install.
 */
final class PeerCompiler {
  /** What became of a peer. */
  sealed interface Outcome {}

  /** The peer can be started: {@code executable} is its program. */
  record Compiled(Path executable) implements Outcome {}

  /** The peer cannot be had: {@code what} is not there, {@code remedy} says how to get it. */
  record Missing(String what, String remedy) implements Outcome {}

  private static final List<String> HEADERS = List.of("peer.h", "pmem_workloads.h");
  private static final List<String> OPTIONS = List.of("-std=gnu11", "-O2", "-pthread");

  private final Optional<Path> compiler;

  /**
   * Looks for the compiler.
   *
   * @param searchPath the folders to look in, as in {@code PATH}
   */
  PeerCompiler(String searchPath) {
    this.compiler =
        Arrays.stream(searchPath.split(File.pathSeparator))
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "cc"))
            .filter(Files::isExecutable)
            .findFirst();
  }

  /**
   * Compiles {@code <library>_peer.c}.
   *
   * @param library the C library it is written for, which is also what the linker calls it
   * @param folder where sources and program are put
   * @throws PeerException if compiler and library are there and yet the source does not compile
   * @throws IOException if files cannot be written, or the compiler not be run
   */
  Outcome compile(String library, Path folder) throws IOException {
    if (compiler.isEmpty()) {
      return new Missing("a C compiler (cc)", "apt install gcc libc6-dev");
    }
    for (String header : HEADERS) {
      copySource(header, folder);
    }
    Path source = copySource(library + "_peer.c", folder);
    Path executable = folder.resolve(library + "_peer");
    Optional<String> complaint = run(source, executable, library);
    if (complaint.isEmpty()) {
      return new Compiled(executable);
    }
    Path probe = folder.resolve("probe.c");
    Files.writeString(probe, "#include <stdio.h>\nint main(void) { return puts(\"\"); }\n");
    if (run(probe, folder.resolve("probe")).isPresent()) {
      return new Missing("the C library's headers", "apt install libc6-dev");
    }
    Files.writeString(probe, "#include <" + library + ".h>\nint main(void) { return 0; }\n");
    if (run(probe, folder.resolve("probe"), library).isPresent()) {
      return new Missing(library, "apt install " + library + "-dev");
    }
    throw new PeerException(source.getFileName() + ": " + complaint.get());
  }

  private static Path copySource(String name, Path folder) throws IOException {
    Path copy = folder.resolve(name);
    try (InputStream in = PeerCompiler.class.getResourceAsStream("peers/" + name)) {
      if (in == null) {
        throw new IllegalStateException("peers/" + name + " is missing from io.holdfast.bench");
      }
      Files.write(copy, in.readAllBytes());
    }
    return copy;
  }

  /** {@return the compiler's complaint, empty if it made the program} */
  private Optional<String> run(Path source, Path executable, String... libraries)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(compiler.orElseThrow().toString());
    command.addAll(OPTIONS);
    command.addAll(List.of("-o", executable.toString(), source.toString()));
    for (String library : libraries) {
      // The linker's name for libpmem is pmem.
      command.add("-l" + library.substring("lib".length()));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return process.waitFor() == 0 ? Optional.empty() : Optional.of(output.strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException(source.getFileName() + ": interrupted while compiling");
    }
  }
}
