package io.holdfast.crash;

import java.util.List;
import java.util.SortedMap;

/**
 * One event of the explored run, and what a crash right after it leaves. Immutable.
 *
 * @param number its number; events are counted from 1, 0 is the start of the run
 * @param kind what kind of event it is
 * @param description the event in words
 * @param file the last name of the file that it is about, without its folder; empty if it is about
 *     none
 * @param thread the name of the thread that did it
 * @param stack where the program did it, innermost call first
 * @param step the {@linkplain RunLog#step step} that it belongs to; empty if to none
 * @param states the outcomes of crashes right after it, each with the number of states that have
 *     it; empty if the exploration ended before
 */
public record ExploredEvent(
    int number,
    Kind kind,
    String description,
    String file,
    String thread,
    List<StackTraceElement> stack,
    String step,
    SortedMap<String, Long> states) {

  /** What kind of event. */
  public enum Kind {
    /** The start of the run. */
    START,
    /** Bytes stored through a mapping. */
    STORE,
    /** Lines or pages flushed. */
    FLUSH,
    /** A fence. */
    FENCE,
    /** Bytes written by a file call. */
    WRITE,
    /** A file or a folder synchronised, or the attempt. */
    SYNC,
    /** A change of a file's name or size. */
    FILE,
    /** Something that the program says about itself. */
    WORD
  }
}
