package io.holdfast.crash.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.FileSystemModel;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which trees of files and folders are reachable, against all subsets judged one by one. */
class JournalOrderTest {
  private static final long SEED = Long.getLong("holdfast.seed", 1);
  private static final int PROGRAMS = Integer.getInteger("holdfast.programs", 100);
  private static final int MAX_PIECES = 9;

  @Test
  void withoutOrder_randomProgramsReachWhatTheOracleSays() {
    compare(FileSystemModel.POSIX);
  }

  @Test
  void withAJournal_randomProgramsReachWhatTheOracleSays() {
    compare(FileSystemModel.EXT4_ORDERED);
  }

  @Test
  void movesOfFolders_keepTheirOrder() {
    DurabilityModel model =
        new DurabilityModel(
            Granularity.PAGE,
            new MediumImage(
                new TreeMap<>(Map.of(Name.implied("/a"), 0, Name.implied("/b"), 1)),
                Set.of(0, 1),
                Map.of(),
                2));
    Origin origin = new Origin(1, "main", List.of());
    Name inside = Name.in(Folder.made(1), "/b", "a");
    model.apply(folder(origin, Name.implied("/a"), inside, 0));
    model.apply(folder(origin, Name.implied("/b"), Name.implied("/c"), 1));
    assertThat(trees(model)).containsExactlyInAnyOrder("/a/ /b/ ", "/b/ /b/a/ ", "/c/ /c/a/ ");
  }

  @Test
  void syncOfBytesOverwrittenInPlace_commitsNoNames() {
    Origin origin = new Origin(1, "main", List.of());
    DurabilityModel model =
        new DurabilityModel(
            Granularity.PAGE,
            new MediumImage(
                new TreeMap<>(Map.of(Name.implied("/a"), 0)),
                Set.of(),
                Map.of(0, new MediumImage.FileImage(new Content(), 512)),
                1,
                FileSystemModel.EXT4_ORDERED));
    model.apply(new Event.Rename(origin, null, Name.implied("/b"), 1));
    model.apply(new Event.Write(origin, 0, 0, new byte[] {1}, Event.WriteKind.LATER));
    model.apply(new Event.Sync(origin, 0));
    assertThat(trees(model)).containsExactlyInAnyOrder("/a#512:1, ", "/a#512:1, /b#0: ");
    model.apply(new Event.Write(origin, 0, 512, new byte[] {1}, Event.WriteKind.LATER));
    model.apply(new Event.Sync(origin, 0));
    assertThat(trees(model)).containsExactly("/a#513:1,1, /b#0: ");
  }

  private static Event folder(Origin origin, Name from, Name to, int number) {
    return new Event.Rename(origin, from, to, number, Event.NamedKind.FOLDER);
  }

  private static void compare(FileSystemModel fileSystem) {
    int fewer = 0;
    for (int program = 0; program < PROGRAMS; program++) {
      RandomTreeProgram source = new RandomTreeProgram(new Random(SEED * 1000 + program));
      DurabilityModel model =
          new DurabilityModel(
              Granularity.PAGE,
              new MediumImage(new TreeMap<>(), Set.of(), Map.of(), 0, fileSystem));
      List<Event> events = new ArrayList<>();
      TreeOracle oracle = new TreeOracle(fileSystem, List.of());
      while (oracle.pieces() < MAX_PIECES && events.size() < 30) {
        Event event = source.next();
        events.add(event);
        model.apply(event);
        oracle = new TreeOracle(fileSystem, List.copyOf(events));
        Set<String> reachable = oracle.trees();
        assertThat(trees(model))
            .as(
                "holdfast.seed=%d, program %d: %s",
                SEED, program, events.stream().map(Event::describe).toList())
            .isEqualTo(reachable);
        fewer += reachable.size() > 1 ? 1 : 0;
      }
    }
    assertThat(fewer).isGreaterThan(PROGRAMS);
  }

  /** {@return the names, with the size and first bytes of files, in all states} */
  private static Set<String> trees(DurabilityModel model) {
    Set<String> trees = new TreeSet<>();
    Map<Fingerprint, String> known = new HashMap<>();
    StateSpace space = model.states();
    space.forEach(
        state -> {
          MediumImage image = space.image(state);
          StringBuilder text = new StringBuilder();
          Map<String, String> byPath = new TreeMap<>();
          image
              .names()
              .forEach(
                  (name, number) ->
                      byPath.put(
                          name.path(),
                          image.isFolder(number) ? "/" : describe(image.file(number))));
          byPath.forEach((path, what) -> text.append(path).append(what).append(' '));
          trees.add(text.toString());
          // Equal fingerprints mean equal trees.
          String before = known.putIfAbsent(space.fingerprint(state), text.toString());
          assertThat(before == null ? text.toString() : before).isEqualTo(text.toString());
          return true;
        });
    return trees;
  }

  private static String describe(MediumImage.FileImage file) {
    StringBuilder text = new StringBuilder("#" + file.size() + ":");
    for (long at = 0; at < file.size(); at += Unit.SECTOR_BYTES) {
      text.append(file.content().word(at / Long.BYTES) & 0xff).append(',');
    }
    return text.toString();
  }
}
