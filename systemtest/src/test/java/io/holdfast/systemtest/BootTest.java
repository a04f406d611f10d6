package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts for machines. */
final class BootTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;

  @Test
  void killed_whatWasSaidBefore_isReadToTheEnd() throws Exception {
    try (Boot boot = boot("echo @@UP $$; n=0; while :; do echo @@T 0 $n; n=$((n+1)); done", LONG)) {
      assertThat(boot.readUntil(message -> message.word().equals("UP"))).isTrue();
      // not read on until the pipe is full, and the machine dead
      ProcessHandle machine =
          ProcessHandle.of(Long.parseLong(said(boot, "UP").getFirst())).orElseThrow();
      boot.killAfter(Duration.ofSeconds(1));
      machine.onExit().join();
      boot.readToEnd();

      List<String> reports = said(boot, "T");
      assertThat(reports).hasSizeGreaterThan(1000);
      for (int i = 0; i < reports.size(); i++) {
        assertThat(reports.get(i)).isEqualTo("0 " + i);
      }
      assertThat(boot.troubles()).isEmpty();
    }
  }

  @Test
  void silent_isEndedAndReported() throws Exception {
    try (Boot boot = boot("echo @@UP 1; exec sleep 600", Duration.ofSeconds(1))) {
      assertThat(boot.readToEnd()).hasSize(1);
      assertThat(boot.troubles()).containsExactly("the guest hangs: not a word in 1 s");
    }
  }

  @Test
  void endsByItself_isATroubleUnlessItsProgramEndedWell() throws Exception {
    try (Boot boot = boot("echo @@END 0", LONG)) {
      boot.readToEnd();
      assertThat(boot.troubles()).isEmpty();
    }
    for (String panic :
        new String[] {"echo Kernel panic; exit 0", "echo @@END 134", "printf @@END"}) {
      try (Boot boot = boot(panic, LONG)) {
        boot.readToEnd();
        assertThat(boot.troubles()).as(panic).hasSize(1);
      }
    }
  }

  private Boot boot(String script, Duration silence) throws IOException {
    return new Boot(HostCommand.of("sh", "-c", script), folder.resolve("log"), silence);
  }

  private static List<String> said(Boot boot, String word) {
    return boot.messages().stream()
        .filter(message -> message.word().equals(word))
        .map(Boot.Message::text)
        .toList();
  }
}
