package io.holdfast.pmem.internal;

import io.holdfast.pmem.PmemException;

/**
 * Whether the platform writes its caches back when power fails (eADR): every region of persistent
 * memory says so in sysfs.
 */
final class PlatformAutoFlush {
  private static final String DEVICES = "/bus/nd/devices";

  private PlatformAutoFlush() {}

  static GranularityRules.AutoFlush detect() {
    return detect(Sysfs.ofProcess());
  }

  /** {@return what sysfs says; what it does not say promises nothing} */
  static GranularityRules.AutoFlush detect(Sysfs sysfs) {
    try {
      return ask(sysfs);
    } catch (PmemException e) {
      return GranularityRules.AutoFlush.ABSENT;
    }
  }

  /**
   * {@return what sysfs says}
   *
   * @throws PmemException if it cannot be read
   */
  static GranularityRules.AutoFlush ask(Sysfs sysfs) {
    boolean found = false;
    for (String name : sysfs.list(DEVICES)) {
      if (name.startsWith("region")) {
        found = true;
        String domain = sysfs.read(DEVICES + "/" + name + "/persistence_domain").orElse("");
        if (!domain.equals("cpu_cache")) {
          return GranularityRules.AutoFlush.ABSENT;
        }
      }
    }
    return found ? GranularityRules.AutoFlush.PRESENT : GranularityRules.AutoFlush.ABSENT;
  }
}
