package io.holdfast.examples;

import static io.holdfast.examples.ExampleLayout.INPUT_BYTES;
import static io.holdfast.examples.ExampleLayout.INPUT_LAST;
import static io.holdfast.examples.ExampleLayout.INPUT_POSITION;
import static io.holdfast.examples.ExampleLayout.INPUT_SIZE;
import static io.holdfast.examples.ExampleLayout.INPUT_TYPE;
import static io.holdfast.examples.ExampleLayout.WORDS_INPUTS;
import static io.holdfast.examples.ExampleLayout.WORDS_SIZE;
import static io.holdfast.examples.ExampleLayout.WORDS_TOP;
import static io.holdfast.examples.ExampleLayout.WORDS_TOTAL;
import static io.holdfast.examples.ExampleLayout.WORDS_TYPE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Counts the words of texts in a persistent heap, and goes on where it stopped after a crash.
 *
 * <p>A transaction holds some words <em>and</em> the position behind them. So whenever the process
 * dies, the pool holds the counts of exactly the words before the position it also holds, and
 * counting the same text again continues there. A text is known by its name and size: one that is
 * finished adds nothing, one that has grown continues, one that has shrunk is refused. One thread
 * at a time may use an instance.
 *
 * <p>A word is a run of ASCII letters; a run longer than 8191 is cut into pieces. A text may end
 * within a word that grows later. Such a word is counted, and remembered: before counting goes on,
 * one transaction takes it back and sets the position to its beginning.
 */
public final class Words implements AutoCloseable {
  /**
   * A batch is committed early when its different words have this many letters: a transaction has
   * to fit memory.
   */
  private static final int BATCH_BYTES = 1 << 18;

  private static final int MIN_BATCH = 64;
  private static final int MAX_BATCH = 1 << 20;

  private final Heap heap;
  private final CheckedReads reads;
  private final long root;
  private final WordTree words;
  private final WordTree inputs;
  private final Tally tally = new Tally();
  private final long batchNanos;

  /** How many words are likely to take {@link #batchNanos}. */
  private int batchWords = 1024;

  Words(Heap heap) {
    this.heap = heap;
    this.reads = new CheckedReads(heap);
    this.root = Roots.open(heap, WORDS_TYPE, WORDS_SIZE, "words");
    this.words = new WordTree(heap, root + WORDS_TOP);
    this.inputs = new WordTree(heap, root + WORDS_INPUTS);
    // A sync of a disk takes milliseconds however much it writes; a fence takes 0.2 µs, so that
    // little is worth saving.
    this.batchNanos = heap.granularity() == Granularity.PAGE ? 10_000_000 : 1_000_000;
  }

  /**
   * Opens a pool of counted words, and creates it if there is no such file.
   *
   * @param pool the pool's file
   * @return the words, which the caller closes
   * @throws ExampleException if the pool holds something else
   * @throws io.holdfast.pmem.PmemException if the pool cannot be opened or created
   */
  public static Words open(Path pool) {
    return Roots.using(Roots.openOrCreate(pool), Words::new);
  }

  /**
   * Opens a pool of counted words.
   *
   * @param pool the pool's file, which must exist
   * @return the words, which the caller closes
   * @throws ExampleException if the pool holds something else
   * @throws io.holdfast.pmem.PmemException if the pool cannot be opened
   */
  public static Words openExisting(Path pool) {
    return Roots.using(Heap.open(pool), Words::new);
  }

  /** Is told how far counting is, after each durable transaction. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Some words are durable.
     *
     * @param position how far the text is counted, in bytes
     * @param wordsAdded how many words this call has added so far
     * @throws IOException to stop counting
     */
    void counted(long position, long wordsAdded) throws IOException;
  }

  /**
   * A word and how often it was counted.
   *
   * @param word the word
   * @param count how often
   */
  public record Count(String word, long count) {}

  /**
   * A text that was counted, wholly or in part.
   *
   * @param name its absolute name
   * @param position how far it is counted, in bytes
   * @param size how many bytes it had when it was last looked at
   */
  public record Input(String name, long position, long size) {}

  /**
   * Refuses a text that has become shorter than it was; changes nothing.
   *
   * @param text the text's file
   * @throws ExampleException if the text is shorter than when its words were counted
   * @throws IOException if the file cannot be looked at
   */
  public void check(Path text) throws IOException {
    Path name = text.toRealPath();
    long found = inputs.find(nameOf(name));
    long known = found == 0 ? 0 : reads.getLong(reads.getLong(found) + INPUT_SIZE);
    long size = Files.size(name);
    if (size < known) {
      throw new ExampleException(
          "%s: has %d bytes now and had %d when its words were counted; count it in a new pool"
              .formatted(text, size, known));
    }
  }

  /**
   * Counts the words of a text from where counting it stopped. Each transaction is durable before
   * the next begins.
   *
   * @param text the text's file
   * @param listener is told of each transaction
   * @return how many words were added, fewer than 0 if only the last word went
   * @throws ExampleException if the text is shorter than when its words were counted
   * @throws IOException if the text cannot be read; what was counted before stays counted
   */
  public long count(Path text, Listener listener) throws IOException {
    check(text);
    Path name = text.toRealPath();
    try (SeekableByteChannel channel = Files.newByteChannel(name)) {
      long input = input(nameOf(name));
      long position = reads.getLong(input + INPUT_POSITION);
      // Some files, those of /proc, have a size of 0 and do not tell before they are read.
      if (position > 0 && position == channel.size()) {
        return 0;
      }
      long added = takeBackLastWord(input);
      position = reads.getLong(input + INPUT_POSITION);
      channel.position(position);
      return added + count(new WordScanner(channel, position), input, channel.size(), listener);
    }
  }

  /**
   * Counts the words of a stream, of which no position is kept: counting it again counts it twice.
   *
   * @param text the stream
   * @param listener is told of each transaction
   * @return how many words were added
   * @throws IOException if the stream cannot be read; what was counted before stays counted
   */
  public long count(ReadableByteChannel text, Listener listener) throws IOException {
    return count(new WordScanner(text, 0), 0, 0, listener);
  }

  /** {@return how many words are counted} */
  public long total() {
    return reads.getLong(root + WORDS_TOTAL);
  }

  /**
   * Visits every word with its count, in the order of the bytes.
   *
   * @param visitor what is done with each
   * @param <X> what the visitor throws
   * @throws X if the visitor does
   */
  public <X extends Exception> void walk(WordTree.Visitor<X> visitor) throws X {
    words.walk(visitor);
  }

  /**
   * {@return the most frequent words, the most frequent first, in the order of the bytes where they
   * are level}
   *
   * @param count how many at the most
   */
  public List<Count> top(int count) {
    // The first to go: the rarest, and of several the last. Letters are in the same order as their
    // bytes.
    Comparator<Count> worstFirst =
        Comparator.comparingLong(Count::count)
            .thenComparing(Count::word, Comparator.reverseOrder());
    PriorityQueue<Count> best = new PriorityQueue<>(worstFirst);
    words.walk(
        (word, value) -> {
          if (best.size() < count) {
            best.add(new Count(new String(word, UTF_8), value));
          } else if (count > 0 && value > best.element().count()) {
            best.remove();
            best.add(new Count(new String(word, UTF_8), value));
          }
        });
    List<Count> result = new ArrayList<>(best);
    result.sort(worstFirst.reversed());
    return result;
  }

  /** {@return the texts that were counted, in the order of their names} */
  public List<Input> inputs() {
    List<Input> result = new ArrayList<>();
    inputs.walk(
        (name, input) ->
            result.add(
                new Input(
                    new String(name, UTF_8),
                    reads.getLong(input + INPUT_POSITION),
                    reads.getLong(input + INPUT_SIZE))));
    return result;
  }

  /** Closes the pool. Nothing becomes durable by it that was not. */
  @Override
  public void close() {
    heap.close();
  }

  /** The object that keeps how far a text is counted, made if the text is new. */
  private long input(byte[] name) {
    long found = inputs.find(name);
    if (found != 0) {
      return reads.getLong(found);
    }
    return heap.transact(
        () -> {
          Tx tx = heap.tx();
          long input = tx.allocate(INPUT_BYTES, INPUT_TYPE);
          tx.putLong(inputs.place(name, 0, name.length), input);
          return input;
        });
  }

  /**
   * Makes a word uncounted that ended only with its text, before the text is read on; how many
   * words that adds.
   */
  private long takeBackLastWord(long input) {
    long last = reads.getLong(input + INPUT_LAST);
    if (last == 0) {
      return 0;
    }
    heap.transact(
        () -> {
          Tx tx = heap.tx();
          byte[] word = words.wordAt(last);
          long count = reads.getLong(last) - 1;
          if (count == 0) {
            words.remove(word);
          } else {
            tx.putLong(last, count);
          }
          tx.putLong(root + WORDS_TOTAL, reads.getLong(root + WORDS_TOTAL) - 1);
          tx.putLong(input + INPUT_POSITION, reads.getLong(input + INPUT_POSITION) - word.length);
          tx.putLong(input + INPUT_LAST, 0);
        });
    return -1;
  }

  private long count(WordScanner scanner, long input, long size, Listener listener)
      throws IOException {
    long added = 0;
    byte[] last = {};
    boolean more = true;
    while (more) {
      long start = System.nanoTime();
      tally.clear();
      int batch = 0;
      while (batch < batchWords && tally.byteSize() < BATCH_BYTES && (more = scanner.next())) {
        tally.add(scanner.bytes(), scanner.start(), scanner.length());
        batch++;
        if (scanner.isOpenEnded()) {
          last =
              Arrays.copyOfRange(
                  scanner.bytes(), scanner.start(), scanner.start() + scanner.length());
        }
      }
      commit(batch, input, scanner.position(), size, last, start);
      added += batch;
      listener.counted(scanner.position(), added);
    }
    return added;
  }

  private void commit(int batch, long input, long position, long size, byte[] last, long start) {
    heap.transact(
        () -> {
          Tx tx = heap.tx();
          for (int word = 0; word < tally.size(); word++) {
            long address = words.place(tally.letters(), tally.start(word), tally.length(word));
            tx.putLong(address, reads.getLong(address) + tally.count(word));
          }
          tx.putLong(root + WORDS_TOTAL, reads.getLong(root + WORDS_TOTAL) + batch);
          if (input != 0) {
            tx.putLong(input + INPUT_POSITION, position);
            tx.putLong(input + INPUT_SIZE, Math.max(size, position));
            tx.putLong(input + INPUT_LAST, last.length == 0 ? 0 : words.find(last));
          }
          adapt(batch, System.nanoTime() - start);
        });
  }

  /** Aims the next batch at the time a batch should take before its commit. */
  private void adapt(int batch, long nanos) {
    if (batch == batchWords) {
      double factor = Math.clamp((double) batchNanos / Math.max(nanos, 1), 0.5, 2);
      batchWords = Math.clamp((long) (batch * factor), MIN_BATCH, MAX_BATCH);
    }
  }

  private static byte[] nameOf(Path file) {
    return file.toString().getBytes(UTF_8);
  }
}
