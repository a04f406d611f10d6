package io.holdfast.pmem.internal;

import java.util.HexFormat;
import java.util.List;

/**
 * Lines of a listing that make further entries to its routines: each looks at a guard first, the
 * word at the address in the argument after the routine's own, and returns at once if it is not
 * zero.
 *
 * <p>They are made here and not written into the listing because what they jump by changes with
 * everything between.
 */
final class GuardListing {
  private static final String PREFIX = "guarded_";
  private static final List<String> X86_ARGUMENTS = List.of("rdi", "rsi", "rdx", "rcx", "r8", "r9");

  private final Architecture architecture;
  private final StringBuilder lines = new StringBuilder();

  /** Where the next line's code begins. */
  private int position;

  private GuardListing(Architecture architecture, int position) {
    this.architecture = architecture;
    this.position = position;
  }

  /** {@return the name of the guarded entry to a routine} */
  static String name(String routine) {
    return PREFIX + routine;
  }

  /**
   * {@return the lines to be added to a listing}
   *
   * @param listing has every routine that can be guarded
   */
  static String of(Architecture architecture, RoutineListing listing) {
    GuardListing guards = new GuardListing(architecture, listing.bytes().length);
    listing
        .entries()
        .forEach(
            (routine, entry) -> {
              if (routine.equals("flush")) {
                guards.add(routine, entry, 3);
              } else if (routine.startsWith("copy_") || routine.startsWith("move_")) {
                guards.add(routine, entry, 5);
              } else if (routine.startsWith("fill_")) {
                guards.add(routine, entry, 4);
              }
            });
    return guards.lines.toString();
  }

  /**
   * Adds an entry.
   *
   * @param arguments how many the routine has
   */
  private void add(String routine, int entry, int arguments) {
    line("", name(routine) + ":");
    switch (architecture) {
      case X86_64 -> {
        String register = X86_ARGUMENTS.get(arguments);
        // cmp qword ptr [register], 0
        String compare =
            switch (register) {
              case "rcx" -> "48833900";
              case "r8" -> "49833800";
              default -> "49833900";
            };
        line(compare, "    cmp qword ptr [" + register + "], 0");
        line("7505", "    jne 1f");
        line("e9" + word(entry - (position + 5)), "    jmp.d32 " + routine);
        line("c3", "1:  ret");
      }
      case AARCH64 -> {
        // Acquires: what is looked at after the routine is looked at after this.
        line(word(0xC8DFFC10 | arguments << 5), "    ldar x16, [x" + arguments + "]");
        line(word(0xB5000050), "    cbnz x16, 1f");
        line(word(0x14000000 | (((entry - position) >> 2) & 0x3FFFFFF)), "    b " + routine);
        line(word(0xD65F03C0), "1:  ret");
      }
    }
  }

  private void line(String bytes, String text) {
    lines.append("%-32s%s%n".formatted(bytes, text));
    position += bytes.length() / 2;
  }

  /** {@return four bytes, the lowest first} */
  private static String word(int value) {
    return HexFormat.of().toHexDigits(Integer.reverseBytes(value));
  }
}
