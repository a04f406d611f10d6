package io.holdfast.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Finds the words of a text of any size: runs of ASCII letters, of which a run longer than {@link
 * #MAX_LENGTH} is cut into pieces. Knows after each word at which position of the text reading
 * could begin again and would find the same words. For one thread.
 */
final class WordScanner {
  static final int MAX_LENGTH = 8191;
  private static final int BUFFER_SIZE = 1 << 16;

  private final ReadableByteChannel text;
  private final byte[] bytes = new byte[BUFFER_SIZE];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

  /** The position in the text of the buffer's first byte. */
  private long base;

  private int start;
  private int end;
  private int limit;
  private boolean ended;

  /**
   * Reads from where a channel stands.
   *
   * @param text the channel, at a place where a word may begin
   * @param position that place's position in the text
   */
  WordScanner(ReadableByteChannel text, long position) {
    this.text = text;
    this.base = position;
  }

  /** Goes to the next word; {@code false} at the end of the text. */
  boolean next() throws IOException {
    start = end;
    while (true) {
      while (start < limit && !isLetter(bytes[start])) {
        start++;
      }
      end = start;
      if (start < limit || !fill()) {
        break;
      }
    }
    while (true) {
      int most = Math.min(limit, start + MAX_LENGTH);
      while (end < most && isLetter(bytes[end])) {
        end++;
      }
      if (end < limit || length() == MAX_LENGTH || !fill()) {
        return length() > 0;
      }
    }
  }

  /** The array that holds the word, until {@link #next} is called again. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the word begins in {@link #bytes}. */
  int start() {
    return start;
  }

  /** How many bytes the word has. */
  int length() {
    return end - start;
  }

  /** The position behind the word, or of the end of the text. */
  long position() {
    return base + end;
  }

  /**
   * Whether the word ends only because the text does, so that it would be longer if the text were.
   */
  boolean isOpenEnded() {
    return ended && end == limit && length() > 0 && length() < MAX_LENGTH;
  }

  /**
   * Reads more behind what is still needed, which begins at {@code start}; {@code false} at the end
   * of the text.
   */
  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    System.arraycopy(bytes, start, bytes, 0, limit - start);
    base += start;
    limit -= start;
    end -= start;
    start = 0;
    buffer.limit(BUFFER_SIZE).position(limit);
    int count = text.read(buffer);
    ended = count < 0;
    limit = buffer.position();
    return !ended;
  }

  private static boolean isLetter(byte b) {
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'z';
  }
}
