package io.holdfast.pmem.internal;

import static io.holdfast.pmem.internal.GranularityRules.AutoFlush.ABSENT;
import static io.holdfast.pmem.internal.GranularityRules.AutoFlush.PRESENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlatformAutoFlushTest {
  @TempDir Path root;
  private Path devices = Path.of("");

  @BeforeEach
  void createDevices() throws IOException {
    devices = Files.createDirectories(root.resolve("bus/nd/devices"));
  }

  private GranularityRules.AutoFlush detect() {
    return PlatformAutoFlush.detect(new Sysfs(root.toString()));
  }

  private void region(String name, String domain) throws IOException {
    Path region = Files.createDirectory(devices.resolve(name));
    Files.writeString(region.resolve("persistence_domain"), domain + "\n");
  }

  @Test
  void detect_everyRegionFlushesItsCaches_isPresent() throws IOException {
    region("region0", "cpu_cache");
    region("region7", "cpu_cache");
    Files.createDirectory(devices.resolve("namespace0.0"));

    assertThat(detect()).isEqualTo(PRESENT);
  }

  @Test
  void detect_oneRegionDoesNot_isAbsent() throws IOException {
    region("region0", "cpu_cache");
    region("region1", "memory_controller");

    assertThat(detect()).isEqualTo(ABSENT);
  }

  @Test
  void detect_regionSaysNothing_isAbsent() throws IOException {
    Files.createDirectory(devices.resolve("region0"));

    assertThat(detect()).isEqualTo(ABSENT);
  }

  @Test
  void detect_noRegions_isAbsent() {
    assertThat(detect()).isEqualTo(ABSENT);
    assertThat(PlatformAutoFlush.detect(new Sysfs(root + "/missing"))).isEqualTo(ABSENT);
  }
}
