package io.holdfast.pool;

import io.holdfast.pmem.PmemException;
import java.nio.file.Path;

/** A pool is to be created under the name of an existing file, which was not changed. */
public final class PoolExistsException extends PmemException {
  private static final long serialVersionUID = 1;

  PoolExistsException(Path path) {
    super(path + ": exists; open it, or choose another name for the new pool");
  }
}
