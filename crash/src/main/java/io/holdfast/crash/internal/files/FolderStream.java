package io.holdfast.crash.internal.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is in a folder, as it was when the stream was opened. Not for use by several threads. */
final class FolderStream implements DirectoryStream<Path> {
  private final Iterator<Path> paths;
  private final Filter<? super Path> filter;
  private final @Nullable DirectoryStream<Path> host;
  private boolean asked;
  private volatile boolean closed;

  /** A folder of a medium. */
  FolderStream(List<String> names, Path folder, Filter<? super Path> filter) {
    this.paths = mapped(names.iterator(), folder::resolve);
    this.filter = filter;
    this.host = null;
  }

  /** A folder of the host. */
  FolderStream(DirectoryStream<Path> host, Path folder, Filter<? super Path> filter) {
    this.paths =
        mapped(host.iterator(), path -> folder.resolve(String.valueOf(path.getFileName())));
    this.filter = filter;
    this.host = host;
  }

  private static <T> Iterator<Path> mapped(Iterator<T> all, Function<T, Path> mapping) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Path next() {
        return mapping.apply(all.next());
      }
    };
  }

  @Override
  public Iterator<Path> iterator() {
    if (closed) {
      throw new IllegalStateException("Directory stream is closed");
    }
    if (asked) {
      throw new IllegalStateException("Iterator already obtained");
    }
    asked = true;
    return new Filtered();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    if (host != null) {
      host.close();
    }
  }

  private final class Filtered implements Iterator<Path> {
    private @Nullable Path next;

    @Override
    public boolean hasNext() {
      while (next == null && !closed && paths.hasNext()) {
        Path candidate = paths.next();
        try {
          if (filter.accept(candidate)) {
            next = candidate;
          }
        } catch (IOException e) {
          throw new DirectoryIteratorException(e);
        }
      }
      return next != null;
    }

    @Override
    public Path next() {
      Path found = hasNext() ? next : null;
      if (found == null) {
        throw new NoSuchElementException();
      }
      next = null;
      return found;
    }
  }
}
