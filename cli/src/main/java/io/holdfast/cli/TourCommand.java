package io.holdfast.cli;

import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast tour}: shows a newcomer what the kit is for. */
@Command(
    name = "tour",
    description = {
      "See in 20 seconds what this is about: a program is killed, its data are not.",
      "",
      "Everything happens in a folder of its own, which is removed in the end. Exits with 0 only if all promises held.",
      ""
    })
final class TourCommand extends HoldfastCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      description =
          "Where: a folder on the disk or the persistent memory to try. Default: for temporary files.")
  private @Nullable Path folder;

  @Override
  void run(Console console) throws Exception {
    Path parent = folder == null ? Path.of(System.getProperty("java.io.tmpdir")) : folder;
    if (!Files.isDirectory(parent)) {
      throw new NotDirectoryException(parent.toString());
    }
    try (TemporaryFolder temporary = TemporaryFolder.in(parent)) {
      new Tour(console, temporary.path(), Tour.TEXT_BYTES).run();
    }
  }
}
