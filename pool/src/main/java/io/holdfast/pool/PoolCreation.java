package io.holdfast.pool;

import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Creates one pool file, complete or not at all, and leaves nothing behind when it cannot.
 *
 * <p><b>The usual way.</b> The file has no name while it is filled: allocate it, write contents and
 * header, sync, and only then link it under its name (which fails if the name is taken) and sync
 * the folder. A crash before the link leaves nothing, since the kernel frees a file without a name;
 * after it, the name is there with a complete file or not there. The lock is taken before the link,
 * so that nobody else can own the pool first.
 *
 * <p><b>Where a file system has no unnamed files</b>, the name comes first, and what makes the pool
 * valid comes last:
 *
 * <ol>
 *   <li>create the file exclusively, lock it;
 *   <li>write {@link PoolHeaderLayout#UNFINISHED_SIGNATURE} into its first sector, sync;
 *   <li>allocate it, write the contents and the header but for its first sector, sync;
 *   <li>write the header's first sector, which a power failure does not tear, sync, sync the
 *       folder.
 * </ol>
 *
 * <p>A crash up to step 2 leaves no file, an empty one or one sector of zeros; up to step 4, one
 * with the unfinished signature. {@link HeaderPage#isUnfinished} knows them, open refuses them in
 * words, and the next creation goes on in that same file from step 2. A file of zeros of any other
 * size might be anybody's and is never touched.
 *
 * <p>Two creators of one unfinished file: the lock decides, and who has it looks at the file again.
 * A creator that fails removes the name of a file that it has made, or empties one that it has
 * found. Since it may have removed it under the eyes of another one, who then got the lock of a
 * file without a name, each reads its header back through the name.
 */
final class PoolCreation {
  private final Medium medium;
  private final Path path;
  private final Path folder;
  private final PoolKind kind;
  private final long byteSize;
  private final PoolContents contents;

  PoolCreation(Medium medium, Path path, PoolKind kind, long byteSize, PoolContents contents) {
    this.medium = medium;
    this.path = path;
    this.folder = folderOf(path);
    this.kind = kind;
    this.byteSize = byteSize;
    this.contents = contents;
  }

  /** {@return the file of the new pool, open and locked} */
  PmemFile run() {
    Optional<PmemFile> unfinished = openUnfinished();
    if (unfinished.isPresent()) {
      PmemFile file = unfinished.get();
      return fillNamed(file, () -> file.truncate(0));
    }
    PmemFile file;
    try {
      file = medium.createUnnamed(folder);
    } catch (UnsupportedOperationException e) {
      return fillNamed(createNamed(), this::deleteName);
    }
    return fillUnnamed(file);
  }

  private PmemFile fillUnnamed(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      Pool.lock(path, file);
      fill(file);
      file.write(0, HeaderPage.compose(medium, kind, arena));
      file.sync();
      publish(file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return undoOnFailure(
        file,
        this::deleteName,
        () -> {
          medium.syncFolder(folder);
          return file;
        });
  }

  private PmemFile fillNamed(PmemFile file, Runnable undo) {
    try (Arena arena = Arena.ofConfined()) {
      lockUnfinished(file);
      MemorySegment header = HeaderPage.compose(medium, kind, arena);
      HeaderPage named = undoOnFailure(file, undo, () -> writeNamed(file, header, arena));
      if (!named.matches(header)) {
        throw new PoolExistsException(path);
      }
      return file;
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** {@return the header that is now found under the name} */
  private HeaderPage writeNamed(PmemFile file, MemorySegment header, Arena arena) {
    file.truncate(0);
    file.write(0, HeaderPage.composeUnfinished(arena));
    file.sync();
    fill(file);
    file.write(PoolHeaderLayout.SECTOR_SIZE, header.asSlice(PoolHeaderLayout.SECTOR_SIZE));
    file.sync();
    file.write(0, header.asSlice(0, PoolHeaderLayout.SECTOR_SIZE));
    file.sync();
    medium.syncFolder(folder);
    try (PmemFile named = medium.open(path, FileAccess.READ_ONLY)) {
      return HeaderPage.read(path, named);
    }
  }

  private void fill(PmemFile file) {
    try {
      file.allocate(0, byteSize);
      contents.writeTo(file);
    } catch (OutOfSpaceException e) {
      throw new OutOfSpaceException(
          path + ": no room for a pool of " + byteSize + " bytes in " + folder, e);
    }
  }

  /**
   * {@return the file under the name if it is left from an interrupted creation, or nothing if
   * there is none that can be read}
   *
   * @throws PoolExistsException if there is another file
   */
  private Optional<PmemFile> openUnfinished() {
    try (PmemFile file = medium.open(path, FileAccess.READ_ONLY)) {
      requireUnfinished(file);
    } catch (SystemCallException e) {
      return Optional.empty();
    }
    return Optional.of(medium.open(path, FileAccess.READ_WRITE));
  }

  private void lockUnfinished(PmemFile file) {
    Pool.lock(path, file);
    requireUnfinished(file);
  }

  private void requireUnfinished(PmemFile file) {
    if (!HeaderPage.read(path, file).isUnfinished()) {
      throw new PoolExistsException(path);
    }
  }

  private PmemFile createNamed() {
    try {
      return medium.create(path);
    } catch (SystemCallException e) {
      throw explain(e);
    }
  }

  private void publish(PmemFile file) {
    try {
      file.publish(path);
    } catch (SystemCallException e) {
      throw explain(e);
    }
  }

  /**
   * {@return why a name could not be given: another creator was faster, or what the system said}
   */
  private RuntimeException explain(SystemCallException failure) {
    try (PmemFile _ = medium.open(path, FileAccess.READ_ONLY)) {
      return new PoolExistsException(path);
    } catch (SystemCallException e) {
      return failure;
    }
  }

  private void deleteName() {
    medium.delete(path);
    medium.syncFolder(folder);
  }

  /** Runs {@code action}; if it fails, {@code undo} still under the lock, and closes the file. */
  private static <T> T undoOnFailure(PmemFile file, Runnable undo, Supplier<T> action) {
    try {
      return action.get();
    } catch (RuntimeException | Error e) {
      try (file) {
        undo.run();
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  /** {@return the folder that holds the name} */
  static Path folderOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      parent = path.toAbsolutePath().getParent();
    }
    if (parent == null) {
      throw new PoolExistsException(path);
    }
    return parent;
  }
}
