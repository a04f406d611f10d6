package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A channel to a folder, opened for reading: of no use but for {@link #force}, after which the
 * names in the folder are durable. So Linux has it, and Java has no other way. May be shared
 * between threads.
 */
final class FolderChannel extends FileChannel {
  private final Route folder;
  private long position;

  FolderChannel(Route folder) {
    this.folder = folder;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    Failures.onOpenFile(
        () -> {
          folder.files().calls().syncFolder(folder.path());
          return folder;
        });
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    throw isAFolder();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    throw isAFolder();
  }

  @Override
  public int read(ByteBuffer target, long from) throws IOException {
    throw isAFolder();
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
    throw isAFolder();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long size) throws IOException {
    throw isAFolder();
  }

  @Override
  public FileLock lock(long from, long size, boolean shared) throws IOException {
    throw isAFolder();
  }

  @Override
  public FileLock tryLock(long from, long size, boolean shared) throws IOException {
    throw isAFolder();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new NonWritableChannelException();
  }

  @Override
  public int write(ByteBuffer source, long to) {
    throw new NonWritableChannelException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long to, long count) {
    throw new NonWritableChannelException();
  }

  @Override
  public synchronized long position() {
    return position;
  }

  @Override
  public synchronized FileChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return 0;
  }

  @Override
  protected void implCloseChannel() {}

  private IOException isAFolder() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    return new IOException(Failures.text(Failures.EISDIR));
  }
}
