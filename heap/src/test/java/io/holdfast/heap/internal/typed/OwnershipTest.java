package io.holdfast.heap.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Persistent;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.TinyHeap;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.OutOfSpaceException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Strings and byte arrays live and die with their fields; the medium's own books say so. */
@ParameterizedClass
@EnumSource
class OwnershipTest {
  private static final int ZONES = 2;

  @Persistent
  interface Node {
    String text();

    void text(String value);

    byte[] bytes();

    void bytes(byte[] value);

    Node next();

    void next(Node value);
  }

  @Parameter private Granularity granularity;
  private HeapCore core;
  private TypedHeap heap;
  private Node node;

  @BeforeEach
  void create() {
    core = TinyHeap.create(SimulatedMedium.of(granularity), ZONES);
    heap = new TypedHeap(core);
    node = heap.root(Node.class);
  }

  @AfterEach
  void close() {
    core.close();
  }

  private Map<Long, Integer> audit() {
    return TinyHeap.audit(core, TinyHeap.geometry(ZONES));
  }

  private long values() {
    return audit().values().stream().filter(type -> type == CatalogueLayout.VALUE_TYPE).count();
  }

  @Test
  void setter_newValue_freesTheOldOne() {
    node.text("first");
    node.bytes(new byte[2000]);
    assertThat(values()).isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      node.text("text " + i);
      node.bytes(new byte[i]);
    }
    assertThat(values()).isEqualTo(2);
    assertThat(node.text()).isEqualTo("text 19");
  }

  @Test
  void setter_null_freesTheOldValue() {
    node.text("text");
    node.bytes(new byte[1]);
    node.text(null);
    node.bytes(null);

    assertThat(values()).isZero();
  }

  @Test
  void setter_oftenInOneTransaction_leavesOneValue() {
    node.text("before");
    heap.transact(
        _ -> {
          for (int i = 0; i < 10; i++) {
            node.text("text " + i);
          }
        });
    assertThat(values()).isEqualTo(1);
  }

  @Test
  void setter_inAbortedTransaction_leavesTheOldValue() {
    node.text("before");
    Map<Long, Integer> before = audit();
    assertThatThrownBy(
            () ->
                heap.transact(
                    _ -> {
                      node.text("after");
                      node.bytes(new byte[5000]);
                      node.next(heap.create(Node.class));
                      throw new IllegalStateException("on purpose");
                    }))
        .hasMessage("on purpose");

    assertThat(audit()).isEqualTo(before);
    assertThat(node.text()).isEqualTo("before");
  }

  @Test
  void setter_noRoomForTheNewValue_leavesTheOldOne() {
    node.text("before");
    Map<Long, Integer> before = audit();

    assertThatThrownBy(() -> node.bytes(new byte[500_000])).isInstanceOf(OutOfSpaceException.class);
    assertThatThrownBy(() -> node.text("x".repeat(500_000)))
        .isInstanceOf(OutOfSpaceException.class);
    assertThat(node.text()).isEqualTo("before");
    assertThat(audit()).isEqualTo(before);
  }

  @Test
  void free_owner_freesItsValuesAndNothingElse() {
    Node next = heap.create(Node.class);
    next.text("next");
    next.bytes(new byte[3000]);
    next.next(node);
    node.text("stays");
    Map<Long, Integer> withNext = audit();
    assertThat(values()).isEqualTo(3);

    heap.free(next);
    assertThat(values()).isEqualTo(1);
    assertThat(audit()).hasSize(withNext.size() - 3);
    assertThat(node.text()).isEqualTo("stays");
  }

  @Test
  void free_ownerCreatedInTheSameTransaction_leavesNothing() {
    Map<Long, Integer> before = audit();
    heap.transact(
        _ -> {
          Node fresh = heap.create(Node.class);
          fresh.text("text");
          fresh.bytes(new byte[3000]);
          heap.free(fresh);
        });
    assertThat(audit()).isEqualTo(before);
  }
}
