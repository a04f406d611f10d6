package io.holdfast.collections;

/** What the keys or the values of a persistent map are. Fixed when it is created. */
public enum Kind {
  /** A {@code long}, in the map's own pages; as a key, ordered as a signed number. */
  LONG,
  /**
   * Bytes of any number, also none, in an object that belongs to the map; as a key, ordered byte by
   * byte, as unsigned numbers, a prefix before what it begins.
   */
  BYTES
}
