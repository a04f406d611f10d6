package io.holdfast.heap.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.Persistent;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.TinyHeap;
import io.holdfast.pmem.Granularity;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A reader without a lock is overtaken while it copies a value, whose place is given to another
 * one.
 */
@ParameterizedClass
@EnumSource
class UnlockedReaderTest {
  private static final int LENGTH = 3000;

  @Persistent
  interface Holder {
    byte[] bytes();

    void bytes(byte[] value);
  }

  @Parameter private Granularity granularity;
  private PausingMedium medium;
  private HeapCore core;
  private TypedHeap heap;
  private Holder holder;

  @BeforeEach
  void create() {
    medium = new PausingMedium(SimulatedMedium.of(granularity));
    core = TinyHeap.create(medium, 2);
    heap = new TypedHeap(core);
    holder = heap.root(Holder.class);
    holder.bytes(filled(1));
  }

  @AfterEach
  void close() {
    core.close();
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[LENGTH];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Creates and frees so many values that every free place has been used. */
  private void useEveryPlace() {
    Holder another = heap.create(Holder.class);
    for (int i = 0; i < 500; i++) {
      another.bytes(filled(3));
    }
  }

  @Test
  void getter_ofValueOverwrittenMeanwhile_returnsTheNewOne() {
    medium.beforeNextRead(
        () -> {
          holder.bytes(filled(2));
          useEveryPlace();
        });
    assertThat(holder.bytes()).isEqualTo(filled(2));
  }

  @Test
  void getter_ofValueRemovedMeanwhile_returnsNull() {
    medium.beforeNextRead(
        () -> {
          holder.bytes(null);
          useEveryPlace();
        });
    assertThat(holder.bytes()).isNull();
  }

  @Test
  void getter_ofOwnerFreedMeanwhile_throws() {
    medium.beforeNextRead(
        () -> {
          heap.free(holder);
          useEveryPlace();
        });
    assertThatThrownBy(holder::bytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("was freed");
  }
}
