package io.holdfast.pmem;

import io.holdfast.pmem.internal.SystemMedium;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * Where persistent state lives: it opens, names and maps files.
 *
 * <p>Everything above this module reaches persistent state through a medium, its {@link PmemFile}s
 * and its {@link PmemMap}s and in no other way, so that a simulated medium can stand in for the
 * real one and cut the power between any two of its events. What each call guarantees after a crash
 * is said at the call.
 *
 * <p>A medium may be shared between threads.
 */
public abstract class Medium {

  /** For implementations: the operating system's and simulated ones. */
  protected Medium() {}

  /** {@return the operating system's files and memory} */
  public static Medium system() {
    return SystemMedium.INSTANCE;
  }

  /**
   * Opens an existing regular file.
   *
   * @param path the file
   * @param access what may be done with it
   * @return the open file, which the caller closes
   * @throws SystemCallException if the file does not exist or may not be opened so
   */
  public abstract PmemFile open(Path path, FileAccess access);

  /**
   * Creates an empty file, mode 0600, under its name. The name is durable after {@link
   * #syncFolder}.
   *
   * @param path the file, which must not exist
   * @return the open file, which the caller closes
   * @throws SystemCallException if the file exists or cannot be created
   */
  public abstract PmemFile create(Path path);

  /**
   * Creates an empty file, mode 0600, that has no name until {@link PmemFile#publish}: a crash
   * before that leaves nothing behind.
   *
   * @param folder a folder of the file system that is to hold the file
   * @return the open file, which the caller closes
   * @throws UnsupportedOperationException if the file system has no unnamed files
   * @throws SystemCallException if the file cannot be created
   */
  public abstract PmemFile createUnnamed(Path folder);

  /**
   * Maps a source.
   *
   * @param source what is mapped
   * @param config how it is mapped
   * @return the mapping, which the caller closes; the source's file may be closed before it
   * @throws SystemCallException if the file does not exist or may not be opened so
   * @throws OutOfSpaceException if stores are to reach a file with holes and the file system has no
   *     room to fill them
   * @throws MapException if the source cannot be mapped so, or not at the place in a reservation
   * @throws DeviceException if the kernel's description of a device DAX makes no sense
   * @throws IllegalStateException if the reservation is closed
   * @throws GranularityUnavailableException if only a coarser granularity than the required one is
   *     available
   */
  public abstract PmemMap map(PmemSource source, MapConfig config);

  /**
   * Renames a file, replacing {@code to} if it exists. The new name is durable after {@link
   * #syncFolder}; until then a crash may leave either.
   *
   * @param from the existing name
   * @param to the new name, in the same file system
   * @throws SystemCallException if the file cannot be renamed
   */
  public abstract void rename(Path from, Path to);

  /**
   * Removes a file's name. The removal is durable after {@link #syncFolder}.
   *
   * @param path the name
   * @throws SystemCallException if the name does not exist or cannot be removed
   */
  public abstract void delete(Path path);

  /**
   * Makes all changes of names in a folder durable.
   *
   * @param folder the folder
   * @throws SystemCallException if the folder cannot be synchronised
   */
  public abstract void syncFolder(Path folder);

  /**
   * {@return a number that nobody can foresee and that, as far as chance goes, nobody has drawn
   * before: for salts and identifiers in persistent state}
   *
   * <p>A simulated medium gives the same program on the same content the same ones, so that what it
   * does can be repeated.
   */
  public long randomLong() {
    return Unforeseeable.RANDOM.nextLong();
  }

  /** {@return the time, for stamps in persistent state; on a simulated medium the simulated one} */
  public Instant now() {
    return Instant.now();
  }

  /** Made when first needed, since it takes a while. */
  private static final class Unforeseeable {
    static final SecureRandom RANDOM = new SecureRandom();
  }
}
