package io.holdfast.bench;

/** Which of a group's scenarios are measured. */
enum Extent {
  /** Those that show most in half a minute. */
  QUICK,
  /** All. */
  FULL
}
