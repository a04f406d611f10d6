package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When callbacks run, what they see and what they may do. */
final class CallbackTest extends HeapContract {
  private static final String ON_PURPOSE = "thrown by a callback, on purpose";

  private final List<String> events = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private long address;

  private final Logger logger = Logger.getLogger("io.holdfast.heap");
  private final List<Throwable> logged = new ArrayList<>();
  private final Handler log =
      new StreamHandler() {
        @Override
        public void publish(LogRecord message) {
          logged.add(message.getThrown());
        }
      };

  @BeforeEach
  void allocate() {
    address = allocated(64);
    logger.addHandler(log);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void logAsBefore() {
    logger.removeHandler(log);
    logger.setUseParentHandlers(true);
  }

  @Test
  void commit_runsThoseOfTheCommitInOrder_alsoThoseOfNestedOnes() {
    heap.transact(
        () -> {
          register("outer");
          heap.transact(() -> register("nested"));
          events.add("body");
        });
    assertThat(events)
        .containsExactly(
            "body", "outer applied", "nested applied", "outer durable", "nested durable");
  }

  @Test
  void abort_runsThoseOfTheAbortInOrder() {
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      register("first");
                      register("second");
                      throw new IllegalArgumentException("abort");
                    }))
        .hasMessage("abort");
    assertThat(events).containsExactly("first aborted", "second aborted");
  }

  @Test
  void errorAfterCommit_abortsNothing_andFailsTheHeap() {
    Handler broken =
        new StreamHandler() {
          @Override
          public void publish(LogRecord message) {
            throw new OutOfMemoryError(ON_PURPOSE);
          }
        };
    logger.addHandler(broken);
    try {
      assertThatThrownBy(
              () ->
                  heap.transact(
                      () -> {
                        Tx tx = heap.tx();
                        tx.putRoot(heap.reference(tx.allocate(64, 1)));
                        tx.onAbort(() -> events.add("aborted"));
                        tx.onApplied(
                            () -> {
                              throw new IllegalArgumentException(ON_PURPOSE);
                            });
                      }))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("OutOfMemoryError");
    } finally {
      logger.removeHandler(broken);
    }
    assertThat(events).isEmpty();
    assertThat(heap.isLive(heap.root())).as("the new object was taken back").isTrue();
    assertThatThrownBy(() -> heap.transact(() -> {})).isInstanceOf(HeapFailedException.class);
    reopen();
    assertThat(heap.root() == 0 || heap.isLive(heap.root())).isTrue();
  }

  @Test
  void nextTransaction_runsNoneOfThoseBefore() {
    heap.transact(() -> register("first"));
    events.clear();
    heap.transact(() -> {});
    assertThat(events).isEmpty();
  }

  private void register(String name) {
    heap.tx().onDurable(() -> events.add(name + " durable"));
    heap.tx().onApplied(() -> events.add(name + " applied"));
    heap.tx().onAbort(() -> events.add(name + " aborted"));
  }

  @Test
  void onApplied_seesTheEffectsAndHoldsTheLocks() {
    heap.transact(
        Locks.of(lock),
        () -> {
          heap.tx().putLong(address, 7);
          heap.tx().onApplied(() -> note("locked", lock.isHeldByCurrentThread(), 7));
        });
    assertThat(events).containsExactly("locked");
  }

  @Test
  void onDurable_seesTheEffectsAndHoldsNoLock() {
    heap.transact(
        Locks.of(lock),
        () -> {
          heap.tx().putLong(address, 7);
          heap.tx().onDurable(() -> note("unlocked", !lock.isLocked(), 7));
        });
    assertThat(events).containsExactly("unlocked");
  }

  @Test
  void onAbort_seesNothingOfTheTransaction() {
    putLong(address, 3);
    assertThatThrownBy(
            () ->
                heap.transact(
                    Locks.of(lock),
                    () -> {
                      heap.tx().putLong(address, 7);
                      heap.tx().onAbort(() -> note("as before", true, 3));
                      throw new IllegalArgumentException("abort");
                    }))
        .hasMessage("abort");
    assertThat(events).containsExactly("as before");
  }

  private void note(String event, boolean locking, long expected) {
    events.add(locking && heap.getLong(address) == expected ? event : "not " + event);
  }

  @Test
  void onAppliedAndOnAbort_beginningATransaction_isRefused() {
    heap.transact(() -> heap.tx().onApplied(this::noteRefusal));
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().onAbort(this::noteRefusal);
                      throw new IllegalArgumentException("abort");
                    }))
        .hasMessage("abort");
    assertThat(events).containsExactly("refused", "refused");
    assertThat(heap.getLong(address)).isZero();
  }

  private void noteRefusal() {
    assertThat(heap.inTransaction()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> putLong(address, 1))
        .withMessageContaining("callback");
    assertThatIllegalStateException().isThrownBy(() -> heap.tx());
    events.add("refused");
  }

  @Test
  void onDurable_beginningATransaction_isAllowed() {
    heap.transact(() -> heap.tx().onDurable(() -> putLong(address, 1)));
    assertThat(heap.getLong(address)).isEqualTo(1);
  }

  @Test
  void callbacks_thatThrow_areLoggedAndUndoNothingAndKeepNoneFromRunning() {
    heap.transact(
        () -> {
          heap.tx().putLong(address, 5);
          heap.tx().onApplied(CallbackTest::fail);
          heap.tx().onDurable(CallbackTest::fail);
          register("later");
        });
    assertThat(events).containsExactly("later applied", "later durable");
    assertThat(logged).extracting(Throwable::getMessage).containsOnly(ON_PURPOSE).hasSize(2);
    reopen();
    assertThat(heap.getLong(address)).isEqualTo(5);
  }

  @Test
  void onAbort_thatThrows_doesNotHideWhyItAborted() {
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().onAbort(CallbackTest::fail);
                      register("later");
                      throw new IllegalArgumentException("abort");
                    }))
        .hasMessage("abort");
    assertThat(events).containsExactly("later aborted");
    assertThat(logged).extracting(Throwable::getMessage).containsExactly(ON_PURPOSE);
  }

  private static void fail() {
    throw new IllegalStateException(ON_PURPOSE);
  }
}
