package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading and writing bytes of objects, old and new, small and large. */
final class ReadAndWriteTest extends HeapContract {
  private static final int LENGTH = 200;

  /** The objects whose bytes take different ways into the pool. */
  enum Kind {
    SMALL(LENGTH),
    OF_A_SLAB_BUT_FILLED_IN_PLACE(3000),
    WITH_PAGES_OF_ITS_OWN(3 * 4096);

    private final int byteSize;

    Kind(int byteSize) {
      this.byteSize = byteSize;
    }
  }

  /** A field's width: how it is written, in the heap and in the model. */
  private enum Width {
    BYTE(1),
    SHORT(2),
    INT(4),
    LONG(8);

    private final int bytes;

    Width(int bytes) {
      this.bytes = bytes;
    }

    void put(Tx tx, long address, long value) {
      switch (this) {
        case BYTE -> tx.putByte(address, (byte) value);
        case SHORT -> tx.putShort(address, (short) value);
        case INT -> tx.putInt(address, (int) value);
        case LONG -> tx.putLong(address, value);
      }
    }

    long get(Heap heap, long address) {
      return switch (this) {
        case BYTE -> heap.getByte(address);
        case SHORT -> heap.getShort(address);
        case INT -> heap.getInt(address);
        case LONG -> heap.getLong(address);
      };
    }

    long get(byte[] model, int at) {
      ByteBuffer buffer = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
      return switch (this) {
        case BYTE -> buffer.get(at);
        case SHORT -> buffer.getShort(at);
        case INT -> buffer.getInt(at);
        case LONG -> buffer.getLong(at);
      };
    }

    void put(byte[] model, int at, long value) {
      for (int i = 0; i < bytes; i++) {
        model[at + i] = (byte) (value >>> (8 * i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void put_anyWidthAtAnyOffset_isReadBackAtAnyWidth_inNewObjects(Kind kind) {
    byte[] model = new byte[kind.byteSize];
    long address =
        heap.transact(
            () -> {
              long created = heap.tx().allocate(kind.byteSize, 0);
              writeEverywhere(created, model);
              return created;
            });
    assertThat(bytes(address, kind.byteSize)).isEqualTo(model);
    reopen();
    assertThat(bytes(address, kind.byteSize)).isEqualTo(model);
  }

  @ParameterizedTest
  @EnumSource
  void put_anyWidthAtAnyOffset_isReadBackAtAnyWidth_inOldObjects(Kind kind) {
    byte[] model = new byte[kind.byteSize];
    new Random(1).nextBytes(model);
    long address = allocated(kind.byteSize);
    putBytes(address, model);
    byte[] before = model.clone();

    heap.transact(
        () -> {
          writeEverywhere(address, model);
          assertThat(CompletableFuture.supplyAsync(() -> bytes(address, kind.byteSize)).join())
              .as("what others see before the commit")
              .isEqualTo(before);
        });

    assertThat(bytes(address, kind.byteSize)).isEqualTo(model);
    reopen();
    assertThat(bytes(address, kind.byteSize)).isEqualTo(model);
  }

  /** Writes each width at each offset of three cache lines and reads around it at each width. */
  private void writeEverywhere(long address, byte[] model) {
    Random random = new Random(2);
    for (Width written : Width.values()) {
      for (int at = 0; at + written.bytes <= LENGTH; at += 1 + random.nextInt(3)) {
        long value = random.nextLong();
        written.put(heap.tx(), address + at, value);
        written.put(model, at, value);
        for (Width read : Width.values()) {
          for (int from = Math.max(0, at - 7);
              from <= Math.min(at + 7, LENGTH - read.bytes);
              from++) {
            if (read.get(heap, address + from) != read.get(model, from)) {
              fail("%s at %d after %s at %d".formatted(read, from, written, at));
            }
          }
        }
      }
    }
    assertThat(bytes(address, model.length)).isEqualTo(model);
  }

  @ParameterizedTest
  @EnumSource
  void putBytes_anyPartOfAnArray_changesExactlyItsRange(Kind kind) {
    byte[] model = new byte[kind.byteSize];
    byte[] source = new byte[256];
    new Random(3).nextBytes(source);
    long address = allocated(kind.byteSize);

    heap.transact(
        () -> {
          for (int at = 0; at < 70; at += 3) {
            for (int length : new int[] {0, 1, 7, 63, 64, 65, 130}) {
              heap.tx().putBytes(address + at, source, at, length);
              System.arraycopy(source, at, model, at, length);
              assertThat(bytes(address, LENGTH)).isEqualTo(Arrays.copyOf(model, LENGTH));
            }
          }
        });

    assertThat(bytes(address, kind.byteSize)).isEqualTo(model);
  }

  @Test
  void put_besideBytesOfAnotherTransaction_leavesThemAlone() {
    long address = allocated(64);
    for (int i = 0; i < 64; i++) {
      int at = i * 37 % 64;
      heap.transact(() -> heap.tx().putByte(address + at, (byte) (at + 1)));
    }
    for (int i = 0; i < 64; i++) {
      assertThat(heap.getByte(address + i)).isEqualTo((byte) (i + 1));
    }
  }

  @Test
  void put_outsideTheObjects_throwsAndChangesNothing() {
    long address = allocated(64);
    assertThatThrownBy(() -> putLong(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> putLong(4096, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> putLong(-8, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> putLong(Long.MAX_VALUE, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> putLong(heap.size() - 4, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining(path().toString())
        .hasMessageContaining(Long.toString(heap.size() - 4));
    assertThatThrownBy(() -> heap.transact(() -> heap.tx().putBytes(address, new byte[8], 4, 5)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(bytes(address, 64)).containsOnly(0);
  }

  @Test
  void get_outsideTheHeap_throws() {
    assertThatThrownBy(() -> heap.getLong(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> heap.getInt(heap.size() - 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> heap.getByte(heap.limit()))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> heap.getBytes(heap.size() - 3, new byte[4], 0, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> heap.getBytes(heap.size() - 3, new byte[4], 2, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void get_besideOwnWritesAtTheHeapsEnd_throwsToo() {
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      heap.tx().putLong(heap.size() - 8, 7);
                      return heap.getLong(heap.size() - 4);
                    }))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
