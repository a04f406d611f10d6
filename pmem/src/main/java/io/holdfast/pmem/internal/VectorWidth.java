package io.holdfast.pmem.internal;

/** How much of a line the copies past the caches store at once. */
enum VectorWidth {
  SSE2(16, "nt_sse2"),
  AVX(32, "nt_avx"),
  AVX512F(64, "nt_avx512"),
  /** AArch64 has no stores past the caches that could be relied upon. */
  NEON(16, "temporal");

  private final int bytes;
  private final String suffix;

  VectorWidth(int bytes, String suffix) {
    this.bytes = bytes;
    this.suffix = suffix;
  }

  int bytes() {
    return bytes;
  }

  /** {@return the end of the names of its routines} */
  String suffix() {
    return suffix;
  }
}
