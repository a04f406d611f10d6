package io.holdfast.heap.internal.typed;

/**
 * What a field holds, how many bytes that takes in its object, and the code the catalogue writes
 * for it.
 */
enum Kind {
  BOOLEAN('Z', 1, boolean.class),
  BYTE('B', 1, byte.class),
  CHAR('C', 2, char.class),
  SHORT('S', 2, short.class),
  INT('I', 4, int.class),
  FLOAT('F', 4, float.class),
  LONG('J', 8, long.class),
  DOUBLE('D', 8, double.class),
  /** A reference to a {@link ValueBlock} of characters, which the field owns. */
  STRING('T', 8, String.class),
  /** A reference to a {@link ValueBlock} of bytes, which the field owns. */
  BYTES('A', 8, byte[].class),
  /** A reference to a persistent object. */
  REFERENCE('L', 8, Object.class);

  private final char code;
  private final int byteSize;
  private final Class<?> javaType;

  Kind(char code, int byteSize, Class<?> javaType) {
    this.code = code;
    this.byteSize = byteSize;
    this.javaType = javaType;
  }

  byte code() {
    return (byte) code;
  }

  int byteSize() {
    return byteSize;
  }

  /**
   * {@return the accessors' type; {@code Object} for a reference, whose interface the field names}
   */
  Class<?> javaType() {
    return javaType;
  }

  /** {@return whether the field's value is a block that is freed with the field} */
  boolean isOwned() {
    return this == STRING || this == BYTES;
  }

  /**
   * {@return the kind with the given code}
   *
   * @throws IllegalArgumentException if there is none
   */
  static Kind of(byte code) {
    for (Kind kind : values()) {
      if (kind.code() == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown kind of field, code " + code);
  }
}
