package io.holdfast.pmem.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The native scratch memory of one running call: where errno is captured, an {@code iovec}, a
 * bounce buffer.
 *
 * <p>A platform thread has one of its own, since taking one from others would cost an atomic
 * instruction, which waits for the stores before it as a fence does. Virtual threads, of which
 * there may be many, and calls within calls take theirs from a small pool, so that a call allocates
 * nothing; if more of them run at once than the pool holds, the others' contexts become garbage.
 * Used by one thread at a time.
 */
final class CallContext {
  /** Bytes of the bounce buffer. */
  static final int BOUNCE_BYTES = 64 << 10;

  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final int SLOTS = 16;
  private static final AtomicReferenceArray<@Nullable CallContext> POOL =
      new AtomicReferenceArray<>(SLOTS);

  private static final ThreadLocal<@Nullable CallContext> OWN = new ThreadLocal<>();

  private final MemorySegment captured;
  private final MemorySegment vector;
  private @Nullable MemorySegment bounce;

  /** Whether it belongs to a thread and that thread is using it. */
  private boolean taken;

  private CallContext() {
    Arena arena = Arena.ofAuto();
    captured = arena.allocate(CAPTURE);
    vector = arena.allocate(2 * ValueLayout.ADDRESS.byteSize(), 8);
  }

  static CallContext take() {
    if (Thread.currentThread().isVirtual()) {
      return takeFromPool();
    }
    CallContext own = OWN.get();
    if (own == null) {
      own = new CallContext();
      OWN.set(own);
    } else if (own.taken) {
      return takeFromPool();
    }
    own.taken = true;
    return own;
  }

  private static CallContext takeFromPool() {
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (start + i) & (SLOTS - 1);
      if (POOL.getPlain(slot) != null) {
        CallContext context = POOL.getAndSet(slot, null);
        if (context != null) {
          return context;
        }
      }
    }
    return new CallContext();
  }

  /** Puts the context back; the caller forgets it. */
  void release() {
    if (taken) {
      taken = false;
      return;
    }
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (start + i) & (SLOTS - 1);
      if (POOL.getPlain(slot) == null) {
        // Two threads may find the same slot empty; one's context is garbage then.
        POOL.setRelease(slot, this);
        return;
      }
    }
  }

  MemorySegment captured() {
    return captured;
  }

  /** The error number of the call just made. */
  int errno() {
    return (int) ERRNO.get(captured, 0L);
  }

  /** The address of an {@code iovec} that names the given memory. */
  long vector(long address, long byteSize) {
    vector.set(ValueLayout.JAVA_LONG, 0, address);
    vector.set(ValueLayout.JAVA_LONG, 8, byteSize);
    return vector.address();
  }

  /** {@link #BOUNCE_BYTES} bytes of native memory, aligned to 64. */
  MemorySegment bounce() {
    MemorySegment buffer = bounce;
    if (buffer == null) {
      buffer = Arena.ofAuto().allocate(BOUNCE_BYTES, 64);
      bounce = buffer;
    }
    return buffer;
  }
}
