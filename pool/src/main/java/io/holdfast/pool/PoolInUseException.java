package io.holdfast.pool;

import io.holdfast.pmem.PmemException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** A pool has an owner already: this process or another one. */
public final class PoolInUseException extends PmemException {
  private static final long serialVersionUID = 1;

  /** The owner's process, negative if unknown. */
  private final long ownerPid;

  PoolInUseException(Path path, OptionalLong ownerPid) {
    super(path + ": in use by " + describe(ownerPid) + "; a pool has one owner at a time");
    this.ownerPid = ownerPid.orElse(-1);
  }

  /**
   * {@return the process that owned the pool when the exception was created, where the system told}
   */
  public OptionalLong ownerPid() {
    return ownerPid < 0 ? OptionalLong.empty() : OptionalLong.of(ownerPid);
  }

  private static String describe(OptionalLong pid) {
    if (pid.isEmpty()) {
      return "another owner";
    }
    return pid.getAsLong() == ProcessHandle.current().pid()
        ? "this process (" + pid.getAsLong() + ")"
        : "process " + pid.getAsLong();
  }
}
