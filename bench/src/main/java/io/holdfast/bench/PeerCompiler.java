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

  private static final List<String> HEADERS = List.of("peer.h", "pmem_workloads.h", "ex_common.h");

  /** Where Debian's libpmemobj-dev has the examples. */
  private static final Path EXAMPLES = Path.of("/usr/share/doc/libpmemobj-dev/examples");

  private static final List<String> MAPS =
      List.of(
          "tree_map/btree_map.c",
          "tree_map/ctree_map.c",
          "tree_map/rbtree_map.c",
          "list_map/skiplist_map.c",
          "hashmap/hashmap_tx.c",
          "hashmap/hashmap_atomic.c");

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
   * @param peer the C library it is written for, which is also what the linker calls it, or {@link
   *     MapBench#PEER}, which is compiled with the maps of libpmemobj's examples
   * @param folder where sources and program are put
   * @throws PeerException if compiler and library are there and yet the source does not compile
   * @throws IOException if files cannot be written, or the compiler not be run
   */
  Outcome compile(String peer, Path folder) throws IOException {
    boolean maps = peer.equals(MapBench.PEER);
    String library = maps ? "libpmemobj" : peer;
    List<Path> examples = maps ? MAPS.stream().map(EXAMPLES::resolve).toList() : List.of();
    if (compiler.isEmpty()) {
      return new Missing("a C compiler (cc)", "apt install gcc libc6-dev");
    }
    for (String header : HEADERS) {
      copySource(header, folder);
    }
    Path source = copySource(peer + "_peer.c", folder);
    Path executable = folder.resolve(peer + "_peer");
    Optional<Path> absent = examples.stream().filter(Files::notExists).findFirst();
    Optional<String> complaint =
        absent.isPresent()
            ? Optional.of(absent.get() + " is missing")
            : run(source, examples, executable, library);
    if (complaint.isEmpty()) {
      return new Compiled(executable);
    }
    Path probe = folder.resolve("probe.c");
    Files.writeString(probe, "#include <stdio.h>\nint main(void) { return puts(\"\"); }\n");
    if (run(probe, List.of(), folder.resolve("probe")).isPresent()) {
      return new Missing("the C library's headers", "apt install libc6-dev");
    }
    Files.writeString(probe, "#include <" + library + ".h>\nint main(void) { return 0; }\n");
    if (run(probe, List.of(), folder.resolve("probe"), library).isPresent()) {
      return new Missing(library, "apt install " + library + "-dev");
    }
    if (absent.isPresent()) {
      return new Missing(
          absent.get().toString(),
          "apt install --reinstall libpmemobj-dev, with nothing that leaves out /usr/share/doc");
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
  private Optional<String> run(Path source, List<Path> others, Path executable, String... libraries)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(compiler.orElseThrow().toString());
    command.addAll(OPTIONS);
    command.addAll(List.of("-o", executable.toString(), source.toString()));
    for (Path other : others) {
      command.add("-I" + other.getParent());
      command.add(other.toString());
    }
    if (!others.isEmpty()) {
      command.add("-I" + source.getParent());
    }
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
