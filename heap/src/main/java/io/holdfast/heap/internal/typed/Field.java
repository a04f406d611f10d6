package io.holdfast.heap.internal.typed;

import java.util.Comparator;

/**
 * A field of a persistent type: what the interface says and the catalogue remembers.
 *
 * @param name the accessors' name
 * @param kind what it holds
 * @param target the binary name of the interface a {@link Kind#REFERENCE} leads to; empty for the
 *     other kinds
 */
record Field(String name, Kind kind, String target) {
  /** The order in which fields are laid out: largest first, so that nothing needs padding. */
  static final Comparator<Field> LAYOUT_ORDER =
      Comparator.comparingInt((Field field) -> -field.kind.byteSize()).thenComparing(Field::name);

  /** {@return the type as one would write it} */
  String typeName() {
    return kind == Kind.REFERENCE ? target : kind.javaType().getSimpleName();
  }

  /** {@return type and name as one would write them} */
  @Override
  public String toString() {
    return typeName() + " " + name;
  }
}
