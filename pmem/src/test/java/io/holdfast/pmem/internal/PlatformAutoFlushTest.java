package io.holdfast.pmem.internal;

import static io.holdfast.pmem.internal.GranularityRules.AutoFlush.ABSENT;
import static io.holdfast.pmem.internal.GranularityRules.AutoFlush.PRESENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlatformAutoFlushTest {
  @TempDir Path devices;

  private void region(String name, String domain) throws IOException {
    Path region = Files.createDirectory(devices.resolve(name));
    Files.writeString(region.resolve("persistence_domain"), domain + "\n");
  }

  @Test
  void detect_everyRegionFlushesItsCaches_isPresent() throws IOException {
    region("region0", "cpu_cache");
    region("region7", "cpu_cache");
    Files.createDirectory(devices.resolve("namespace0.0"));

    assertThat(PlatformAutoFlush.detect(devices.toString())).isEqualTo(PRESENT);
  }

  @Test
  void detect_oneRegionDoesNot_isAbsent() throws IOException {
    region("region0", "cpu_cache");
    region("region1", "memory_controller");

    assertThat(PlatformAutoFlush.detect(devices.toString())).isEqualTo(ABSENT);
  }

  @Test
  void detect_regionSaysNothing_isAbsent() throws IOException {
    Files.createDirectory(devices.resolve("region0"));

    assertThat(PlatformAutoFlush.detect(devices.toString())).isEqualTo(ABSENT);
  }

  @Test
  void detect_noRegions_isAbsent() {
    assertThat(PlatformAutoFlush.detect(devices.toString())).isEqualTo(ABSENT);
    assertThat(PlatformAutoFlush.detect(devices + "/missing")).isEqualTo(ABSENT);
  }
}
