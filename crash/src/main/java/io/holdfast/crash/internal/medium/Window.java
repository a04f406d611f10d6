package io.holdfast.crash.internal.medium;

import io.holdfast.crash.internal.model.Content;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Contiguous memory that shows the bytes of a file to a running program.
 *
 * <p>It remembers which of its pages still equal a page of some {@link Content}, so that loading
 * the next crash image into a used window copies only what differs. When it grows, its memory is
 * replaced; what was handed out of the old one keeps being updated. Changed under the medium's
 * lock, read without.
 */
public final class Window {
  public static final long PAGE_BYTES = 4096;

  /** Stands for a page that has been changed since it was loaded. */
  private static final long[] CHANGED = {};

  /** The same for chunks. */
  private static final long[][] CHANGED_CHUNK = {};

  private MemorySegment memory;
  private long[][] known;
  private int usedPages;

  /** The chunks that the memory still shows as they were loaded. */
  private long[][][] loaded = {};

  private final List<MemorySegment> retired = new ArrayList<>();
  private final Shadow shadow = new Shadow();

  /** Creates a window of zeroes. */
  public Window(long capacity) {
    memory = allocate(capacity);
    known = new long[pages(capacity)][];
    Arrays.fill(known, Content.zeroes());
  }

  public MemorySegment memory() {
    return memory;
  }

  /** Makes the window at least {@code bytes} long. */
  public void reserve(long bytes) {
    if (bytes > memory.byteSize()) {
      MemorySegment larger = allocate(Math.max(bytes, memory.byteSize() * 2));
      int pages = known.length;
      MemorySegment.copy(memory, 0, larger, 0, memory.byteSize());
      retired.add(memory);
      memory = larger;
      known = Arrays.copyOf(known, pages(larger.byteSize()));
      Arrays.fill(known, pages, known.length, Content.zeroes());
    }
  }

  /**
   * Shows {@code content} from now on, and zeroes beyond it; nothing handed out before is kept up
   * to date.
   */
  public void load(Content content) {
    shadow.clear();
    retired.clear();
    reserve((long) content.pages() * Content.PAGE_BYTES);
    retired.clear();
    int pages = Math.max(usedPages, content.pages());
    int chunks = (pages + Content.CHUNK_PAGES - 1) / Content.CHUNK_PAGES;
    if (chunks > loaded.length) {
      int known = loaded.length;
      loaded = Arrays.copyOf(loaded, chunks);
      Arrays.fill(loaded, known, chunks, CHANGED_CHUNK);
    }
    for (int chunk = 0; chunk < chunks; chunk++) {
      if (!Content.same(content.chunk(chunk), loaded[chunk])) {
        int first = chunk * Content.CHUNK_PAGES;
        for (int page = first; page < Math.min(first + Content.CHUNK_PAGES, pages); page++) {
          show(page, content.page(page));
        }
        loaded[chunk] = content.chunk(chunk);
      }
    }
    usedPages = content.pages();
  }

  /** Shows what {@code other} shows from {@code offset} on, a multiple of the page size. */
  public void load(Window other, long offset, long bytes) {
    shadow.clear();
    retired.clear();
    reserve(bytes);
    retired.clear();
    int pages = pages(bytes);
    int first = (int) (offset / Content.PAGE_BYTES);
    Arrays.fill(loaded, CHANGED_CHUNK);
    for (int page = 0; page < Math.max(usedPages, pages); page++) {
      long[] shown = page >= pages ? Content.zeroes() : other.known(first + page);
      if (!Content.same(shown, CHANGED)) {
        show(page, shown);
      } else {
        long at = (long) page * Content.PAGE_BYTES;
        MemorySegment.copy(other.memory, offset + at, memory, at, Content.PAGE_BYTES);
        known[page] = CHANGED;
      }
    }
    usedPages = pages;
  }

  private long[] known(int page) {
    return page < known.length ? known[page] : Content.zeroes();
  }

  private void show(int page, long[] words) {
    if (!Content.same(known[page], words)) {
      MemorySegment.copy(
          words, 0, memory, ValueLayout.JAVA_LONG, (long) page * Content.PAGE_BYTES, words.length);
      known[page] = words;
    }
  }

  /** Notes that a range of {@link #memory} is handed out for being stored to by anybody. */
  void handOut(long position, long length) {
    shadow.cover(memory, position, position + length);
  }

  /** {@return whether a range of the memory has been handed out since it was loaded} */
  boolean isHandedOut() {
    return !shadow.isEmpty();
  }

  /**
   * Takes over what was stored to memory that was handed out, and tells {@code finder}. It is as if
   * it had been put.
   */
  void findStores(Shadow.Finder finder) {
    shadow.find(
        memory,
        (position, before, after) -> {
          changed(position, after.length);
          finder.found(position, before, after);
        });
    for (MemorySegment old : List.copyOf(retired)) {
      shadow.find(
          old,
          (position, before, after) -> {
            put(position, MemorySegment.ofArray(after), 0, after.length);
            finder.found(position, before, after);
          });
    }
  }

  /** Puts bytes. */
  public void put(long position, MemorySegment source, long sourceOffset, long length) {
    MemorySegment.copy(source, sourceOffset, memory, position, length);
    changed(position, length);
  }

  /** Puts zeroes. */
  public void zero(long position, long length) {
    memory.asSlice(position, length).fill((byte) 0);
    changed(position, length);
  }

  /** Notes that the caller has changed bytes of {@link #memory}. */
  public void changed(long position, long length) {
    int last = (int) ((position + length - 1) / Content.PAGE_BYTES);
    for (int page = (int) (position / Content.PAGE_BYTES); page <= last; page++) {
      known[page] = CHANGED;
    }
    int lastChunk = Math.min(last / Content.CHUNK_PAGES, loaded.length - 1);
    for (int chunk = (int) (position / Content.PAGE_BYTES) / Content.CHUNK_PAGES;
        chunk <= lastChunk;
        chunk++) {
      loaded[chunk] = CHANGED_CHUNK;
    }
    usedPages = Math.max(usedPages, last + 1);
    shadow.update(memory, position, length);
    for (MemorySegment old : retired) {
      long end = Math.min(position + length, old.byteSize());
      if (end > position) {
        MemorySegment.copy(memory, position, old, position, end - position);
      }
    }
  }

  /** {@return the first {@code size} bytes} */
  public Content content(long size) {
    Content content = new Content();
    for (int page = 0; page < Math.min(usedPages, pages(size)); page++) {
      long[] words = known[page];
      if (Content.same(words, CHANGED)) {
        words = new long[Content.PAGE_BYTES / Long.BYTES];
        MemorySegment.copy(
            memory,
            ValueLayout.JAVA_LONG,
            (long) page * Content.PAGE_BYTES,
            words,
            0,
            words.length);
      }
      if (!Content.same(words, Content.zeroes())) {
        content.putPage(page, words);
      }
    }
    content.truncate(size);
    return content.copy();
  }

  private static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(MapBounds.roundUp(Math.max(bytes, 1)), PAGE_BYTES);
  }

  private static int pages(long bytes) {
    return Math.toIntExact((bytes + Content.PAGE_BYTES - 1) / Content.PAGE_BYTES);
  }
}
