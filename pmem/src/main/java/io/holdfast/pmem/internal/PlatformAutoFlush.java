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

  static GranularityRules.AutoFlush detect(Sysfs sysfs) {
    boolean found = false;
    for (String name : sysfs.list(DEVICES)) {
      if (name.startsWith("region")) {
        found = true;
        if (!domain(sysfs, name).equals("cpu_cache")) {
          return GranularityRules.AutoFlush.ABSENT;
        }
      }
    }
    return found ? GranularityRules.AutoFlush.PRESENT : GranularityRules.AutoFlush.ABSENT;
  }

  private static String domain(Sysfs sysfs, String region) {
    try {
      return sysfs.read(DEVICES + "/" + region + "/persistence_domain").orElse("");
    } catch (PmemException e) {
      // What cannot be read promises nothing.
      return "";
    }
  }
}
