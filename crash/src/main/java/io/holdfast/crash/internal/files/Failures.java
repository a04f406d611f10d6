package io.holdfast.crash.internal.files;

import io.holdfast.pmem.OutOfSpaceException;
import io.holdfast.pmem.SystemCallException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Turns what the simulated kernel says into what {@code java.nio.file} throws for it. */
final class Failures {
  static final int ENOENT = 2;
  static final int EIO = 5;
  static final int EBADF = 9;
  static final int EEXIST = 17;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int ENOSPC = 28;
  static final int ENOTEMPTY = 39;

  private Failures() {}

  /** A call of the simulated kernel. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** A call without a result. */
  interface Action {
    void run() throws IOException;
  }

  /** Calls, and fails as a call about the named files does. */
  static <T> T call(String path, @Nullable String other, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (SystemCallException e) {
      throw ofCall(e, path, other);
    } catch (OutOfSpaceException e) {
      throw because(new FileSystemException(path, other, text(ENOSPC)), e);
    }
  }

  static void act(String path, @Nullable String other, Action action) throws IOException {
    call(
        path,
        other,
        () -> {
          action.run();
          return path;
        });
  }

  /** Calls, and fails as a call about an open file does. */
  static <T> T onOpenFile(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (SystemCallException e) {
      throw new IOException(text(e.errno()), e);
    } catch (OutOfSpaceException e) {
      throw new IOException(text(ENOSPC), e);
    }
  }

  private static IOException ofCall(SystemCallException e, String path, @Nullable String other) {
    return because(
        switch (e.errno()) {
          case ENOENT -> new NoSuchFileException(path, other, null);
          case EEXIST -> new FileAlreadyExistsException(path, other, null);
          case ENOTEMPTY ->
              other == null
                  ? new DirectoryNotEmptyException(path)
                  : new FileSystemException(path, other, text(ENOTEMPTY));
          default -> new FileSystemException(path, other, text(e.errno()));
        },
        e);
  }

  private static IOException because(IOException failure, Exception cause) {
    failure.initCause(cause);
    return failure;
  }

  /** {@return the kernel's words} */
  static String text(int errno) {
    return switch (errno) {
      case 1 -> "Operation not permitted";
      case EIO -> "Input/output error";
      case EBADF -> "Bad file descriptor";
      case 16 -> "Device or resource busy";
      case ENOTDIR -> "Not a directory";
      case EISDIR -> "Is a directory";
      case 22 -> "Invalid argument";
      case ENOSPC -> "No space left on device";
      case ENOTEMPTY -> "Directory not empty";
      default -> "error " + errno;
    };
  }
}
