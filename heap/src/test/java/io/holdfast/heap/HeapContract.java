package io.holdfast.heap;

import io.holdfast.heap.internal.Geometry;
import io.holdfast.pmem.Medium;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the heap's explicit layer promises on every medium: each subclass tests a part of it, on
 * each {@link TestMedium}, in a new heap for each test.
 *
 * <p>The journals are small, so that tests of a few dozen transactions wrap them.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(TestMedium.class)
abstract class HeapContract {
  static final int KIB = 1024;
  static final int MIB = 1024 * KIB;

  @Parameter TestMedium on;
  @TempDir Path folder;

  Heap heap;
  private Medium medium;

  @BeforeEach
  void createHeap() {
    medium = on.enter();
    heap = Heap.create(path(), options(), geometry());
  }

  @AfterEach
  void closeHeap() {
    try {
      heap.close();
    } finally {
      on.leave();
    }
  }

  Path path() {
    return folder.resolve("test.heap");
  }

  HeapOptions options() {
    return HeapOptions.defaults().withSize(0).withLimit(geometry().limitBytes()).withMedium(medium);
  }

  Geometry geometry() {
    return new Geometry(8 * MIB, 2, 1024, 4 * KIB, 16 * KIB);
  }

  void reopen() {
    heap.close();
    heap = Heap.open(path(), options());
  }

  /** Allocates in a transaction of its own. */
  long allocated(long byteSize) {
    return heap.transact(() -> heap.tx().allocate(byteSize, 0));
  }

  void free(long address) {
    heap.transact(() -> heap.tx().free(address));
  }

  void putLong(long address, long value) {
    heap.transact(() -> heap.tx().putLong(address, value));
  }

  void putBytes(long address, byte[] bytes) {
    heap.transact(() -> heap.tx().putBytes(address, bytes, 0, bytes.length));
  }

  byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    heap.getBytes(address, bytes, 0, length);
    return bytes;
  }

  static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
