package io.holdfast.pool;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import java.nio.file.Path;

/**
 * A pool file that this process owns: a header that says what it is, and contents that a kind of
 * pool understands.
 *
 * <p>A pool is created complete or not at all; its header never changes afterwards, so a crash
 * leaves it as it was. It has one owner at a time, by {@code flock}, until it is closed or the
 * process ends.
 *
 * <p>May be shared between threads.
 */
public final class Pool implements AutoCloseable {
  private final Path path;
  private final PmemFile file;
  private final PoolHeader header;

  private Pool(Path path, PmemFile file, PoolHeader header) {
    this.path = path;
    this.file = file;
    this.header = header;
  }

  /**
   * Creates a pool, mode 0600, and opens it. It is durable on return; a crash before that leaves a
   * complete pool or none. Where the file system has no unnamed files, such a crash may leave a
   * file that {@link #open} refuses and the next {@code create} completes; an empty file is taken
   * for one.
   *
   * @param medium where the pool lives
   * @param path its name
   * @param kind what it is
   * @param byteSize how large the file is, header included; it is fully allocated
   * @param contents writes everything behind the header; what it throws undoes the creation
   * @return the pool, which the caller closes
   * @throws PoolExistsException if the file exists; it was not changed
   * @throws PoolInUseException if another process is creating the same pool
   * @throws io.holdfast.pmem.OutOfSpaceException if the file system has no room; nothing is left
   *     behind
   * @throws io.holdfast.pmem.SystemCallException if the file cannot be created; nothing is left
   *     behind
   * @throws IllegalArgumentException if {@code byteSize} is not greater than {@link
   *     PoolHeader#BYTE_SIZE}
   */
  public static Pool create(
      Medium medium, Path path, PoolKind kind, long byteSize, PoolContents contents) {
    if (byteSize <= PoolHeader.BYTE_SIZE) {
      throw new IllegalArgumentException(
          "%s: pool of %d bytes must be larger than its header of %d"
              .formatted(path, byteSize, PoolHeader.BYTE_SIZE));
    }
    PmemFile file = new PoolCreation(medium, path, kind, byteSize, contents).run();
    try {
      return opened(path, file, kind);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Opens a pool and becomes its owner. Changes nothing, but makes durable what it finds.
   *
   * @param medium where the pool lives
   * @param path its name
   * @param kind what it must be
   * @return the pool, which the caller closes
   * @throws PoolInUseException if the pool has an owner, be it in this process
   * @throws PoolCorruptedException if the file is too short, empty, no pool, damaged in its header
   *     or left from an interrupted creation
   * @throws IncompatibleLayoutException if it is a pool of another kind, of a newer version, with
   *     unknown features or of several files
   * @throws io.holdfast.pmem.SystemCallException if the file does not exist or may not be read and
   *     written
   */
  public static Pool open(Medium medium, Path path, PoolKind kind) {
    PmemFile file = medium.open(path, FileAccess.READ_WRITE);
    try {
      lock(path, file);
      Pool pool = opened(path, file, kind);
      // A creator that was killed may have left a pool that is visible and not yet durable; nothing
      // may be built on that.
      file.sync();
      medium.syncFolder(PoolCreation.folderOf(path));
      return pool;
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Reads a pool's header, of whatever kind, even while another process owns the pool. Never
   * changes a byte and takes no lock.
   *
   * @param medium where the pool lives
   * @param path its name
   * @return what the header says
   * @throws PoolCorruptedException if the file is too short, empty, no pool, damaged in its header
   *     or left from an interrupted creation
   * @throws io.holdfast.pmem.SystemCallException if the file does not exist or may not be read
   */
  public static PoolHeader inspect(Medium medium, Path path) {
    try (PmemFile file = medium.open(path, FileAccess.READ_ONLY)) {
      return HeaderPage.read(path, file).requirePool();
    }
  }

  /** {@return the pool's file, which this pool closes} */
  public PmemFile file() {
    return file;
  }

  /** {@return the name the pool was created or opened under} */
  public Path path() {
    return path;
  }

  /** {@return what the pool's header says} */
  public PoolHeader header() {
    return header;
  }

  /**
   * Closes the file and so gives the pool free. Nothing becomes durable by it; closing twice
   * changes nothing.
   */
  @Override
  public void close() {
    file.close();
  }

  static void lock(Path path, PmemFile file) {
    if (!file.tryLock()) {
      throw new PoolInUseException(path, LockOwner.of(path));
    }
  }

  private static Pool opened(Path path, PmemFile file, PoolKind kind) {
    return new Pool(path, file, HeaderPage.read(path, file).requireKind(kind));
  }
}
