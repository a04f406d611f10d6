package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.pool.IncompatibleLayoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** An instance never shows another object than its own: not after it was freed, nor later. */
class PersistentLifetimeTest extends HeapContract {
  @Persistent
  interface Node {
    int value();

    void value(int value);

    byte tag();

    void tag(byte value);

    String text();

    void text(String value);

    byte[] bytes();

    void bytes(byte[] value);

    Node next();

    void next(Node value);
  }

  @Persistent
  interface Other {
    long value();

    void value(long value);
  }

  /** Another type whose objects have as many bytes as a {@link Node}. */
  @Persistent
  interface AsLarge {
    long first();

    void first(long value);

    long second();

    void second(long value);

    long third();

    void third(long value);

    long fourth();

    void fourth(long value);
  }

  private Node newNode(String text) {
    Node node = heap.create(Node.class);
    node.text(text);
    node.bytes(new byte[] {1});
    return node;
  }

  private static List<ThrowingCallable> everyUseOf(Node node) {
    return List.of(
        node::value,
        node::tag,
        node::text,
        node::bytes,
        node::next,
        () -> node.value(1),
        () -> node.tag((byte) 1),
        () -> node.text("text"),
        () -> node.text(null),
        () -> node.bytes(new byte[1]),
        () -> node.next(null),
        () -> node.next(node));
  }

  private void assertFreed(Node node) {
    for (ThrowingCallable use : everyUseOf(node)) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("%s: %s was freed", path(), node);
    }
    assertThatThrownBy(() -> heap.free(node))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("%s: %s was freed", path(), node);
  }

  @Test
  void free_everyUseOfTheInstance_throws() {
    Node node = newNode("gone");
    heap.free(node);

    assertFreed(node);
    heap.transact(() -> assertFreed(node));
    assertThat(node.toString()).contains("Node@");
  }

  @Test
  void free_insideTransaction_everyUseOfTheInstanceThrowsAtOnce() {
    Node node = newNode("gone");
    heap.transact(
        () -> {
          Node fresh = newNode("fresh");
          heap.free(node);
          heap.free(fresh);
          assertFreed(node);
          assertFreed(fresh);
        });
    assertFreed(node);
  }

  @Test
  void free_inAbortedTransaction_freesNothing() {
    Node node = newNode("stays");
    abort(() -> heap.free(node));

    assertThat(node.text()).isEqualTo("stays");
  }

  @Test
  void create_inAbortedTransaction_instanceThrows() {
    List<Node> created = new ArrayList<>();
    abort(() -> created.add(newNode("never was")));

    assertFreed(created.getFirst());
  }

  @Test
  void free_placeUsedAgain_oldInstanceThrowsAndDiffers() {
    Node old = newNode("old");
    heap.free(old);
    Node successor = reuse(old);

    assertFreed(old);
    assertThat(old).isNotEqualTo(successor);
    assertThat(successor.text()).isEqualTo("new");
  }

  @Test
  void free_placeUsedAgainForAnotherType_oldInstanceThrows() {
    Node old = newNode("old");
    heap.free(old);
    reuse(old, () -> heap.create(AsLarge.class));

    assertFreed(old);
  }

  @Test
  void abort_placeUsedAgain_oldInstanceThrows() {
    List<Node> created = new ArrayList<>();
    abort(() -> created.add(newNode("never was")));
    reuse(created.getFirst());

    assertFreed(created.getFirst());
  }

  @Test
  void free_ofOwnCreation_placeUsedAgain_oldInstanceThrows() {
    List<Node> created = new ArrayList<>();
    heap.transact(
        () -> {
          created.add(newNode("hardly was"));
          heap.free(created.getFirst());
        });
    reuse(created.getFirst());

    assertFreed(created.getFirst());
  }

  private Node reuse(Node old) {
    return reuse(old, () -> newNode("new"));
  }

  /** Creates objects, many at a time, until one lies where {@code old} lay. */
  private <T> T reuse(Node old, Supplier<T> creation) {
    for (int i = 0; i < 1000; i++) {
      List<T> created = new ArrayList<>();
      heap.transact(
          () -> {
            for (int k = 0; k < 50; k++) {
              created.add(creation.get());
            }
          });
      for (T object : created) {
        if (addressOf(object).equals(addressOf(old))) {
          return object;
        }
      }
      heap.transact(() -> created.forEach(heap::free));
    }
    throw new AssertionError(old + " was never used again");
  }

  private static String addressOf(Object object) {
    return object.toString().replaceAll(".*@|\\.\\d+$", "");
  }

  @Test
  void getter_ofReferenceToFreedObject_throwsAndSetterRepairs() {
    Node node = newNode("node");
    Node next = newNode("next");
    node.next(next);
    heap.free(next);

    assertThatThrownBy(node::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(path() + ": " + node + " refers to an object at ")
        .hasMessageEndingWith(" that was freed");
    reuse(next);
    assertThatThrownBy(node::next).isInstanceOf(IllegalStateException.class);
    node.next(null);
    assertThat(node.next()).isNull();
    node.next(node);
    assertThat(node.next()).isEqualTo(node);
  }

  @Test
  void setter_ofReferenceToFreedObject_throwsAndChangesNothing() {
    Node node = newNode("node");
    Node next = newNode("next");
    heap.free(next);

    assertThatThrownBy(() -> node.next(next))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("%s: %s was freed", path(), next);
    assertThat(node.next()).isNull();
  }

  @Test
  void useOfFreedObject_caughtInsideATransaction_leavesTheTransactionAlone() {
    Node node = newNode("node");
    Node gone = newNode("gone");
    heap.free(gone);

    heap.transact(
        () -> {
          for (ThrowingCallable use : everyUseOf(gone)) {
            assertThat(catchThrowable(use)).isInstanceOf(IllegalStateException.class);
          }
          assertThat(catchThrowable(() -> heap.free(gone)))
              .isInstanceOf(IllegalStateException.class);
          assertThat(catchThrowable(() -> node.next(gone)))
              .isInstanceOf(IllegalStateException.class);
          node.value(5);
        });
    assertThat(node.value()).isEqualTo(5);
  }

  @Test
  void reopen_oldInstances_throw() {
    Node node = newNode("node");
    reopen();

    assertThatThrownBy(node::text).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> heap.free(node))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no object of this heap");
  }

  @Test
  void objectsOfOthers_areRefused() {
    Node node = newNode("node");
    Path path = folder.resolve("another.heap");
    try (Heap another = Heap.create(path, options(), geometry())) {
      Node foreign = another.create(Node.class);
      assertThatThrownBy(() -> node.next(foreign))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("%s: %s is no object of this heap", path(), foreign);
      assertThatThrownBy(() -> heap.free(foreign)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> heap.free("text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("%s: text is no object of this heap", path());
  }

  @Test
  void root_isCreatedOnceAndKeptAcrossReopen() {
    Node root = heap.root(Node.class);
    root.value(3);
    assertThat(heap.root(Node.class)).isEqualTo(root);
    reopen();

    assertThat(heap.root(Node.class).value()).isEqualTo(3);
  }

  @Test
  void root_inAbortedTransaction_isNotCreated() {
    abort(() -> heap.root(Node.class).value(3));

    assertThat(heap.root()).isZero();
    assertThat(heap.root(Node.class).value()).isZero();
  }

  @Test
  void root_ofAnotherType_isRefused() {
    heap.root(Node.class);

    assertThatThrownBy(() -> heap.root(Other.class))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessage(
            "%s: the root is of type %s, not %s",
            path(), Node.class.getName(), Other.class.getName());
  }

  @Test
  void root_ofAnotherTypeNotYetNamed_isRefusedAfterReopen() {
    heap.root(Node.class);
    reopen();

    assertThatThrownBy(() -> heap.root(Other.class))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("is of type " + Node.class.getName());
  }

  @Test
  void root_ofTheExplicitLayer_isRefused() {
    heap.transact(() -> heap.tx().putRoot(heap.reference(heap.tx().allocate(16, 7))));

    assertThatThrownBy(() -> heap.root(Node.class))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("type number 7");
  }

  @Test
  void root_freed_isCreatedAnewOfAnyType() {
    Node old = heap.root(Node.class);
    old.value(3);
    heap.free(old);

    assertThat(heap.root()).isZero();
    assertThat(heap.root(Other.class).value()).isZero();
    assertFreed(old);
  }

  @Test
  void root_freedByTheExplicitLayer_isRefused() {
    heap.root(Node.class);
    free(heap.resolve(heap.root()));

    assertThatThrownBy(() -> heap.root(Node.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(path() + ": the root object was freed");
  }

  private void abort(Runnable body) {
    IllegalStateException failure = new IllegalStateException("on purpose");
    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      body.run();
                      throw failure;
                    }))
        .isSameAs(failure);
  }
}
