package io.holdfast.cli;

import io.holdfast.pmem.BadBlock;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast badblocks}: lists and clears what the medium of a file has lost. */
@Command(
    name = "badblocks",
    description = {
      "List the parts of a file or device DAX that its medium has lost.",
      "",
      "Of a device DAX only root may know. A file that lies on no persistent memory has no such list, and so no bad"
          + " blocks.",
      ""
    })
final class BadBlocksCommand extends HoldfastCommand {
  @Parameters(index = "0", paramLabel = "FILE", description = "The file or device DAX.")
  private Path file;

  @Option(
      names = "--clear",
      description =
          "Give the file good blocks in the place of the bad ones. What these held is lost: it reads as zero.")
  private boolean clear;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  void run(Console console) throws IOException {
    PmemSource source = PmemSource.of(file);
    Set<BadBlock> found = new LinkedHashSet<>(source.badBlocks());
    if (clear) {
      clear(console, source, found);
    }
    if (json) {
      console.println(
          "{\"file\": %s, \"cleared\": %b, \"badBlocks\": [%s]}"
              .formatted(
                  Json.string(file.toString()),
                  clear,
                  found.stream()
                      .map(
                          b -> "{\"offset\": %d, \"length\": %d}".formatted(b.offset(), b.length()))
                      .collect(Collectors.joining(", "))));
      return;
    }
    for (BadBlock block : found) {
      console.println(
          "offset %d + %d%s".formatted(block.offset(), block.length(), clear ? " cleared" : ""));
    }
    if (found.isEmpty()) {
      console.println(Escape.text(file.toString()) + ": no bad blocks");
    }
  }

  /** The kernel tells of so many at once; when these are cleared there may be more. */
  private void clear(Console console, PmemSource source, Set<BadBlock> found) {
    List<BadBlock> next = List.copyOf(found);
    long done = 0;
    try (ProgressBar bar = new ProgressBar(console, file.toString(), 0, "blocks cleared")) {
      while (!next.isEmpty()) {
        for (BadBlock block : next) {
          source.clearBadBlock(block);
          bar.update(0, ++done);
        }
        // What was cleared may still be listed where the kernel has no better knowledge.
        next = source.badBlocks().stream().filter(found::add).toList();
      }
    }
  }
}
