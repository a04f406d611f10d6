package io.holdfast.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LedgerTest {
  private final Ledger ledger = new Ledger(4);

  @Test
  void found_nothingLost_isRight() {
    ledger.reported("1 41");
    assertThat(ledger.found("1 41")).isEmpty();
    assertThat(ledger.found("1 42")).as("durable, its report on its way").isEmpty();
    assertThat(ledger.found("1 42")).isEmpty();
    assertThat(ledger.checks()).isEqualTo(3);
    assertThat(ledger.reports()).isEqualTo(1);
  }

  @Test
  void found_reportedTransferLost_isWrong() {
    ledger.reported("2 7");
    ledger.reported("2 8");
    assertThat(ledger.found("2 7")).contains("teller 2 has made 7 transfers, and had reported 8");
  }

  @Test
  void found_transfersNobodyMade_isWrong() {
    ledger.reported("0 7");
    assertThat(ledger.found("0 9")).isPresent();
    assertThat(ledger.found("3 2")).as("of a teller without reports").isPresent();
  }

  @Test
  void found_notACount_isWrong() {
    assertThat(ledger.found("0 1[ 3.1] kernel")).isPresent();
  }

  @Test
  void reported_brokenUp_claimsNothing() {
    ledger.reported("0 12[ 3.1] kernel");
    assertThat(ledger.reports()).isZero();
    assertThat(ledger.found("0 0")).isEmpty();
  }
}
