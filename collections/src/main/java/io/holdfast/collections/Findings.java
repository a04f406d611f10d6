package io.holdfast.collections;

import io.holdfast.heap.Heap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a check of a map has found wrong, and which objects it has met. For one check. */
final class Findings {
  private static final int MOST = 100;

  private final Heap heap;
  private final List<String> wrong = new ArrayList<>();
  private final Set<Long> seen = new HashSet<>();

  Findings(Heap heap) {
    this.heap = heap;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is a library's
  void note(String format, Object... values) {
    if (wrong.size() < MOST) {
      wrong.add(format.formatted(values));
    }
  }

  /**
   * {@return whether a reference names an object of a type that has not been met before; it is
   * noted if not}
   *
   * @param what it should be
   * @param owner the address of what refers to it
   */
  boolean isObject(long reference, int type, String what, long owner) {
    if (!heap.isLive(reference)) {
      note("reference %#x in the object at address %d names no %s", reference, owner, what);
      return false;
    }
    long address = heap.resolve(reference);
    if (heap.typeOf(address) != type) {
      note(
          "the %s at address %d, which the object at address %d names, has type %#x",
          what, address, owner, heap.typeOf(address));
      return false;
    }
    if (!seen.add(address)) {
      note("the %s at address %d is named twice", what, address);
      return false;
    }
    return true;
  }

  List<String> wrong() {
    return List.copyOf(wrong);
  }

  /** {@return how many objects have been met} */
  long objects() {
    return seen.size();
  }
}
