/** Side-by-side benchmarks against C peers. */
@org.jspecify.annotations.NullMarked
module io.holdfast.bench {
  requires static org.jspecify;
  requires info.picocli;
  requires io.holdfast.collections;
  requires io.holdfast.crash;
  requires io.holdfast.heap;
  requires io.holdfast.pmem;
  requires java.management;

  opens io.holdfast.bench to
      info.picocli;
}
