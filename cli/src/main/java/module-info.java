/** The holdfast command. */
@org.jspecify.annotations.NullMarked
module io.holdfast.cli {
  requires static org.jspecify;
  requires info.picocli;
  requires io.holdfast.crash;
  requires io.holdfast.examples;
  requires io.holdfast.heap;
  requires java.management;

  opens io.holdfast.cli to
      info.picocli;
}
