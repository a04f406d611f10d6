package io.holdfast.crash.internal.medium;

import io.holdfast.crash.Operation;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** An open file of a simulated medium. */
final class SimulatedFile extends PmemFile {
  private static final int EBADF = 9;

  private final Simulation medium;
  private final Inode inode;
  private final FileAccess access;
  private Path path;
  private boolean named;
  private boolean closed;

  SimulatedFile(Simulation medium, Inode inode, FileAccess access, Path path, Named named) {
    this.medium = medium;
    this.inode = inode;
    this.access = access;
    this.path = path;
    this.named = named == Named.YES;
  }

  /** Whether a file has its name already. */
  enum Named {
    YES,
    NOT_YET
  }

  boolean isClosed() {
    return closed;
  }

  Inode inode() {
    return inode;
  }

  FileAccess access() {
    return access;
  }

  Simulation medium() {
    return medium;
  }

  @Override
  public Path path() {
    synchronized (medium.lockAtOnce()) {
      return path;
    }
  }

  @Override
  public long size() {
    synchronized (medium.lock()) {
      checkOpen();
      return inode.size();
    }
  }

  @Override
  public long read(long position, MemorySegment destination) {
    synchronized (medium.lock()) {
      checkOpen();
      checkRange(position, destination.byteSize());
      long length = Math.clamp(inode.size() - position, 0, destination.byteSize());
      MemorySegment.copy(inode.window().memory(), position, destination, 0, length);
      return length;
    }
  }

  @Override
  public void write(long position, MemorySegment source) {
    write(position, source, Event.WriteKind.LATER);
  }

  @Override
  public void writeDurably(long position, MemorySegment source) {
    write(position, source, Event.WriteKind.ON_RETURN);
  }

  private void write(long position, MemorySegment source, Event.WriteKind kind) {
    synchronized (medium.lock()) {
      checkWritable(Operation.WRITE);
      checkRange(position, source.byteSize());
      if (source.byteSize() == 0) {
        return;
      }
      long end = position + source.byteSize();
      if (end > inode.size()) {
        medium.checkSpace(end - inode.size(), path);
        inode.resize(end);
      }
      inode.window().put(position, source, 0, source.byteSize());
      inode.changed(position, source.byteSize());
      inode.touch(medium.tick());
      byte[] bytes = source.toArray(ValueLayout.JAVA_BYTE);
      if (medium.faults().strikes(Operation.WRITE)) {
        // The bytes are in the page cache, and the kernel has given them up.
        recordWrite(position, bytes, Event.WriteKind.LATER);
        medium.record(
            origin -> new Event.SyncFailed(origin, inode.number(), position, bytes.length));
        throw Faults.ioError(Operation.WRITE, path);
      }
      recordWrite(position, bytes, kind);
    }
  }

  private void recordWrite(long position, byte[] bytes, Event.WriteKind kind) {
    medium.record(origin -> new Event.Write(origin, inode.number(), position, bytes, kind));
  }

  @Override
  public void sync() {
    synchronized (medium.lock()) {
      checkOpen();
      if (medium.faults().strikes(Operation.SYNC)) {
        medium.record(origin -> new Event.SyncFailed(origin, inode.number(), 0, inode.size()));
        throw Faults.ioError(Operation.SYNC, path);
      }
      medium.record(origin -> new Event.Sync(origin, inode.number()));
    }
  }

  @Override
  public void allocate(long position, long length) {
    synchronized (medium.lock()) {
      checkWritable(Operation.ALLOCATE);
      checkRange(position, length);
      if (length == 0) {
        return;
      }
      medium.faults().check(Operation.ALLOCATE, path);
      if (position + length > inode.size()) {
        medium.checkSpace(position + length - inode.size(), path);
        resize(position + length);
      } else {
        resize(inode.size());
      }
    }
  }

  @Override
  public void truncate(long length) {
    synchronized (medium.lock()) {
      checkWritable(Operation.TRUNCATE);
      checkRange(0, length);
      medium.faults().check(Operation.TRUNCATE, path);
      resize(length);
    }
  }

  private void resize(long size) {
    inode.resize(size);
    inode.touch(medium.tick());
    medium.record(origin -> new Event.Resize(origin, inode.number(), size));
  }

  @Override
  public boolean tryLock() {
    synchronized (medium.lock()) {
      checkOpen();
      return inode.lock(this);
    }
  }

  @Override
  public void publish(Path name) {
    synchronized (medium.lock()) {
      checkOpen();
      if (named) {
        throw new IllegalStateException("%s has a name already".formatted(path));
      }
      medium.faults().check(Operation.PUBLISH, name);
      medium.link(name, inode);
      path = name;
      named = true;
    }
  }

  @Override
  public void close() {
    synchronized (medium.lockAtOnce()) {
      inode.unlock(this);
      closed = true;
    }
  }

  private void checkOpen() {
    medium.checkInUse();
    if (closed) {
      throw new IllegalStateException("%s is closed".formatted(path));
    }
  }

  private void checkWritable(Operation operation) {
    checkOpen();
    medium.findStores();
    if (access == FileAccess.READ_ONLY) {
      throw new SystemCallException(path.toString(), operation.call(), EBADF);
    }
  }

  private void checkRange(long position, long length) {
    if (position < 0 || length < 0 || position > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "%s: offset %d + %d is no range".formatted(path, position, length));
    }
  }
}
