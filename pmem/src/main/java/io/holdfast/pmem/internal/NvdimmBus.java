package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a bus of DIMMs is asked to do with physical addresses; see {@code linux/ndctl.h}.
 *
 * <p>Behind a seam, since few machines have one.
 */
interface NvdimmBus {

  /** {@return the unit in bytes in which errors can be cleared} */
  long clearUnit(ByteRange addresses);

  /** Clears errors; {@return from how many bytes, counted from the start, they are gone} */
  long clear(ByteRange addresses);

  /** {@return the kernel's bus of that number} */
  static NvdimmBus ofKernel(int number) {
    return new OfKernel("/dev/ndctl" + number);
  }

  /** The kernel's, reached through its device. */
  final class OfKernel implements NvdimmBus {
    private static final long ARS_CAP = 0xC020_4E01L;
    private static final long CLEAR_ERROR = 0xC020_4E04L;
    private static final int COMMAND_BYTES = 32;

    private final String path;

    private OfKernel(String path) {
      this.path = path;
    }

    /**
     * <pre>
     *  0         8        16       20            24               28      30
     *  +---------+--------+--------+-------------+----------------+-------+----------+
     *  | address | length | status | max_ars_out | clear_err_unit | flags | reserved |
     *  +---------+--------+--------+-------------+----------------+-------+----------+
     * </pre>
     */
    @Override
    public long clearUnit(ByteRange addresses) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment command = command(arena, addresses);
        call(ARS_CAP, command);
        return Math.max(1, Integer.toUnsignedLong(command.get(JAVA_INT, 24)));
      }
    }

    /**
     * <pre>
     *  0         8        16       20         24
     *  +---------+--------+--------+----------+---------+
     *  | address | length | status | reserved | cleared |
     *  +---------+--------+--------+----------+---------+
     * </pre>
     */
    @Override
    public long clear(ByteRange addresses) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment command = command(arena, addresses);
        call(CLEAR_ERROR, command);
        return command.get(JAVA_LONG_UNALIGNED, 24);
      }
    }

    private static MemorySegment command(Arena arena, ByteRange addresses) {
      MemorySegment command = arena.allocate(COMMAND_BYTES, 8);
      command.set(JAVA_LONG_UNALIGNED, 0, addresses.start());
      command.set(JAVA_LONG_UNALIGNED, 8, addresses.length());
      return command;
    }

    private void call(long request, MemorySegment command) {
      long number = Descriptor.tryOpen(path, Descriptor.READ_WRITE);
      LinuxCalls.check(path, SystemCall.OPENAT, number);
      Descriptor bus = Descriptor.of((int) number, path);
      try {
        LinuxCalls.check(
            path,
            SystemCall.IOCTL,
            LinuxCalls.call(SystemCall.IOCTL, number, request, command.address()));
      } finally {
        bus.close();
      }
    }
  }
}
