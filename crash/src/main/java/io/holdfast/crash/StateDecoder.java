package io.holdfast.crash;

import java.lang.foreign.MemorySegment;

/** Tells what bytes of a file mean, for those who read a failure. */
@FunctionalInterface
public interface StateDecoder {
  /**
   * Puts a range of a file into words.
   *
   * @param file the file's bytes, all of them and for reading only, valid during the call; it need
   *     not be in any sensible state
   * @param offset the first byte in question, an offset in bytes
   * @param length how many bytes are in question
   * @return what they say, in one line; empty for nothing worth saying
   */
  String decode(MemorySegment file, long offset, long length);
}
