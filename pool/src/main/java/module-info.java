/** Pool files: header, checksum, ownership. */
@org.jspecify.annotations.NullMarked
module io.holdfast.pool {
  requires static transitive org.jspecify;
  requires transitive io.holdfast.pmem;

  exports io.holdfast.pool;
}
