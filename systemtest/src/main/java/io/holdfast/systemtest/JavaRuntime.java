package io.holdfast.systemtest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What runs Java in the guest: a run-time image linked from the JDK that runs this, our jars, and a
 * start-up cache. All have the same place in the guest as here, since a start-up cache knows it.
 */
final class JavaRuntime {
  private static final String MAIN = "io.holdfast.systemtest/io.holdfast.systemtest.guest.Guest";
  private static final String COMMAND = "io.holdfast.cli/io.holdfast.cli.Main";

  /** What our modules ask of the JDK, small and with a start-up cache for the command. */
  private static final List<String> LINKING =
      List.of(
          "--add-modules=java.base,java.management",
          "--strip-java-debug-attributes", // native symbols would take objcopy
          "--no-header-files",
          "--no-man-pages",
          "--generate-cds-archive");

  private final Path folder;
  private final List<Path> jars;

  private JavaRuntime(Path folder, List<Path> jars) {
    this.folder = folder;
    this.jars = jars;
  }

  /**
   * Links the image if there is none of this JDK, and makes the cache.
   *
   * @param folder where both are kept
   * @param progress is told what takes long
   * @throws SkippedException if the folder has a name that cannot be used
   */
  static JavaRuntime prepare(Path folder, Consumer<String> progress)
      throws IOException, InterruptedException, SkippedException {
    if (folder.toString().contains(" ")) {
      throw new SkippedException(folder + ": the guest's shell cannot do with a space in a path");
    }
    JavaRuntime runtime = new JavaRuntime(folder, ourJars());
    runtime.link(progress);
    runtime.train();
    return runtime;
  }

  /** {@return the jars of this run that the guest needs} */
  private static List<Path> ourJars() throws IOException {
    List<Path> jars = new ArrayList<>();
    for (String entry : System.getProperty("jdk.module.path", "").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      try (var list =
          Files.isDirectory(path) ? Files.list(path) : java.util.stream.Stream.of(path)) {
        jars.addAll(
            list.filter(
                    jar -> jar.getFileName().toString().matches("(holdfast|picocli|jspecify)-.*"))
                .sorted()
                .toList());
      }
    }
    if (jars.isEmpty()) {
      throw new IllegalStateException("not started from a module path of jars: use systemtest/run");
    }
    return jars;
  }

  Path image() {
    return folder.resolve("java");
  }

  private Path cache() {
    return folder.resolve("cache.aot");
  }

  private void link(Consumer<String> progress) throws IOException, InterruptedException {
    Path jdk = Path.of(System.getProperty("java.home"));
    String wanted = jdk + "\n" + LINKING + "\n" + Files.readString(jdk.resolve("release"));
    Path linkedFrom = folder.resolve("linked-from");
    if (Files.exists(linkedFrom) && Files.readString(linkedFrom).equals(wanted)) {
      return;
    }
    progress.accept("linking a run-time image of " + jdk);
    Files.deleteIfExists(linkedFrom);
    Folders.delete(image());
    Files.createDirectories(folder);
    HostCommand.of(jdk.resolve("bin/jlink"), LINKING, "--output", image()).run();
    Files.writeString(linkedFrom, wanted);
  }

  /** A rehearsal leaves the start-up cache: half the guest's seconds are those of Java's start. */
  private void train() throws IOException, InterruptedException {
    Files.deleteIfExists(cache());
    Path place = Files.createTempDirectory("holdfast-systemtest");
    try {
      List<Object> command = new ArrayList<>(List.of(java()));
      command.add("-XX:AOTCacheOutput=" + cache());
      command.addAll(options(MAIN));
      command.addAll(List.of("train", place));
      HostCommand.of(command.toArray()).run();
    } finally {
      Folders.delete(place);
    }
  }

  private Path java() {
    return image().resolve("bin/java");
  }

  private List<String> options(String main) {
    return List.of(
        "-XX:+UseSerialGC",
        "-Xmx256m",
        "--enable-native-access=io.holdfast.pmem",
        "-p",
        String.join(":", jars.stream().map(Path::toString).toList()),
        "-m",
        main);
  }

  /** {@return the command that starts the guest's program, for a shell} */
  String command() {
    return java() + " -XX:AOTCache=" + cache() + " " + String.join(" ", options(MAIN));
  }

  /** {@return the command that is {@code holdfast} in the guest, words between spaces} */
  String holdfast() {
    return java() + " -XX:TieredStopAtLevel=1 " + String.join(" ", options(COMMAND));
  }

  /** {@return every file and folder the guest needs} */
  List<Path> content() {
    List<Path> content = new ArrayList<>(jars);
    content.add(cache());
    content.add(image());
    return content;
  }

  /** {@return programs and libraries whose own libraries the guest needs too} */
  List<Path> binaries() {
    return Arrays.asList(java(), image().resolve("lib/server/libjvm.so"));
  }
}
