package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.MapConfig.Protection;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device does, on a mapped file in its role. */
final class DaxioEndTest {
  @TempDir Path folder;

  private Path file(byte... bytes) throws IOException {
    return Files.write(folder.resolve("device"), Arrays.copyOf(bytes, 8192));
  }

  @Test
  void device_readsFromWhereItIsToItsEnd() throws IOException {
    Path file = file(new byte[] {1, 2, 3, 4, 5});
    try (DaxioEnd.Device device =
        new DaxioEnd.Device("device", PmemSource.of(file), Protection.READ)) {
      device.skip(2);
      assertThat(device.rest()).hasValue(8190);
      byte[] buffer = new byte[3];
      assertThat(device.read(buffer, 3)).isEqualTo(3);
      assertThat(buffer).containsExactly(3, 4, 5);
      device.skip(8187 - 2);
      assertThat(device.read(buffer, 3)).isEqualTo(2);
      assertThat(device.read(buffer, 3)).isEqualTo(-1);
      assertThatThrownBy(() -> device.skip(1))
          .isInstanceOf(FileSystemException.class)
          .hasMessage("device: offset 1 exceeds size 8192");
    }
  }

  @Test
  void device_writesAndZeroesExactlyItsRange() throws IOException {
    Path file = file(new byte[] {1, 2, 3, 4, 5, 6});
    try (DaxioEnd.Device device =
        new DaxioEnd.Device("device", PmemSource.of(file), Protection.READ_WRITE)) {
      device.skip(1);
      device.write(new byte[] {7, 8, 9}, 2);
      assertThat(device.writeZeros(2)).isEqualTo(2);
      device.finish();
    }

    assertThat(Files.readAllBytes(file)).startsWith(1, 7, 8, 0, 0, 6, 0).hasSize(8192);
  }
}
