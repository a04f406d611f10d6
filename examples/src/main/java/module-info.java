/** Example programs and their crash cases. */
@org.jspecify.annotations.NullMarked
module io.holdfast.examples {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.crash;
  requires transitive io.holdfast.heap;

  exports io.holdfast.examples;

  // The heap implements the persistent interfaces of the examples.
  opens io.holdfast.examples to
      io.holdfast.heap;
}
