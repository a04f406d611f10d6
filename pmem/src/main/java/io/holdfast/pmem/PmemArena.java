package io.holdfast.pmem;

import io.holdfast.pmem.internal.BlockSpace;
import io.holdfast.pmem.internal.LongSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Volatile memory backed by a file on DAX, tmpfs or a disk, which may be larger than DRAM:
 * libvmem's job, as a {@link java.lang.foreign.Arena}.
 *
 * <p>Nothing in it outlives the process: the file has no name, and its space goes back to the file
 * system when the arena is closed or the process ends, however it ends. The file grows as memory is
 * needed, by space that the file system really has, up to a limit; nothing allocated ever moves.
 *
 * <p>Unlike a JDK arena this one takes memory back and uses it again before it is closed: {@link
 * #free} a segment's, {@link #reallocate} changes its size, and a child arena gives back all it
 * holds when it is closed. As in C, a freed segment must not be used any more. Its bytes may be
 * another allocation's by then; that it was freed is noticed by {@code free} and {@code reallocate}
 * alone, and not after its place has been allocated again. After {@link #close} each use of a
 * segment throws {@link IllegalStateException}.
 *
 * <p>Small allocations have blocks of 72 sizes, at most an eighth larger than what was asked for
 * rounded up to 16 bytes; above 32 KiB they are whole 4 KiB pages. May be shared between threads,
 * but for a {@linkplain #openConfined() confined} child; threads that allocate at once hardly meet.
 */
public final class PmemArena implements Arena {
  /** The lowest limit of an arena, in bytes. */
  public static final long MIN_LIMIT_BYTES = 1 << 20;

  private static final long PAGE = 4096;
  private static final long DEFAULT_ALIGNMENT = 16;
  private static final int CLOSED = -1;

  private final BlockSpace space;
  private final MemorySegment.Scope scope;
  private final long address;

  /** How many children are open, or {@link #CLOSED}. */
  private final AtomicInteger children = new AtomicInteger();

  private final @Nullable Child child;

  private PmemArena(BlockSpace space, @Nullable Child child) {
    this.space = space;
    this.child = child;
    this.scope = child == null ? space.memory().scope() : child.arena.scope();
    this.address = space.memory().address();
  }

  /** What a child arena has beyond what the first one has. */
  private static final class Child {
    final PmemArena parent;

    /** Only lends the segments its lifetime and threads. */
    final Arena arena;

    final MemorySegment probe;

    /** The blocks that are this arena's; guarded by itself. */
    final LongSet held = new LongSet();

    @SuppressWarnings("restricted")
    Child(PmemArena parent, Arena arena) {
      this.parent = parent;
      this.arena = arena;
      this.probe = MemorySegment.NULL.reinterpret(arena, null);
    }
  }

  /**
   * What an arena and its children use.
   *
   * @param allocations how many allocations have not been freed
   * @param allocatedBytes how many bytes these have, what rounding adds included
   * @param fileBytes how many bytes the file has, which it keeps until the arena is closed
   * @param limitBytes how many it may have
   */
  public record Statistics(
      long allocations, long allocatedBytes, long fileBytes, long limitBytes) {}

  /**
   * Opens an empty arena.
   *
   * @param folder a folder of the file system that is to hold the memory
   * @param limitBytes how large the file may grow, in bytes
   * @return the arena, which the caller closes
   * @throws IllegalArgumentException if {@code limitBytes} is below {@link #MIN_LIMIT_BYTES}
   * @throws OutOfSpaceException if the file system is full
   * @throws SystemCallException if the file cannot be created, or there is not so much address
   *     space
   * @throws MapException if {@code limitBytes} exceeds what addresses can be
   */
  public static PmemArena open(Path folder, long limitBytes) {
    if (limitBytes < MIN_LIMIT_BYTES) {
      throw new IllegalArgumentException(
          folder + ": limit " + limitBytes + " is below " + MIN_LIMIT_BYTES);
    }
    return new PmemArena(BlockSpace.open(folder, limitBytes & -PAGE), null);
  }

  /**
   * {@return a new arena for the calling thread alone, which allocates from this one and gives all
   * it holds back when it is closed} That must happen before this one is closed.
   *
   * @throws IllegalStateException if this arena is closed
   */
  public PmemArena openConfined() {
    return openChild(Arena.ofConfined());
  }

  /**
   * {@return a new arena for all threads, which allocates from this one and gives all it holds back
   * when it is closed} That must happen before this one is closed.
   *
   * @throws IllegalStateException if this arena is closed
   */
  public PmemArena openShared() {
    return openChild(Arena.ofShared());
  }

  private PmemArena openChild(Arena arena) {
    checkAccess();
    int open;
    do {
      open = children.get();
      if (open == CLOSED) {
        throw closed();
      }
    } while (!children.compareAndSet(open, open + 1));
    return new PmemArena(space, new Child(this, arena));
  }

  /**
   * Allocates zeroed memory.
   *
   * @param byteSize how many bytes, may be 0
   * @param byteAlignment what the address is a multiple of, a power of two; it always is of 16
   * @return the memory
   * @throws IllegalArgumentException if {@code byteSize} is negative or {@code byteAlignment} is no
   *     power of two
   * @throws IllegalStateException if this arena is closed
   * @throws WrongThreadException if this arena is another thread's
   * @throws OutOfSpaceException if the limit is reached or the file system is full; nothing has
   *     changed then
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    checkRequest(byteSize, byteAlignment);
    checkAccess();
    long offset = space.allocate(byteSize, byteAlignment);
    if (child != null) {
      hold(child, offset);
    }
    return segment(offset, byteSize);
  }

  private static void checkRequest(long byteSize, long byteAlignment) {
    if (byteSize < 0) {
      throw new IllegalArgumentException("size " + byteSize + " is negative");
    }
    if (byteAlignment <= 0 || (byteAlignment & (byteAlignment - 1)) != 0) {
      throw new IllegalArgumentException("alignment " + byteAlignment + " is no power of two");
    }
  }

  private void checkAccess() {
    if (!scope.isAlive()) {
      throw closed();
    }
    if (child != null && !child.probe.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(space + ": a confined child of another thread");
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException(space + ": closed");
  }

  private void hold(Child owner, long offset) {
    synchronized (owner.held) {
      if (scope.isAlive()) {
        owner.held.add(offset);
        return;
      }
    }
    space.free(offset);
    throw closed();
  }

  @SuppressWarnings("restricted")
  private MemorySegment segment(long offset, long byteSize) {
    return child == null
        ? space.memory().asSlice(offset, byteSize)
        : MemorySegment.ofAddress(address + offset).reinterpret(byteSize, child.arena, null);
  }

  /**
   * Frees memory, which is used again by later allocations.
   *
   * @param segment what {@link #allocate} or {@link #reallocate} of this arena has returned; it
   *     must not be used any more
   * @throws IllegalArgumentException if it is none of this arena's, not its start, or free already
   * @throws IllegalStateException if this arena is closed
   * @throws WrongThreadException if this arena is another thread's
   */
  public void free(MemorySegment segment) {
    long offset = offsetOf(segment);
    if (child != null) {
      synchronized (child.held) {
        if (!child.held.remove(offset)) {
          throw notAllocated(segment);
        }
      }
    }
    if (!space.free(offset)) {
      throw notAllocated(segment);
    }
  }

  /** {@return where the block begins that {@code segment} should be} */
  private long offsetOf(MemorySegment segment) {
    checkAccess();
    long offset = segment.address() - address;
    if (!segment.scope().equals(scope) || offset < 0 || offset >= space.memory().byteSize()) {
      throw new IllegalArgumentException(describe(segment) + ": not of this arena, " + space);
    }
    return offset;
  }

  private static String describe(MemorySegment segment) {
    return "memory at 0x%x + %d".formatted(segment.address(), segment.byteSize());
  }

  private IllegalArgumentException notAllocated(MemorySegment segment) {
    return new IllegalArgumentException(
        describe(segment) + ": begins no allocation of " + space + ", or is free already");
  }

  /**
   * Changes the size of memory, aligned to 16 bytes. See {@link #reallocate(MemorySegment, long,
   * long)}.
   *
   * @param segment what {@link #allocate} or {@code reallocate} of this arena has returned
   * @param byteSize how many bytes it is to have, may be 0
   * @return the memory, perhaps at another place
   * @throws IllegalArgumentException if {@code segment} is none of this arena's, not its start, or
   *     free, or {@code byteSize} is negative
   * @throws IllegalStateException if this arena is closed
   * @throws WrongThreadException if this arena is another thread's
   * @throws OutOfSpaceException if the limit is reached or the file system is full; nothing has
   *     changed then
   */
  public MemorySegment reallocate(MemorySegment segment, long byteSize) {
    return reallocate(segment, byteSize, DEFAULT_ALIGNMENT);
  }

  /**
   * Changes the size of memory, where it is or by moving it. Its bytes are kept as far as there is
   * room, and what is new is zero. {@code segment} must not be used any more.
   *
   * @param segment what {@link #allocate} or {@code reallocate} of this arena has returned
   * @param byteSize how many bytes it is to have, may be 0
   * @param byteAlignment what the address is a multiple of, a power of two
   * @return the memory, perhaps at another place
   * @throws IllegalArgumentException if {@code segment} is none of this arena's, not its start, or
   *     free, if {@code byteSize} is negative or {@code byteAlignment} is no power of two
   * @throws IllegalStateException if this arena is closed
   * @throws WrongThreadException if this arena is another thread's
   * @throws OutOfSpaceException if the limit is reached or the file system is full; nothing has
   *     changed then
   */
  public MemorySegment reallocate(MemorySegment segment, long byteSize, long byteAlignment) {
    checkRequest(byteSize, byteAlignment);
    long offset = allocated(segment);
    long kept = Math.min(segment.byteSize(), byteSize);
    if ((segment.address() & (byteAlignment - 1)) == 0 && resize(segment, offset, byteSize)) {
      MemorySegment resized = segment(offset, byteSize);
      resized.asSlice(kept).fill((byte) 0);
      return resized;
    }
    MemorySegment moved = allocate(byteSize, byteAlignment);
    MemorySegment.copy(segment, 0, moved, 0, kept);
    free(segment);
    return moved;
  }

  /** Changes the size of a block where it is; {@return whether that was possible} */
  private boolean resize(MemorySegment segment, long offset, long byteSize) {
    if (child == null) {
      return space.resize(offset, byteSize);
    }
    // A block that is given back meanwhile may already be another's.
    synchronized (child.held) {
      if (!child.held.contains(offset)) {
        throw notAllocated(segment);
      }
      return space.resize(offset, byteSize);
    }
  }

  /** {@return where the block in use that is {@code segment} begins} */
  private long allocated(MemorySegment segment) {
    long offset = offsetOf(segment);
    boolean held = true;
    if (child != null) {
      synchronized (child.held) {
        held = child.held.contains(offset);
      }
    }
    if (!held || space.usableSize(offset) == 0) {
      throw notAllocated(segment);
    }
    return offset;
  }

  /**
   * {@return how many bytes the memory could be {@linkplain #reallocate reallocated} to without
   * moving, at least its size}
   *
   * @param segment what {@link #allocate} or {@link #reallocate} of this arena has returned
   * @throws IllegalArgumentException if it is none of this arena's, not its start, or free
   * @throws IllegalStateException if this arena is closed
   * @throws WrongThreadException if this arena is another thread's
   */
  public long usableSize(MemorySegment segment) {
    return space.usableSize(allocated(segment));
  }

  /**
   * {@return what the whole arena uses, all its children and those it is a child of included}
   *
   * @throws IllegalStateException if this arena is closed
   */
  public Statistics statistics() {
    checkAccess();
    BlockSpace.Use use = space.use();
    return new Statistics(use.blocks(), use.bytes(), use.fileBytes(), space.limit());
  }

  /** {@return the lifetime of all segments of this arena} */
  @Override
  public MemorySegment.Scope scope() {
    return scope;
  }

  /**
   * Gives all memory back: a child's to the arena it was opened in, the first arena's to the file
   * system.
   *
   * @throws IllegalStateException if this arena is closed, has an open child, or one of its
   *     segments is in use by a native call; it stays open then
   * @throws WrongThreadException if this arena is another thread's
   */
  @Override
  public void close() {
    if (!children.compareAndSet(0, CLOSED)) {
      int open = children.get();
      throw open == CLOSED
          ? closed()
          : new IllegalStateException(space + ": " + open + " child arenas are open");
    }
    try {
      if (child == null) {
        space.close();
      } else {
        child.arena.close();
      }
    } catch (IllegalStateException | WrongThreadException e) {
      children.set(0);
      throw e;
    }
    if (child != null) {
      synchronized (child.held) {
        child.held.forEach(space::free);
        // Who frees at the same time finds nothing: it is another's by now.
        child.held.clear();
      }
      child.parent.children.decrementAndGet();
    }
  }

  @Override
  public String toString() {
    return space.toString();
  }
}
