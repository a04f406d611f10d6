package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** After the kernel has failed to synchronise pages it may take them for clean. */
final class FailedSyncTest {

  @Test
  @SuppressWarnings("restricted")
  void failedSync_isFinal() {
    AddressRange range = AddressRange.reserve("test", 8192);
    range.mapMemory(0, 8192);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory =
          MemorySegment.ofAddress(range.address()).reinterpret(8192, arena, null);
      PmemMap map = PmemMap.ofExisting(memory, Granularity.PAGE);
      map.persist(4096, 8);
      // The kernel refuses to synchronise addresses without memory.
      range.withoutEnds(0, 4096);
      assertThatThrownBy(() -> map.persist(4096, 8))
          .isInstanceOf(SystemCallException.class)
          .hasMessageContaining(": msync: ENOMEM");

      AddressRange.at("test", range.address() + 4096, 4096).mapMemory(0, 4096);
      List<ThrowingCallable> later =
          List.of(
              () -> map.persist(0, 8),
              () -> map.flush(4096, 8),
              () -> map.deepFlush(0, 8),
              () -> map.fill(0, 8, (byte) 1, CopyMode.PERSIST));
      for (ThrowingCallable call : later) {
        assertThatThrownBy(call)
            .isInstanceOf(SystemCallException.class)
            .hasMessageContaining("not tried again after a failure: msync: ENOMEM")
            .hasCauseInstanceOf(SystemCallException.class);
      }
      map.fill(0, 8, (byte) 1, CopyMode.NO_FLUSH);
      assertThat(map.getByte(0)).isEqualTo((byte) 1);
      map.close();
    }
    range.release();
  }
}
