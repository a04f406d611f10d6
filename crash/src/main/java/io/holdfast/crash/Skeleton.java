package io.holdfast.crash;

/** Keeps the package compiling; the first class of this module replaces it. */
final class Skeleton {
  private Skeleton() {}
}
