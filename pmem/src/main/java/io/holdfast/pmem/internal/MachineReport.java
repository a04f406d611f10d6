package io.holdfast.pmem.internal;

import io.holdfast.pmem.PmemCapabilities;
import io.holdfast.pmem.PmemException;
import java.util.Optional;

/** Tells what this module has found out about the machine. */
public final class MachineReport {
  private MachineReport() {}

  /**
   * {@return whether the platform writes its caches back when power fails}
   *
   * @throws PmemException if sysfs cannot be read
   */
  public static boolean hasAutoFlush() {
    return PlatformAutoFlush.ask(Sysfs.ofProcess()) == GranularityRules.AutoFlush.PRESENT;
  }

  /** {@return what persistent memory can expect of this machine} */
  public static PmemCapabilities capabilities() {
    Optional<CpuRoutines> routines = Cpu.CURRENT.routines();
    CopyRules rules = CopyRules.of(Cpu.SETTINGS, Cpu.CURRENT.streaming());
    boolean pastCaches = rules.stores() == CopyRules.Stores.ANY;
    return new PmemCapabilities(
        routines.map(r -> r.instruction().label()),
        pastCaches ? routines.map(r -> r.width().bytes()).orElse(0) : 0,
        pastCaches ? rules.threshold() : Long.MAX_VALUE,
        AuxiliaryVector.PAGE_BYTES,
        Optional.of(Cpu.CURRENT.problem()).filter(problem -> !problem.isEmpty()));
  }
}
