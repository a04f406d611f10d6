package io.holdfast.crash.internal.report;

import io.holdfast.crash.StateDecoder;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names the members of a layout that a range of a file touches, with their values. */
public final class LayoutDecoder implements StateDecoder {
  private static final int MOST_MEMBERS = 8;
  private static final int MOST_TEXT = 40;

  private final long start;
  private final MemoryLayout layout;

  private LayoutDecoder(long start, MemoryLayout layout) {
    this.start = start;
    this.layout = layout;
  }

  /**
   * {@return a decoder for a layout at {@code offset}}
   *
   * @throws IllegalArgumentException if {@code offset} is negative
   */
  public static LayoutDecoder of(long offset, MemoryLayout layout) {
    if (offset < 0) {
      throw new IllegalArgumentException("a layout at offset %d".formatted(offset));
    }
    return new LayoutDecoder(offset, layout);
  }

  @Override
  public String decode(MemorySegment file, long offset, long length) {
    List<String> found = new ArrayList<>();
    find(new Range(file, offset, offset + length), layout, start, "", found);
    if (found.size() > MOST_MEMBERS) {
      return String.join(", ", found.subList(0, MOST_MEMBERS)) + ", ...";
    }
    return String.join(", ", found);
  }

  private record Range(MemorySegment file, long from, long to) {}

  private static void find(
      Range range, MemoryLayout layout, long at, String path, List<String> found) {
    if (at >= range.to() || at + layout.byteSize() <= range.from() || found.size() > MOST_MEMBERS) {
      return;
    }
    switch (layout) {
      case GroupLayout group -> {
        long member = at;
        for (MemoryLayout each : group.memberLayouts()) {
          find(range, each, member, path(path, each.name().orElse(null)), found);
          if (group instanceof StructLayout) {
            member += each.byteSize();
          }
        }
      }
      case SequenceLayout sequence -> sequence(range, sequence, at, path, found);
      case ValueLayout value -> found.add(text(path, value(range.file(), value, at)));
      default -> {} // padding
    }
  }

  private static void sequence(
      Range range, SequenceLayout sequence, long at, String path, List<String> found) {
    MemoryLayout element = sequence.elementLayout();
    if (element instanceof ValueLayout.OfByte) {
      found.add(text(path, bytes(range.file(), at, sequence.byteSize())));
      return;
    }
    if (element.byteSize() == 0) {
      return;
    }
    long first = Math.max(0, (range.from() - at) / element.byteSize());
    for (long i = first; i < sequence.elementCount() && found.size() <= MOST_MEMBERS; i++) {
      long position = at + i * element.byteSize();
      if (position >= range.to()) {
        return;
      }
      String name = element.name().isPresent() ? path(path, element.name().get()) : path;
      find(range, element, position, name + "[" + i + "]", found);
    }
  }

  private static String path(String path, @Nullable String name) {
    if (name == null) {
      return path;
    }
    return path.isEmpty() ? name : path + "." + name;
  }

  private static String text(String path, String value) {
    return path.isEmpty() ? value : path + " = " + value;
  }

  private static String value(MemorySegment file, ValueLayout layout, long at) {
    if (at + layout.byteSize() > file.byteSize()) {
      return "beyond the end";
    }
    ByteOrder order = layout.order();
    return switch (layout) {
      case ValueLayout.OfBoolean _ -> file.get(ValueLayout.JAVA_BYTE, at) == 0 ? "false" : "true";
      case ValueLayout.OfByte _ -> "" + file.get(ValueLayout.JAVA_BYTE, at);
      case ValueLayout.OfShort _ ->
          "" + file.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at);
      case ValueLayout.OfChar _ ->
          quoted("" + file.get(ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(order), at));
      case ValueLayout.OfInt _ ->
          "" + file.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), at);
      case ValueLayout.OfFloat _ ->
          "" + file.get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), at);
      case ValueLayout.OfDouble _ ->
          "" + file.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), at);
      case ValueLayout.OfLong _ ->
          "" + file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), at);
      default -> "0x%x".formatted(file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), at));
    };
  }

  /** {@return bytes as the text that they are, or in hexadecimal} */
  private static String bytes(MemorySegment file, long at, long length) {
    int shown = (int) Math.max(0, Math.min(Math.min(length, MOST_TEXT), file.byteSize() - at));
    byte[] bytes =
        file.asSlice(Math.min(at, file.byteSize()), shown).toArray(ValueLayout.JAVA_BYTE);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < end; i++) {
      if (bytes[i] < ' ' || bytes[i] > '~') {
        return Bytes.hex(bytes);
      }
      text.append((char) bytes[i]);
    }
    return quoted(text.toString());
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }
}
