/** Mapped persistent memory and durable file calls: sources, mappings, flush, drain, copies. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // the benchmark is compiled later
module io.holdfast.pmem {
  requires static transitive org.jspecify;

  exports io.holdfast.pmem;
  exports io.holdfast.pmem.internal to
      io.holdfast.bench;
}
