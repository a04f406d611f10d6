package io.holdfast.crash.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A medium's file system does what the host's does: the same random calls to both give the same
 * results, contents and exceptions.
 */
class FilesAgreementTest {
  private static final long SEED = Long.getLong("holdfast.seed", 1);
  private static final int PROGRAMS = Integer.getInteger("holdfast.programs", 60);
  private static final int CALLS = 150;

  @TempDir private Path folder;

  @Test
  void randomCalls_giveTheSameOnBothFileSystems() throws Exception {
    for (int program = 0; program < PROGRAMS; program++) {
      long seed = SEED * 1000 + program;
      Path real = Files.createDirectory(folder.resolve("program" + program));
      Path simulated =
          Files.createDirectory(
              SimulatedMedium.of(Granularity.PAGE).folder().resolve("program" + program));
      compare(real, simulated, seed);
    }
  }

  private static void compare(Path real, Path simulated, long seed) throws Exception {
    try (FileActor expected = new FileActor(real, seed);
        FileActor actual = new FileActor(simulated, seed)) {
      StringBuilder calls = new StringBuilder();
      for (int call = 0; call < CALLS; call++) {
        String result = expected.step();
        calls.append(System.lineSeparator()).append(result);
        assertThat(actual.step())
            .as("holdfast.seed=%d, program %d, call %d after%s", SEED, seed % 1000, call, calls)
            .isEqualTo(result);
      }
      assertThat(actual.everything()).as("seed %d", seed).isEqualTo(expected.everything());
    }
  }

  @Test
  void paths_areSpeltAndMatchedAsOnTheHost() {
    Path root = SimulatedMedium.of(Granularity.PAGE).folder();
    for (String text : new String[] {"/a/b/c", "a/../b", "a", "/", "", "/a/./b//c/"}) {
      Path real = Path.of(text);
      Path own = root.getFileSystem().getPath(text);
      assertThat(own).hasToString(real.toString());
      assertThat(String.valueOf(own.getParent())).isEqualTo(String.valueOf(real.getParent()));
      assertThat(String.valueOf(own.getFileName())).isEqualTo(String.valueOf(real.getFileName()));
      assertThat(own.normalize()).hasToString(real.normalize().toString());
      assertThat(own.getNameCount()).isEqualTo(real.getNameCount());
      assertThat(own.isAbsolute()).isEqualTo(real.isAbsolute());
      assertThat(own.toAbsolutePath().isAbsolute()).isTrue();
      assertThat(own.startsWith("/a")).isEqualTo(real.startsWith("/a"));
      assertThat(own.endsWith("c")).isEqualTo(real.endsWith("c"));
      assertThat(own).isEqualTo(root.getFileSystem().getPath(text)).isNotEqualTo(real);
      for (String pattern : new String[] {"glob:**/c", "glob:{a,b}", "regex:.*b.*", "glob:*"}) {
        assertThat(root.getFileSystem().getPathMatcher(pattern).matches(own))
            .as("%s %s", pattern, text)
            .isEqualTo(FileSystems.getDefault().getPathMatcher(pattern).matches(real));
      }
    }
    assertThat(root.resolve("x").relativize(root.resolve("y/z"))).hasToString("../y/z");
  }
}
