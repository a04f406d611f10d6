package io.holdfast.pmem;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.MapException.Reason;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** libpmem2's rules of reservations, and what ours promise beyond them. */
final class AddressReservationTest {
  private static final long PAGE = 4096;
  private static final long SIZE = 16 * PAGE;

  @TempDir Path folder;
  private final Medium medium = Medium.system();
  private AddressReservation reservation;

  @BeforeEach
  void reserve() {
    reservation = AddressReservation.of(SIZE);
  }

  @AfterEach
  void closeAll() {
    try {
      for (var map = reservation.first(); map.isPresent(); map = reservation.first()) {
        map.get().close();
      }
      reservation.close();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("closed");
    }
  }

  private static void assertReason(Reason reason, ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MapException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private PmemMap memory(long pages, long place) {
    return medium.map(PmemSource.anonymous(pages * PAGE), config(Granularity.BYTE, place));
  }

  private MapConfig config(Granularity granularity, long place) {
    return MapConfig.defaults()
        .withRequiredGranularity(granularity)
        .withReservation(reservation, place * PAGE);
  }

  private PmemMap file(Granularity granularity, String name, long pages, long place) {
    Path path = folder.resolve(name);
    try (PmemFile file = medium.create(path)) {
      file.allocate(0, pages * PAGE);
    }
    return mapped(granularity, name, place);
  }

  private PmemMap mapped(Granularity granularity, String name, long place) {
    return ForcedGranularity.during(
        granularity,
        () -> medium.map(PmemSource.of(folder.resolve(name)), config(granularity, place)));
  }

  @Test
  void of_unalignedOrAbsurdSizes_areRefused() {
    assertReason(
        Reason.LENGTH_UNALIGNED, () -> AddressReservation.of(PAGE + 1), "length 4097 is not");
    assertReason(Reason.LENGTH_OUT_OF_RANGE, () -> AddressReservation.of(0), "0 bytes");
    assertReason(Reason.LENGTH_OUT_OF_RANGE, () -> AddressReservation.of(-PAGE), "-4096 bytes");
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE, () -> AddressReservation.of(Long.MAX_VALUE & -PAGE), "bytes");
    assertThatThrownBy(() -> AddressReservation.of(1L << 60))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errnoName()).isEqualTo("ENOMEM"));
  }

  @Test
  void at_wrongAddresses_areRefused() {
    assertReason(Reason.ADDRESS_NULL, () -> AddressReservation.at(0, PAGE), "address 0");
    assertReason(
        Reason.ADDRESS_UNALIGNED,
        () -> AddressReservation.at(0x1234_5678, PAGE),
        "address 0x12345678 is not a multiple of 4096");
    assertReason(
        Reason.LENGTH_UNALIGNED, () -> AddressReservation.at(1L << 40, 100), "length 100 is not");
    assertThatThrownBy(() -> AddressReservation.at(-PAGE, PAGE))
        .isInstanceOf(SystemCallException.class);
  }

  @Test
  void at_takenAddresses_areRefused() {
    long taken = reservation.address() + SIZE - PAGE;
    assertReason(Reason.MAPPING_EXISTS, () -> AddressReservation.at(taken, PAGE), "not all free");
    assertThat(reservation.size()).isEqualTo(SIZE);
  }

  @Test
  void at_freeAddresses_areTheseAddresses() {
    long address = reservation.address();
    reservation.close();
    try (AddressReservation again = AddressReservation.at(address, SIZE)) {
      assertThat(again.address()).isEqualTo(address);
      assertThat(again.size()).isEqualTo(SIZE);
    }
  }

  @Test
  void extend_atTheEnd_keepsTheStart() {
    long address = reservation.address();
    // Who reserved the following addresses before gives them up.
    reservation.close();
    reservation = AddressReservation.at(address, SIZE / 2);
    PmemMap map = memory(1, 0);
    map.putLong(0, 5);
    reservation.extend(SIZE / 2);

    assertThat(reservation.address()).isEqualTo(address);
    assertThat(reservation.size()).isEqualTo(SIZE);
    assertThat(map.getLong(0)).isEqualTo(5);
    memory(8, 8).putLong(8 * PAGE - 8, 6);
    assertReason(Reason.LENGTH_UNALIGNED, () -> reservation.extend(1), "length 1 is not");
    assertReason(Reason.LENGTH_OUT_OF_RANGE, () -> reservation.extend(0), "0 bytes");
  }

  @Test
  void extend_overWhatIsTaken_isRefusedAndChangesNothing() {
    long address = reservation.address();
    reservation.close();
    reservation = AddressReservation.at(address, PAGE);
    try (AddressReservation neighbour = AddressReservation.at(address + 2 * PAGE, PAGE)) {
      assertReason(Reason.MAPPING_EXISTS, () -> reservation.extend(2 * PAGE), "are not all free");
      assertThat(reservation.size()).isEqualTo(PAGE);
      assertThat(neighbour.size()).isEqualTo(PAGE);
      reservation.extend(PAGE);
      assertThat(reservation.size()).isEqualTo(2 * PAGE);
    }
  }

  @Test
  void shrink_wrongRanges_areRefusedInLibpmem2sOrder() {
    assertReason(
        Reason.OFFSET_UNALIGNED, () -> reservation.shrink(100, 1), "offset 100 is not a multiple");
    assertReason(Reason.LENGTH_UNALIGNED, () -> reservation.shrink(2 * SIZE, 1), "length 1 is not");
    assertReason(
        Reason.OFFSET_OUT_OF_RANGE, () -> reservation.shrink(SIZE, PAGE), "offset 65536 is not");
    assertReason(Reason.OFFSET_OUT_OF_RANGE, () -> reservation.shrink(-PAGE, PAGE), "offset -4096");
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE, () -> reservation.shrink(0, 0), "0 + 0 exceeds size 65536");
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE,
        () -> reservation.shrink(PAGE, SIZE),
        "offset 4096 + 65536 exceeds size 65536");
    assertReason(Reason.NOT_SUPPORTED, () -> reservation.shrink(0, SIZE), "the whole");
    assertReason(Reason.NOT_SUPPORTED, () -> reservation.shrink(PAGE, PAGE), "from its middle");
    assertThat(reservation.size()).isEqualTo(SIZE);
  }

  @Test
  void shrink_whatIsMapped_isRefused() {
    PmemMap map = memory(2, 1);
    assertReason(
        Reason.RESERVATION_NOT_EMPTY,
        () -> reservation.shrink(0, 2 * PAGE),
        "anonymous memory is mapped at offset 4096");
    assertReason(
        Reason.RESERVATION_NOT_EMPTY, () -> reservation.shrink(2 * PAGE, SIZE - 2 * PAGE), "");
    reservation.shrink(3 * PAGE, SIZE - 3 * PAGE);
    reservation.shrink(0, PAGE);
    map.putLong(2 * PAGE - 8, 1);
    assertThat(reservation.size()).isEqualTo(2 * PAGE);
  }

  @Test
  void shrink_givesTheAddressesBack() {
    long address = reservation.address();
    reservation.shrink(0, 4 * PAGE);
    reservation.shrink(8 * PAGE, 4 * PAGE);
    assertThat(reservation.address()).isEqualTo(address + 4 * PAGE);
    assertThat(reservation.size()).isEqualTo(8 * PAGE);
    try (AddressReservation before = AddressReservation.at(address, 4 * PAGE);
        AddressReservation after = AddressReservation.at(address + 12 * PAGE, 4 * PAGE)) {
      assertThat(before.size()).isEqualTo(after.size());
    }
    try (PmemMap map = memory(8, 0)) {
      assertThat(map.segment().address()).isEqualTo(address + 4 * PAGE);
    }
  }

  @Test
  void map_wrongPlaces_areRefused() {
    assertReason(
        Reason.OFFSET_OUT_OF_RANGE,
        () -> MapConfig.defaults().withReservation(reservation, -1),
        "offset -1 in the reservation is negative");
    MapConfig unaligned =
        MapConfig.defaults()
            .withRequiredGranularity(Granularity.PAGE)
            .withReservation(reservation, 100);
    assertReason(
        Reason.OFFSET_UNALIGNED,
        () -> medium.map(PmemSource.anonymous(PAGE), unaligned),
        "offset 100 is not a multiple of 4096");
    assertReason(Reason.OFFSET_OUT_OF_RANGE, () -> memory(1, 16), "offset 65536 exceeds");
    assertReason(
        Reason.LENGTH_OUT_OF_RANGE,
        () -> memory(2, 15),
        "offset 61440 + 8192 exceeds the reservation of 65536");
    try (PmemMap map = memory(2, 4)) {
      for (long place = 3; place <= 5; place++) {
        long at = place;
        assertReason(Reason.MAPPING_EXISTS, () -> memory(2, at), "is taken by anonymous memory");
      }
      map.putLong(0, 1);
      memory(2, 2).close();
      memory(2, 6).close();
    }
  }

  @Test
  void map_granularityRefused_leavesThePlaceFree() {
    Path path = folder.resolve("refused");
    try (PmemFile file = medium.create(path)) {
      file.allocate(0, PAGE);
    }
    MapConfig config = config(Granularity.CACHE_LINE, 0);
    assertThatThrownBy(
            () ->
                ForcedGranularity.during(
                    Granularity.PAGE, () -> medium.map(PmemSource.of(path), config)))
        .isInstanceOf(GranularityUnavailableException.class);
    assertThat(reservation.first()).isEmpty();
    assertThat(mapped(Granularity.PAGE, "refused", 0).getLong(0)).isZero();
  }

  @Test
  void map_withReserve_keepsThePlaceToGrowInto() {
    Path path = folder.resolve("growing");
    try (PmemFile file = medium.create(path)) {
      file.allocate(0, 4 * PAGE);
      MapConfig config = config(Granularity.PAGE, 2).withLength(PAGE).withReserve(4 * PAGE);
      PmemMap map = medium.map(PmemSource.of(file), config);
      assertReason(Reason.MAPPING_EXISTS, () -> memory(1, 5), "is taken");
      memory(1, 6);
      assertReason(
          Reason.MAPPING_NOT_FOUND, () -> reservation.join(2 * PAGE, 2 * PAGE), "offset 12288");
      map.grow(4 * PAGE);
      map.putLong(4 * PAGE - 8, 1);
      try (PmemMap joint = reservation.join(2 * PAGE, 4 * PAGE)) {
        assertThat(joint.getLong(4 * PAGE - 8)).isEqualTo(1);
      }
    }
  }

  @Test
  void find_returnsTheLowestThatIntersects() {
    PmemMap low = memory(2, 2);
    PmemMap high = memory(1, 5);

    assertThat(reservation.find(0, 2 * PAGE)).isEmpty();
    assertThat(reservation.find(0, 2 * PAGE + 1)).containsSame(low);
    assertThat(reservation.find(4 * PAGE - 1, 1)).containsSame(low);
    assertThat(reservation.find(4 * PAGE, PAGE)).isEmpty();
    assertThat(reservation.find(4 * PAGE, PAGE + 1)).containsSame(high);
    assertThat(reservation.find(0, SIZE)).containsSame(low);
    assertThat(reservation.find(3 * PAGE, 0)).isEmpty();
    assertThat(reservation.find(6 * PAGE, SIZE - 6 * PAGE)).isEmpty();
    assertThatThrownBy(() -> reservation.find(PAGE, SIZE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void firstLastNextPrevious_goInTheOrderOfAddresses() {
    assertThat(reservation.first()).isEmpty();
    assertThat(reservation.last()).isEmpty();
    PmemMap third = memory(1, 9);
    PmemMap first = memory(1, 0);
    PmemMap second = memory(2, 3);

    assertThat(reservation.first()).containsSame(first);
    assertThat(reservation.last()).containsSame(third);
    assertThat(reservation.next(first)).containsSame(second);
    assertThat(reservation.next(second)).containsSame(third);
    assertThat(reservation.next(third)).isEmpty();
    assertThat(reservation.previous(third)).containsSame(second);
    assertThat(reservation.previous(first)).isEmpty();
    second.close();
    assertThat(reservation.next(first)).containsSame(third);
    assertReason(Reason.MAPPING_NOT_FOUND, () -> reservation.next(second), "is closed");
    MapConfig elsewhere = MapConfig.defaults().withRequiredGranularity(Granularity.BYTE);
    try (PmemMap other = medium.map(PmemSource.anonymous(PAGE), elsewhere)) {
      assertReason(
          Reason.MAPPING_NOT_FOUND, () -> reservation.previous(other), "not in this reservation");
    }
  }

  @Test
  void close_withMappings_isRefusedAndChangesNothing() {
    PmemMap map = memory(1, 3);
    assertReason(Reason.RESERVATION_NOT_EMPTY, reservation::close, "mapped at offset 12288");
    map.putLong(0, 3);
    assertThat(reservation.first()).containsSame(map);
    map.close();
    reservation.close();
    reservation.close();
  }

  @Test
  void closed_everyMethodSaysSo() {
    AddressReservation closed = AddressReservation.of(PAGE);
    closed.close();
    PmemMap map = memory(1, 0);
    List<ThrowingCallable> calls =
        List.of(
            closed::address,
            closed::size,
            closed::first,
            closed::last,
            () -> closed.extend(PAGE),
            () -> closed.shrink(0, PAGE),
            () -> closed.find(0, 1),
            () -> closed.next(map),
            () -> closed.previous(map),
            () -> closed.join(0, 1),
            () ->
                medium.map(
                    PmemSource.anonymous(PAGE),
                    MapConfig.defaults()
                        .withRequiredGranularity(Granularity.BYTE)
                        .withReservation(closed, 0)));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("address reservation: closed");
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void closedMapping_leavesItsPlaceToAnother(Granularity granularity) {
    PmemMap first = file(granularity, "first", 2, 0);
    first.putLong(0, 1);
    MemorySegment old = first.segment();
    first.close();
    PmemMap second = file(granularity, "second", 2, 0);
    assertThat(second.segment().address()).isEqualTo(old.address());
    second.putLong(0, 2);
    second.persist(0, 8);
    assertThatThrownBy(() -> old.get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> first.persist(0, 8)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> first.putLong(0, 3)).isInstanceOf(IllegalStateException.class);
    second.close();
    assertThat(contents("first")).isEqualTo(1);
    assertThat(contents("second")).isEqualTo(2);
  }

  private long contents(String name) {
    try (PmemFile file = medium.open(folder.resolve(name), FileAccess.READ_ONLY)) {
      MemorySegment read = MemorySegment.ofArray(new long[1]);
      file.read(0, read);
      return read.get(JAVA_LONG, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void join_overSeveralFiles_isOneArray(Granularity granularity) {
    PmemMap low = file(granularity, "low", 2, 4);
    PmemMap high = file(granularity, "high", 3, 6);
    byte[] bytes = new byte[(int) (4 * PAGE)];
    new Random(5).nextBytes(bytes);
    try (PmemMap joint = reservation.join(5 * PAGE, 4 * PAGE)) {
      assertThat(joint.granularity()).isEqualTo(granularity);
      assertThat(joint.size()).isEqualTo(4 * PAGE);
      joint.copy(0, MemorySegment.ofArray(bytes), 0, bytes.length, CopyMode.PERSIST);
      joint.putLong(PAGE - 4, 0x1111_2222_3333_4444L);
      joint.persist(PAGE - 4, 8);
      joint.flush(0, 4 * PAGE);
      joint.drain();
      joint.deepFlush(0, 4 * PAGE);
      joint.move(PAGE, 0, 64, CopyMode.PERSIST);
      joint.move(0, PAGE, 64, CopyMode.PERSIST);
      assertThat(joint.segment().toArray(JAVA_BYTE)[2 * 4096]).isEqualTo(bytes[2 * 4096]);
    }
    assertThat(low.getInt(2 * PAGE - 4)).isEqualTo(0x3333_4444);
    assertThat(low.getByte(PAGE + 70)).isEqualTo(bytes[70]);
    assertThat(high.getByte(2 * PAGE + 70)).isEqualTo(bytes[(int) (3 * PAGE + 70)]);
    assertThatThrownBy(() -> reservation.join(5 * PAGE, 5 * PAGE)).isInstanceOf(MapException.class);
  }

  @Test
  void join_overAFileThatIsCut_isAMediaErrorThatNamesIt() {
    file(Granularity.CACHE_LINE, "whole", 2, 0);
    file(Granularity.CACHE_LINE, "cut", 2, 2);
    try (PmemMap joint = reservation.join(0, 4 * PAGE);
        PmemFile file = medium.open(folder.resolve("cut"), FileAccess.READ_WRITE)) {
      file.truncate(PAGE);
      joint.fill(0, 3 * PAGE, (byte) 1, CopyMode.PERSIST);
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> joint.fill(PAGE, 3 * PAGE, (byte) 1, CopyMode.PERSIST),
              () -> joint.persist(0, 4 * PAGE),
              () -> joint.read(0, MemorySegment.ofArray(new byte[16384]), 0, 4 * PAGE))) {
        assertThatThrownBy(use)
            .isInstanceOf(MediaErrorException.class)
            .hasMessageEndingWith(
                " cannot be accessed, "
                    + folder.resolve("cut")
                    + ", the file was cut to 4096 of 8192");
      }
    }
  }

  @Test
  void join_whatDoesNotFit_isRefused() {
    file(Granularity.CACHE_LINE, "lines", 2, 0);
    file(Granularity.PAGE, "pages", 2, 2);
    memory(1, 5);
    medium.map(
        PmemSource.anonymous(PAGE),
        config(Granularity.BYTE, 6).withProtection(MapConfig.Protection.NONE));
    assertReason(Reason.NOT_SUPPORTED, () -> reservation.join(PAGE, 2 * PAGE), "differ in");
    assertReason(Reason.MAPPING_NOT_FOUND, () -> reservation.join(3 * PAGE, 2 * PAGE), "16384");
    assertReason(Reason.MAPPING_NOT_FOUND, () -> reservation.join(5 * PAGE, 2 * PAGE), "24576");
    assertReason(Reason.OFFSET_UNALIGNED, () -> reservation.join(8, 8), "offset 8 is not");
    assertReason(Reason.OFFSET_OUT_OF_RANGE, () -> reservation.join(SIZE, 8), "not below");
    assertReason(Reason.LENGTH_OUT_OF_RANGE, () -> reservation.join(0, SIZE + 1), "exceeds size");
    assertReason(Reason.LENGTH_OUT_OF_RANGE, () -> reservation.join(0, 0), "exceeds size");
  }

  @Test
  void join_withAReadOnlyPart_cannotBeStoredTo() {
    memory(1, 0);
    medium.map(
        PmemSource.anonymous(PAGE),
        config(Granularity.BYTE, 1).withProtection(MapConfig.Protection.READ));
    try (PmemMap joint = reservation.join(0, 2 * PAGE)) {
      assertThat(joint.segment().isReadOnly()).isTrue();
      assertThatThrownBy(() -> joint.fill(0, 8, (byte) 1, CopyMode.PERSIST))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void closedPart_closesWhatIsJoinedOverItAndNothingElse() {
    PmemMap left = memory(1, 0);
    PmemMap middle = memory(1, 1);
    memory(1, 2);
    PmemMap whole = reservation.join(0, 3 * PAGE);
    PmemMap right = reservation.join(PAGE, 2 * PAGE);
    MemorySegment segment = whole.segment();
    left.close();

    assertThatThrownBy(() -> whole.getLong(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> segment.get(JAVA_LONG, 2 * PAGE))
        .isInstanceOf(IllegalStateException.class);
    whole.close();
    right.putLong(0, 7);
    assertThat(middle.getLong(0)).isEqualTo(7);
    right.close();
    assertThat(middle.getLong(0)).isEqualTo(7);
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void oneFileTwiceInARow_isARingWithoutAnEnd(Granularity granularity) {
    file(granularity, "ring", 2, 0);
    mapped(granularity, "ring", 2);
    try (PmemMap ring = reservation.join(0, 4 * PAGE)) {
      byte[] message = "a message over the end".getBytes(US_ASCII);
      ring.copy(2 * PAGE - 9, MemorySegment.ofArray(message), 0, message.length, CopyMode.PERSIST);
      byte[] read = new byte[message.length - 9];
      ring.read(0, MemorySegment.ofArray(read), 0, read.length);
      assertThat(new String(read, US_ASCII)).isEqualTo(" over the end");
    }
  }

  @Test
  void privateMappings_canBeJoined() {
    Path path = folder.resolve("private");
    try (PmemFile file = medium.create(path)) {
      file.allocate(0, PAGE);
    }
    medium.map(PmemSource.of(path), config(Granularity.BYTE, 0).withSharing(Sharing.PRIVATE));
    memory(1, 1);
    try (PmemMap joint = reservation.join(0, 2 * PAGE)) {
      joint.putLong(PAGE - 4, -1);
      joint.persist(0, 2 * PAGE);
      assertReason(Reason.NOT_SUPPORTED, () -> joint.deepFlush(0, 8), "nowhere to be flushed");
    }
  }

  /** Machine code that comes late would store into, or flush, what took the place. */
  @ParameterizedTest
  @EnumSource(Granularity.class)
  void close_whileThreadsUseThePlace_neverHitsWhatFollows(Granularity granularity)
      throws InterruptedException {
    file(granularity, "old", 4, 0).close();
    file(granularity, "new", 4, 0).close();
    MemorySegment ones = MemorySegment.ofArray(new byte[4096]).fill((byte) 1);
    for (int round = 0; round < 200; round++) {
      PmemMap old = mapped(granularity, "old", 0);
      PmemMap joint = reservation.join(0, 4 * PAGE);
      ConcurrentUse threads =
          ConcurrentUse.start(
              List.of(
                  () -> old.copy(64, ones, 0, 4096, CopyMode.NO_DRAIN),
                  () -> old.fill(8192, 64, (byte) 1, CopyMode.NO_DRAIN.nonTemporal()),
                  () -> old.move(8192, 8000, 5000, CopyMode.NO_DRAIN),
                  () -> joint.fill(64, 128, (byte) 1, CopyMode.PERSIST)));
      old.close();
      PmemMap next = mapped(granularity, "new", 0);
      threads.assertAllToldThatItIsClosed();
      for (long at = 0; at < 4 * PAGE; at += 8) {
        assertThat(next.getLong(at)).as("round %d, byte %d", round, at).isZero();
      }
      next.close();
    }
  }

  /** What the reservation answers is compared with a plain list of places. */
  @Test
  void randomCalls_agreeWithAModel() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    TreeMap<Long, PmemMap> model = new TreeMap<>();
    for (int step = 0; step < 2000; step++) {
      long place = random.nextLong(16);
      long pages = 1 + random.nextLong(3);
      List<Long> hit = new ArrayList<>();
      for (var entry : model.entrySet()) {
        if (entry.getKey() < place + pages
            && place < entry.getKey() + entry.getValue().size() / PAGE) {
          hit.add(entry.getKey());
        }
      }
      if (place + pages > 16) {
        assertReason(Reason.LENGTH_OUT_OF_RANGE, () -> memory(pages, place), "");
      } else if (!hit.isEmpty()) {
        assertReason(Reason.MAPPING_EXISTS, () -> memory(pages, place), "is taken");
        assertThat(reservation.find(place * PAGE, pages * PAGE))
            .as("seed %d", seed)
            .containsSame(model.get(hit.getFirst()));
        if (random.nextBoolean()) {
          PmemMap closed = model.remove(hit.getFirst());
          assertThat(closed.getLong(0)).as("seed %d", seed).isEqualTo(hit.getFirst());
          closed.close();
        }
      } else {
        assertThat(reservation.find(place * PAGE, pages * PAGE)).as("seed %d", seed).isEmpty();
        PmemMap map = memory(pages, place);
        map.putLong(0, place);
        model.put(place, map);
      }
      var first = model.firstEntry();
      assertThat(reservation.first().orElse(null))
          .as("seed %d", seed)
          .isSameAs(first == null ? null : first.getValue());
    }
  }
}
