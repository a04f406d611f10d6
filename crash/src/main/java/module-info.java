/** Power-failure simulator and crash-state explorer. */
@org.jspecify.annotations.NullMarked
module io.holdfast.crash {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.pmem;
  requires java.management; // whose lock a thread waits for

  exports io.holdfast.crash;
}
