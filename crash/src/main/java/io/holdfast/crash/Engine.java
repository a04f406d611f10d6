package io.holdfast.crash;

/**
 * Which of the states that a power failure may leave are checked.
 *
 * <p>At a crash after some event there are <em>pieces</em> in doubt: of a store its bytes within
 * one word, of a file write those within one sector, a file's new size, a change of names; those
 * that can be told from each other on the medium. Each may have arrived or be lost, as the rules in
 * the package documentation permit. An engine picks from these states; states that look the same
 * are checked once.
 *
 * <p>The engines but {@link #FULL} are those of pmreorder, with two differences: pieces may arrive
 * also before they are flushed, as caches evict lines at any time; and large stores are torn.
 * {@code PREFIXES} is its accumulative engine, {@code REVERSE_PREFIXES} its reverse accumulative
 * one. These take a number of states that grows with the number of pieces, not with its power of
 * two: for runs that leave too much in doubt for all to be tried, at the price of what they do not
 * see.
 */
public enum Engine {
  /**
   * Every state, if there are no more than {@link CrashExploration#exhaustiveUpTo}, otherwise:
   * nothing lost, everything lost, up to {@link CrashExploration#samples} states with one thing
   * lost, as many with one thing arrived, and as many random ones.
   */
  FULL,

  /**
   * For each {@code k} from 0 to the number of pieces in doubt, the state in which the {@code k}
   * oldest have arrived and the others are lost: what a medium shows that takes everything in the
   * program's order. Pieces of one event are in the order of their addresses.
   */
  PREFIXES,

  /**
   * For each {@code k} from 0 to the number of pieces in doubt, the state in which the {@code k}
   * newest have arrived, with those older ones that must have arrived before them, and the others
   * are lost.
   */
  REVERSE_PREFIXES,

  /**
   * Nothing lost, everything lost, and {@link CrashExploration#samples} random states, or all if
   * there are no more than those.
   */
  PARTIAL,

  /** The one state in which nothing is lost: what a killed process leaves. */
  NOTHING_LOST,

  /** No state: nothing crashes here. */
  NO_CRASHES
}
