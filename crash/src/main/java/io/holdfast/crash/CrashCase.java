package io.holdfast.crash;

import io.holdfast.pmem.Granularity;

/**
 * A program to be crashed, with what prepares and what judges it: what {@code holdfast crash
 * --class-path PATH CLASS} explores, where a test is not at hand.
 *
 * <p>The command makes an instance with the class's public constructor without parameters, or, for
 * the arguments behind the class's name, with the public constructor that takes a {@code
 * String...}.
 *
 * <pre>{@code
 * public final class NoteCase implements CrashCase {
 *   @Override
 *   public CrashExploration exploration(Granularity granularity) {
 *     return CrashExploration.of(granularity)
 *         .prepare((medium, log) -> Note.create(medium, FILE))
 *         .run((medium, log) -> ...)
 *         .check((medium, log) -> ...);
 *   }
 * }
 * }</pre>
 */
@FunctionalInterface
public interface CrashCase {
  /**
   * Describes the exploration. The caller may change how much of it is done, before it starts it.
   *
   * @param granularity that of the simulated medium
   * @return the exploration, not yet started
   * @throws Exception if there is none, as an {@link IllegalArgumentException} for arguments that
   *     make no sense
   */
  CrashExploration exploration(Granularity granularity) throws Exception;
}
