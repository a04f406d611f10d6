package io.holdfast.heap.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.TinyHeap;
import io.holdfast.pmem.Granularity;
import io.holdfast.pool.IncompatibleLayoutException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A type may gain fields: old objects have them too. It may not lose or change any. */
class EvolutionTest {
  private static final int ZONES = 2;

  private static final String FIRST =
      """
      @Persistent public interface Account {
        long balance(); void balance(long value);
        String owner(); void owner(String value);
      }
      """;

  /** Every kind of field is added, some of them sorted before the old ones. */
  private static final String SECOND =
      """
      @Persistent public interface Account {
        long balance(); void balance(long value);
        String owner(); void owner(String value);
        boolean active(); void active(boolean value);
        byte aByte(); void aByte(byte value);
        char aChar(); void aChar(char value);
        short aShort(); void aShort(short value);
        int aInt(); void aInt(int value);
        float aFloat(); void aFloat(float value);
        long aLong(); void aLong(long value);
        double aDouble(); void aDouble(double value);
        String note(); void note(String value);
        byte[] photo(); void photo(byte[] value);
        Account friend(); void friend(Account value);
      }
      static void set(Account a, int sign) {
        a.active(sign < 0);
        a.aByte((byte) (sign * 7));
        a.aChar((char) (sign < 0 ? 0xffff : 1));
        a.aShort((short) (sign * 300));
        a.aInt(sign * 70_000);
        a.aFloat(sign * 1.5f);
        a.aLong(sign * (1L << 40));
        a.aDouble(sign * 2.5);
        a.note("note " + sign);
        a.photo(new byte[] {(byte) sign, 2});
        a.friend(a);
      }
      static String show(Account a) {
        return List.of(a.active(), a.aByte(), (int) a.aChar(), a.aShort(), a.aInt(), a.aFloat(),
            a.aLong(), a.aDouble(), "" + a.note(), Arrays.toString(a.photo()), "" + a.friend(),
            a.balance(), "" + a.owner())
            .toString().replace(a.toString(), "self");
      }
      """;

  private static final String THIRD =
      SECOND.replace(
          "long balance();",
          """
          String afterthought(); void afterthought(String value);
          long another(); void another(long value);
          long balance();""");

  private static final String ZERO_ADDED = "[false, 0, 0, 0, 0, 0.0, 0, 0.0, null, null, null";
  private static final String SET_NEGATIVE =
      "[true, -7, 65535, -300, -70000, -1.5, -1099511627776, -2.5, note -1, [-1, 2], self";
  private static final String SET_POSITIVE =
      "[false, 7, 1, 300, 70000, 1.5, 1099511627776, 2.5, note 1, [1, 2], self";

  @TempDir private static Path folder;
  private static final Map<String, Program> PROGRAMS = new HashMap<>();

  private final SimulatedMedium medium = SimulatedMedium.of(Granularity.CACHE_LINE);

  @BeforeEach
  void createWithFirstVersion() {
    TinyHeap.create(medium, ZONES).close();
    run(
        FIRST,
        """
        Account root = heap.root(Account.class);
        root.balance(5);
        root.owner("me");
        return "";
        """);
  }

  private Object run(String types, String body) {
    return PROGRAMS
        .computeIfAbsent(types + body, _ -> Program.compile(folder, types, body))
        .runOn(medium);
  }

  @Test
  void addedFields_ofOldObject_areZero() {
    assertThat(run(SECOND, "return show(heap.root(Account.class));"))
        .isEqualTo(ZERO_ADDED + ", 5, me]");
  }

  @Test
  void addedFields_onlyRead_doNotShutOutTheOldProgram() {
    run(SECOND, "return show(heap.root(Account.class));");

    assertThat(run(FIRST, "return heap.root(Account.class).balance();")).isEqualTo(5L);
  }

  @Test
  void addedFields_ofOldObject_keepWhatTheyAreGiven() {
    run(SECOND, "set(heap.root(Account.class), -1); return null;");
    assertThat(run(SECOND, "return show(heap.root(Account.class));"))
        .isEqualTo(SET_NEGATIVE + ", 5, me]");

    run(SECOND, "heap.transact(() -> set(heap.root(Account.class), 1)); return null;");
    assertThat(run(SECOND, "return show(heap.root(Account.class));"))
        .isEqualTo(SET_POSITIVE + ", 5, me]");
  }

  @Test
  void addedFields_ofNewObject_keepWhatTheyAreGiven() {
    assertThat(
            run(
                SECOND,
                """
                Account created = heap.create(Account.class);
                set(created, -1);
                heap.root(Account.class).friend(created);
                return show(created);
                """))
        .isEqualTo(SET_NEGATIVE + ", 0, null]");
    assertThat(run(SECOND, "return show(heap.root(Account.class).friend());"))
        .isEqualTo(SET_NEGATIVE + ", 0, null]");
  }

  @Test
  void addedFields_setInAbortedTransaction_areStillZero() {
    run(
        SECOND,
        """
        try {
          heap.transact(() -> {
            set(heap.root(Account.class), 1);
            if (!show(heap.root(Account.class)).startsWith("[false, 7")) { throw new Error(); }
            throw new IllegalStateException("on purpose");
          });
        } catch (IllegalStateException e) { }
        set(heap.create(Account.class), 1);
        return null;
        """);
    assertThat(run(SECOND, "return show(heap.root(Account.class));"))
        .isEqualTo(ZERO_ADDED + ", 5, me]");
  }

  @Test
  void fieldsAddedTwice_ofObjectsOfEveryVersion_areAllThere() {
    run(
        SECOND,
        """
        Account root = heap.root(Account.class);
        set(root, -1);
        Account second = heap.create(Account.class);
        set(second, 1);
        root.friend(second);
        return null;
        """);
    String show =
        """
        Account root = heap.root(Account.class);
        String old = root.afterthought() + root.another() + root.friend().afterthought();
        root.afterthought("of first");
        root.another(1);
        root.friend().another(2);
        Account third = heap.create(Account.class);
        third.afterthought("of third");
        root.friend().friend(third);
        return old;
        """;
    assertThat(run(THIRD, show)).isEqualTo("null0null");
    assertThat(
            run(
                THIRD,
                """
                Account root = heap.root(Account.class);
                Account second = root.friend();
                root.friend(root);
                return show(root) + root.afterthought() + root.another()
                    + second.aLong() + second.note() + second.afterthought() + second.another()
                    + second.friend().afterthought();
                """))
        .isEqualTo(SET_NEGATIVE + ", 5, me]of first1" + "1099511627776note 1null2" + "of third");
  }

  @Test
  void oldProgram_afterNewFieldsWereStored_isRefused() {
    run(SECOND, "heap.root(Account.class).aInt(1); return null;");

    assertThatThrownBy(() -> run(FIRST, "return heap.root(Account.class);"))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessage(
            TinyHeap.FILE
                + ": type bank.Program$Account has a field double aDouble in the heap but not in the"
                + " interface; fields can be added, not removed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "long balance(); void balance(long value);"
            + "|| a field long balance in the heap but not in the interface",
        "String owner(); void owner(String value);"
            + "|| a field String owner in the heap but not in the interface",
        "long balance(); void balance(long value);"
            + "| int balance(); void balance(int value);"
            + "| a field long balance in the heap but int balance in the interface",
        "String owner(); void owner(String value);"
            + "| Account owner(); void owner(Account value);"
            + "| a field String owner in the heap but bank.Program$Account owner in the"
            + " interface",
        "String owner(); void owner(String value);"
            + "| byte[] owner(); void owner(byte[] value);"
            + "| a field String owner in the heap but byte[] owner in the interface"
      })
  void fieldRemovedOrChanged_isRefusedByName(String old, String now, String reason) {
    String types = FIRST.replace(old, now == null ? "" : now);

    for (String use : new String[] {"root", "create"}) {
      assertThatThrownBy(() -> run(types, "return heap.%s(Account.class);".formatted(use)))
          .isInstanceOf(IncompatibleLayoutException.class)
          .hasMessageContaining("type bank.Program$Account has")
          .hasMessageContaining(reason);
    }
    assertThat(run(FIRST, "return heap.root(Account.class).balance();")).isEqualTo(5L);
  }

  @Test
  void fieldOfAnotherTarget_isRefused() {
    String types =
        """
        @Persistent public interface Holder { A held(); void held(A value); }
        @Persistent public interface A {}
        @Persistent public interface B {}
        """;
    run(types, "heap.create(Holder.class); return null;");

    assertThatThrownBy(
            () ->
                run(
                    types.replace("A held", "B held").replace("(A", "(B"),
                    "return heap.create(Holder.class);"))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("bank.Program$A held")
        .hasMessageContaining("bank.Program$B held");
  }

  @Test
  void incompatibleTypeBehindAReference_isRefusedBeforeAnythingIsUsed() {
    String holder =
        "@Persistent public interface Holder { Account held(); void held(Account value); }";

    assertThatThrownBy(
            () ->
                run(
                    holder + "@Persistent public interface Account {}",
                    "return heap.create(Holder.class);"))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("bank.Program$Account");
  }

  @Test
  void free_ofObjectWithAddedFields_freesTheirValuesAndItself() {
    run(
        SECOND,
        """
        Account root = heap.root(Account.class);
        root.owner(null);
        heap.free(heap.create(Account.class));
        return null;
        """);
    Map<Long, Integer> before = audit();

    run(
        SECOND,
        """
        Account root = heap.root(Account.class);
        set(root, 1);
        set(root, -1);
        heap.free(root);
        return null;
        """);
    assertThat(before.values()).contains(CatalogueLayout.FIRST_TYPE);
    before.values().remove(CatalogueLayout.FIRST_TYPE);
    assertThat(audit()).isEqualTo(before);
  }

  @Test
  void extension_replacedByALargerOne_isFreed() {
    run(SECOND, "heap.root(Account.class).aInt(1); return null;");
    run(THIRD, "heap.root(Account.class).another(1); return null;");

    assertThat(audit().values())
        .filteredOn(type -> type == CatalogueLayout.EXTENSION_TYPE)
        .hasSize(1);
  }

  private Map<Long, Integer> audit() {
    try (HeapCore core = TinyHeap.open(medium)) {
      return TinyHeap.audit(core, TinyHeap.geometry(ZONES));
    }
  }
}
