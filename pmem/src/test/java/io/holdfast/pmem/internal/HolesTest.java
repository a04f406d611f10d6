package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is mapped for stores has space for all of them. */
final class HolesTest {
  private static final long BLOCK = 4096;
  private static final int BLOCKS = 32;
  private static final int HOLE = 17;

  @TempDir Path folder;

  /** The space of a file's list of extents is counted as the file's. */
  @Test
  void holeHiddenByMetadata_isFilled() throws Exception {
    boolean counts = Files.getFileStore(folder).type().equals("ext4");
    System.out.print(counts ? "" : "skipped, ext4 is the file system that counts metadata\n");
    assumeTrue(counts, "not ext4");
    Path path = folder.resolve("file");
    try (PmemFile file = Medium.system().create(path);
        PmemFile other = Medium.system().create(folder.resolve("other"))) {
      file.truncate(BLOCKS * BLOCK);
      // In turns and backwards, so that each block lies elsewhere.
      for (long block = BLOCKS - 1; block >= 0; block--) {
        if (block != HOLE) {
          file.allocate(block * BLOCK, BLOCK);
          other.allocate(block * BLOCK, BLOCK);
        }
      }
      Descriptor opened = Descriptor.open(path, Descriptor.READ_ONLY);
      assertThat(opened.status().allocated()).isGreaterThanOrEqualTo(BLOCKS * BLOCK);
      assertThat(isBacked(opened)).isFalse();

      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemMap map = Medium.system().map(PmemSource.of(file), config)) {
        assertThat(map.size()).isEqualTo(BLOCKS * BLOCK);
        assertThat(isBacked(opened)).isTrue();
      }
      opened.close();
    }
  }

  private static boolean isBacked(Descriptor file) {
    ByteRange hole = new ByteRange(HOLE * BLOCK, (HOLE + 1) * BLOCK);
    return FileExtents.of(file).stream().anyMatch(extent -> extent.file().intersects(hole));
  }
}
