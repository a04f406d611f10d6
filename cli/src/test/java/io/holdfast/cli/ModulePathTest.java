package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The command as the launcher starts it: from the module path, where the other tests do not run.
 */
final class ModulePathTest {
  @Test
  void version_runsFromTheModulePath() throws Exception {
    String modulePath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.matches(".*/(target/classes|(holdfast|picocli|jspecify)-[^/]*)"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                modulePath,
                "--enable-native-access=io.holdfast.pmem",
                "-m",
                "io.holdfast.cli/io.holdfast.cli.Main",
                "--version")
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(out).matches("holdfast \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
    assertThat(process.waitFor()).isZero();
  }
}
