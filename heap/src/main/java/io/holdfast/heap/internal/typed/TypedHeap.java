package io.holdfast.heap.internal.typed;

import io.holdfast.heap.Computation;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.HeapLayout;
import io.holdfast.heap.internal.ObjectHeader;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.pool.IncompatibleLayoutException;
import io.holdfast.pool.PoolCorruptedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The typed layer of one heap: creates, finds and frees objects of {@link
 * io.holdfast.heap.Persistent} interfaces.
 *
 * <p><b>Binding.</b> Before an interface is used it is bound, together with all it refers to: it is
 * checked, compared with every {@link Layout} that the {@link Catalogue} has under its name, and a
 * class is generated for each. An object met on the way along a reference is then made an instance
 * by its type number alone. No class is ever looked for because the pool names it: an object whose
 * type has not been bound in this run is refused.
 *
 * <p><b>Adding to the catalogue.</b> Binding changes nothing in the heap. The first object created
 * with new fields, and the first value given to a new field of an older object, bring the new
 * layout into the catalogue, in the same transaction.
 *
 * <p>Everything here is volatile but what transactions write. Threads may share it.
 */
public final class TypedHeap {

  /** A bound interface. */
  private static final class Binding {
    private final TypeModel model;

    /** The layout of new objects, but for the number that the catalogue gives it. */
    private final Layout wanted;

    /** The layout of new objects, once it is in the catalogue for good. */
    private volatile @Nullable Layout current;

    Binding(TypeModel model) {
      this.model = model;
      this.wanted = Layout.of(CatalogueLayout.END_TYPE, model);
    }
  }

  /** What is known of the objects of one type number. */
  private record Known(Layout layout, Binding binding, Flyweight prototype) {}

  private final HeapCore core;
  private final Catalogue catalogue;
  private final Map<Class<?>, Binding> bindings = new ConcurrentHashMap<>();

  /** By type number less {@link CatalogueLayout#FIRST_TYPE}; replaced when something is added. */
  private volatile @Nullable Known[] known = new @Nullable Known[0];

  /**
   * Reads the catalogue of types.
   *
   * @param core the heap
   * @throws PoolCorruptedException if the catalogue is damaged
   */
  public TypedHeap(HeapCore core) {
    this.core = core;
    this.catalogue = new Catalogue(core);
  }

  HeapCore core() {
    return core;
  }

  /** Runs a transaction that has the heap alone, or joins the running one. */
  void transact(Consumer<Transaction> body) {
    core.<@Nullable Void, RuntimeException>transact(
        null,
        () -> {
          body.accept(runningTransaction());
          return null;
        });
  }

  /** Runs {@code body} in the running transaction or in one of its own. */
  private <R> R inTransaction(Computation<R, RuntimeException> body) {
    return core.currentTransaction() != null ? body.get() : core.transact(null, body);
  }

  // ---- objects

  /**
   * Creates an object in the running transaction or one of its own.
   *
   * @param type its interface
   * @return the object, all of whose fields are zero, {@code false} or {@code null}
   */
  public <T> T create(Class<T> type) {
    Binding binding = bind(type);
    requireCreatable(type);
    return type.cast(inTransaction(() -> create(binding)));
  }

  private Flyweight create(Binding binding) {
    Transaction tx = runningTransaction();
    Layout layout = layoutForNew(tx, binding);
    long address = tx.allocateTyped(layout.byteSize(), layout.typeId());
    return knownAs(layout, binding).prototype().with(core.reference(address));
  }

  private static void requireCreatable(Class<?> type) {
    if (type.isSealed()) {
      throw new IllegalArgumentException(
          type.getName() + " is sealed: objects are of one of the interfaces it permits");
    }
  }

  /**
   * {@return the heap's root, created if there is none}
   *
   * @param type its interface or one that this extends
   */
  public <T> T root(Class<T> type) {
    bind(type);
    long root = core.getLong(HeapLayout.ROOT_OFFSET);
    return root == 0 ? inTransaction(() -> createRoot(type)) : asRoot(type, root);
  }

  private <T> T createRoot(Class<T> type) {
    long root = core.getLong(HeapLayout.ROOT_OFFSET);
    if (root != 0) {
      return asRoot(type, root);
    }
    T created = create(type);
    runningTransaction().putRoot(requireOwn(created).reference());
    return created;
  }

  private <T> T asRoot(Class<T> type, long root) {
    Flyweight prototype = prototypeFor(root);
    if (prototype == null) {
      throw new IllegalStateException(core.path() + ": the root object was freed");
    }
    if (!type.isInstance(prototype)) {
      throw new IncompatibleLayoutException(
          "%s: the root is of type %s, not %s"
              .formatted(core.path(), prototype.typeName(), type.getName()));
    }
    return type.cast(prototype.with(root));
  }

  /**
   * Frees an object and the values that belong to its fields, in the running transaction or one of
   * its own. If it is the root, there is none afterwards.
   *
   * @param object an instance that {@link #create}, {@link #root} or a getter has returned
   * @throws IllegalArgumentException if it is no object of this heap
   * @throws IllegalStateException if it was freed already
   */
  public void free(Object object) {
    Flyweight flyweight = requireOwn(object);
    flyweight.requireLive();
    transact(tx -> free(tx, flyweight));
  }

  private void free(Transaction tx, Flyweight object) {
    object.requireLive();
    long address = ObjectHeader.address(object.reference());
    Known type = knownTypeOf(object);
    for (Layout.Placed placed : type.layout().fields()) {
      if (placed.field().kind().isOwned()) {
        freeValue(tx, address + placed.offset());
      }
    }
    long extension = core.getLong(address + Layout.EXTENSION_OFFSET);
    if (extension != 0) {
      freeExtension(tx, type.binding(), ObjectHeader.address(extension));
    }
    if (core.getLong(HeapLayout.ROOT_OFFSET) == object.reference()) {
      tx.putRoot(0);
    }
    tx.free(address);
  }

  private void freeExtension(Transaction tx, Binding binding, long extension) {
    long size = core.getLong(extension + Layout.EXTENSION_SIZE_OFFSET);
    addedOffsets(binding)
        .forEach(
            (name, offset) -> {
              if (binding.model.field(name).kind().isOwned() && offset < size) {
                freeValue(tx, extension + offset);
              }
            });
    tx.freeValue(extension);
  }

  private void freeValue(Transaction tx, long field) {
    long value = core.getLong(field);
    if (value != 0) {
      tx.freeValue(ObjectHeader.address(value));
    }
  }

  // ---- for flyweights

  /** {@return whether {@code reference} names a living object, value or extension} */
  boolean isLive(long reference) {
    return core.isLive(reference);
  }

  /**
   * {@return an instance of the class for the object that {@code reference} names, or {@code null}
   * if that was freed}
   *
   * @throws IncompatibleLayoutException if its type has not been bound in this run
   */
  @Nullable Flyweight prototypeFor(long reference) {
    long header = core.headerOf(reference);
    if (!ObjectHeader.isLive(header)
        || ObjectHeader.generation(header) != ObjectHeader.referencedGeneration(reference)) {
      return null;
    }
    return knownTypeOf(reference, header).prototype();
  }

  private IncompatibleLayoutException unknownType(long reference, int typeId) {
    Optional<Layout> layout = catalogue.find(typeId);
    String what =
        layout.isPresent()
            ? "of type %s, which this program has not named; a field's subtypes are known to it if they are sealed"
                .formatted(layout.get().typeName())
            : "of type number %d, which is not that of a persistent interface".formatted(typeId);
    return new IncompatibleLayoutException(
        "%s: the object at %d is %s".formatted(core.path(), ObjectHeader.address(reference), what));
  }

  /**
   * {@return {@code object} if it belongs to this heap}
   *
   * @throws IllegalArgumentException if not
   */
  Flyweight requireOwn(Object object) {
    if (object instanceof Flyweight flyweight && flyweight.typed() == this) {
      return flyweight;
    }
    throw new IllegalArgumentException(
        "%s: %s is no object of this heap".formatted(core.path(), object));
  }

  PoolCorruptedException damaged(Flyweight object, String how) {
    return new PoolCorruptedException("%s: %s is damaged: %s".formatted(core.path(), object, how));
  }

  /**
   * Makes sure that an object has an extension with room for a field.
   *
   * @return the extension's address
   */
  long extend(Transaction tx, Flyweight object, long offset) {
    long word = ObjectHeader.address(object.reference()) + Layout.EXTENSION_OFFSET;
    long old = ObjectHeader.address(core.getLong(word));
    long oldSize = old == 0 ? 0 : core.getLong(old + Layout.EXTENSION_SIZE_OFFSET);
    if (offset < oldSize) {
      return old;
    }
    Binding binding = knownTypeOf(object).binding();
    layoutForNew(tx, binding);
    int size = Layout.extensionSize(addedOffsets(binding));
    long extension = tx.allocateTyped(size, CatalogueLayout.EXTENSION_TYPE);
    for (int at = Layout.WORD; at < oldSize; at += Layout.WORD) {
      tx.putLong(extension + at, core.getLong(old + at));
    }
    tx.putLong(extension + Layout.EXTENSION_SIZE_OFFSET, size);
    tx.putLong(word, core.reference(extension));
    if (old != 0) {
      tx.freeValue(old);
    }
    return extension;
  }

  // ---- types

  private Binding bind(Class<?> type) {
    Binding bound = bindings.get(type);
    return bound != null ? bound : bindAll(type);
  }

  /** Binds an interface and all that can be reached from it, or none of them. */
  private synchronized Binding bindAll(Class<?> type) {
    Map<Class<?>, Binding> found = new LinkedHashMap<>();
    List<Known> types = new ArrayList<>();
    Deque<Class<?>> open = new ArrayDeque<>(List.of(type));
    while (!open.isEmpty()) {
      Class<?> next = open.remove();
      if (!bindings.containsKey(next) && !found.containsKey(next)) {
        Binding binding = new Binding(TypeModel.of(next));
        requireOnlyClassOfItsName(next);
        found.put(next, binding);
        open.addAll(binding.model.targets());
        for (Layout layout : catalogue.findAll(next.getName())) {
          requireCreatable(next);
          layout.requireReadableAs(binding.model, core.path());
          types.add(new Known(layout, binding, prototype(layout, binding)));
        }
      }
    }
    types.forEach(this::add);
    bindings.putAll(found);
    return bind(type);
  }

  private void requireOnlyClassOfItsName(Class<?> type) {
    for (Class<?> bound : bindings.keySet()) {
      if (bound.getName().equals(type.getName())) {
        throw new IllegalStateException(
            "%s: %s is in use from another class loader".formatted(core.path(), type.getName()));
      }
    }
  }

  private Layout layoutForNew(Transaction tx, Binding binding) {
    Layout current = binding.current;
    if (current != null) {
      return current;
    }
    Layout layout = catalogue.findOrAdd(tx, binding.wanted);
    if (catalogue.find(layout.typeId()).isPresent()) {
      binding.current = layout;
    }
    return layout;
  }

  private Known knownAs(Layout layout, Binding binding) {
    Known type = knownById(layout.typeId());
    return type != null ? type : addNew(layout, binding);
  }

  private synchronized Known addNew(Layout layout, Binding binding) {
    Known type = new Known(layout, binding, prototype(layout, binding));
    add(type);
    return type;
  }

  private void add(Known type) {
    int index = type.layout().typeId() - CatalogueLayout.FIRST_TYPE;
    @Nullable Known[] longer = Arrays.copyOf(known, Math.max(known.length, index + 1));
    longer[index] = type;
    known = longer;
  }

  private @Nullable Known knownById(int typeId) {
    @Nullable Known[] types = known;
    int index = typeId - CatalogueLayout.FIRST_TYPE;
    return index >= 0 && index < types.length ? types[index] : null;
  }

  private Known knownTypeOf(Flyweight object) {
    long reference = object.reference();
    return knownTypeOf(reference, core.getLong(ObjectHeader.address(reference) - Long.BYTES));
  }

  private Known knownTypeOf(long reference, long header) {
    Known type = knownById(ObjectHeader.type(header));
    if (type == null) {
      throw unknownType(reference, ObjectHeader.type(header));
    }
    return type;
  }

  private Flyweight prototype(Layout layout, Binding binding) {
    return FlyweightClass.of(binding.model, layout, addedOffsets(binding)).prototype(this);
  }

  /**
   * {@return where extensions have the fields that a type has been given since its first layout}
   */
  private Map<String, Integer> addedOffsets(Binding binding) {
    List<Layout> history = catalogue.findAll(binding.model.name());
    // Where it is not in the catalogue yet, it will come last.
    history.add(binding.wanted);
    return Layout.addedOffsets(history);
  }

  private Transaction runningTransaction() {
    Transaction tx = core.currentTransaction();
    if (tx == null) {
      throw new IllegalStateException(core.path() + ": no transaction is running in this thread");
    }
    return tx;
  }
}
