/** Power-failure simulator and crash-state explorer. */
@org.jspecify.annotations.NullMarked
module io.holdfast.crash {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.pmem;

  exports io.holdfast.crash;
}
