package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.OutOfSpaceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The root object of the explicit layer. */
final class RootTest extends HeapContract {

  /** An interface, for the typed layer's root. */
  @Persistent
  public interface Typed {
    /** {@return a field} */
    long value();

    /**
     * Sets it.
     *
     * @param value the value
     */
    void value(long value);
  }

  @Test
  void root_isCreatedOnceAndFoundAgain() {
    assertThat(heap.objects().rootSize()).isZero();
    long root = heap.objects().root(100);
    assertThat(bytes(root, (int) heap.objects().rootSize())).containsOnly(0);
    assertThat(heap.objects().root(100)).isEqualTo(root);
    assertThat(heap.objects().root(1)).as("it never shrinks").isEqualTo(root);
    assertThat(heap.resolve(heap.root())).isEqualTo(root);
    reopen();
    assertThat(heap.objects().root(100)).isEqualTo(root);
    assertThat(heap.objects().rootSize()).isGreaterThanOrEqualTo(100);
  }

  @Test
  void root_grows_keepingItsContent() {
    int size = 16;
    long root = heap.objects().root(size);
    for (int larger : new int[] {17, 100, 5000, 20_000, 200_000}) {
      int usable = (int) heap.objects().rootSize();
      putBytes(root, filled(usable, larger));
      root = heap.objects().root(larger);
      assertThat(heap.resolve(heap.root())).isEqualTo(root);
      int now = (int) heap.objects().rootSize();
      assertThat(now).isGreaterThanOrEqualTo(larger);
      assertThat(bytes(root, usable)).containsOnly((byte) larger);
      assertThat(bytes(root + usable, now - usable)).isEqualTo(new byte[now - usable]);
      reopen();
      assertThat(bytes(root + usable, now - usable)).isEqualTo(new byte[now - usable]);
    }
    assertThat(heap.objects().count()).as("no root is left behind").isEqualTo(1);
  }

  @Test
  void constructor_fillsANewRootOnly() {
    AtomicInteger calls = new AtomicInteger();
    ObjectConstructor<RuntimeException> constructor =
        (tx, address) -> {
          calls.incrementAndGet();
          tx.putLong(address, 5);
        };
    long root = heap.objects().root(100, constructor);
    assertThat(heap.getLong(root)).isEqualTo(5);
    putLong(root, 6);
    root = heap.objects().root(10_000, constructor);
    assertThat(heap.getLong(root)).isEqualTo(6);
    assertThat(calls).hasValue(1);
  }

  @Test
  void constructor_throws_leavesNoRoot() {
    IllegalStateException failure = new IllegalStateException("no");
    assertThatThrownBy(
            () ->
                heap.objects()
                    .root(
                        100,
                        (_, _) -> {
                          throw failure;
                        }))
        .isSameAs(failure);
    assertThat(heap.root()).isZero();
    assertThat(heap.objects().count()).isZero();
  }

  @Test
  void severalThreads_getTheSameRoot() throws InterruptedException {
    Set<Long> roots = new ConcurrentSkipListSet<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofPlatform().start(() -> roots.add(heap.objects().root(64))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(roots).containsExactly(heap.resolve(heap.root()));
    assertThat(heap.objects().count()).isEqualTo(1);
  }

  @Test
  void root_impossible_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> heap.objects().root(0));
    long root = heap.objects().root(64);
    assertThatExceptionOfType(OutOfSpaceException.class)
        .isThrownBy(() -> heap.objects().root(7L * MIB));
    assertThat(heap.resolve(heap.root())).isEqualTo(root);
    free(root);
    assertThatIllegalStateException().isThrownBy(() -> heap.objects().root(64));
    heap.transact(() -> heap.tx().putRoot(0));
    assertThat(heap.objects().root(64)).isNotZero();
  }

  @Test
  void root_ofAnInterface_isLeftAlone() {
    assertThat(heap.root(Typed.class)).isNotNull();
    assertThatIllegalStateException()
        .isThrownBy(() -> heap.objects().root(64))
        .withMessageContaining("Heap.root(Class)");
  }
}
