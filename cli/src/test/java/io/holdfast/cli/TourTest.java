package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TourTest {
  @TempDir Path folder;

  @Test
  void tour_folder_holdsEverythingAndLeavesNothing() {
    Cli result = holdfast("tour", folder);
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("SIGKILL", "Everything held");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void tour_folderMissing_isRefused() {
    Path missing = folder.resolve("missing");
    assertThat(holdfast("tour", missing))
        .isEqualTo(new Cli(1, "", "holdfast: " + missing + ": not a directory\n"));
  }
}
