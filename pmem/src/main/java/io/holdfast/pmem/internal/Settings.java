package io.holdfast.pmem.internal;

import io.holdfast.pmem.Granularity;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What libpmem's and libpmem2's environment variables, or their system-property twins, ask for. A
 * property wins over the variable; {@code package-info} lists both.
 */
final class Settings {
  private static final String PREFIX = "io.holdfast.pmem.";

  private final Lookup environment;
  private final Lookup properties;

  /** Where a setting is looked up by its name. */
  @FunctionalInterface
  interface Lookup {
    @Nullable String get(String name);
  }

  Settings(Lookup environment, Lookup properties) {
    this.environment = environment;
    this.properties = properties;
  }

  /** {@return this process's settings} */
  static Settings ofProcess() {
    return new Settings(System::getenv, System::getProperty);
  }

  private Optional<String> value(String variable, String property) {
    String value = properties.get(PREFIX + property);
    return Optional.ofNullable(value != null ? value : environment.get(variable));
  }

  private boolean isOn(String variable, String property) {
    return isOn(value(variable, property));
  }

  private static boolean isOn(Optional<String> value) {
    return value.filter(v -> v.equals("1") || v.equals("true")).isPresent();
  }

  private boolean isOff(String variable, String property) {
    return value(variable, property).filter(v -> v.equals("0") || v.equals("false")).isPresent();
  }

  boolean noClwb() {
    return isOn("PMEM_NO_CLWB", "noClwb");
  }

  boolean noClflushopt() {
    return isOn("PMEM_NO_CLFLUSHOPT", "noClflushopt");
  }

  /**
   * {@return whether stores past the caches are forbidden ({@code true}) or trusted on any
   * processor ({@code false}), if either}
   */
  Optional<Boolean> noMovnt() {
    if (isOn("PMEM_NO_MOVNT", "noMovnt")) {
      return Optional.of(true);
    }
    return isOff("PMEM_NO_MOVNT", "noMovnt") ? Optional.of(false) : Optional.empty();
  }

  boolean noAvx() {
    return isOff("PMEM_AVX", "avx");
  }

  boolean noAvx512f() {
    return isOff("PMEM_AVX512F", "avx512f");
  }

  /**
   * {@return the length in bytes from which copies go past the caches, if it is set and makes
   * sense}
   */
  OptionalLong movntThreshold() {
    Optional<String> value = value("PMEM_MOVNT_THRESHOLD", "movntThreshold");
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long bytes = Long.parseLong(value.get().strip());
      return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * {@return the lowest address at which files are mapped, as libpmem has it a hexadecimal number
   * with or without 0x; addresses are then not random}
   */
  OptionalLong mmapHint() {
    Optional<String> value = value("PMEM_MMAP_HINT", "mmapHint");
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    String digits = value.get().strip();
    try {
      long address =
          Long.parseLong(
              digits.startsWith("0x") || digits.startsWith("0X") ? digits.substring(2) : digits,
              16);
      return address < 0 ? OptionalLong.empty() : OptionalLong.of(address);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** {@return whether flushing is forced off ({@code true}) or on ({@code false}), if either} */
  Optional<Boolean> noFlush() {
    if (isOn("PMEM_NO_FLUSH", "noFlush")) {
      return Optional.of(true);
    }
    return isOff("PMEM_NO_FLUSH", "noFlush") ? Optional.of(false) : Optional.empty();
  }

  /** {@return whether machine code of ours is forbidden; only a property says so} */
  boolean noExecutable() {
    return isOn(Optional.ofNullable(properties.get(PREFIX + "noExecutable")));
  }

  /** {@return whether memory is to be taken for persistent ({@code true}) or not, if either} */
  Optional<Boolean> isPmemForce() {
    if (isOn("PMEM_IS_PMEM_FORCE", "isPmemForce")) {
      return Optional.of(true);
    }
    return isOff("PMEM_IS_PMEM_FORCE", "isPmemForce") ? Optional.of(false) : Optional.empty();
  }

  /** {@return the debug level, 0 to 4; libpmem2's variable wins over libpmem's} */
  int logLevel() {
    return logValue("LEVEL", "logLevel").map(Settings::level).orElse(0);
  }

  private static int level(String value) {
    try {
      return Math.clamp(Integer.parseInt(value.strip()), 0, 4);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** {@return the name of the file to log to, if one is named} */
  Optional<String> logFile() {
    return logValue("FILE", "logFile").filter(name -> !name.isEmpty());
  }

  private Optional<String> logValue(String what, String property) {
    return value("PMEM2_LOG_" + what, property)
        .or(() -> Optional.ofNullable(environment.get("PMEM_LOG_" + what)));
  }

  /**
   * {@return the granularity that shared mappings have to report whatever is found, if one is
   * forced}
   */
  Optional<Granularity> forcedGranularity() {
    return namedGranularity()
        .or(() -> isPmemForce().map(is -> is ? Granularity.CACHE_LINE : Granularity.PAGE));
  }

  private Optional<Granularity> namedGranularity() {
    return value("PMEM2_FORCE_GRANULARITY", "forceGranularity")
        .flatMap(
            value ->
                switch (value.strip().toUpperCase(Locale.ROOT)) {
                  case "BYTE" -> Optional.of(Granularity.BYTE);
                  case "CACHE_LINE", "CACHELINE" -> Optional.of(Granularity.CACHE_LINE);
                  case "PAGE" -> Optional.of(Granularity.PAGE);
                  default -> Optional.empty();
                });
  }
}
