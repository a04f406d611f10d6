package io.holdfast.pmem.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MediaErrorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link MappedPmem} that stores ranges: copies and fills, cut into pieces, by machine
 * code where that makes them durable and by Java where the kernel does.
 */
abstract class MappedCopies extends MappedView {
  static final @Nullable CpuRoutines ROUTINES = Cpu.CURRENT.routines().orElse(null);
  static final CopyRules COPY_RULES = CopyRules.of(Cpu.SETTINGS, Cpu.CURRENT.streaming());

  private static final VarHandle GUARD = JAVA_LONG.varHandle();

  private static final long WORD_OF_BYTE = 0x0101_0101_0101_0101L;
  private static final long LINE = 64;

  /** More than this would drive from the cache what was brought there first. */
  static final long PREFETCHED_BYTES = 4096;

  /** Bytes of a buffer's filling: few enough for both copies to stay in the nearest cache. */
  static final long BUFFER_BYTES = 8 << 10;

  /** Who makes a store durable. */
  enum Domain {
    /** The caller, by flushing cache lines. */
    CPU,
    /** The kernel, by synchronising pages. */
    KERNEL,
    /** Nobody: the memory is private. */
    NONE
  }

  final Domain domain;
  final CopyRules.Caches caches;
  final TouchedPages touched;

  /** Whether a store may fault although its page can be read, so that Java code has to do it. */
  private final boolean storesMayFault;

  /** Whether stores are Java's, by that or since the kernel makes them durable. */
  final boolean storesByJava;

  /** Whether machine code, which only flushes it then, has to keep the segment alive. */
  private final boolean held;

  /**
   * What machine code has to look at first, if the addresses are used again; lives as this does.
   */
  private final MemorySegment guardWord;

  final long guard;

  MappedCopies(Mapping mapping, long size, Granularity granularity, Domain domain, Access access) {
    super(mapping, size, access);
    this.domain = domain;
    this.caches =
        Cpu.SETTINGS.noFlush().orElse(granularity == Granularity.BYTE)
            ? CopyRules.Caches.FLUSHED_BY_PLATFORM
            : CopyRules.Caches.LOST;
    this.storesMayFault = mapping.mayHaveHoles();
    this.storesByJava = domain != Domain.CPU || storesMayFault;
    this.held = mapping.addresses() == Mapping.Addresses.FOREIGN;
    this.guardWord =
        mapping.addresses() == Mapping.Addresses.USED_AGAIN
            ? Arena.ofAuto().allocate(JAVA_LONG)
            : MemorySegment.NULL;
    this.guard = guardWord.address();
    this.touched = new TouchedPages(name, mapping.reserved(), arena);
  }

  /** Lets machine code that looks at the guard no longer begin to use the memory. */
  final void closeGuard() {
    if (guard != 0) {
      GUARD.setRelease(guardWord, 0L, 1L);
    }
  }

  static CpuRoutines routines() {
    return Objects.requireNonNull(ROUTINES);
  }

  /** Has whoever does it make a range durable, at {@link Domain#KERNEL}. */
  abstract void synchronise(long offset, long length);

  /** {@return the exception for a fault in a range} */
  abstract MediaErrorException mediaError(long offset, long length, InternalError fault);

  @Override
  public final void read(
      long offset, MemorySegment destination, long destinationOffset, long length) {
    try {
      MemorySegment.copy(segment, offset, destination, destinationOffset, length);
      if (length >= AuxiliaryVector.PAGE_BYTES) {
        PendingFault.deliver();
      }
    } catch (InternalError e) {
      throw mediaError(offset, length, e);
    }
  }

  @Override
  public final void copy(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
    if (DebugLog.CALLS) {
      DebugLog.call("copy", this, offset, length);
    }
    checkStore(offset, length);
    Objects.checkFromIndexSize(sourceOffset, length, source.byteSize());
    if (length == 0) {
      finish(mode);
    } else if (storesByJava) {
      copyByJava(offset, source, sourceOffset, length);
      synchroniseUnlessAsked(offset, length, mode);
    } else if (mayFault(source, sourceOffset, length)) {
      copyThroughBuffer(offset, source, sourceOffset, length, mode);
    } else {
      touch(offset, length);
      copyPieces(
          offset, source, sourceOffset, length, COPY_RULES.decide(mode.flags(), length, caches));
      checkOpen();
    }
  }

  private static boolean mayFault(MemorySegment source, long offset, long length) {
    return source.isMapped() || MappedRanges.intersect(source, offset, length);
  }

  private void copyByJava(long offset, MemorySegment source, long sourceOffset, long length) {
    try {
      WordCopy.copy(source, sourceOffset, segment, offset, length);
      PendingFault.deliver();
    } catch (InternalError e) {
      if (!storesMayFault && mayFault(source, sourceOffset, length)) {
        // More likely it was the source, whose owner can tell.
        throw e;
      }
      throw mediaError(offset, length, e);
    }
  }

  /** Copies what may not fault to touched pages. */
  private void copyPieces(
      long offset, MemorySegment source, long sourceOffset, long length, int bits) {
    long done = 0;
    while (length - done > CpuRoutines.PIECE_BYTES) {
      long piece = CpuRoutines.PIECE_BYTES - ((offset + done) & (LINE - 1));
      copyPiece(offset + done, source, sourceOffset + done, piece, bits & ~CpuRoutines.FENCE);
      done += piece;
    }
    copyPiece(offset + done, source, sourceOffset + done, length - done, bits);
  }

  private void copyPiece(
      long offset, MemorySegment source, long sourceOffset, long length, int bits) {
    if (guard != 0) {
      routines().guarded().copy(address + offset, source, sourceOffset, length, bits, guard);
    } else if ((bits & CopyRules.PAST_CACHES) != 0) {
      routines().copyPastCaches(address + offset, source, sourceOffset, length, bits);
    } else {
      routines().copy(address + offset, source, sourceOffset, length, bits);
    }
  }

  /** Copies from memory that may fault, first bytes first. */
  final void copyThroughBuffer(
      long offset, MemorySegment source, long sourceOffset, long length, CopyMode mode) {
    int bits = COPY_RULES.decide(mode.flags(), length, caches);
    CallContext context = CallContext.take();
    try {
      for (long done = 0; done < length; ) {
        long most = BUFFER_BYTES - ((offset + done) & (LINE - 1));
        long piece = Math.min(most, length - done);
        storeFromBuffer(
            context.bounce(),
            offset + done,
            source,
            sourceOffset + done,
            piece,
            done + piece < length ? bits & ~CpuRoutines.FENCE : bits);
        done += piece;
      }
    } finally {
      context.release();
    }
    finishPieces(offset, length, mode);
  }

  /** The last piece has been fenced, if it was machine code that stored it. */
  final void finishPieces(long offset, long length, CopyMode mode) {
    if (storesByJava) {
      synchroniseUnlessAsked(offset, length, mode);
    } else {
      checkOpen();
    }
  }

  final void storeFromBuffer(
      MemorySegment buffer,
      long offset,
      MemorySegment source,
      long sourceOffset,
      long length,
      int bits) {
    MemorySegment.copy(source, sourceOffset, buffer, 0, length);
    PendingFault.deliver();
    if (storesByJava) {
      copyByJava(offset, buffer, 0, length);
    } else {
      touch(offset, length);
      copyPiece(offset, buffer, 0, length, bits);
    }
  }

  @Override
  public final void fill(long offset, long length, byte value, CopyMode mode) {
    if (DebugLog.CALLS) {
      DebugLog.call("fill", this, offset, length);
    }
    checkStore(offset, length);
    if (length == 0) {
      finish(mode);
    } else if (storesByJava) {
      fillByJava(offset, length, value);
      synchroniseUnlessAsked(offset, length, mode);
    } else {
      touch(offset, length);
      fillPieces(
          offset,
          (value & 0xFF) * WORD_OF_BYTE,
          length,
          COPY_RULES.decide(mode.flags(), length, caches));
      checkOpen();
    }
  }

  private void fillByJava(long offset, long length, byte value) {
    try {
      WordCopy.fill(segment, offset, length, value);
      PendingFault.deliver();
    } catch (InternalError e) {
      throw mediaError(offset, length, e);
    }
  }

  private void fillPieces(long offset, long word, long length, int bits) {
    long done = 0;
    while (length - done > CpuRoutines.PIECE_BYTES) {
      long piece = CpuRoutines.PIECE_BYTES - ((offset + done) & (LINE - 1));
      fillPiece(offset + done, word, piece, bits & ~CpuRoutines.FENCE);
      done += piece;
    }
    fillPiece(offset + done, word, length - done, bits);
  }

  private void fillPiece(long offset, long word, long length, int bits) {
    if (guard != 0) {
      routines().guarded().fill(address + offset, word, length, bits, guard);
    } else if ((bits & CopyRules.PAST_CACHES) != 0) {
      routines().fillPastCaches(address + offset, word, length, bits);
    } else {
      routines().fill(address + offset, word, length, bits);
    }
  }

  /** Makes durable what was stored from Java or piece by piece, as far as the mode asks for it. */
  final void synchroniseUnlessAsked(long offset, long length, CopyMode mode) {
    int bits = COPY_RULES.decide(mode.flags(), 0, caches);
    if (domain == Domain.KERNEL && (mode.flags() & CopyMode.NO_FLUSH.flags()) == 0) {
      synchronise(offset, length);
    } else if (domain == Domain.CPU && storesByJava && (bits & CpuRoutines.FLUSH) != 0) {
      flushLines(offset, length, bits & CpuRoutines.FENCE);
    } else {
      finish(mode);
    }
  }

  final void finish(CopyMode mode) {
    if ((COPY_RULES.decide(mode.flags(), 0, caches) & CpuRoutines.FENCE) != 0) {
      drain();
    } else {
      checkOpen();
    }
  }

  /** Flushes the lines of a range, which is not empty, and fences if told so. */
  final void flushLines(long offset, long length, int fence) {
    touch(offset, length);
    long done = 0;
    while (length - done > CpuRoutines.PIECE_BYTES) {
      flushPiece(offset + done, CpuRoutines.PIECE_BYTES, 0);
      done += CpuRoutines.PIECE_BYTES;
    }
    flushPiece(offset + done, length - done, fence);
    checkOpen();
  }

  private void flushPiece(long offset, long length, int fence) {
    long start = address + offset;
    if (guard != 0) {
      routines().guarded().flush(start, start + length, fence, guard);
    } else if (held) {
      routines().flushHeld(start, start + length, fence, segment);
    } else {
      routines().flush(start, start + length, fence);
    }
  }

  final void touch(long offset, long length) {
    try {
      touched.touch(segment, offset, length);
    } catch (InternalError e) {
      throw mediaError(offset, length, e);
    }
  }
}
