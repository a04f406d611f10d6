package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JudgeTest {
  private static final List<Expectation> EXPECTED =
      List.of(Expectation.of("granularity", "^CACHE_LINE"), Expectation.of("bank", "sum 12000$"));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Judge judge = new Judge(new PrintStream(out, true, StandardCharsets.UTF_8));

  @Test
  void everythingAsExpected_passes() {
    assertThat(verdict("PASS granularity: CACHE_LINE, sf", "PASS bank: intact, sum 12000"))
        .isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("ok    bank: intact, sum 12000\n", "system test passed: 2 checks");
  }

  @Test
  void checkNotReported_fails() {
    assertThat(verdict("PASS granularity: CACHE_LINE")).isFalse();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("FAIL  bank: not reported");
  }

  @Test
  void somethingElseSeen_fails() {
    assertThat(verdict("PASS granularity: PAGE", "PASS bank: sum 12000")).isFalse();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("FAIL  granularity: PAGE, which is not as expected: ^CACHE_LINE");
  }

  @Test
  void guestSaysFail_failsThoughItPassedOnceToo() {
    assertThat(
            verdict("PASS granularity: CACHE_LINE", "PASS bank: sum 12000", "FAIL bank: damaged"))
        .isFalse();
  }

  @Test
  void unexpectedCheck_fails() {
    assertThat(verdict("PASS granularity: CACHE_LINE", "PASS bank: sum 12000", "PASS other: fine"))
        .isFalse();
  }

  @Test
  void trouble_fails() {
    judge.judge("boot", List.of(), List.of("no end after 300 s"), List.of(), "log");
    judge.pass("something");
    assertThat(judge.conclude()).isFalse();
  }

  @Test
  void nothingChecked_fails() {
    assertThat(judge.conclude()).isFalse();
  }

  private boolean verdict(String... lines) {
    List<Boot.Message> messages =
        Arrays.stream(lines)
            .map(line -> line.split(" ", 2))
            .map(halves -> new Boot.Message(halves[0], halves[1]))
            .toList();
    judge.judge("boot", messages, List.of(), EXPECTED, "log");
    return judge.conclude();
  }
}
