package io.holdfast.heap.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.RunLog;
import io.holdfast.heap.Persistent;
import io.holdfast.heap.internal.HeapCore;
import io.holdfast.heap.internal.HeapLayout;
import io.holdfast.heap.internal.TinyHeap;
import io.holdfast.heap.internal.Transaction;
import io.holdfast.pmem.Granularity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every change of a persistent object is there as a whole or not at all after any crash, durable
 * once the setter has returned, and nothing is lost or left over.
 */
@ParameterizedClass
@EnumSource
class TypedCrashTest {
  private static final int ZONES = 2;

  @Persistent
  interface Person {
    int age();

    void age(int value);

    String name();

    void name(String value);

    byte[] photo();

    void photo(byte[] value);

    Person friend();

    void friend(Person value);
  }

  @Parameter private Granularity granularity;

  /** What is done to the root, step by step; each step is acknowledged when it has returned. */
  enum Update {
    FIRST_OBJECT(1) {
      @Override
      void prepare(HeapCore core) {}

      @Override
      void step(TypedHeap heap, int i) {
        heap.root(Person.class);
      }

      @Override
      int stepOf(TypedHeap heap) {
        return heap.core().getLong(HeapLayout.CATALOGUE_OFFSET) == 0 ? 0 : 1;
      }
    },

    PRIMITIVE(3) {
      @Override
      void step(TypedHeap heap, int i) {
        heap.root(Person.class).age(i);
      }

      @Override
      int stepOf(TypedHeap heap) {
        return heap.root(Person.class).age();
      }
    },

    /** As {@link #STRING}, but the root is older than the field, which lies in an extension. */
    ADDED_STRING(3) {
      @Override
      void prepare(HeapCore core) {
        createFromTimesWithoutNames(core);
      }

      @Override
      void step(TypedHeap heap, int i) {
        STRING.step(heap, i);
      }

      @Override
      int stepOf(TypedHeap heap) {
        return STRING.stepOf(heap);
      }
    },

    STRING(3) {
      @Override
      void step(TypedHeap heap, int i) {
        heap.root(Person.class).name("name " + i);
      }

      @Override
      int stepOf(TypedHeap heap) {
        String name = heap.root(Person.class).name();
        return name == null ? 0 : Integer.parseInt(name.substring("name ".length()));
      }
    },

    LARGE_BYTES(2) {
      @Override
      void step(TypedHeap heap, int i) {
        byte[] photo = new byte[1200];
        photo[0] = photo[1199] = (byte) i;
        heap.root(Person.class).photo(photo);
      }

      @Override
      int stepOf(TypedHeap heap) {
        byte[] photo = heap.root(Person.class).photo();
        if (photo == null) {
          return 0;
        }
        assertThat(photo).hasSize(1200).endsWith(photo[0]);
        return photo[0];
      }
    },

    SEVERAL_IN_ONE_TRANSACTION(2) {
      @Override
      void step(TypedHeap heap, int i) {
        heap.transact(
            _ -> {
              Person root = heap.root(Person.class);
              Person before = root.friend();
              Person friend = heap.create(Person.class);
              friend.name("friend " + i);
              friend.age(i);
              root.friend(friend);
              root.age(i);
              if (before != null) {
                heap.free(before);
              }
            });
      }

      @Override
      int stepOf(TypedHeap heap) {
        Person root = heap.root(Person.class);
        if (root.friend() == null) {
          assertThat(root.age()).isZero();
        } else {
          assertThat(root.friend().age()).isEqualTo(root.age());
          assertThat(root.friend().name()).isEqualTo("friend " + root.age());
        }
        return root.age();
      }
    };

    private final int steps;

    Update(int steps) {
      this.steps = steps;
    }

    /** Makes the durable state that the first step starts from. */
    void prepare(HeapCore core) {
      new TypedHeap(core).root(Person.class);
    }

    abstract void step(TypedHeap heap, int i);

    /** {@return the last step whose effect is there, having checked that it is there as a whole} */
    abstract int stepOf(TypedHeap heap);
  }

  @ParameterizedTest
  @EnumSource
  void update_crashAnywhere_isWholeAndDurable(Update update) {
    CrashReport report =
        CrashExploration.of(granularity)
            .prepare(
                (medium, _) -> {
                  try (HeapCore core = TinyHeap.create(medium, ZONES)) {
                    update.prepare(core);
                  }
                })
            .run(
                (medium, log) -> {
                  HeapCore core = TinyHeap.open(medium);
                  TypedHeap heap = new TypedHeap(core);
                  for (int i = 1; i <= update.steps; i++) {
                    update.step(heap, i);
                    log.acknowledge("" + i);
                  }
                })
            .check(
                (medium, log) -> {
                  try (HeapCore core = TinyHeap.open(medium)) {
                    TypedHeap heap = new TypedHeap(core);
                    int step = update.stepOf(heap);
                    assertThat(step).isGreaterThanOrEqualTo(lastAcknowledged(log));
                    log.acknowledge("" + step);
                    assertNothingIsLost(core, heap);
                    log.stopCrashing();
                    int next = Math.min(step + 1, update.steps);
                    update.step(heap, next);
                    assertThat(update.stepOf(heap)).isEqualTo(next);
                    return "step " + step;
                  }
                })
            .exhaustiveUpTo(1024)
            .samples(24)
            .samplesInRecovery(8)
            .explore();

    System.out.printf(
        "crash states: typed %-26s %-10s %6d events %8d states %8d in recovery%n",
        update, granularity, report.events(), report.states(), report.recoveryStates());
    report.assertConsistent();
    assertThat(report.outcomes()).hasSizeGreaterThan(update.steps);
  }

  /** Makes a root of an earlier version of Person, which had only an age. */
  private static void createFromTimesWithoutNames(HeapCore core) {
    Field age = new Field("age", Kind.INT, "");
    Layout old =
        new Layout(0, Person.class.getName(), 16, List.of(new Layout.Placed(age, Layout.WORD)));
    core.transact(
        null,
        () -> {
          Transaction tx = core.currentTransaction();
          Layout layout = new Catalogue(core).findOrAdd(tx, old);
          tx.putRoot(core.reference(tx.allocateTyped(layout.byteSize(), layout.typeId())));
          return null;
        });
  }

  @Test
  void referenceToObjectFreedByItsCreator_crashAnywhere_namesNoOther() {
    CrashExploration.of(granularity)
        .prepare(
            (medium, _) -> {
              try (HeapCore core = TinyHeap.create(medium, ZONES)) {
                TypedHeap heap = new TypedHeap(core);
                heap.root(Person.class);
                heap.free(heap.create(Person.class)); // a place that an object has been in
              }
            })
        .run(
            (medium, log) -> {
              HeapCore core = TinyHeap.open(medium);
              TypedHeap heap = new TypedHeap(core);
              heap.transact(
                  _ -> {
                    Person gone = heap.create(Person.class);
                    heap.root(Person.class).friend(gone);
                    heap.free(gone);
                  });
              log.acknowledge("committed");
            })
        .check(
            (medium, log) -> {
              try (HeapCore core = TinyHeap.open(medium)) {
                TypedHeap heap = new TypedHeap(core);
                log.stopCrashing();
                for (int i = 0; i < 20; i++) {
                  heap.create(Person.class);
                }
                Person friend;
                try {
                  friend = heap.root(Person.class).friend();
                } catch (IllegalStateException e) {
                  return "refers to a freed object";
                }
                assertThat(friend).isNull();
                assertThat(log.hasAcknowledged("committed")).isFalse();
                return "refers to none";
              }
            })
        .explore()
        .assertConsistent();
  }

  private static int lastAcknowledged(RunLog log) {
    return log.acknowledged().stream().mapToInt(Integer::parseInt).max().orElse(0);
  }

  /** Every object and value in the heap's books is one that the root leads to. */
  private static void assertNothingIsLost(HeapCore core, TypedHeap heap) {
    Map<Long, Integer> objects = TinyHeap.audit(core, TinyHeap.geometry(ZONES));
    objects.values().removeIf(type -> type == CatalogueLayout.ENTRY_TYPE);
    objects.values().remove(CatalogueLayout.EXTENSION_TYPE);
    int expected = 0;
    if (core.getLong(HeapLayout.CATALOGUE_OFFSET) != 0) {
      Person person = heap.root(Person.class);
      while (person != null) {
        expected += 1 + (person.name() != null ? 1 : 0) + (person.photo() != null ? 1 : 0);
        person = person.friend();
      }
    }
    assertThat(objects).hasSize(expected);
  }
}
