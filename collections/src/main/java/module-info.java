/** Persistent collections on the heap. */
@org.jspecify.annotations.NullMarked
module io.holdfast.collections {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.heap;

  exports io.holdfast.collections;
}
