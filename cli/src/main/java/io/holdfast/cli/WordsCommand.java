package io.holdfast.cli;

import static java.util.Objects.requireNonNullElseGet;

import io.holdfast.examples.ExampleException;
import io.holdfast.examples.Words;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast words}: counts words, and goes on where a killed run stopped. */
@Command(
    name = "words",
    description = {
      "Count the words of texts in a persistent tree.",
      "",
      "A word is a run of ASCII letters; a run longer than 8191 is cut. Counts and position are kept in one transaction:"
          + " killed at any moment, the same command continues where it stopped and counts every word once.",
      "",
      "A text is known by its name and size: a finished one adds nothing, a grown one continues, a shrunk one is refused."
          + " Of standard input no position is kept.",
      ""
    })
final class WordsCommand extends HoldfastCommand {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Parameters(
      index = "0",
      paramLabel = "POOL",
      description = "The pool; created if there is a FILE to count.")
  private Path pool;

  @Parameters(
      index = "1..*",
      paramLabel = "FILE",
      description = "The texts to count, - for standard input. None: tell what the pool holds.")
  private @Nullable List<Path> files;

  @ArgGroup private @Nullable Listing listing;

  @Option(
      names = "--report",
      description =
          "In place of a progress bar, print after each durable transaction how far the text is counted.")
  private boolean report;

  /** What is printed in the end. */
  private static final class Listing {
    @Option(names = "--list", description = "Print each word's count and the word, in word order.")
    private boolean list;

    @Option(
        names = "--top",
        paramLabel = "N",
        description = "Print the N most frequent words with their counts.")
    private @Nullable Integer top;

    @Option(names = "--total", description = "Print the number of words.")
    private boolean total;
  }

  @Override
  void run(Console console) throws Exception {
    if (listing != null && listing.top != null && listing.top < 0) {
      throw wrongArguments("--top must not be negative: " + listing.top);
    }
    List<Path> texts = requireNonNullElseGet(files, List::of);
    for (Path text : texts) {
      if (!text.equals(STANDARD_INPUT)) {
        checkReadable(text);
      }
    }
    try (Words words = texts.isEmpty() ? Words.openExisting(pool) : Words.open(pool)) {
      for (Path text : texts) {
        if (!text.equals(STANDARD_INPUT)) {
          words.check(text);
        }
      }
      for (Path text : texts) {
        count(console, words, text);
      }
      print(console, words, texts.isEmpty());
    }
  }

  private void checkReadable(Path text) throws IOException {
    if (!Files.exists(text)) {
      throw new NoSuchFileException(text.toString());
    }
    if (Files.isDirectory(text)) {
      throw new ExampleException(text + ": is a directory; name the files in it");
    }
    if (!Files.isRegularFile(text)) {
      throw new ExampleException(
          "%s: is no regular file, so no position can be kept; give it as standard input: - < %s"
              .formatted(text, text));
    }
    if (Files.exists(pool) && Files.isSameFile(pool, text)) {
      throw new ExampleException(text + ": is the pool itself");
    }
    Files.newByteChannel(text).close();
  }

  private void count(Console console, Words words, Path text) throws IOException {
    boolean isFile = !text.equals(STANDARD_INPUT);
    String name = isFile ? text.toString() : "standard input";
    long added;
    try (ProgressBar bar = new ProgressBar(console, name, isFile ? Files.size(text) : 0, "words")) {
      Words.Listener listener =
          report
              ? (position, wordsAdded) -> reportPosition(console, name, position, wordsAdded)
              : bar::update;
      added =
          isFile
              ? words.count(text, listener)
              : words.count(Channels.newChannel(console.in()), listener);
    } catch (FileSystemException | Console.OutputException e) {
      throw e;
    } catch (IOException e) {
      // A failed read does not say of what.
      throw new FileSystemException(name, null, e.getMessage());
    }
    if (listing == null) {
      console.println(
          "%s: %,d %s added".formatted(Escape.text(name), added, added == 1 ? "word" : "words"));
    }
  }

  private static void reportPosition(Console console, String name, long position, long wordsAdded)
      throws IOException {
    console.println("%s: %d bytes, %d words".formatted(Escape.text(name), position, wordsAdded));
    console.flush();
  }

  private void print(Console console, Words words, boolean nothingCounted) throws IOException {
    if (listing == null) {
      if (nothingCounted) {
        for (Words.Input input : words.inputs()) {
          console.println(
              "%s: %,d of %,d bytes counted"
                  .formatted(Escape.text(input.name()), input.position(), input.size()));
        }
        console.println("%,d words".formatted(words.total()));
      }
    } else if (listing.list) {
      words.walk((word, count) -> console.println(count + " " + Escape.utf8(word)));
    } else if (listing.top != null) {
      for (Words.Count entry : words.top(listing.top)) {
        console.println(entry.count() + " " + Escape.text(entry.word()));
      }
    } else if (listing.total) {
      console.println(Long.toString(words.total()));
    }
  }
}
