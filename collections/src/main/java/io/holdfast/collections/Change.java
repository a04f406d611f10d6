package io.holdfast.collections;

/** What an operation does to a map. */
enum Change {
  /** Maps a key to a value, whether or not it has one. */
  PUT,
  /** Maps a key to a value if it has none. */
  PUT_IF_ABSENT,
  /** Maps a key to a value if it has one. */
  REPLACE,
  /** Takes a key out. */
  REMOVE,
  /** Takes all keys out. */
  CLEAR,
  /** Takes all keys out and frees the map itself. */
  DESTROY
}
