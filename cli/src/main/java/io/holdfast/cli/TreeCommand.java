package io.holdfast.cli;

import io.holdfast.examples.CountingTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast example tree}. */
@Command(
    name = "tree",
    description = "Count words in a persistent tree.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {TreeCommand.Insert.class, TreeCommand.Walk.class, TreeCommand.Free.class})
final class TreeCommand extends HoldfastCommand {
  @Override
  void run(Console console) {
    throw wrongArguments("missing command");
  }

  /** {@code holdfast example tree insert}. */
  @Command(name = "insert", description = "Insert words, each in a transaction of its own.")
  static final class Insert extends HoldfastCommand {
    @Parameters(
        index = "0",
        paramLabel = "POOL",
        description = "The pool; created if it does not exist.")
    private Path pool;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "WORDS", description = "The words.")
    private List<String> words;

    @Override
    void run(Console console) {
      try (CountingTree tree = CountingTree.open(pool)) {
        words.forEach(tree::insert);
      }
    }
  }

  /** {@code holdfast example tree walk}. */
  @Command(name = "walk", description = "Print each word's count and the word, in word order.")
  static final class Walk extends HoldfastCommand {
    @Parameters(paramLabel = "POOL", description = "The pool.")
    private Path pool;

    @Override
    void run(Console console) throws IOException {
      try (CountingTree tree = CountingTree.openExisting(pool)) {
        tree.walk((word, count) -> console.println("%5d %s".formatted(count, Escape.utf8(word))));
      }
    }
  }

  /** {@code holdfast example tree free}. */
  @Command(name = "free", description = "Remove all words and free their memory.")
  static final class Free extends HoldfastCommand {
    @Parameters(paramLabel = "POOL", description = "The pool.")
    private Path pool;

    @Override
    void run(Console console) {
      try (CountingTree tree = CountingTree.openExisting(pool)) {
        tree.clear();
      }
    }
  }
}
