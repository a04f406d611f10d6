package io.holdfast.pmem;

import io.holdfast.pmem.internal.AnyMemory;
import io.holdfast.pmem.internal.DebugLog;
import io.holdfast.pmem.internal.FileMapper;
import io.holdfast.pmem.internal.MachineReport;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/**
 * libpmem's functions, under the names that its users know without their prefix: {@code
 * pmem_persist} is {@link #persist(MemorySegment)}.
 *
 * <p>Where C passes an address and a length, these pass a {@link MemorySegment}, or one with an
 * offset and a length in bytes, neither of which needs any alignment. {@link #mapFile} maps files;
 * the memory of any {@link PmemMap} does as well. The usual order is
 *
 * <pre>{@code
 * Pmem.MappedFile file = Pmem.mapFile(path, 4096, Pmem.PMEM_FILE_CREATE, 0666);
 * MemorySegment memory = file.segment();
 * memory.setString(0, "hello, persistent memory");
 * if (file.isPmem()) {
 *   Pmem.persist(memory);
 * } else {
 *   Pmem.msync(memory);
 * }
 * Pmem.unmap(memory);
 * }</pre>
 *
 * <p>After a crash exactly that is certain which {@link #persist}, {@link #msync}, a copy with
 * neither {@link #PMEM_F_MEM_NODRAIN} nor {@link #PMEM_F_MEM_NOFLUSH}, or {@link #drain} after a
 * {@link #flush} by the same thread has returned for; aligned 8-byte words do not tear. May be
 * shared between threads.
 *
 * <p>Other than in C, on memory of ours that is no persistent memory these functions do what makes
 * stores durable there ({@code msync}), so that a program that never asks {@link #isPmem} is slow
 * rather than wrong. Memory that is not ours, such as an arena's or {@code FileChannel.map}'s, is
 * never persistent memory; its cache lines are flushed, and {@link #msync} is what makes a mapped
 * file durable.
 *
 * <p>Each function throws {@link IllegalArgumentException} if memory that is to be made durable is
 * on the heap, {@link IndexOutOfBoundsException} if the range does not lie within the segment, and
 * {@link IllegalStateException} if the memory has been unmapped or its arena closed. What else goes
 * wrong is a {@link PmemException}. {@link #errormsg} tells the thread's last error.
 */
public final class Pmem {
  /** The major version of libpmem's API that this class offers. */
  public static final int PMEM_MAJOR_VERSION = 1;

  /** The minor version of libpmem's API that this class offers. */
  public static final int PMEM_MINOR_VERSION = 1;

  /** Flag of {@link #mapFile}: create the file if it does not exist. */
  public static final int PMEM_FILE_CREATE = 1;

  /** Flag of {@link #mapFile}: fail if the file exists. */
  public static final int PMEM_FILE_EXCL = 2;

  /** Flag of {@link #mapFile}: do not allocate the file's space. */
  public static final int PMEM_FILE_SPARSE = 4;

  /** Flag of {@link #mapFile}: create a file without a name in the given folder. */
  public static final int PMEM_FILE_TMPFILE = 8;

  /** Flag of copies: do not wait; the caller will {@link #drain}. */
  public static final int PMEM_F_MEM_NODRAIN = 1;

  /** Flag of copies: past the caches, whatever the length. */
  public static final int PMEM_F_MEM_NONTEMPORAL = 2;

  /** Flag of copies: through the caches, whatever the length. */
  public static final int PMEM_F_MEM_TEMPORAL = 4;

  /**
   * Flag of copies: as if memory were mapped write-combining: past the caches where they are lost.
   */
  public static final int PMEM_F_MEM_WC = 8;

  /** Flag of copies: as if memory were mapped write-back: through the caches. */
  public static final int PMEM_F_MEM_WB = 16;

  /** Flag of copies: only store; the caller will {@link #flush} and {@link #drain}. */
  public static final int PMEM_F_MEM_NOFLUSH = 32;

  private Pmem() {}

  /**
   * A file mapped by {@link Pmem#mapFile}.
   *
   * @param segment its memory, until {@link Pmem#unmap}
   * @param isPmem whether that is persistent memory, for which {@link Pmem#persist} is the way to
   *     durability; {@link Pmem#msync} otherwise
   */
  public record MappedFile(MemorySegment segment, boolean isPmem) {

    /** {@return how many bytes are mapped} */
    public long length() {
      return segment.byteSize();
    }
  }

  /**
   * Maps a file for reading and writing, from its start to its end ({@code pmem_map_file}).
   *
   * <p>With {@link #PMEM_FILE_CREATE} the file is given the length {@code len}, whether it is new,
   * shorter or longer, and its space is allocated unless {@link #PMEM_FILE_SPARSE} is set. In a
   * sparse file a store may find the file system full; that store throws {@link InternalError}, a
   * copy by this class a {@link MediaErrorException}. A file that this call has created under
   * {@link #PMEM_FILE_EXCL} is removed again if the call fails. Neither the file's name nor its
   * length is durable before its folder and the file are synchronised.
   *
   * <p>A device DAX is mapped whole. Of the flags only {@link #PMEM_FILE_CREATE} and {@link
   * #PMEM_FILE_SPARSE} are allowed for it, which have no effect.
   *
   * @param path the file; the folder that is to hold it with {@link #PMEM_FILE_TMPFILE}
   * @param len how many bytes the file is to have with {@link #PMEM_FILE_CREATE}; otherwise 0. For
   *     a device DAX 0 or its size
   * @param flags the {@code PMEM_FILE_} flags, or 0
   * @param mode the permissions of a new file, less those that the process's umask takes away;
   *     without effect if none is created, and for {@link #PMEM_FILE_TMPFILE}
   * @return the mapping, which lasts until {@link #unmap} or the end of the process
   * @throws SystemCallException with {@code EINVAL} if a flag is unknown, or {@link
   *     #PMEM_FILE_TMPFILE} is set without {@link #PMEM_FILE_CREATE}, if {@code len} is negative, 0
   *     with {@link #PMEM_FILE_CREATE} or not 0 without it, or if the path is a device DAX that
   *     {@code len} or {@code flags} do not suit; and if the file cannot be opened, created or
   *     resized
   * @throws OutOfSpaceException if its space cannot be allocated
   * @throws MapException if it has no bytes, or is neither a file nor a device DAX
   */
  public static MappedFile mapFile(Path path, long len, int flags, int mode) {
    MemorySegment segment = FileMapper.map(path, len, flags, mode);
    return new MappedFile(segment, isPmem(segment));
  }

  /**
   * Deletes a mapping ({@code pmem_unmap}). Nothing becomes durable by it; using the memory
   * afterwards throws {@link IllegalStateException}. Other than in C, part of a mapping cannot be
   * deleted.
   *
   * @param memory all the memory of a mapping
   * @throws MapException if it is part of a mapping ({@link MapException.Reason#NOT_SUPPORTED}) or
   *     of none of ours ({@link MapException.Reason#MAPPING_NOT_FOUND})
   */
  public static void unmap(MemorySegment memory) {
    AnyMemory.unmap(memory);
  }

  /**
   * {@return whether the whole segment is persistent memory: a mapping of ours, of a file on DAX or
   * of a device DAX ({@code pmem_is_pmem}); {@code PMEM_IS_PMEM_FORCE} overrides that} Ask once and
   * keep the answer.
   *
   * @param memory the memory; no bytes are no persistent memory
   */
  public static boolean isPmem(MemorySegment memory) {
    return AnyMemory.isPmem(memory);
  }

  /**
   * Makes the whole segment durable ({@code pmem_persist}), on return.
   *
   * @param memory the memory
   */
  public static void persist(MemorySegment memory) {
    AnyMemory.persist(memory, 0, memory.byteSize());
  }

  /**
   * Makes a range durable ({@code pmem_persist}), on return.
   *
   * @param memory the memory
   * @param offset where in the segment, in bytes
   * @param len how many bytes
   */
  public static void persist(MemorySegment memory, long offset, long len) {
    AnyMemory.persist(memory, offset, len);
  }

  /**
   * Makes the whole segment durable through the kernel ({@code pmem_msync}), on return.
   *
   * @param memory memory mapped from a file, by whom does not matter
   * @throws SystemCallException if the kernel cannot
   * @throws IllegalArgumentException if the memory is not mapped from a file
   */
  public static void msync(MemorySegment memory) {
    AnyMemory.msync(memory, 0, memory.byteSize());
  }

  /**
   * Makes the pages of a range durable through the kernel ({@code pmem_msync}), on return. Of a
   * device DAX, for which the kernel cannot, the cache lines are flushed instead.
   *
   * @param memory memory mapped from a file, by whom does not matter
   * @param offset where in the segment, in bytes
   * @param len how many bytes
   * @throws SystemCallException if the kernel cannot
   * @throws IllegalArgumentException if the memory is not mapped from a file
   */
  public static void msync(MemorySegment memory, long offset, long len) {
    AnyMemory.msync(memory, offset, len);
  }

  /**
   * Flushes the cache lines of the whole segment ({@code pmem_flush}); durable after this thread's
   * next {@link #drain}.
   *
   * @param memory the memory
   */
  public static void flush(MemorySegment memory) {
    AnyMemory.flush(memory, 0, memory.byteSize());
  }

  /**
   * Flushes the cache lines of a range ({@code pmem_flush}); durable after this thread's next
   * {@link #drain}.
   *
   * @param memory the memory
   * @param offset where in the segment, in bytes
   * @param len how many bytes
   */
  public static void flush(MemorySegment memory, long offset, long len) {
    AnyMemory.flush(memory, offset, len);
  }

  /** Waits until all that this thread has flushed so far is durable ({@code pmem_drain}). */
  public static void drain() {
    AnyMemory.drain();
  }

  /**
   * {@return whether the machine has an instruction that drains persistent memory: false, always
   * ({@code pmem_has_hw_drain})} {@link #drain} is needed all the same.
   */
  public static boolean hasHwDrain() {
    return false;
  }

  /**
   * {@return whether the platform writes its caches back when power fails ({@code
   * pmem_has_auto_flush})}
   *
   * @throws PmemException if that cannot be found out
   */
  public static boolean hasAutoFlush() {
    return MachineReport.hasAutoFlush();
  }

  /**
   * Moves bytes, as if through a buffer where the ranges overlap ({@code pmem_memmove}).
   *
   * @param dest where to
   * @param src where from, may be on the heap
   * @param len how many bytes, of the start of each segment
   * @param flags the {@code PMEM_F_MEM_} flags, or 0: durable on return
   * @return {@code dest}
   * @throws IllegalArgumentException if a flag is unknown, or {@code dest} is read-only
   */
  public static MemorySegment memmove(MemorySegment dest, MemorySegment src, long len, int flags) {
    return memmove(dest, 0, src, 0, len, flags);
  }

  /**
   * Moves bytes, as if through a buffer where the ranges overlap ({@code pmem_memmove}).
   *
   * @param dest where to
   * @param destOffset where in {@code dest}, in bytes
   * @param src where from, may be on the heap
   * @param srcOffset where in {@code src}, in bytes
   * @param len how many bytes
   * @param flags the {@code PMEM_F_MEM_} flags, or 0: durable on return
   * @return {@code dest}
   * @throws IllegalArgumentException if a flag is unknown, or {@code dest} is read-only
   */
  public static MemorySegment memmove(
      MemorySegment dest, long destOffset, MemorySegment src, long srcOffset, long len, int flags) {
    AnyMemory.move(dest, destOffset, src, srcOffset, len, flags);
    return dest;
  }

  /**
   * Copies bytes ({@code pmem_memcpy}). Ranges that overlap are moved.
   *
   * @param dest where to
   * @param src where from, may be on the heap
   * @param len how many bytes, of the start of each segment
   * @param flags the {@code PMEM_F_MEM_} flags, or 0: durable on return
   * @return {@code dest}
   * @throws IllegalArgumentException if a flag is unknown, or {@code dest} is read-only
   */
  public static MemorySegment memcpy(MemorySegment dest, MemorySegment src, long len, int flags) {
    return memmove(dest, 0, src, 0, len, flags);
  }

  /**
   * Copies bytes ({@code pmem_memcpy}). Ranges that overlap are moved.
   *
   * @param dest where to
   * @param destOffset where in {@code dest}, in bytes
   * @param src where from, may be on the heap
   * @param srcOffset where in {@code src}, in bytes
   * @param len how many bytes
   * @param flags the {@code PMEM_F_MEM_} flags, or 0: durable on return
   * @return {@code dest}
   * @throws IllegalArgumentException if a flag is unknown, or {@code dest} is read-only
   */
  public static MemorySegment memcpy(
      MemorySegment dest, long destOffset, MemorySegment src, long srcOffset, long len, int flags) {
    return memmove(dest, destOffset, src, srcOffset, len, flags);
  }

  /**
   * Fills with a byte ({@code pmem_memset}).
   *
   * @param dest what is filled
   * @param c the byte, of which only the lowest 8 bits count
   * @param len how many bytes, from the segment's start
   * @param flags the {@code PMEM_F_MEM_} flags, or 0: durable on return
   * @return {@code dest}
   * @throws IllegalArgumentException if a flag is unknown, or {@code dest} is read-only
   */
  public static MemorySegment memset(MemorySegment dest, int c, long len, int flags) {
    return memset(dest, 0, c, len, flags);
  }

  /**
   * Fills with a byte ({@code pmem_memset}).
   *
   * @param dest what is filled
   * @param destOffset where in {@code dest}, in bytes
   * @param c the byte, of which only the lowest 8 bits count
   * @param len how many bytes
   * @param flags the {@code PMEM_F_MEM_} flags, or 0: durable on return
   * @return {@code dest}
   * @throws IllegalArgumentException if a flag is unknown, or {@code dest} is read-only
   */
  public static MemorySegment memset(
      MemorySegment dest, long destOffset, int c, long len, int flags) {
    AnyMemory.fill(dest, destOffset, (byte) c, len, flags);
    return dest;
  }

  /**
   * Moves bytes, durable on return ({@code pmem_memmove_persist}).
   *
   * @param dest where to
   * @param src where from, may be on the heap
   * @param len how many bytes, of the start of each segment
   * @return {@code dest}
   */
  public static MemorySegment memmovePersist(MemorySegment dest, MemorySegment src, long len) {
    return memmove(dest, src, len, 0);
  }

  /**
   * Copies bytes, durable on return ({@code pmem_memcpy_persist}).
   *
   * @param dest where to
   * @param src where from, may be on the heap
   * @param len how many bytes, of the start of each segment
   * @return {@code dest}
   */
  public static MemorySegment memcpyPersist(MemorySegment dest, MemorySegment src, long len) {
    return memcpy(dest, src, len, 0);
  }

  /**
   * Fills with a byte, durable on return ({@code pmem_memset_persist}).
   *
   * @param dest what is filled
   * @param c the byte, of which only the lowest 8 bits count
   * @param len how many bytes, from the segment's start
   * @return {@code dest}
   */
  public static MemorySegment memsetPersist(MemorySegment dest, int c, long len) {
    return memset(dest, c, len, 0);
  }

  /**
   * Moves bytes, durable after this thread's next {@link #drain} ({@code pmem_memmove_nodrain}).
   *
   * @param dest where to
   * @param src where from, may be on the heap
   * @param len how many bytes, of the start of each segment
   * @return {@code dest}
   */
  public static MemorySegment memmoveNodrain(MemorySegment dest, MemorySegment src, long len) {
    return memmove(dest, src, len, PMEM_F_MEM_NODRAIN);
  }

  /**
   * Copies bytes, durable after this thread's next {@link #drain} ({@code pmem_memcpy_nodrain}).
   *
   * @param dest where to
   * @param src where from, may be on the heap
   * @param len how many bytes, of the start of each segment
   * @return {@code dest}
   */
  public static MemorySegment memcpyNodrain(MemorySegment dest, MemorySegment src, long len) {
    return memcpy(dest, src, len, PMEM_F_MEM_NODRAIN);
  }

  /**
   * Fills with a byte, durable after this thread's next {@link #drain} ({@code
   * pmem_memset_nodrain}).
   *
   * @param dest what is filled
   * @param c the byte, of which only the lowest 8 bits count
   * @param len how many bytes, from the segment's start
   * @return {@code dest}
   */
  public static MemorySegment memsetNodrain(MemorySegment dest, int c, long len) {
    return memset(dest, c, len, PMEM_F_MEM_NODRAIN);
  }

  /**
   * Flushes a range as the first step towards {@link #deepDrain}: the same as {@link #flush}
   * ({@code pmem_deep_flush}).
   *
   * @param memory the memory
   * @param offset where in the segment, in bytes
   * @param len how many bytes
   */
  public static void deepFlush(MemorySegment memory, long offset, long len) {
    AnyMemory.flush(memory, offset, len);
  }

  /**
   * Makes what has been flushed of a range durable beyond the platform's power-fail protected
   * domain ({@code pmem_deep_drain}): a device DAX by its region's own flush, any file by the
   * kernel.
   *
   * @param memory memory of a mapping of ours, or mapped from a file by somebody else
   * @param offset where in the segment, in bytes
   * @param len how many bytes
   * @throws PmemException if the kernel cannot
   * @throws IllegalArgumentException if the memory is not mapped from a file
   */
  public static void deepDrain(MemorySegment memory, long offset, long len) {
    AnyMemory.deepDrain(memory, offset, len);
  }

  /**
   * Makes a range durable beyond the platform's power-fail protected domain, on return: {@link
   * #deepFlush} and {@link #deepDrain} ({@code pmem_deep_persist}).
   *
   * @param memory memory of a mapping of ours, or mapped from a file by somebody else
   * @param offset where in the segment, in bytes
   * @param len how many bytes
   * @throws PmemException if the kernel cannot
   * @throws IllegalArgumentException if the memory is not mapped from a file
   */
  public static void deepPersist(MemorySegment memory, long offset, long len) {
    deepFlush(memory, offset, len);
    deepDrain(memory, offset, len);
  }

  /**
   * {@return why a program that needs the given version of libpmem's API cannot use this class;
   * empty if it can ({@code pmem_check_version})}
   *
   * @param majorRequired must be {@link #PMEM_MAJOR_VERSION}
   * @param minorRequired must not exceed {@link #PMEM_MINOR_VERSION}
   */
  public static Optional<String> checkVersion(int majorRequired, int minorRequired) {
    if (majorRequired != PMEM_MAJOR_VERSION) {
      return mismatch("major", majorRequired, PMEM_MAJOR_VERSION);
    }
    return minorRequired > PMEM_MINOR_VERSION
        ? mismatch("minor", minorRequired, PMEM_MINOR_VERSION)
        : Optional.empty();
  }

  private static Optional<String> mismatch(String part, int required, int found) {
    String reason =
        "%s version %d of libpmem's API is required and %d available"
            .formatted(part, required, found);
    DebugLog.error(reason);
    return Optional.of(reason);
  }

  /**
   * {@return the message of the last error that this thread has met in this package; empty if none
   * ({@code pmem_errormsg})} Success does not clear it.
   */
  public static String errormsg() {
    return DebugLog.lastError();
  }
}
