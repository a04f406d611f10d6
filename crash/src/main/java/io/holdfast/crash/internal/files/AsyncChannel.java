package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous channel to a simulated file. Without an executor of the program's own everything
 * has happened when the call returns, so that runs are the same every time. May be shared between
 * threads.
 */
final class AsyncChannel extends AsynchronousFileChannel {
  private final OpenFile file;
  private final Executor executor;
  private final List<SimulatedLock> locks = new ArrayList<>();
  private boolean closed;

  AsyncChannel(OpenFile file, Executor executor) {
    this.file = file;
    this.executor = executor;
  }

  private <T> CompletableFuture<T> start(Failures.Call<T> call) {
    CompletableFuture<T> future = new CompletableFuture<>();
    executor.execute(
        () -> {
          try {
            if (!isOpen()) {
              throw new ClosedChannelException();
            }
            future.complete(call.run());
          } catch (IOException | RuntimeException | Error e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the handler is told whatever comes
  private static <T, A> void tell(
      CompletableFuture<T> future,
      @Nullable A attachment,
      CompletionHandler<T, ? super A> handler) {
    future.whenComplete(
        (result, failure) -> {
          if (failure == null) {
            handler.completed(result, attachment);
          } else {
            handler.failed(failure, attachment);
          }
        });
  }

  @Override
  public <A> void read(
      ByteBuffer target,
      long position,
      @Nullable A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    tell(reading(target, position), attachment, handler);
  }

  @Override
  public Future<Integer> read(ByteBuffer target, long position) {
    return reading(target, position);
  }

  private CompletableFuture<Integer> reading(ByteBuffer target, long position) {
    checkPosition(position);
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
    if (!file.flags().reads()) {
      throw new NonReadableChannelException();
    }
    return start(() -> file.read(target, position));
  }

  @Override
  public <A> void write(
      ByteBuffer source,
      long position,
      @Nullable A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    tell(writing(source, position), attachment, handler);
  }

  @Override
  public Future<Integer> write(ByteBuffer source, long position) {
    return writing(source, position);
  }

  private CompletableFuture<Integer> writing(ByteBuffer source, long position) {
    checkPosition(position);
    checkWritable();
    return start(() -> file.write(source, position));
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return file.size();
  }

  @Override
  public AsynchronousFileChannel truncate(long size) throws IOException {
    checkOpen();
    if (size < 0) {
      throw new IllegalArgumentException("Negative size");
    }
    checkWritable();
    file.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    checkOpen();
    file.sync();
  }

  @Override
  public <A> void lock(
      long position,
      long size,
      boolean shared,
      @Nullable A attachment,
      CompletionHandler<FileLock, ? super A> handler) {
    tell(locking(position, size, shared), attachment, handler);
  }

  @Override
  public Future<FileLock> lock(long position, long size, boolean shared) {
    return locking(position, size, shared);
  }

  private CompletableFuture<FileLock> locking(long position, long size, boolean shared) {
    CompletableFuture<FileLock> future = new CompletableFuture<>();
    try {
      future.complete(tryLock(position, size, shared));
    } catch (IOException e) {
      future.completeExceptionally(e);
    }
    return future;
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    checkOpen();
    if (shared && !file.flags().reads()) {
      throw new NonReadableChannelException();
    }
    if (!shared) {
      checkWritable();
    }
    SimulatedLock lock =
        new SimulatedLock(
            this,
            file.locks(),
            file.number(),
            position,
            size == 0 ? Long.MAX_VALUE - position : size,
            SimulatedLock.Sharing.of(shared));
    file.locks().add(file.number(), lock);
    synchronized (locks) {
      locks.add(lock);
    }
    return lock;
  }

  @Override
  public synchronized boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    synchronized (locks) {
      locks.forEach(SimulatedLock::drop);
    }
    file.close();
  }

  private void checkOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void checkWritable() {
    if (!file.flags().writes()) {
      throw new NonWritableChannelException();
    }
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("Negative position");
    }
  }
}
