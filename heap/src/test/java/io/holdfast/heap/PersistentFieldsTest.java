package io.holdfast.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Fields of every type keep what they are given, in transactions, outside them, and when reopened.
 */
class PersistentFieldsTest extends HeapContract {
  @Persistent
  interface Everything {
    boolean truth();

    void truth(boolean value);

    byte small();

    void small(byte value);

    char letter();

    void letter(char value);

    short medium();

    void medium(short value);

    int number();

    void number(int value);

    float ratio();

    void ratio(float value);

    long amount();

    void amount(long value);

    double precise();

    void precise(double value);

    String text();

    void text(String value);

    byte[] bytes();

    void bytes(byte[] value);

    Everything same();

    void same(Everything value);

    Other other();

    void other(Other value);

    default long doubled() {
      return 2 * amount();
    }

    static int answer() {
      return 42;
    }
  }

  @Persistent
  interface Other {
    String name();

    void name(String value);
  }

  /** Has no field at all. */
  @Persistent
  interface Mark {}

  private Everything root() {
    return heap.root(Everything.class);
  }

  @Test
  void create_everyField_isZeroFalseOrNull() {
    fillAndFree();
    Everything object = heap.create(Everything.class);

    assertThat(object.truth()).isFalse();
    assertThat(object.small()).isZero();
    assertThat(object.letter()).isEqualTo('\0');
    assertThat(object.medium()).isZero();
    assertThat(object.number()).isZero();
    assertThat(object.ratio()).isZero();
    assertThat(object.amount()).isZero();
    assertThat(object.precise()).isZero();
    assertThat(object.text()).isNull();
    assertThat(object.bytes()).isNull();
    assertThat(object.same()).isNull();
    assertThat(object.other()).isNull();
  }

  /** So that space with other content is used again. */
  private void fillAndFree() {
    for (int i = 0; i < 100; i++) {
      Everything object = heap.create(Everything.class);
      object.amount(-1);
      object.text("before");
      object.number(-1);
      heap.free(object);
    }
  }

  @Test
  void primitives_extremes_surviveReopen() {
    for (int round = 0; round < 2; round++) {
      boolean high = round == 0;
      Everything object = root();
      object.truth(high);
      object.small(high ? Byte.MAX_VALUE : Byte.MIN_VALUE);
      object.letter(high ? Character.MAX_VALUE : 'a');
      object.medium(high ? Short.MAX_VALUE : Short.MIN_VALUE);
      object.number(high ? Integer.MAX_VALUE : Integer.MIN_VALUE);
      object.ratio(high ? Float.MAX_VALUE : -Float.MIN_VALUE);
      object.amount(high ? Long.MAX_VALUE : Long.MIN_VALUE);
      object.precise(high ? Double.NEGATIVE_INFINITY : -0.0);
      reopen();

      object = root();
      assertThat(object.truth()).isEqualTo(high);
      assertThat(object.small()).isEqualTo(high ? Byte.MAX_VALUE : Byte.MIN_VALUE);
      assertThat(object.letter()).isEqualTo(high ? Character.MAX_VALUE : 'a');
      assertThat(object.medium()).isEqualTo(high ? Short.MAX_VALUE : Short.MIN_VALUE);
      assertThat(object.number()).isEqualTo(high ? Integer.MAX_VALUE : Integer.MIN_VALUE);
      assertThat(object.ratio()).isEqualTo(high ? Float.MAX_VALUE : -Float.MIN_VALUE);
      assertThat(object.amount()).isEqualTo(high ? Long.MAX_VALUE : Long.MIN_VALUE);
      assertThat(object.precise()).isEqualTo(high ? Double.NEGATIVE_INFINITY : -0.0);
    }
  }

  @Test
  void floats_bitsOfNaN_areKept() {
    float odd = Float.intBitsToFloat(0x7fc0_1234);
    double odder = Double.longBitsToDouble(0x7ff8_0000_1234_5678L);
    root().ratio(odd);
    root().precise(odder);

    assertThat(Float.floatToRawIntBits(root().ratio())).isEqualTo(0x7fc0_1234);
    assertThat(Double.doubleToRawLongBits(root().precise())).isEqualTo(0x7ff8_0000_1234_5678L);
  }

  @Test
  void fields_setOneByOne_leaveTheirNeighboursAlone() {
    Everything object = root();
    object.truth(true);
    object.small((byte) -1);
    object.letter('\uffff');
    object.medium((short) -1);
    object.number(-1);
    object.small((byte) 0);

    assertThat(object.truth()).isTrue();
    assertThat(object.letter()).isEqualTo('\uffff');
    assertThat(object.medium()).isEqualTo((short) -1);
    assertThat(object.number()).isEqualTo(-1);
  }

  @Test
  void strings_ofEveryAlphabet_surviveReopen() {
    String[] texts = {
      "",
      "plain",
      "caf\u00e9 \u0000 \u00ff",
      "\u0100 just beyond",
      "\u65e5\u672c\u8a9e \ud83d\ude00",
      "unpaired \ud83d and \ude00",
      "x".repeat(900),
      "y".repeat(100_000),
      "\u017e".repeat(70_000)
    };
    for (String text : texts) {
      root().text(text);
      assertThat(root().text()).isEqualTo(text);
      reopen();
      assertThat(root().text()).isEqualTo(text);
    }
    root().text(null);
    assertThat(root().text()).isNull();
  }

  @Test
  void bytes_ofEveryLength_surviveReopen() {
    for (int length : new int[] {0, 1, 7, 8, 9, 1000, 1024, 8192, 70_000}) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) length);
      root().bytes(bytes);
      reopen();
      assertThat(root().bytes()).isEqualTo(bytes);
    }
    root().bytes(null);
    assertThat(root().bytes()).isNull();
  }

  @Test
  void bytes_areCopiedInAndOut() {
    byte[] bytes = {1, 2, 3};
    root().bytes(bytes);
    bytes[0] = 9;
    assertThat(root().bytes()).containsExactly(1, 2, 3);
    root().bytes()[1] = 9;
    assertThat(root().bytes()).containsExactly(1, 2, 3);
  }

  @Test
  void references_surviveReopen() {
    Everything object = root();
    Other other = heap.create(Other.class);
    other.name("other");
    object.other(other);
    object.same(heap.create(Everything.class));
    object.same().same(object);
    object.same().amount(21);
    reopen();

    assertThat(root().other().name()).isEqualTo("other");
    assertThat(root().same()).isNotEqualTo(root());
    assertThat(root().same().same()).isEqualTo(root());
    assertThat(root().same().doubled()).isEqualTo(42).isEqualTo(Everything.answer());
    root().same(null);
    assertThat(root().same()).isNull();
  }

  @Test
  void references_toItself_work() {
    Everything object = root();
    object.same(object);
    object.amount(7);

    assertThat(object.same().same().same()).isEqualTo(object);
    assertThat(object.same().amount()).isEqualTo(7);
  }

  @Test
  void create_interfaceWithoutFields_worksAndCanBeFreed() {
    Mark mark = heap.create(Mark.class);
    assertThat(mark).isNotEqualTo(heap.create(Mark.class));
    heap.free(mark);
    assertThatThrownBy(() -> heap.free(mark)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void transact_seesItsOwnWrites_othersSeeThemAfterwards() {
    Everything object = root();
    object.text("old");
    heap.transact(
        () -> {
          object.text("new");
          object.bytes(new byte[] {1});
          object.amount(1);
          object.same(heap.create(Everything.class));
          object.same().text("inner");
          assertThat(object.text()).isEqualTo("new");
          assertThat(object.bytes()).containsExactly(1);
          assertThat(object.amount()).isEqualTo(1);
          assertThat(object.same().text()).isEqualTo("inner");
          object.text("newer");
          assertThat(object.text()).isEqualTo("newer");
        });
    assertThat(object.text()).isEqualTo("newer");
    assertThat(object.same().text()).isEqualTo("inner");
  }

  @Test
  void transact_thatThrows_leavesEveryFieldAsItWas() {
    Everything object = root();
    object.text("old");
    object.bytes(new byte[] {1});
    object.amount(1);
    object.truth(true);
    IllegalStateException failure = new IllegalStateException("on purpose");

    assertThatThrownBy(
            () ->
                heap.transact(
                    () -> {
                      object.text("new");
                      object.bytes(null);
                      object.amount(2);
                      object.truth(false);
                      object.same(heap.create(Everything.class));
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThat(object.text()).isEqualTo("old");
    assertThat(object.bytes()).containsExactly(1);
    assertThat(object.amount()).isEqualTo(1);
    assertThat(object.truth()).isTrue();
    assertThat(object.same()).isNull();
  }

  @Test
  void equals_sameObject_however() {
    Everything object = root();
    object.same(object);
    Everything other = heap.create(Everything.class);

    assertThat(object).isEqualTo(root()).isEqualTo(object.same()).hasSameHashCodeAs(root());
    assertThat(object).isNotEqualTo(other).isNotEqualTo(null).isNotEqualTo("object");
    assertThat(object.toString())
        .startsWith("io.holdfast.heap.PersistentFieldsTest$Everything@")
        .isEqualTo(root().toString())
        .isNotEqualTo(other.toString());
  }

  @Test
  void equals_sameAddressInAnotherHeap_isFalse() {
    Path path = folder.resolve("another.heap");
    try (Heap another = Heap.create(path, options(), geometry())) {
      assertThat(another.root(Everything.class)).isNotEqualTo(root());
    }
  }

  @Test
  void read_givesGettersAConsistentView() {
    root().text("text");
    assertThat(heap.<String, RuntimeException>read(() -> root().text())).isEqualTo("text");
    assertThatThrownBy(() -> heap.read(() -> heap.create(Other.class)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void getters_afterClose_throw() {
    Everything object = root();
    object.text("text");
    heap.close();

    assertThatThrownBy(object::amount).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(object::text).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> object.amount(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> heap.create(Other.class)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> heap.root(Everything.class)).isInstanceOf(IllegalStateException.class);
  }
}
