package io.holdfast.pmem.internal;

import io.holdfast.pmem.PmemException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The processor as this process uses it, found out once.
 *
 * <p>Where no machine code of ours may run, there are no routines and {@link #problem} says why.
 */
final class Cpu {
  private static final Logger LOGGER = System.getLogger("io.holdfast.pmem");

  static final Settings SETTINGS = Settings.ofProcess();
  static final Cpu CURRENT = install(SETTINGS);

  private final @Nullable CpuRoutines routines;
  private final StreamingStores streaming;
  private final String problem;

  private Cpu(@Nullable CpuRoutines routines, StreamingStores streaming, String problem) {
    this.routines = routines;
    this.streaming = streaming;
    this.problem = problem;
  }

  private static Cpu install(Settings settings) {
    if (settings.noExecutable()) {
      return without("the property io.holdfast.pmem.noExecutable forbids it");
    }
    try {
      CodePage page = CodePage.load(RoutineListing.load(Architecture.CURRENT.listing()));
      CpuFeatures features = CpuFeatures.detect(page);
      Optional<FlushInstruction> flush = features.flush(settings);
      Optional<VectorWidth> width = features.width(settings);
      if (flush.isEmpty() || width.isEmpty()) {
        return without("the processor offers " + features);
      }
      DebugLog.operation(
          () ->
              "flushing by %s, storing by %s, stores past the caches %s"
                  .formatted(flush.get(), width.get(), features.streaming()));
      return new Cpu(CpuRoutines.load(flush.get(), width.get()), features.streaming(), "");
    } catch (PmemException e) {
      return without(e.getMessage());
    }
  }

  private static Cpu without(@Nullable String problem) {
    LOGGER.log(
        Level.WARNING,
        "cache lines cannot be flushed, every mapping has PAGE granularity: no page for machine code, {0}",
        problem);
    return new Cpu(null, StreamingStores.MAY_STAY, String.valueOf(problem));
  }

  /**
   * The routines; they exist wherever a mapping has a finer granularity than PAGE and reaches the
   * medium.
   */
  Optional<CpuRoutines> routines() {
    return Optional.ofNullable(routines);
  }

  /** What stores past the caches do to lines that are in them. */
  StreamingStores streaming() {
    return streaming;
  }

  /** Why there are no routines; empty if there are. */
  String problem() {
    return problem;
  }
}
