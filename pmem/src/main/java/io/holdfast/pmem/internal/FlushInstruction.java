package io.holdfast.pmem.internal;

import java.util.HexFormat;

/** The instruction that writes a cache line back, and how it stands in a listing. */
enum FlushInstruction {
  /** Writes back and keeps the line. */
  CLWB("CLWB"),
  /** Writes back and drops the line. */
  CLFLUSHOPT("CLFLUSHOPT"),
  /** As CLFLUSHOPT, but one line after the other. */
  CLFLUSH("CLFLUSH"),
  /** Cleans to the point of persistence. */
  DC_CVAP("DC CVAP"),
  /** Cleans to the point of coherency. */
  DC_CVAC("DC CVAC");

  private static final int MODRM_REG_7 = 0x38;

  private final String label;

  FlushInstruction(String label) {
    this.label = label;
  }

  /** {@return the manufacturer's name for it} */
  String label() {
    return label;
  }

  /** {@return a line of code that may flush by CLWB or DC CVAP, flushing by this instruction} */
  String replace(String line) {
    return switch (this) {
      case CLWB, DC_CVAP -> line;
      case CLFLUSHOPT -> replaceClwb(line, "66", "clflushopt");
      case CLFLUSH -> replaceClwb(line, "3e", "ds clflush");
      case DC_CVAC ->
          line.contains("dc cvap")
              ? line.replace("7c0bd5 ", "7a0bd5 ").replace("dc cvap", "dc cvac")
              : line;
    };
  }

  /** The three differ in the prefix, which comes first, and in the ModRM byte, which comes last. */
  private static String replaceClwb(String line, String prefix, String mnemonic) {
    if (!line.contains("clwb [")) {
      return line;
    }
    int end = line.indexOf(' ');
    int modRm = HexFormat.fromHexDigits(line, end - 2, end) | MODRM_REG_7;
    return prefix
        + line.substring(2, end - 2)
        + HexFormat.of().toHexDigits((byte) modRm)
        + line.substring(end).replace("clwb", mnemonic);
  }
}
