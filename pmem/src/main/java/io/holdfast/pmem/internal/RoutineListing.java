package io.holdfast.pmem.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * An assembler listing: the routines' bytes, where each begins, and the text they were assembled
 * from.
 *
 * <p>A line has 32 columns of hexadecimal bytes and then the text; a line that begins with {@code
 * #} is a comment and one that begins with {@code .} a directive.
 */
final class RoutineListing {
  private static final int TEXT_COLUMN = 32;

  private final String listing;

  private RoutineListing(String listing) {
    this.listing = listing;
  }

  /** {@return the listing in the resource {@code name}} */
  static RoutineListing load(String name) {
    try (InputStream in = RoutineListing.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError("resource " + name + " is missing");
      }
      return new RoutineListing(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return this listing with every write-back of a cache line by the given instruction} */
  RoutineListing flushingBy(FlushInstruction instruction) {
    StringBuilder replaced = new StringBuilder(listing.length());
    listing.lines().map(instruction::replace).forEach(line -> replaced.append(line).append('\n'));
    return new RoutineListing(replaced.toString());
  }

  /**
   * {@return this listing with a guarded entry to every routine that stores or flushes}
   *
   * @param architecture what it is assembled for
   */
  RoutineListing withGuards(Architecture architecture) {
    return new RoutineListing(listing + "\n" + GuardListing.of(architecture, this));
  }

  private static boolean isCode(String line) {
    return !line.isBlank() && line.charAt(0) != '#' && line.charAt(0) != '.';
  }

  /** {@return the machine code} */
  byte[] bytes() {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    listing.lines().filter(RoutineListing::isCode).forEach(line -> code.writeBytes(bytes(line)));
    return code.toByteArray();
  }

  private static byte[] bytes(String line) {
    return HexFormat.of().parseHex(line.substring(0, TEXT_COLUMN).strip());
  }

  /** {@return where in {@link #bytes} each routine begins, by name} */
  Map<String, Integer> entries() {
    Map<String, Integer> entries = new HashMap<>();
    int offset = 0;
    for (String line : listing.lines().filter(RoutineListing::isCode).toList()) {
      String text = line.substring(TEXT_COLUMN);
      if (text.endsWith(":")) {
        entries.put(text.substring(0, text.length() - 1), offset);
      }
      offset += bytes(line).length;
    }
    return entries;
  }

  /** {@return the assembler's input} */
  String text() {
    StringBuilder text = new StringBuilder();
    for (String line : listing.lines().toList()) {
      text.append(isCode(line) ? line.substring(TEXT_COLUMN) : line).append('\n');
    }
    return text.toString();
  }
}
