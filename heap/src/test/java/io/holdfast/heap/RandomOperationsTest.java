package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.heap.internal.Geometry;
import io.holdfast.pmem.OutOfSpaceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random transactions, aborted now and then, on a small heap that is opened again now and then,
 * against a model of plain Java objects.
 */
final class RandomOperationsTest extends HeapContract {
  private static final long SEED = Long.getLong("holdfast.seed", System.nanoTime());

  private final Random random = new Random(SEED);

  /** What each living object holds, by its reference. */
  private Map<Long, byte[]> model = new HashMap<>();

  private List<Long> freed = new ArrayList<>();
  private long root;

  @Override
  Geometry geometry() {
    return new Geometry(3 * MIB, 2, 128, 2 * KIB, 4 * KIB);
  }

  @Test
  void heap_behavesAsTheModel() {
    try {
      for (int n = 0; n < 400; n++) {
        transact();
        if (random.nextInt(40) == 0) {
          reopen();
        }
        if (n % 10 == 0) {
          assertEqualsModel();
        }
      }
      reopen();
      assertEqualsModel();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + SEED, e);
    }
  }

  private void transact() {
    Map<Long, byte[]> after = new HashMap<>();
    model.forEach((reference, bytes) -> after.put(reference, bytes.clone()));
    List<Long> freedAfter = new ArrayList<>(freed);
    long[] rootAfter = {root};
    boolean abort = random.nextInt(5) == 0;
    RuntimeException expected = new IllegalArgumentException("abort");
    Action<RuntimeException> body =
        () -> {
          int operations = 1 + random.nextInt(12);
          for (int i = 0; i < operations; i++) {
            operate(after, freedAfter, rootAfter);
          }
          if (abort) {
            throw expected;
          }
        };
    try {
      if (random.nextBoolean()) {
        heap.transact(body);
      } else {
        heap.transact(Locks.NONE, body);
      }
      assertThat(abort).isFalse();
      model = after;
      freed = freedAfter;
      root = rootAfter[0];
    } catch (OutOfSpaceException e) {
      freeSome();
    } catch (IllegalArgumentException e) {
      assertThat(e).isSameAs(expected);
    }
  }

  private void operate(Map<Long, byte[]> objects, List<Long> gone, long[] rootAfter) {
    Tx tx = heap.tx();
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        int size = 1 + random.nextInt(random.nextInt(10) == 0 ? 60_000 : 2_500);
        long address = tx.allocate(size, size & 0xFFFF);
        long reference = heap.reference(address);
        assertThat(bytes(address, size)).containsOnly(0);
        assertThat(objects.put(reference, new byte[size])).isNull();
        assertThat(gone).doesNotContain(reference);
      }
      case 2 -> {
        if (!objects.isEmpty()) {
          long reference = any(objects);
          tx.free(heap.resolve(reference));
          objects.remove(reference);
          gone.add(reference);
          if (rootAfter[0] == reference) {
            tx.putRoot(0);
            rootAfter[0] = 0;
          }
        }
      }
      case 3 -> {
        if (!objects.isEmpty()) {
          rootAfter[0] = any(objects);
          tx.putRoot(rootAfter[0]);
        }
      }
      default -> {
        if (!objects.isEmpty()) {
          write(tx, any(objects), objects);
        }
      }
    }
  }

  private void write(Tx tx, long reference, Map<Long, byte[]> objects) {
    byte[] content = objects.get(reference);
    long address = heap.resolve(reference);
    int at = random.nextInt(content.length);
    int width = 1 << random.nextInt(4);
    if (at + width > content.length || random.nextBoolean()) {
      byte[] source = new byte[Math.min(content.length - at, 1 + random.nextInt(5000))];
      random.nextBytes(source);
      tx.putBytes(address + at, source, 0, source.length);
      System.arraycopy(source, 0, content, at, source.length);
    } else {
      long value = random.nextLong();
      switch (width) {
        case 1 -> tx.putByte(address + at, (byte) value);
        case 2 -> tx.putShort(address + at, (short) value);
        case 4 -> tx.putInt(address + at, (int) value);
        default -> tx.putLong(address + at, value);
      }
      for (int i = 0; i < width; i++) {
        content[at + i] = (byte) (value >>> (8 * i));
      }
    }
    assertThat(bytes(address, content.length)).isEqualTo(content);
  }

  private long any(Map<Long, byte[]> objects) {
    // an order that depends on the seed alone: addresses are the allocator's choice, and stable
    return objects.keySet().stream()
        .sorted()
        .skip(random.nextInt(objects.size()))
        .findFirst()
        .orElseThrow();
  }

  private void freeSome() {
    for (int i = 0; i < 20 && !model.isEmpty(); i++) {
      long reference = any(model);
      if (reference != root) {
        free(heap.resolve(reference));
        model.remove(reference);
        freed.add(reference);
      }
    }
  }

  private void assertEqualsModel() {
    assertThat(heap.root()).isEqualTo(root);
    model.forEach(
        (reference, content) -> {
          long address = heap.resolve(reference);
          assertThat(bytes(address, content.length)).isEqualTo(content);
          assertThat(heap.typeOf(address)).isEqualTo(content.length & 0xFFFF);
        });
    for (long reference : freed) {
      assertThat(heap.isLive(reference)).isFalse();
      assertThatThrownBy(() -> heap.resolve(reference)).isInstanceOf(IllegalStateException.class);
    }
  }
}
