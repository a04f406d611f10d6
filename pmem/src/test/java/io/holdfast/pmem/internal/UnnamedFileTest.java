package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ways to a file without a name; the second is for file systems that know only named ones. */
final class UnnamedFileTest {
  @TempDir private Path folder;

  @Test
  void open_leavesNoName() throws IOException {
    use(UnnamedFile.open(folder, 0));
  }

  @Test
  void openNamed_leavesNoName() throws IOException {
    use(Descriptor.of((int) UnnamedFile.openNamed(folder), folder.toString()));
  }

  @Test
  void openNamed_noFolder_isTheError() {
    assertThat(Errno.ENOENT.is(UnnamedFile.openNamed(folder.resolve("missing")))).isTrue();
  }

  private void use(Descriptor file) throws IOException {
    try (Stream<Path> names = Files.list(folder)) {
      assertThat(names).isEmpty();
    }
    file.allocate(0, 8192);
    assertThat(file.status().size()).isEqualTo(8192);
    assertThat(file.status().mode() & 0777).isEqualTo(0600);
    file.close();
  }
}
