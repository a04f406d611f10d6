package io.holdfast.pmem.internal;

import io.holdfast.pmem.PmemException;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Whether the platform writes its caches back when power fails (eADR): every region of persistent
 * memory says so in sysfs. Plain system calls, since the default file system of this process may be
 * ours.
 */
final class PlatformAutoFlush {
  private static final String REGIONS = "/sys/bus/nd/devices";

  private PlatformAutoFlush() {}

  static GranularityRules.AutoFlush detect() {
    return detect(REGIONS);
  }

  static GranularityRules.AutoFlush detect(String folder) {
    String[] regions = new File(folder).list((parent, name) -> name.startsWith("region"));
    if (regions == null || regions.length == 0) {
      return GranularityRules.AutoFlush.ABSENT;
    }
    for (String region : regions) {
      if (!read(folder + "/" + region + "/persistence_domain").equals("cpu_cache")) {
        return GranularityRules.AutoFlush.ABSENT;
      }
    }
    return GranularityRules.AutoFlush.PRESENT;
  }

  private static String read(String path) {
    long number = Descriptor.tryOpen(path, Descriptor.READ_ONLY);
    if (number < 0) {
      return "";
    }
    Descriptor file = Descriptor.of((int) number, path);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(64);
      int n = (int) file.transfer(SystemCall.PREAD, text, 0);
      byte[] bytes = new byte[n];
      MemorySegment.copy(text, 0, MemorySegment.ofArray(bytes), 0, n);
      return new String(bytes, StandardCharsets.US_ASCII).strip();
    } catch (PmemException e) {
      return "";
    } finally {
      file.close();
    }
  }
}
