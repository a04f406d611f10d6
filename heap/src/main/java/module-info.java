/** Transactional persistent heap and typed structs. */
@org.jspecify.annotations.NullMarked
module io.holdfast.heap {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.pool;

  exports io.holdfast.heap;
}
