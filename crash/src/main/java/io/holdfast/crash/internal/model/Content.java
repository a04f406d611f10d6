package io.holdfast.crash.internal.model;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The bytes of one file, as words in copy-on-write pages, with a running fingerprint.
 *
 * <p>A {@link #copy} shares all pages with its original until one of the two is written, so that a
 * crash image costs only the pages in which it differs. A page that two contents share is never
 * changed again: whoever has loaded it may compare pages by identity. Bytes that were never written
 * read as zero. Not for use by several threads.
 */
public final class Content {
  public static final int PAGE_BYTES = 1024;
  private static final int PAGE_WORDS = PAGE_BYTES / Long.BYTES;
  private static final int PAGE_SHIFT = Integer.numberOfTrailingZeros(PAGE_WORDS);

  /**
   * How many pages make a chunk, of which a copy shares all until one of their pages is written.
   */
  public static final int CHUNK_PAGES = 64;

  private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_PAGES);
  private static final long[] ZEROES = new long[PAGE_WORDS];
  private static final long[][] ZERO_CHUNK = new long[CHUNK_PAGES][];

  static {
    Arrays.fill(ZERO_CHUNK, ZEROES);
  }

  private long[][][] chunks;
  private int pages;
  private final BitSet owned = new BitSet();
  private final BitSet ownedChunks = new BitSet();
  private long high;
  private long low;

  public Content() {
    this(new long[0][][], 0);
  }

  private Content(long[][][] chunks, int pages) {
    this.chunks = chunks;
    this.pages = pages;
  }

  /** {@return the page of zeroes that all contents share, to be read only} */
  public static long[] zeroes() {
    return ZEROES;
  }

  public Content copy() {
    owned.clear();
    ownedChunks.clear();
    Content copy = new Content(chunks.clone(), pages);
    copy.high = high;
    copy.low = low;
    return copy;
  }

  public int pages() {
    return pages;
  }

  /** {@return the page, to be read only} */
  public long[] page(int index) {
    return index < pages ? chunks[index >>> CHUNK_SHIFT][index & (CHUNK_PAGES - 1)] : ZEROES;
  }

  /**
   * {@return neighbouring pages, to be read only} As with pages, whoever has loaded those of an
   * image may compare chunks by identity.
   */
  public long[][] chunk(int index) {
    return index < chunks.length ? chunks[index] : ZERO_CHUNK;
  }

  /** Makes {@code page}, which must not change any more, the page at {@code index}. */
  public void putPage(int index, long[] page) {
    extend(index);
    long first = (long) index << PAGE_SHIFT;
    for (int i = 0; i < PAGE_WORDS; i++) {
      note(first + i, page(index)[i], page[i]);
    }
    replace(index, page);
    owned.clear(index);
  }

  public long word(long index) {
    int page = (int) (index >>> PAGE_SHIFT);
    return page < pages ? page(page)[(int) index & (PAGE_WORDS - 1)] : 0;
  }

  public void putWord(long index, long value) {
    int page = (int) (index >>> PAGE_SHIFT);
    int slot = (int) index & (PAGE_WORDS - 1);
    long old = word(index);
    if (old == value) {
      return;
    }
    extend(page);
    if (!owned.get(page)) {
      replace(page, page(page).clone());
      owned.set(page);
    }
    page(page)[slot] = value;
    note(index, old, value);
  }

  /** Puts those bits of {@code value} that are set in {@code mask}. */
  public void putBits(long index, long value, long mask) {
    putWord(index, (word(index) & ~mask) | (value & mask));
  }

  /** Makes all bytes from {@code size} on zero. */
  public void truncate(long size) {
    long word = size / Long.BYTES;
    if (size % Long.BYTES != 0) {
      putBits(word, 0, -1L << (size % Long.BYTES * Byte.SIZE));
      word++;
    }
    for (; (word & (PAGE_WORDS - 1)) != 0; word++) {
      putWord(word, 0);
    }
    for (int page = (int) (word >>> PAGE_SHIFT); page < pages; page++) {
      if (!same(page(page), ZEROES)) {
        putPage(page, ZEROES);
      }
    }
  }

  public long fingerprintHigh() {
    return high;
  }

  public long fingerprintLow() {
    return low;
  }

  /** {@return whether two pages are one, which is what makes loading an image cheap} */
  @SuppressWarnings("ReferenceEquality")
  public static boolean same(long[] one, long[] other) {
    return one == other;
  }

  /** {@return whether two chunks are one} */
  @SuppressWarnings("ReferenceEquality")
  public static boolean same(long[][] one, long[][] other) {
    return one == other;
  }

  private void extend(int page) {
    if (page >= pages) {
      int last = page >>> CHUNK_SHIFT;
      int length = chunks.length;
      if (last >= length) {
        chunks = Arrays.copyOf(chunks, last + 1);
        Arrays.fill(chunks, length, last + 1, ZERO_CHUNK);
      }
      pages = page + 1;
    }
  }

  private void replace(int index, long[] page) {
    int chunk = index >>> CHUNK_SHIFT;
    if (!ownedChunks.get(chunk)) {
      chunks[chunk] = chunks[chunk].clone();
      ownedChunks.set(chunk);
    }
    chunks[chunk][index & (CHUNK_PAGES - 1)] = page;
  }

  private void note(long index, long old, long value) {
    high += Fingerprint.high(index, value) - Fingerprint.high(index, old);
    low += Fingerprint.low(index, value) - Fingerprint.low(index, old);
  }
}
