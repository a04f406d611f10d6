/** Boots a kernel with an emulated NVDIMM and runs the kit on real DAX. */
@org.jspecify.annotations.NullMarked
module io.holdfast.systemtest {
  requires static org.jspecify;
  requires io.holdfast.heap;
  requires io.holdfast.pmem;
}
