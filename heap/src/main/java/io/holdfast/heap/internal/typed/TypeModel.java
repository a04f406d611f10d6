package io.holdfast.heap.internal.typed;

import io.holdfast.heap.Persistent;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Persistent} interface declares: its fields, found in its accessors and checked once
 * per run.
 *
 * <p>Immutable; threads may share it.
 */
final class TypeModel {
  private static final Map<Class<?>, Kind> PLAIN_KINDS =
      Arrays.stream(Kind.values())
          .filter(kind -> kind != Kind.REFERENCE)
          .collect(Collectors.toUnmodifiableMap(Kind::javaType, kind -> kind));

  private static final ClassValue<TypeModel> MODELS =
      new ClassValue<>() {
        @Override
        protected TypeModel computeValue(Class<?> type) {
          return new TypeModel(type);
        }
      };

  private final Class<?> type;
  private final Map<String, Field> fields = new TreeMap<>();
  private final Set<Class<?>> targets = new HashSet<>();

  private TypeModel(Class<?> type) {
    this.type = type;
    requirePersistentInterface();
    Map<String, Method> getters = new TreeMap<>();
    Map<String, Method> setters = new TreeMap<>();
    for (Method method : type.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
        requireAccessor(method);
        Map<String, Method> found = method.getParameterCount() == 0 ? getters : setters;
        Method other = found.put(method.getName(), method);
        if (other != null && accessedType(other) != accessedType(method)) {
          throw refuse(method.getName() + " is overloaded");
        }
      }
    }
    for (Method getter : getters.values()) {
      addField(getter, setters.remove(getter.getName()));
    }
    for (Method setter : setters.values()) {
      throw refuse(
          "%s has no getter %s %s()"
              .formatted(setter.getName(), accessedType(setter).getSimpleName(), setter.getName()));
    }
  }

  /**
   * {@return what {@code type} declares}
   *
   * @throws IllegalArgumentException if it is not a valid persistent interface; the message says
   *     why
   */
  static TypeModel of(Class<?> type) {
    return MODELS.get(type);
  }

  Class<?> type() {
    return type;
  }

  /** {@return the name under which the catalogue knows the type} */
  String name() {
    return type.getName();
  }

  /** {@return the fields by name} */
  Map<String, Field> fields() {
    return fields;
  }

  /** {@return the field called {@code name}, which must exist} */
  Field field(String name) {
    return Optional.ofNullable(fields.get(name)).orElseThrow();
  }

  /** {@return the fields in the order in which a new type lays them out} */
  List<Field> fieldsInLayoutOrder() {
    return fields.values().stream().sorted(Field.LAYOUT_ORDER).toList();
  }

  /** {@return the interfaces that fields refer to, and the permitted ones of a sealed interface} */
  Set<Class<?>> targets() {
    return targets;
  }

  private void requirePersistentInterface() {
    if (!type.isInterface() || type.isAnnotation()) {
      throw refuse("is not an interface");
    }
    if (!type.isAnnotationPresent(Persistent.class)) {
      throw refuse("is not annotated with @Persistent");
    }
    if (type.getTypeParameters().length > 0) {
      throw refuse("is generic");
    }
    if (type.isSealed()) {
      targets.addAll(List.of(type.getPermittedSubclasses()));
    }
  }

  private void requireAccessor(Method method) {
    String name = method.getName();
    boolean getter = method.getParameterCount() == 0 && method.getReturnType() != void.class;
    boolean setter = method.getParameterCount() == 1 && method.getReturnType() == void.class;
    if (!getter && !setter) {
      throw refuse(
          name + " is neither a getter T " + name + "() nor a setter void " + name + "(T)");
    }
    if (method.getTypeParameters().length > 0
        || method.getGenericReturnType() != method.getReturnType()
        || (setter && method.getGenericParameterTypes()[0] != method.getParameterTypes()[0])) {
      throw refuse(name + " is generic");
    }
  }

  private void addField(Method getter, @Nullable Method setter) {
    String name = getter.getName();
    Class<?> fieldType = getter.getReturnType();
    if (setter == null) {
      throw refuse("%s has no setter void %s(%s)".formatted(name, name, fieldType.getSimpleName()));
    }
    if (accessedType(setter) != fieldType) {
      throw refuse(
          "%s is read as %s but written as %s"
              .formatted(name, fieldType.getTypeName(), accessedType(setter).getTypeName()));
    }
    Kind kind = PLAIN_KINDS.get(fieldType);
    if (kind == null && !fieldType.isAnnotationPresent(Persistent.class)) {
      throw refuse(
          "%s is of type %s, which is neither a primitive, String, byte[] nor a @Persistent interface"
              .formatted(name, fieldType.getTypeName()));
    }
    if (kind == null) {
      targets.add(fieldType);
      fields.put(name, new Field(name, Kind.REFERENCE, fieldType.getName()));
    } else {
      fields.put(name, new Field(name, kind, ""));
    }
  }

  private static Class<?> accessedType(Method accessor) {
    return accessor.getParameterCount() == 0
        ? accessor.getReturnType()
        : accessor.getParameterTypes()[0];
  }

  /** {@return whether an interface only repeats what every object has} */
  private static boolean isOfObject(Method method) {
    try {
      return Modifier.isPublic(
          Object.class.getMethod(method.getName(), method.getParameterTypes()).getModifiers());
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  private IllegalArgumentException refuse(String reason) {
    return new IllegalArgumentException(
        "%s cannot be persistent: %s".formatted(type.getName(), reason));
  }
}
