package io.holdfast.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as an argument gives it: {@code 4096}, {@code 4K} or {@code 4KiB} of 1024 bytes
 * each, {@code 4kB} of 1000 each, and so on up to exa.
 *
 * @param bytes the number
 */
record ByteSize(long bytes) {
  private static final Pattern SPELLING = Pattern.compile("(\\d{1,19})([A-Za-z]*)");
  private static final String PREFIXES = "KMGTPE";

  /** Reads such arguments. */
  static final class Converter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String argument) {
      return parse(argument);
    }
  }

  static ByteSize parse(String argument) {
    Matcher parts = SPELLING.matcher(argument);
    try {
      if (parts.matches()) {
        long number = Long.parseLong(parts.group(1));
        return new ByteSize(Math.multiplyExact(number, multiplier(parts.group(2), argument)));
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new TypeConversionException("more bytes than there can be: '" + argument + "'");
    }
    throw notASize(argument);
  }

  private static long multiplier(String suffix, String argument) {
    if (suffix.isEmpty() || suffix.equals("B")) {
      return 1;
    }
    int power = suffix.equals("kB") ? 1 : PREFIXES.indexOf(suffix.charAt(0)) + 1;
    String rest = suffix.substring(1);
    if (power == 0) {
      throw notASize(argument);
    }
    return switch (rest) {
      case "", "iB" -> 1L << (10 * power);
      case "B" -> (long) Math.pow(1000, power);
      default -> throw notASize(argument);
    };
  }

  private static TypeConversionException notASize(String argument) {
    return new TypeConversionException(
        "not a size: '" + argument + "', such as 4096, 4K, 4KiB or 4kB");
  }
}
