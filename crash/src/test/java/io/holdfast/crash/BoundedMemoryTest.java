package io.holdfast.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * An exploration takes little memory for each state, and says what it could not remember.
 *
 * <p>By default a few hundred thousand states in a heap of 24 MiB. Millions: {@code
 * -Dholdfast.crash.memoryWords=22 -Dholdfast.crash.memoryMiB=256}.
 */
class BoundedMemoryTest {
  private static final int WORDS = Integer.getInteger("holdfast.crash.memoryWords", 18);
  private static final int HEAP_MIB = Integer.getInteger("holdfast.crash.memoryMiB", 24);

  /** Explores all states of so many words in doubt, in a JVM of its own. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      System.out.println(explore(Integer.parseInt(args[0]), Long.MAX_VALUE));
    }
  }

  private static CrashReport explore(int words, long remembered) {
    return CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .run(
            (medium, _) -> {
              try (PmemMap map = Programs.map(medium)) {
                for (int i = 0; i < words; i++) {
                  map.putLong(i * 8L, 1);
                }
              }
            })
        .check((medium, _) -> Programs.word(medium, 0) == 0 ? "without" : "with")
        .exhaustiveUpTo(Long.MAX_VALUE)
        .crashesInRecovery(0)
        .rememberAtMost(remembered)
        .explore();
  }

  @Test
  void manyStates_fitIntoASmallHeap() throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx%dm".formatted(HEAP_MIB),
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Child.class.getName(),
                    String.valueOf(WORDS)))
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), UTF_8);
    assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(child.exitValue()).as(output).isZero();
    assertThat(output).contains("%1$,d of %1$,d states".formatted(1 << WORDS));
  }

  @Test
  void moreThanMayBeRemembered_areCheckedAllTheSame_andTold() {
    CrashReport report = explore(10, 100);
    assertThat(report.forgottenStates()).isPositive();
    assertThat(report.states()).isGreaterThanOrEqualTo(1 << 10);
    assertThat(report.toString())
        .contains("states were too many to be remembered and may be counted twice");
    assertThat(explore(10, 1024).forgottenStates()).isZero();
  }
}
