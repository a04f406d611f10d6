package io.holdfast.pmem.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Which addresses of a process are taken, as {@code /proc/self/maps} lists them, so that mappings
 * can go to the same place each time. What it says may be outdated when it is read.
 */
final class AddressHoles {
  private static final String LIST = "/proc/self/maps";
  private static final int PIECE_BYTES = 1 << 16;

  private final String list;

  /**
   * Creates it from a list.
   *
   * @param list lines that begin with {@code start-end}, hexadecimal, ascending
   */
  AddressHoles(String list) {
    this.list = list;
  }

  /** {@return what is taken now} */
  static AddressHoles ofProcess() {
    long number = LinuxCalls.check(LIST, SystemCall.OPENAT, Descriptor.tryOpen(LIST, 0));
    Descriptor file = Descriptor.of((int) number, LIST);
    StringBuilder list = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment piece = arena.allocate(PIECE_BYTES);
      byte[] bytes = new byte[PIECE_BYTES];
      long done = 0;
      int n;
      while ((n = (int) file.transfer(SystemCall.PREAD, piece, done)) > 0) {
        MemorySegment.copy(piece, 0, MemorySegment.ofArray(bytes), 0, n);
        list.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
        done += n;
      }
    } finally {
      file.close();
    }
    return new AddressHoles(list.toString());
  }

  /**
   * {@return the first address that begins so many free bytes}
   *
   * @param from the lowest address to be considered
   * @param alignment what it is to be a multiple of, a power of two
   */
  long firstAbove(long from, long byteSize, long alignment) {
    long candidate = align(from, alignment);
    for (String line : (Iterable<String>) list.lines()::iterator) {
      int dash = line.indexOf('-');
      long start = Long.parseUnsignedLong(line, 0, dash, 16);
      long end = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' ', dash), 16);
      // What is negative lies in the kernel's half.
      if (start < 0 || start - candidate >= byteSize) {
        break;
      }
      if (end > candidate) {
        candidate = align(end, alignment);
      }
    }
    return candidate;
  }

  private static long align(long address, long alignment) {
    return (address + alignment - 1) & -alignment;
  }
}
