/** Mapped persistent memory and durable file calls: sources, mappings, flush, drain, copies. */
@org.jspecify.annotations.NullMarked
module io.holdfast.pmem {
  requires static transitive org.jspecify;

  exports io.holdfast.pmem;
}
