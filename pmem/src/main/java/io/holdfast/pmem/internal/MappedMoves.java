package io.holdfast.pmem.internal;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;

/**
 * The part of {@link MappedPmem} that moves bytes within the mapping.
 *
 * <p>Machine code must not be the first to read what may fault. So each piece of the source is
 * loaded by Java code, a word of every cache line, and moved by machine code right after. Large
 * moves, and those whose stores Java has to make, go through a buffer.
 */
abstract class MappedMoves extends MappedCopies {
  private static final long LINE = 64;

  /** Bytes of a piece: few enough for what was loaded to be still in the nearest cache. */
  private static final long PIECE_BYTES = 4 << 10;

  /**
   * From here on two copies, by Java to a buffer and from there past the caches, are quicker than a
   * load from each line and one copy: the processor sees further ahead in the former.
   */
  private static final long BUFFERED_BYTES = 16 << 10;

  /** What machine code looks at first. */
  private final long moveGuard;

  MappedMoves(Mapping mapping, long size, Granularity granularity, Domain domain, Access access) {
    super(mapping, size, granularity, domain, access);
    this.moveGuard = guard == 0 ? MoveRoutines.NO_GUARD : guard;
  }

  @Override
  public final void move(long offset, long sourceOffset, long length, CopyMode mode) {
    if (DebugLog.CALLS) {
      DebugLog.call("move", this, offset, length);
    }
    checkRange(sourceOffset, length);
    prefetchSource(sourceOffset, length);
    checkStore(offset, length);
    if (length == 0) {
      finish(mode);
    } else if (storesByJava || length >= BUFFERED_BYTES) {
      moveThroughBuffer(offset, sourceOffset, length, mode);
    } else {
      int bits = COPY_RULES.decide(mode.flags(), length, caches);
      if (length <= PIECE_BYTES) {
        movePiece(offset, sourceOffset, length, bits);
      } else {
        movePieces(offset, sourceOffset, length, bits);
      }
      checkOpen();
    }
  }

  /**
   * {@return whether the source overlaps the destination from below, so that last bytes go first}
   */
  private static boolean isDown(long offset, long sourceOffset, long length) {
    return offset > sourceOffset && offset - sourceOffset < length;
  }

  /**
   * Has the loads of a short move begin before all else. Loads alone are often held back by the
   * fence of an earlier operation, which prefetches are not; docs/performance.md has the figures.
   */
  private void prefetchSource(long offset, long length) {
    if (length <= PREFETCHED_BYTES && length != 0 && !storesByJava) {
      long start = address + offset;
      routines().prefetchSource(start, start + length);
    }
  }

  private void movePiece(long offset, long sourceOffset, long length, int bits) {
    touch(offset, length);
    long loaded = load(sourceOffset, length);
    routines()
        .moves()
        .move(address + offset, address + sourceOffset, loaded, length, bits, moveGuard);
  }

  /** {@return what depends on a load from each of a range's lines, lest a compiler drop one} */
  private long load(long offset, long length) {
    try {
      // Where no guard is needed, the addresses are kept as long as this object is.
      return guard == 0
          ? SourceLines.load(address + offset, length)
          : SourceLines.load(segment, offset, length);
    } catch (InternalError e) {
      throw mediaError(offset, length, e);
    }
  }

  private void movePieces(long offset, long sourceOffset, long length, int bits) {
    int unfenced = bits & ~CpuRoutines.FENCE;
    if (isDown(offset, sourceOffset, length)) {
      for (long rest = length; rest > 0; ) {
        long start = startOfLast(offset, rest, PIECE_BYTES);
        movePiece(offset + start, sourceOffset + start, rest - start, start > 0 ? unfenced : bits);
        rest = start;
      }
    } else {
      long done = 0;
      while (length - done > PIECE_BYTES) {
        long piece = PIECE_BYTES - ((offset + done) & (LINE - 1));
        movePiece(offset + done, sourceOffset + done, piece, unfenced);
        done += piece;
      }
      movePiece(offset + done, sourceOffset + done, length - done, bits);
    }
  }

  /**
   * {@return where the last piece of {@code length} bytes begins: at a line, if not with the first
   * byte}
   */
  private static long startOfLast(long offset, long length, long pieceBytes) {
    long start = length - pieceBytes;
    return start <= 0 ? 0 : start + (-(offset + start) & (LINE - 1));
  }

  private void moveThroughBuffer(long offset, long sourceOffset, long length, CopyMode mode) {
    try {
      if (isDown(offset, sourceOffset, length)) {
        moveDownThroughBuffer(
            offset, sourceOffset, length, COPY_RULES.decide(mode.flags(), length, caches));
        finishPieces(offset, length, mode);
      } else {
        copyThroughBuffer(offset, segment, sourceOffset, length, mode);
      }
    } catch (InternalError e) {
      throw mediaError(sourceOffset, length, e);
    }
  }

  private void moveDownThroughBuffer(long offset, long sourceOffset, long length, int bits) {
    int unfenced = bits & ~CpuRoutines.FENCE;
    CallContext context = CallContext.take();
    try {
      for (long rest = length; rest > 0; ) {
        long start = startOfLast(offset, rest, BUFFER_BYTES);
        storeFromBuffer(
            context.bounce(),
            offset + start,
            segment,
            sourceOffset + start,
            rest - start,
            start > 0 ? unfenced : bits);
        rest = start;
      }
    } finally {
      context.release();
    }
  }
}
