package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemException;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Linux's calls through libc's {@code syscall}, whose one signature serves them all.
 *
 * <p>A result is the kernel's: negative for an error, as in {@code -ENOENT}. A call that a signal
 * interrupted is repeated. Nothing is allocated. Memory named by a plain address is the caller's to
 * keep alive.
 */
final class LinuxCalls {
  private static final int EINTR = Errno.EINTR.number();

  /** (capture, number, a, b, c, d, e, f). */
  private static final MethodHandle PLAIN =
      handle(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** (capture, number, a, memory, c, d). */
  private static final MethodHandle WITH_MEMORY = handle(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);

  /**
   * (capture, number, a, b, c, d, e, f, memory). The last argument is no argument of any call and
   * ignored, as every argument too many is; the linker keeps its memory alive meanwhile, to which
   * another argument points indirectly.
   */
  private static final MethodHandle HOLDING_MEMORY =
      handle(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);

  private LinuxCalls() {}

  @SuppressWarnings("restricted")
  private static MethodHandle handle(MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG).appendArgumentLayouts(arguments),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(1));
  }

  static long call(SystemCall call, long a) {
    return call(call, a, 0, 0, 0, 0, 0);
  }

  static long call(SystemCall call, long a, long b) {
    return call(call, a, b, 0, 0, 0, 0);
  }

  static long call(SystemCall call, long a, long b, long c) {
    return call(call, a, b, c, 0, 0, 0);
  }

  static long call(SystemCall call, long a, long b, long c, long d) {
    return call(call, a, b, c, d, 0, 0);
  }

  static long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
    long number = call.number(Architecture.CURRENT);
    CallContext context = CallContext.take();
    try {
      while (true) {
        long result = (long) PLAIN.invokeExact(context.captured(), number, a, b, c, d, e, f);
        int errno = result == -1 ? context.errno() : 0;
        if (DebugLog.DETAILS) {
          trace(call, a, b, c, result, errno);
        }
        if (result != -1) {
          return result;
        }
        // An interrupted close has closed: a second one could hit another file's descriptor.
        if (errno != EINTR || call == SystemCall.CLOSE) {
          return -errno;
        }
      }
    } catch (Throwable t) {
      throw unexpected(t);
    } finally {
      context.release();
    }
  }

  /** Makes a call about the addresses of {@code memory}, which is kept alive meanwhile. */
  static long callHolding(MemorySegment memory, SystemCall call, long a, long b, long c) {
    long number = call.number(Architecture.CURRENT);
    CallContext context = CallContext.take();
    try {
      while (true) {
        long result =
            (long)
                HOLDING_MEMORY.invokeExact(context.captured(), number, a, b, c, 0L, 0L, 0L, memory);
        int errno = result == -1 ? context.errno() : 0;
        if (DebugLog.DETAILS) {
          trace(call, a, b, c, result, errno);
        }
        if (result != -1) {
          return result;
        }
        if (errno != EINTR) {
          return -errno;
        }
      }
    } catch (Throwable t) {
      throw unexpected(t);
    } finally {
      context.release();
    }
  }

  /** Makes {@code pread} or {@code pwrite}, which block; {@code memory} must be native. */
  static long transfer(SystemCall call, int descriptor, MemorySegment memory, long position) {
    long number = call.number(Architecture.CURRENT);
    CallContext context = CallContext.take();
    try {
      while (true) {
        long result =
            (long)
                WITH_MEMORY.invokeExact(
                    context.captured(),
                    number,
                    (long) descriptor,
                    memory,
                    memory.byteSize(),
                    position);
        int errno = result == -1 ? context.errno() : 0;
        if (DebugLog.DETAILS) {
          trace(call, descriptor, memory.byteSize(), position, result, errno);
        }
        if (result != -1) {
          return result;
        }
        if (errno != EINTR) {
          return -errno;
        }
      }
    } catch (Throwable t) {
      throw unexpected(t);
    } finally {
      context.release();
    }
  }

  /** Makes {@code pwritev2} of one piece; {@code memory} must be native. */
  static long writeVector(int descriptor, MemorySegment memory, long position, long flags) {
    long number = SystemCall.PWRITEV2.number(Architecture.CURRENT);
    CallContext context = CallContext.take();
    try {
      long vector = context.vector(memory.address(), memory.byteSize());
      while (true) {
        long result =
            (long)
                HOLDING_MEMORY.invokeExact(
                    context.captured(),
                    number,
                    (long) descriptor,
                    vector,
                    1L,
                    position,
                    0L,
                    flags,
                    memory);
        int errno = result == -1 ? context.errno() : 0;
        if (DebugLog.DETAILS) {
          trace(SystemCall.PWRITEV2, descriptor, memory.byteSize(), position, result, errno);
        }
        if (result != -1) {
          return result;
        }
        if (errno != EINTR) {
          return -errno;
        }
      }
    } catch (Throwable t) {
      throw unexpected(t);
    } finally {
      context.release();
    }
  }

  private static void trace(SystemCall call, long a, long b, long c, long result, int errno) {
    String outcome = errno == 0 ? Long.toHexString(result) : ErrnoText.nameOf(errno);
    DebugLog.detail("%s(0x%x, 0x%x, 0x%x) = %s".formatted(call.label(), a, b, c, outcome));
  }

  /** {@return the exception for the negative {@code result} of a call made for {@code resource}} */
  static PmemException failure(String resource, SystemCall call, long result) {
    SystemCallException failure = new SystemCallException(resource, call.label(), (int) -result);
    return Errno.ENOSPC.is(result) || Errno.EDQUOT.is(result)
        ? new OutOfSpaceException(String.valueOf(failure.getMessage()), failure)
        : failure;
  }

  /** {@return {@code result} if it is none of a failed call} */
  static long check(String resource, SystemCall call, long result) {
    if (result < 0) {
      throw failure(resource, call, result);
    }
    return result;
  }

  /**
   * {@return never: throws what a handle threw, which declares everything and throws only
   * unchecked}
   */
  static AssertionError unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    throw new AssertionError(thrown);
  }
}
