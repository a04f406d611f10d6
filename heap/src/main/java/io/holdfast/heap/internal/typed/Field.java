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

  Field {
    requirePlainText(name);
    requirePlainText(target);
  }

  /**
   * Checks a name, which may come from a damaged pool and is going to be shown to people.
   *
   * @throws IllegalArgumentException if it could do more to a terminal than be read
   */
  static void requirePlainText(String name) {
    if (name.codePoints().anyMatch(c -> !isPlainText(c))) {
      throw new IllegalArgumentException("name with a control character");
    }
  }

  private static boolean isPlainText(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
      default -> true;
    };
  }

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
