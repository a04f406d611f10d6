package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no persistent interface is refused with its name and the reason. */
class PersistentValidationTest {
  private static final Path PATH = Path.of("/pools/typed.heap");

  private Heap heap;

  @BeforeEach
  void create() {
    heap =
        Heap.create(
            PATH,
            HeapOptions.defaults()
                .withSize(0)
                .withLimit(4 << 20)
                .withMedium(SimulatedMedium.of(Granularity.CACHE_LINE)));
  }

  @AfterEach
  void close() {
    heap.close();
  }

  @Persistent
  static class NoInterface {}

  interface NotAnnotated {
    int value();

    void value(int value);
  }

  @Persistent
  interface Generic<T> {}

  @Persistent
  interface NoSetter {
    int value();
  }

  @Persistent
  interface NoGetter {
    void value(int value);
  }

  @Persistent
  interface Mismatched {
    int value();

    void value(long value);
  }

  @Persistent
  interface Overloaded {
    int value();

    void value(int value);

    void value(long value);
  }

  @Persistent
  interface NoAccessor {
    int value(int value);
  }

  @Persistent
  interface TwoParameters {
    void value(int value, int other);
  }

  @Persistent
  interface Boxed {
    Integer value();

    void value(Integer value);
  }

  @Persistent
  interface Strings {
    String[] value();

    void value(String[] value);
  }

  @Persistent
  interface ListField {
    List<String> value();

    void value(List<String> value);
  }

  @Persistent
  interface GenericMethod {
    Valid value();

    <T extends Valid> void value(T value);
  }

  interface Named<T> {
    T name();

    void name(T value);
  }

  @Persistent
  interface Inheriting extends Named<String> {}

  @Persistent
  interface ToNotAnnotated {
    NotAnnotated value();

    void value(NotAnnotated value);
  }

  @Persistent
  interface ToInvalid {
    NoSetter value();

    void value(NoSetter value);
  }

  static List<Arguments> refused() {
    return List.of(
        Arguments.of(NoInterface.class, "is not an interface"),
        Arguments.of(String.class, "is not an interface"),
        Arguments.of(int.class, "is not an interface"),
        Arguments.of(Persistent.class, "is not an interface"),
        Arguments.of(NotAnnotated.class, "is not annotated with @Persistent"),
        Arguments.of(Generic.class, "is generic"),
        Arguments.of(NoSetter.class, "value has no setter void value(int)"),
        Arguments.of(NoGetter.class, "value has no getter int value()"),
        Arguments.of(Mismatched.class, "value is read as int but written as long"),
        Arguments.of(Overloaded.class, "value is overloaded"),
        Arguments.of(
            NoAccessor.class, "value is neither a getter T value() nor a setter void value(T)"),
        Arguments.of(
            TwoParameters.class, "value is neither a getter T value() nor a setter void value(T)"),
        Arguments.of(
            Boxed.class,
            "value is of type java.lang.Integer, which is neither a primitive, String, byte[] nor a"
                + " @Persistent interface"),
        Arguments.of(
            Strings.class,
            "value is of type java.lang.String[], which is neither a primitive, String, byte[] nor"
                + " a @Persistent interface"),
        Arguments.of(ListField.class, "value is generic"),
        Arguments.of(GenericMethod.class, "value is generic"),
        Arguments.of(Inheriting.class, "name is generic"),
        Arguments.of(
            ToNotAnnotated.class,
            "value is of type "
                + NotAnnotated.class.getName()
                + ", which is neither a primitive, String, byte[] nor a @Persistent interface"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void create_invalidInterface_isRefusedInWords(Class<?> type, String reason) {
    String message = type.getName() + " cannot be persistent: " + reason;
    assertThatThrownBy(() -> heap.create(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> heap.root(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(heap.root()).isZero();
  }

  @Test
  void create_interfaceReferringToAnInvalidOne_isRefusedBecauseOfThat() {
    for (int round = 0; round < 2; round++) {
      assertThatThrownBy(() -> heap.create(ToInvalid.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(NoSetter.class.getName() + " cannot be persistent");
    }
  }

  @Test
  void create_refusedInterface_leavesATransactionAlone() {
    Valid object = heap.create(Valid.class);
    heap.transact(
        () -> {
          assertThatThrownBy(() -> heap.create(Boxed.class))
              .isInstanceOf(IllegalArgumentException.class);
          object.value(4);
        });
    assertThat(object.value()).isEqualTo(4);
  }

  /** All that may be in a persistent interface besides accessors. */
  @Persistent
  interface Valid {
    int LIMIT = 7;

    int value();

    void value(int value);

    default int value(int first, int second) {
      return first + second + value() + hidden();
    }

    default void value(long wide) {
      value((int) wide);
    }

    static int limit() {
      return LIMIT;
    }

    private int hidden() {
      return 100;
    }

    @Override
    boolean equals(Object other);

    @Override
    int hashCode();

    @Override
    String toString();
  }

  @Test
  void create_interfaceWithOtherMethods_inheritsThem() {
    Valid object = heap.create(Valid.class);
    object.value(Valid.limit());
    object.value(8L);

    assertThat(object.value(1, 2)).isEqualTo(111);
    assertThat(object).hasToString(object.toString());
  }

  interface HasName {
    String name();

    void name(String value);
  }

  @Persistent
  interface HasSize {
    int size();

    void size(int value);

    default String describe() {
      return "size " + size();
    }
  }

  /** The field name comes twice, and size from above; count is computed instead of stored. */
  @Persistent
  interface Derived extends HasName, HasSize, HasCount {
    @Override
    String name();

    long more();

    void more(long value);

    @Override
    default int count() {
      return size() + 1;
    }

    @Override
    default void count(int value) {
      size(value - 1);
    }

    @Override
    default String describe() {
      return name() + " of " + HasSize.super.describe();
    }
  }

  interface HasCount {
    int count();

    void count(int value);
  }

  @Test
  void create_derivedInterface_hasTheFieldsOfAll() {
    Derived object = heap.create(Derived.class);
    object.name("box");
    object.count(4);
    object.more(-1);

    assertThat(object.describe()).isEqualTo("box of size 3");
    assertThat(object.count()).isEqualTo(4);
    assertThat(object.more()).isEqualTo(-1);
  }

  @Persistent
  interface Holder {
    HasSize held();

    void held(HasSize value);

    Shape shape();

    void shape(Shape value);
  }

  @Persistent
  sealed interface Shape permits Circle, Square {}

  @Persistent
  non-sealed interface Circle extends Shape {
    double radius();

    void radius(double value);
  }

  @Persistent
  non-sealed interface Square extends Shape {
    double side();

    void side(double value);
  }

  @Test
  void getter_ofSubtypeTheProgramHasNamed_returnsIt() {
    Holder holder = heap.root(Holder.class);
    Derived derived = heap.create(Derived.class);
    derived.size(3);
    holder.held(derived);

    assertThat(holder.held()).isEqualTo(derived).isInstanceOf(Derived.class);
    assertThat(holder.held().describe()).isEqualTo("null of size 3");
  }

  @Test
  void getter_ofSealedType_knowsWhatThatPermits() {
    Holder holder = heap.root(Holder.class);
    Square square = heap.create(Square.class);
    square.side(2);
    holder.shape(square);

    assertThat(holder.shape()).isInstanceOf(Square.class);
    assertThatThrownBy(() -> heap.create(Shape.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            Shape.class.getName() + " is sealed: objects are of one of the interfaces it permits");
  }

  @Test
  void getter_afterReopen_knowsSealedSubtypesAndRefusesOthersUntilNamed() {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    HeapOptions options = HeapOptions.defaults().withSize(0).withLimit(4 << 20).withMedium(medium);
    try (Heap first = Heap.create(PATH, options)) {
      first.root(Holder.class).shape(first.create(Circle.class));
      first.root(Holder.class).held(first.create(Derived.class));
    }
    try (Heap second = Heap.open(PATH, options)) {
      Holder holder = second.root(Holder.class);
      assertThat(holder.shape()).isInstanceOf(Circle.class);
      assertThatThrownBy(holder::held)
          .isInstanceOf(io.holdfast.pool.IncompatibleLayoutException.class)
          .hasMessageContaining("is of type " + Derived.class.getName())
          .hasMessageContaining("which this program has not named");
      second.create(Derived.class);
      assertThat(holder.held()).isInstanceOf(Derived.class);
    }
  }
}
