/** Power-failure simulator and crash-state explorer. */
@org.jspecify.annotations.NullMarked
module io.holdfast.crash {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.pmem;
  requires static org.junit.jupiter.api;
  requires java.management; // whose lock a thread waits for

  exports io.holdfast.crash;
  exports io.holdfast.crash.junit;

  // Which makes the extension of the annotation.
  opens io.holdfast.crash.junit to
      org.junit.platform.commons;
}
