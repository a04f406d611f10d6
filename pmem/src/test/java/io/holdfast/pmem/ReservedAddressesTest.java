package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntBiFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reserved addresses under threads that want them, or their memory, at the wrong moment. */
final class ReservedAddressesTest {
  private static final long PAGE = 4096;
  private static final long SIZE = 16 * PAGE;

  @TempDir Path folder;
  private final Medium medium = Medium.system();

  /** ext4 refuses MAP_SYNC after the kernel has unmapped what was there. */
  @Test
  void mapAndClose_leaveAddressesToNobodyElse() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<String> taken = new AtomicReference<>();
    AddressReservation reservation = AddressReservation.of(SIZE);
    long wanted = reservation.address();
    Thread thief =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get() && taken.get() == null) {
                    try {
                      taken.set(AddressReservation.at(wanted, PAGE).toString());
                    } catch (MapException e) {
                      // As it should be.
                    }
                  }
                });
    try (PmemFile file = medium.create(folder.resolve("file"))) {
      file.allocate(0, SIZE);
      MapConfig config =
          MapConfig.defaults()
              .withRequiredGranularity(Granularity.PAGE)
              .withReservation(reservation, 0);
      for (int round = 0; round < 3_000 && taken.get() == null; round++) {
        medium.map(PmemSource.of(file), config).close();
      }
    }
    done.set(true);
    thief.join();
    assertThat(taken.get()).isNull();
    reservation.close();
  }

  /** A close that is refused must not have made a store or a flush do nothing. */
  @Test
  void closeRefused_losesNothing() throws Throwable {
    try (AddressReservation reservation = AddressReservation.of(SIZE);
        PmemFile file = medium.create(folder.resolve("file"))) {
      file.allocate(0, SIZE);
      MapConfig config =
          MapConfig.defaults()
              .withRequiredGranularity(Granularity.CACHE_LINE)
              .withReservation(reservation, 0);
      try (PmemMap map =
          ForcedGranularity.during(
              Granularity.CACHE_LINE, () -> medium.map(PmemSource.of(file), config))) {
        whileInUse(map.segment(), () -> storeWhileOneCloses(map));
      }
    }
  }

  private static void storeWhileOneCloses(PmemMap map) throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    Thread closer = Thread.ofPlatform().start(() -> closeUntil(map, done));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(64);
      for (long value = 1; value <= 300_000; value++) {
        source.set(JAVA_LONG, 0, value);
        map.copy(PAGE, source, 0, 64, CopyMode.PERSIST);
        if (map.getLong(PAGE) != value) {
          throw new AssertionError(value + " was not stored");
        }
      }
    } finally {
      done.set(true);
    }
    closer.join();
  }

  private static void closeUntil(PmemMap map, AtomicBoolean done) {
    while (!done.get()) {
      try {
        map.close();
        return;
      } catch (IllegalStateException e) {
        // In use.
      }
    }
  }

  /** Has {@code qsort} sort the memory, and acts where it asks how two elements compare. */
  @SuppressWarnings("restricted")
  private static void whileInUse(MemorySegment memory, ThrowingCallable action) throws Throwable {
    Linker linker = Linker.nativeLinker();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    ToIntBiFunction<MemorySegment, MemorySegment> comparing =
        (_, _) -> {
          try {
            action.call();
          } catch (Throwable t) {
            thrown.set(t);
          }
          return 0;
        };
    MethodHandle compare =
        MethodHandles.lookup()
            .findVirtual(
                ToIntBiFunction.class,
                "applyAsInt",
                MethodType.methodType(int.class, Object.class, Object.class))
            .bindTo(comparing)
            .asType(MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
    MethodHandle sort =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("qsort"),
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stub =
          linker.upcallStub(compare, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), arena);
      sort.invokeExact(memory, 2L, 8L, stub);
    }
    if (thrown.get() != null) {
      throw thrown.get();
    }
  }
}
