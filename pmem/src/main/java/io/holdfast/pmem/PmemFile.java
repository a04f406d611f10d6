package io.holdfast.pmem;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * An open file: positioned reads and writes, allocation and synchronisation through a descriptor of
 * our own, which no thread's interrupt closes.
 *
 * <p>What is written is in doubt until {@link #sync} (or {@link #writeDurably}) returns: after a
 * power failure each 512-byte sector of it is old or new. After a sync or a write has failed,
 * nothing more may be believed of the file.
 *
 * <p>May be shared between threads; closing while another thread uses the file is the caller's
 * mistake and throws there.
 */
public abstract class PmemFile implements AutoCloseable {

  /** For implementations. */
  protected PmemFile() {}

  /**
   * {@return the path the file was opened, created or published under; its folder while it is
   * unnamed}
   */
  public abstract Path path();

  /**
   * {@return the size in bytes}
   *
   * @throws SystemCallException if it cannot be told
   */
  public abstract long size();

  /**
   * Reads until the destination is full or the file ends.
   *
   * @param position offset in the file, in bytes
   * @param destination receives the bytes
   * @return how many bytes were read, less than {@code destination.byteSize()} only at the end of
   *     the file
   * @throws SystemCallException if reading fails
   */
  public abstract long read(long position, MemorySegment destination);

  /**
   * Writes all of {@code source}; it is in doubt until the next {@link #sync}.
   *
   * @param position offset in the file, in bytes
   * @param source the bytes
   * @throws OutOfSpaceException if the file system is full
   * @throws SystemCallException if writing fails
   */
  public abstract void write(long position, MemorySegment source);

  /**
   * Writes all of {@code source} and returns once that is durable; what was written before by
   * {@link #write} is not covered.
   *
   * @param position offset in the file, in bytes
   * @param source the bytes
   * @throws OutOfSpaceException if the file system is full
   * @throws SystemCallException if writing or synchronising fails
   */
  public abstract void writeDurably(long position, MemorySegment source);

  /**
   * Makes everything written to the file, its size and its allocation durable ({@code fdatasync}).
   *
   * @throws SystemCallException if synchronising fails; the call must not be repeated
   */
  public abstract void sync();

  /**
   * Allocates a range, growing the file to its end if needed; newly allocated bytes read as zero.
   * In doubt until {@link #sync}.
   *
   * @param position offset in the file, in bytes
   * @param length how many bytes
   * @throws OutOfSpaceException if the file system is full; the file's size is then unchanged
   * @throws SystemCallException if allocating fails
   */
  public abstract void allocate(long position, long length);

  /**
   * Sets the size; bytes beyond a smaller size are gone, bytes up to a larger one are an
   * unallocated hole. In doubt until {@link #sync}.
   *
   * @param length the new size in bytes
   * @throws SystemCallException if it cannot be changed
   */
  public abstract void truncate(long length);

  /**
   * Takes the exclusive advisory lock ({@code flock}) without waiting; it is given back when the
   * file is closed or the process ends. A mapping keeps it as long as the file is open.
   *
   * @return whether the lock was taken; {@code false} if another owner holds it
   * @throws SystemCallException if locking fails otherwise
   */
  public abstract boolean tryLock();

  /**
   * Gives an unnamed file its name, which must not exist. Durable after {@link Medium#syncFolder}.
   *
   * @param path the name, in the file system of the folder the file was created in
   * @throws SystemCallException if the name exists or cannot be given
   */
  public abstract void publish(Path path);

  /** Closes the descriptor; closing twice changes nothing. Nothing becomes durable by it. */
  @Override
  public abstract void close();
}
