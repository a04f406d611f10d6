package io.holdfast.heap.internal.typed;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Generates the classes that implement {@link io.holdfast.heap.Persistent} interfaces: subclasses
 * of {@link Flyweight}, each made once per run for one interface and one {@link Layout}.
 *
 * <p><b>What is generated.</b> An accessor is the call of one method of {@link Flyweight} with the
 * field's offset and the layout's header bits as constants, so that nothing but heap accesses is
 * left once it is compiled. For
 *
 * <pre>{@code
 * @Persistent interface Node { int value(); void value(int value); Node next(); void next(Node value); }
 * }</pre>
 *
 * the class is, with the constants' names instead of their values:
 *
 * <pre>{@code
 * final class Node$Flyweight1 extends Flyweight implements Node {
 *   public int value() { return getInt(VALUE_OFFSET, TYPE_BITS); }
 *   public void value(int value) { putInt(VALUE_OFFSET, TYPE_BITS, value); }
 *   public Node next() {
 *     long target = getSlot(NEXT_SLOT, TYPE_BITS);
 *     if (target == 0) { return null; }
 *     Flyweight prototype = prototype(target);
 *     return prototype instanceof Node
 *         ? (Node) prototype.with(target)
 *         : (Node) getSettledObject(NEXT_SLOT, TYPE_BITS, Node.class);
 *   }
 *   public void next(Node value) { putObject(NEXT_SLOT, TYPE_BITS, value); }
 *   public Flyweight with(long reference) { return new Node$Flyweight1(typed(), reference); }
 * }
 * }</pre>
 *
 * The call of {@code with} stands in the accessor, not in {@link Flyweight}, since most fields lead
 * to one class: there the compiler sees which one, and often that the instance need not exist at
 * all. Fields that were added to the type after the layout are raw words of the object's extension,
 * converted here.
 *
 * <p><b>Where the class lives.</b> In the interface's own package, if that is open to this module,
 * as everything on the class path is: so interfaces need not be public. {@link Flyweight}'s package
 * is then exported to the interface's module, and to nobody else. (A hidden class would need more,
 * since a lookup cannot be had with full privileges for another module.) Otherwise in this package,
 * for which the interface and all those it refers to must be public, exported and visible here.
 */
final class FlyweightClass {
  private record Key(Layout layout, Map<String, Integer> addedOffsets) {}

  private static final ClassValue<Map<Key, FlyweightClass>> CLASSES =
      new ClassValue<>() {
        @Override
        protected Map<Key, FlyweightClass> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  /** Makes the classes' names unique in their packages. */
  private static final AtomicInteger NEXT_NUMBER = new AtomicInteger(1);

  private final MethodHandle constructor;

  private FlyweightClass(MethodHandle constructor) {
    this.constructor = constructor;
  }

  /**
   * {@return the class for objects of one layout}
   *
   * @param model the interface
   * @param layout where the objects have the fields that they were created with
   * @param addedOffsets where their extensions have the others
   * @throws IllegalArgumentException if the interface is not accessible
   */
  static FlyweightClass of(TypeModel model, Layout layout, Map<String, Integer> addedOffsets) {
    return CLASSES
        .get(model.type())
        .computeIfAbsent(new Key(layout, addedOffsets), key -> generate(model, key));
  }

  /** {@return an instance for a heap that names no object} */
  Flyweight prototype(TypedHeap typed) {
    try {
      return (Flyweight) constructor.invokeExact(typed, 0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static FlyweightClass generate(TypeModel model, Key key) {
    MethodHandles.Lookup host = hostOf(model);
    FlyweightCode code =
        new FlyweightCode(
            host.lookupClass().getPackageName(),
            "$Flyweight" + NEXT_NUMBER.getAndIncrement(),
            model,
            key.layout,
            key.addedOffsets);
    try {
      Class<?> generated = host.defineClass(code.bytes());
      MethodHandle constructor =
          host.findConstructor(
              generated, MethodType.methodType(void.class, TypedHeap.class, long.class));
      return new FlyweightClass(
          constructor.asType(constructor.type().changeReturnType(Flyweight.class)));
    } catch (IllegalAccessException | NoSuchMethodException | LinkageError e) {
      throw new IllegalArgumentException(
          "%s cannot be persistent: it cannot be implemented: %s"
              .formatted(model.name(), e.getMessage()),
          e);
    }
  }

  // ---- where

  private static MethodHandles.Lookup hostOf(TypeModel model) {
    Class<?> type = model.type();
    Module ours = Flyweight.class.getModule();
    ours.addReads(type.getModule());
    try {
      MethodHandles.Lookup host = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      ours.addExports(Flyweight.class.getPackageName(), type.getModule());
      return host;
    } catch (IllegalAccessException e) {
      requireAccessible(model, type);
      for (Class<?> target : model.targets()) {
        ours.addReads(target.getModule());
        requireAccessible(model, target);
      }
      return MethodHandles.lookup();
    }
  }

  private static void requireAccessible(TypeModel model, Class<?> type) {
    Module ours = Flyweight.class.getModule();
    if (!Modifier.isPublic(type.getModifiers())
        || !type.getModule().isExported(type.getPackageName(), ours)
        || !isVisible(type)) {
      throw new IllegalArgumentException(
          "%s cannot be persistent: %s is not accessible; make it public and export its package, or open package %s, to %s"
              .formatted(
                  model.name(), type.getName(), model.type().getPackageName(), ours.getName()));
    }
  }

  private static boolean isVisible(Class<?> type) {
    try {
      return Class.forName(type.getName(), false, Flyweight.class.getClassLoader()) == type;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
