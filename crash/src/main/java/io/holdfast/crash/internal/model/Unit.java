package io.holdfast.crash.internal.model;

/**
 * Bytes that reach the medium together or not at all: of a store those within one 8-byte word, of a
 * file write those within one sector of 512 bytes.
 *
 * <p>A mask per word says which bytes. Once the bytes of a later unit are certain to have arrived,
 * those that they cover no longer matter here and leave the masks.
 */
public final class Unit implements InDoubt {
  public static final int SECTOR_BYTES = 512;
  public static final int LINE_BYTES = 64;

  /** What order the unit keeps within its line or sector. */
  public enum Kind {
    /** None. */
    PLAIN,
    /** Arrives no earlier than all earlier stores to its line that were not non-temporal. */
    ORDERED,
    /** None, and no flush of its line covers it. */
    NON_TEMPORAL,
    /** Arrives no earlier than all earlier file writes to its sector. */
    WRITE
  }

  private final long sequence;
  private final Event event;
  private final Kind kind;
  private final long firstWord;
  private final long[] values;
  private final long[] masks;

  /** Whether a failed sync has left the unit marked clean, so that no later sync covers it. */
  public boolean orphaned;

  /**
   * Whether the thread that made the unit has been killed: then it has left the buffers that only a
   * fence of that thread would drain.
   */
  public boolean survivesThread;

  /** Whether the unit has certainly arrived, or no byte of it matters any more. */
  public boolean settled;

  private Unit(long sequence, Event event, Kind kind, long firstWord, long[] values, long[] masks) {
    this.sequence = sequence;
    this.event = event;
    this.kind = kind;
    this.firstWord = firstWord;
    this.values = values;
    this.masks = masks;
  }

  /**
   * {@return the unit of those {@code bytes} from index {@code from} to {@code to}, at {@code
   * position} in the file}
   */
  public static Unit of(
      long sequence, Event event, Kind kind, long position, byte[] bytes, int from, int to) {
    long firstWord = position / Long.BYTES;
    int words = (int) ((position + (to - from) - 1) / Long.BYTES - firstWord) + 1;
    long[] values = new long[words];
    long[] masks = new long[words];
    int shift = (int) (position % Long.BYTES);
    for (int word = 0, at = from; word < words; word++, shift = 0) {
      int count = Math.min(Long.BYTES - shift, to - at);
      long mask = -1L >>> (Long.SIZE - count * Byte.SIZE) << (shift * Byte.SIZE);
      long value = 0;
      for (int i = count - 1; i >= 0; i--) {
        value = value << Byte.SIZE | (bytes[at + i] & 0xFF);
      }
      values[word] = value << (shift * Byte.SIZE);
      masks[word] = mask;
      at += count;
    }
    return new Unit(sequence, event, kind, firstWord, values, masks);
  }

  /**
   * {@return the unit of a plain store to one word: of its bytes, from index {@code from} on, those
   * that differ from {@code before}}
   */
  static Unit ofChange(
      long sequence, Event event, long position, byte[] before, byte[] after, int from) {
    long value = 0;
    long mask = 0;
    for (int i = 0; i < Math.min(Long.BYTES, after.length - from); i++) {
      if (before[from + i] != after[from + i]) {
        value |= (after[from + i] & 0xFFL) << (i * Byte.SIZE);
        mask |= 0xFFL << (i * Byte.SIZE);
      }
    }
    return new Unit(
        sequence, event, Kind.PLAIN, position / Long.BYTES, new long[] {value}, new long[] {mask});
  }

  /** {@return the unit for a model in which the process that made it has been killed} */
  public Unit fork() {
    Unit fork = new Unit(sequence, event, kind, firstWord, values, masks.clone());
    fork.orphaned = orphaned;
    fork.survivesThread = true;
    return fork;
  }

  @Override
  public long sequence() {
    return sequence;
  }

  @Override
  public Event event() {
    return event;
  }

  public Kind kind() {
    return kind;
  }

  /** {@return whether flushing its line and a fence make the unit durable} */
  public boolean isFlushable() {
    return switch (kind) {
      case PLAIN, ORDERED -> true;
      case NON_TEMPORAL -> survivesThread;
      case WRITE -> false;
    };
  }

  public long thread() {
    return event.origin().threadId();
  }

  public long firstWord() {
    return firstWord;
  }

  public int words() {
    return values.length;
  }

  public long value(int index) {
    return values[index];
  }

  public long mask(int index) {
    return masks[index];
  }

  /** Forgets the bytes of word {@code index} that {@code mask} covers. */
  public void hide(int index, long mask) {
    masks[index] &= ~mask;
  }

  public boolean isHidden() {
    for (long mask : masks) {
      if (mask != 0) {
        return false;
      }
    }
    return true;
  }

  public long line() {
    return firstWord / (LINE_BYTES / Long.BYTES);
  }

  public long sector() {
    return firstWord / (SECTOR_BYTES / Long.BYTES);
  }

  /** {@return the end of the unit's last word, as an offset in the file in bytes} */
  public long end() {
    return (firstWord + values.length) * Long.BYTES;
  }

  public void putInto(Content content) {
    for (int i = 0; i < values.length; i++) {
      content.putBits(firstWord + i, values[i], masks[i]);
    }
  }

  /** {@return the first byte that matters, as an offset in the file} */
  public long from() {
    int word = 0;
    while (word < masks.length - 1 && masks[word] == 0) {
      word++;
    }
    return (firstWord + word) * Long.BYTES
        + (masks[word] == 0 ? 0 : Long.numberOfTrailingZeros(masks[word]) / Byte.SIZE);
  }

  /** {@return the end of the last byte that matters, as an offset in the file} */
  public long to() {
    int word = masks.length - 1;
    while (word > 0 && masks[word] == 0) {
      word--;
    }
    return (firstWord + word + 1) * Long.BYTES
        - (masks[word] == 0 ? 0 : Long.numberOfLeadingZeros(masks[word]) / Byte.SIZE);
  }

  @Override
  public String describe() {
    return describe(from(), to());
  }

  /** {@return the unit and others of its event beside it, in words, from byte to byte} */
  public String describe(long from, long to) {
    String what =
        switch (kind) {
          case PLAIN -> "stored";
          case ORDERED -> "stored in order";
          case NON_TEMPORAL -> "stored past the caches";
          case WRITE -> "written to its sector";
        };
    return "0x%x: %d bytes %s".formatted(from, to - from, what);
  }
}
