package io.holdfast.heap.internal.typed;

import io.holdfast.pool.IncompatibleLayoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the fields of the objects of one type number lie. Immutable and, once in the catalogue, for
 * ever.
 *
 * <p>A type that gains fields gains a layout, for objects created from then on. Older objects stay
 * as and where they are. The first word of every object is kept for their sake: once a new field of
 * an older object is given a value, it refers to an extension, a block that has a word for each
 * field added since the first layout, in the order of addition:
 *
 * <pre>
 *      object                    extension, type {@link CatalogueLayout#EXTENSION_TYPE}
 *    0 +------------------+        +--------------------------+
 *      | extension, or 0 -|------> | size of it all, in bytes |
 *    8 +------------------+        +--------------------------+
 *      | fields           |        | first field added        |
 *      |                  |     16 +--------------------------+
 *      |                  |        | second field added ...   |
 *      +------------------+        +--------------------------+
 * </pre>
 *
 * <p>A field that an object has no room for is zero. An extension too small for a field is replaced
 * by a larger one.
 *
 * @param typeId the number in the objects' headers
 * @param typeName the interface's binary name
 * @param byteSize how many bytes an object has, its header and extension not counted
 * @param fields the fields that such objects have, in layout order
 */
record Layout(int typeId, String typeName, int byteSize, List<Placed> fields) {

  /**
   * A field and its place.
   *
   * @param field the field
   * @param offset where in the object it lies, in bytes
   */
  record Placed(Field field, int offset) {}

  /** Where an object refers to its extension. */
  static final int EXTENSION_OFFSET = 0;

  /** Where an extension notes how many bytes it has. */
  static final int EXTENSION_SIZE_OFFSET = 0;

  /** The bytes of a reference, and of each field in an extension. */
  static final int WORD = Long.BYTES;

  Layout {
    fields = List.copyOf(fields);
    Field.requirePlainText(typeName);
    for (Placed placed : fields) {
      if (placed.offset() < EXTENSION_OFFSET + WORD
          || placed.offset() > byteSize - placed.field().kind().byteSize()) {
        throw new IllegalArgumentException(
            "field %s at offset %d of %d bytes"
                .formatted(placed.field(), placed.offset(), byteSize));
      }
    }
  }

  /** {@return the layout of new objects of a type} */
  static Layout of(int typeId, TypeModel model) {
    List<Placed> placed = new ArrayList<>();
    int offset = EXTENSION_OFFSET + WORD;
    for (Field field : model.fieldsInLayoutOrder()) {
      placed.add(new Placed(field, offset));
      offset += field.kind().byteSize();
    }
    return new Layout(typeId, model.name(), (offset + WORD - 1) & -WORD, placed);
  }

  /**
   * {@return where extensions have the fields added to a type since its first layout, in bytes by
   * name}
   *
   * @param history the type's layouts, oldest first
   */
  static Map<String, Integer> addedOffsets(List<Layout> history) {
    Map<String, Integer> added = new LinkedHashMap<>();
    for (Layout layout : history) {
      for (Placed placed : layout.fields) {
        String name = placed.field().name();
        if (history.getFirst().find(name).isEmpty() && !added.containsKey(name)) {
          added.put(name, extensionSize(added));
        }
      }
    }
    return added;
  }

  /** {@return how many bytes an extension with all these fields has} */
  static int extensionSize(Map<String, Integer> addedOffsets) {
    return EXTENSION_SIZE_OFFSET + WORD + addedOffsets.size() * WORD;
  }

  Optional<Placed> find(String name) {
    return fields.stream().filter(placed -> placed.field().name().equals(name)).findFirst();
  }

  /** {@return the same layout under a type number} */
  Layout withTypeId(int newTypeId) {
    return new Layout(newTypeId, typeName, byteSize, fields);
  }

  /** {@return whether the two differ in nothing but the type number} */
  boolean isLike(Layout other) {
    return typeName.equals(other.typeName)
        && byteSize == other.byteSize
        && fields.equals(other.fields);
  }

  /**
   * Checks that an interface still has every field of this layout.
   *
   * @throws IncompatibleLayoutException if one was removed or has changed its type
   */
  void requireReadableAs(TypeModel model, Path heap) {
    for (Placed placed : fields) {
      Field stored = placed.field();
      Field declared = model.fields().get(stored.name());
      if (declared == null) {
        throw new IncompatibleLayoutException(
            "%s: type %s has a field %s in the heap but not in the interface; fields can be added, not removed"
                .formatted(heap, typeName, stored));
      }
      if (!declared.equals(stored)) {
        throw new IncompatibleLayoutException(
            "%s: type %s has a field %s in the heap but %s in the interface; a field keeps its type"
                .formatted(heap, typeName, stored, declared));
      }
    }
  }
}
