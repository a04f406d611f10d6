package io.holdfast.pmem.internal;

/** How much of a line copies and fills store at once. */
enum VectorWidth {
  SSE2(16, "nt_sse2", "temporal"),
  AVX(32, "nt_avx", "temporal_avx"),
  AVX512F(64, "nt_avx512", "temporal_avx512"),
  /** AArch64 has no stores past the caches that could be relied upon. */
  NEON(16, "temporal", "temporal");

  private final int bytes;
  private final String suffix;
  private final String temporalSuffix;

  VectorWidth(int bytes, String suffix, String temporalSuffix) {
    this.bytes = bytes;
    this.suffix = suffix;
    this.temporalSuffix = temporalSuffix;
  }

  int bytes() {
    return bytes;
  }

  /** {@return the end of the names of its routines that store past the caches} */
  String suffix() {
    return suffix;
  }

  /** {@return the end of the names of those that store through the caches} */
  String temporalSuffix() {
    return temporalSuffix;
  }
}
