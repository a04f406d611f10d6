package io.holdfast.crash.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exact set of images that the model takes for reachable. */
class DurabilityModelTest {
  private static final Name FILE = name("data");
  private static final int PROGRAMS = 150;
  private static final int MAX_PIECES = 10;

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void randomPrograms_reachWhatTheOracleSays(Granularity granularity) {
    long seed = Long.getLong("holdfast.crash.seed", 1);
    Random random = new Random(seed);
    for (int program = 0; program < PROGRAMS; program++) {
      int number = program;
      List<Event> events = new ArrayList<>();
      DurabilityModel model =
          new DurabilityModel(granularity, oneFile(ReachableImagesOracle.FILE_BYTES));
      ReachableImagesOracle oracle = new ReachableImagesOracle(granularity, events);
      while (oracle.pieces() < MAX_PIECES && events.size() < 25) {
        Event event = randomEvent(random);
        events.add(event);
        model.apply(event);
        oracle = new ReachableImagesOracle(granularity, List.copyOf(events));
        assertThat(images(model))
            .as(() -> "seed %d, program %d, %s".formatted(seed, number, describe(events)))
            .isEqualTo(oracle.images());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Granularity.class)
  void fingerprints_areEqualForEqualImagesOnly(Granularity granularity) {
    Random random = new Random(3);
    Map<Fingerprint, String> seen = new HashMap<>();
    Map<String, Fingerprint> reverse = new HashMap<>();
    for (int program = 0; program < 50; program++) {
      DurabilityModel model = new DurabilityModel(granularity, oneFile(4096));
      for (int i = 0; i < 12; i++) {
        model.apply(randomEvent(random));
        StateSpace space = model.states();
        space.forEach(
            state -> {
              String image = text(space.image(state));
              Fingerprint print = space.fingerprint(state);
              assertThat(seen.merge(print, image, (old, _) -> old)).isEqualTo(image);
              assertThat(reverse.merge(image, print, (old, _) -> old)).isEqualTo(print);
              return true;
            });
      }
    }
    assertThat(seen).hasSizeGreaterThan(100);
  }

  @Test
  void nothingLost_isTheFirstState() {
    Random random = new Random(5);
    for (int program = 0; program < 100; program++) {
      DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
      for (int i = 0; i < 15; i++) {
        model.apply(randomEvent(random));
        StateSpace space = model.states();
        int[] none = new int[space.doubts().size()];
        assertThat(space.lost(none)).isEmpty();
        assertThat(text(space.image(none))).isEqualTo(text(model.visible()));
      }
    }
  }

  @Test
  void wordStoredThreeTimes_mayHoldAnyOfItsValues() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    for (int value = 1; value <= 3; value++) {
      model.apply(store(1, 0, value, Event.StoreKind.PLAIN));
    }
    assertThat(images(model)).containsExactlyInAnyOrder("", "0=1 ", "0=2 ", "0=3 ");
  }

  @Test
  void counterStoredManyTimes_hasAsManyStatesAsValues() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    for (int value = 1; value <= 100; value++) {
      model.apply(store(1, 0, value, Event.StoreKind.PLAIN));
    }
    assertThat(model.states().size()).isEqualTo(101);
  }

  @Test
  void orderedStore_bringsEarlierStoresOfItsLine() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    model.apply(store(1, 0, 1, Event.StoreKind.PLAIN));
    model.apply(store(1, 8, 2, Event.StoreKind.ORDERED));
    model.apply(store(1, 16, 3, Event.StoreKind.PLAIN));
    assertThat(images(model))
        .containsExactlyInAnyOrder("", "0=1 ", "0=1 8=2 ", "16=3 ", "0=1 16=3 ", "0=1 8=2 16=3 ");
  }

  @Test
  void fileWrites_leaveEachSectorAsSomeMomentOfItsHistory() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    model.apply(write(510, new byte[] {1, 1, 1, 1}, Event.WriteKind.LATER));
    model.apply(write(511, new byte[] {2}, Event.WriteKind.LATER));
    assertThat(images(model))
        .containsExactlyInAnyOrder(
            "",
            "510=1 511=1 ",
            "510=1 511=2 ",
            "512=1 513=1 ",
            "510=1 511=1 512=1 513=1 ",
            "510=1 511=2 512=1 513=1 ");
  }

  @Test
  void durableWrite_bringsOlderWritesOfItsSectorAndTheSizeUpToIt() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(0));
    model.apply(write(0, new byte[] {1}, Event.WriteKind.LATER));
    model.apply(write(1024, new byte[] {2}, Event.WriteKind.LATER));
    model.apply(write(0, new byte[] {3}, Event.WriteKind.ON_RETURN));
    model.apply(new Event.Fence(origin(1)));
    assertThat(sizes(model)).containsExactlyInAnyOrder(1L, 1025L);
    assertThat(images(model)).containsExactlyInAnyOrder("0=3 ", "0=3 1024=2 ");
  }

  @Test
  void sizes_arriveInOrderAndAreCertainAfterSync() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(0));
    model.apply(new Event.Resize(origin(1), 0, 4096));
    model.apply(new Event.Resize(origin(1), 0, 8192));
    assertThat(sizes(model)).containsExactlyInAnyOrder(0L, 4096L, 8192L);
    model.apply(new Event.Sync(origin(1), 0));
    assertThat(sizes(model)).containsExactly(8192L);
  }

  @Test
  void bytesBeyondALostSize_areZero() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(0));
    model.apply(new Event.Resize(origin(1), 0, 4096));
    model.apply(store(1, 8, 7, Event.StoreKind.PLAIN));
    model.apply(new Event.Flush(origin(1), 0, 8, 8));
    model.apply(new Event.Fence(origin(1)));
    forEachImage(
        model,
        image ->
            assertThat(image.file(0).content().word(1))
                .isEqualTo(image.file(0).size() == 0 ? 0 : 7));
    assertThat(sizes(model)).containsExactlyInAnyOrder(0L, 4096L);
  }

  @Test
  void cutAndGrown_showsOldBytesZeroesOrNewOnes() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(0));
    model.apply(write(0, new byte[] {1, 1}, Event.WriteKind.LATER));
    model.apply(new Event.Sync(origin(1), 0));
    model.apply(new Event.Resize(origin(1), 0, 1));
    model.apply(new Event.Resize(origin(1), 0, 2));
    model.apply(new Event.Store(origin(1), 0, 0, new byte[] {5}, Event.StoreKind.PLAIN));
    assertThat(images(model)).containsExactlyInAnyOrder("0=1 1=1 ", "0=5 1=1 ", "0=1 ", "0=5 ");
    model.apply(new Event.Sync(origin(1), 0));
    assertThat(images(model)).containsExactly("0=5 ");
  }

  @Test
  void storeCertainBeyondACut_makesTheCutCertain() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(0));
    model.apply(write(0, new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, Event.WriteKind.LATER));
    model.apply(new Event.Sync(origin(1), 0));
    model.apply(new Event.Resize(origin(1), 0, 0));
    model.apply(new Event.Resize(origin(1), 0, 4096));
    model.apply(store(1, 8, 7, Event.StoreKind.PLAIN));
    model.apply(new Event.Flush(origin(1), 0, 8, 8));
    model.apply(new Event.Fence(origin(1)));
    model.apply(new Event.Sync(origin(1), 0));
    assertThat(images(model)).containsExactly("8=7 ");
  }

  @Test
  void failedSync_isNotHealedByALaterOneUntilThePageIsWrittenAgain() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    model.apply(write(0, new byte[] {1}, Event.WriteKind.LATER));
    model.apply(new Event.SyncFailed(origin(1), 0, 0, 4096));
    model.apply(new Event.Sync(origin(1), 0));
    assertThat(images(model)).containsExactlyInAnyOrder("", "0=1 ");
    model.apply(write(1024, new byte[] {2}, Event.WriteKind.LATER));
    model.apply(new Event.Sync(origin(1), 0));
    assertThat(images(model)).containsExactly("0=1 1024=2 ");
  }

  @Test
  void names_areInDoubtUntilTheirFolderIsSynced() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    Name second = name("second");
    Name third = name("third");
    model.apply(new Event.Rename(origin(1), null, second, 1));
    model.apply(new Event.Rename(origin(1), second, third, 1));
    model.apply(new Event.Rename(origin(1), FILE, null, 0));
    assertThat(names(model))
        .containsExactlyInAnyOrder("data", "data second", "data third", "", "second", "third");
    model.apply(syncOf("/elsewhere"));
    assertThat(names(model)).hasSize(6);
    model.apply(syncOf("/simulated"));
    assertThat(names(model)).containsExactly("third");
  }

  @Test
  void changesOfOneName_keepTheirOrder() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    model.apply(new Event.Rename(origin(1), FILE, name("old"), 0));
    model.apply(new Event.Rename(origin(1), null, FILE, 1));
    // The new file never stands in the way of the one that it has replaced.
    forEachImage(model, image -> assertThat(image.names()).containsValue(0));
    assertThat(names(model)).containsExactlyInAnyOrder("data", "old", "data old");
  }

  @Test
  void moreNamesThanWays_eachIsLostAloneAndIsThereAlone() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    int files = 24;
    List<String> added = new ArrayList<>();
    for (int file = 1; file <= files; file++) {
      String last = "file%02d".formatted(file);
      added.add(" " + last);
      model.apply(new Event.Rename(origin(1), null, name(last), file));
    }
    assertThat(model.states().isComplete()).isFalse();
    Set<String> names = names(model);
    String all = "data" + String.join("", added);
    String oldest = "data";
    for (String one : added) {
      oldest += one;
      assertThat(names).contains("data" + one, all.replace(one, ""), oldest);
    }
    for (int file = 0; file + 1 < files; file++) {
      String one = added.get(file);
      String next = added.get(file + 1);
      assertThat(names.stream().filter(there -> !there.contains(one) && there.contains(next)))
          .as("lost:%s, there:%s", one, next)
          .hasSizeGreaterThan(4);
    }
  }

  @Test
  void moreUnitsOfALineThanWays_eachIsLostAlone() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    for (int word = 0; word < 7; word++) {
      model.apply(store(1, word * 8L, 1, Event.StoreKind.PLAIN));
      model.apply(store(1, word * 8L, 2, Event.StoreKind.PLAIN));
    }
    model.apply(store(1, 56, 1, Event.StoreKind.ORDERED));
    for (int word = 0; word < 7; word++) {
      model.apply(store(1, word * 8L, 3, Event.StoreKind.PLAIN));
    }
    assertThat(model.states().isComplete()).isFalse();
    Set<String> images = images(model);
    String all = "0=3 8=3 16=3 24=3 32=3 40=3 48=3 56=1 ";
    assertThat(images).contains(all).contains("");
    for (int word = 0; word < 7; word++) {
      assertThat(images).contains(all.replace(word * 8 + "=3", word * 8 + "=2"));
    }
  }

  @Test
  void moveBetweenFolders_needsBothSynced() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    Name moved = Name.implied("/elsewhere/data");
    model.apply(new Event.Rename(origin(1), FILE, moved, 0));
    model.apply(syncOf("/simulated"));
    assertThat(model.states().size()).isEqualTo(2);
    model.apply(syncOf("/elsewhere"));
    assertThat(model.states().size()).isEqualTo(1);
  }

  @Test
  void fileWithoutAName_isGone() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    model.apply(new Event.Resize(origin(1), 1, 4096));
    model.apply(new Event.Sync(origin(1), 1));
    assertThat(names(model)).containsExactly("data");
  }

  @Test
  void killedProcess_keepsWhatIsVisibleAndMakesNothingCertain() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    model.apply(store(1, 0, 1, Event.StoreKind.PLAIN));
    model.apply(new Event.Flush(origin(1), 0, 0, 8));
    DurabilityModel survivor = model.fork();
    assertThat(text(survivor.visible())).contains("0=1 ");
    survivor.apply(new Event.Fence(origin(1)));
    assertThat(images(survivor)).containsExactlyInAnyOrder("", "0=1 ");
    survivor.apply(new Event.Flush(origin(2), 0, 0, 8));
    survivor.apply(new Event.Fence(origin(2)));
    assertThat(images(survivor)).containsExactly("0=1 ");
    assertThat(images(model)).containsExactlyInAnyOrder("", "0=1 ");
  }

  @Test
  void killedThreadsNonTemporalStore_isMadeDurableByFlushAndFence() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    model.apply(store(1, 0, 1, Event.StoreKind.NON_TEMPORAL));
    DurabilityModel survivor = model.fork();
    survivor.apply(new Event.Fence(origin(1)));
    assertThat(images(survivor)).containsExactlyInAnyOrder("", "0=1 ");
    survivor.apply(new Event.Flush(origin(2), 0, 0, 8));
    survivor.apply(new Event.Fence(origin(2)));
    assertThat(images(survivor)).containsExactly("0=1 ");
  }

  @Test
  void killedThreadsNonTemporalStore_isDurableWhereCachesAre() {
    DurabilityModel model = new DurabilityModel(Granularity.BYTE, oneFile(4096));
    model.apply(store(1, 0, 1, Event.StoreKind.NON_TEMPORAL));
    assertThat(images(model)).containsExactlyInAnyOrder("", "0=1 ");
    assertThat(images(model.fork())).containsExactly("0=1 ");
    assertThat(images(model)).containsExactlyInAnyOrder("", "0=1 ");
  }

  @Test
  void killInADurableWrite_leavesItInDoubt() {
    DurabilityModel model = new DurabilityModel(Granularity.PAGE, oneFile(4096));
    model.apply(write(0, new byte[] {1}, Event.WriteKind.ON_RETURN));
    DurabilityModel survivor = model.fork();
    survivor.apply(new Event.Fence(origin(1)));
    assertThat(images(survivor)).containsExactlyInAnyOrder("", "0=1 ");
    model.apply(new Event.Fence(origin(1)));
    assertThat(images(model)).containsExactly("0=1 ");
  }

  @Test
  void killInTheMidstOfAStore_leavesTheRestUndone() {
    DurabilityModel model = new DurabilityModel(Granularity.CACHE_LINE, oneFile(4096));
    model.apply(
        new Event.Store(
            origin(1), 0, 0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 2}, Event.StoreKind.PLAIN));
    Set<Unit> missed = model.someOfLastUnits(new Random(1));
    DurabilityModel survivor = model.forkWithout(missed);
    assertThat(text(survivor.visible())).contains(" 0=1 ").doesNotContain("8=2");
    assertThat(images(survivor)).containsExactlyInAnyOrder("", "0=1 ");
  }

  private static Event randomEvent(Random random) {
    long thread = random.nextInt(2) + 1L;
    long line = random.nextInt(2) * 64L;
    return switch (random.nextInt(11)) {
      case 0, 1 ->
          store(thread, line + random.nextInt(3) * 8L, value(random), Event.StoreKind.PLAIN);
      case 2 ->
          store(thread, line + random.nextInt(3) * 8L, value(random), Event.StoreKind.ORDERED);
      case 3 ->
          store(thread, line + random.nextInt(3) * 8L, value(random), Event.StoreKind.NON_TEMPORAL);
      case 4 -> {
        byte[] bytes = new byte[1 + random.nextInt(12)];
        random.nextBytes(bytes);
        yield new Event.Store(
            origin(thread), 0, line + random.nextInt(12), bytes, Event.StoreKind.PLAIN);
      }
      case 5, 6 ->
          new Event.Flush(origin(thread), 0, line + random.nextInt(40), 1 + random.nextInt(40));
      case 7, 8 -> new Event.Fence(origin(thread));
      case 9 -> {
        byte[] bytes = new byte[1 + random.nextInt(20)];
        random.nextBytes(bytes);
        yield write(
            random.nextInt(3) * 250L,
            bytes,
            random.nextBoolean() ? Event.WriteKind.LATER : Event.WriteKind.ON_RETURN);
      }
      default ->
          random.nextInt(3) == 0
              ? new Event.Sync(origin(thread), 0)
              : new Event.Fence(origin(thread));
    };
  }

  private static int value(Random random) {
    return 1 + random.nextInt(3);
  }

  private static Event store(long thread, long position, long value, Event.StoreKind kind) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return new Event.Store(origin(thread), 0, position, bytes, kind);
  }

  private static Event write(long position, byte[] bytes, Event.WriteKind kind) {
    return new Event.Write(origin(1), 0, position, bytes, kind);
  }

  private static Name name(String last) {
    return Name.implied("/simulated/" + last);
  }

  private static Event syncOf(String folder) {
    return new Event.SyncFolder(origin(1), Folder.implied(folder), folder);
  }

  private static Origin origin(long thread) {
    return new Origin(thread, "thread " + thread, List.of());
  }

  private static MediumImage oneFile(long size) {
    return new MediumImage(
        new TreeMap<>(Map.of(FILE, 0)),
        Set.of(),
        Map.of(0, new MediumImage.FileImage(new Content(), size)),
        1);
  }

  private static List<String> describe(List<Event> events) {
    return events.stream()
        .map(event -> event.describe() + " by " + event.origin().thread())
        .toList();
  }

  /** {@return the bytes of the file in all states} */
  private static Set<String> images(DurabilityModel model) {
    Set<String> images = new HashSet<>();
    forEachImage(model, image -> images.add(ReachableImagesOracle.text(bytes(image.file(0)))));
    return images;
  }

  private static Set<Long> sizes(DurabilityModel model) {
    Set<Long> sizes = new TreeSet<>();
    forEachImage(model, image -> sizes.add(image.file(0).size()));
    return sizes;
  }

  private static Set<String> names(DurabilityModel model) {
    Set<String> names = new TreeSet<>();
    forEachImage(
        model,
        image ->
            names.add(String.join(" ", image.names().keySet().stream().map(Name::last).toList())));
    return names;
  }

  private static void forEachImage(DurabilityModel model, Consumer<MediumImage> action) {
    StateSpace space = model.states();
    space.forEach(
        state -> {
          action.accept(space.image(state));
          return true;
        });
  }

  private static String text(MediumImage image) {
    StringBuilder text = new StringBuilder();
    image
        .names()
        .forEach(
            (name, number) ->
                text.append(name)
                    .append(' ')
                    .append(image.file(number).size())
                    .append(": ")
                    .append(ReachableImagesOracle.text(bytes(image.file(number)))));
    return text.toString();
  }

  private static byte[] bytes(MediumImage.FileImage file) {
    byte[] bytes = new byte[(int) file.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (file.content().word(i / 8) >>> (i % 8 * 8));
    }
    return bytes;
  }
}
