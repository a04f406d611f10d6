package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HostCommandTest {
  /** A process that starts another one, says its number, and waits to be killed. */
  static final class Parent {
    private Parent() {}

    /** Starts it. */
    public static void main(String[] args) throws Exception {
      Process child = HostCommand.of("sleep", "600").endingWithUs().builder().start();
      System.out.println(child.pid());
      child.waitFor();
    }
  }

  @Test
  void endingWithUs_thisProcessIsKilled_endsToo() throws Exception {
    assumeThat(Path.of("/usr/bin/setpriv")).as("setpriv, of util-linux").exists();
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .start();
    try (BufferedReader lines = parent.inputReader()) {
      long child = Long.parseLong(lines.readLine());
      ProcessHandle handle = ProcessHandle.of(child).orElseThrow();
      parent.destroyForcibly().waitFor();
      handle.onExit().get(1, TimeUnit.MINUTES);
      assertThat(handle.isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void run_failure_saysWhatTheProgramSaid() {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> HostCommand.of("ls", "/does/not/exist").run())
        .withMessageMatching("(?s)ls /does/not/exist: exit code \\d+: .*No such file.*");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> HostCommand.of("/does/not/exist").run())
        .withMessageContaining("/does/not/exist: ");
  }
}
