package io.holdfast.crash.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** States are made from the ones asked for before, and are the same in whatever order. */
class StateSpaceTest {
  private static final Origin ORIGIN = new Origin(1, "main", List.of());
  private static final int FILE = 0;
  private static final Name NAME = Name.implied("/data");
  private static final long SEED = Long.getLong("holdfast.seed", 7);

  @Test
  void growingFile_hasItsStatesInAnyOrder() {
    Random random = new Random(SEED);
    for (int program = 0; program < 100; program++) {
      List<Event> events = growth(random);
      StateSpace space = after(events).states();
      for (int look = 0; look < 30; look++) {
        int[] state =
            space.doubts().stream().mapToInt(doubt -> random.nextInt(doubt.choices())).toArray();
        MediumImage image = space.image(state);
        MediumImage.FileImage file = image.file(FILE);
        String what = "seed %d, program %d, %s".formatted(SEED, program, space.lost(state));
        assertThat(words(file))
            .as(what)
            .isEqualTo(words(after(events).states().image(state).file(FILE)));
        Content certain = new Content();
        words(file).forEach(certain::putWord);
        certain.truncate(file.size());
        assertThat(words(file))
            .as("%s: bytes beyond the size", what)
            .isEqualTo(words(certain, file));
        assertThat(space.fingerprint(state))
            .as(what)
            .isEqualTo(after(events).states().fingerprint(state))
            .isEqualTo(
                Fingerprint.file(
                    Fingerprint.text(NAME.path()),
                    file.size(),
                    certain.fingerprintHigh(),
                    certain.fingerprintLow()));
      }
    }
  }

  @Test
  void names_areGoneThroughOnceForEachChange() {
    DurabilityModel model = after(List.of());
    model.apply(new Event.Rename(ORIGIN, NAME, Name.implied("/moved"), FILE));
    Doubt names = model.states().doubts().getFirst();

    model.apply(write(0, 8, 1));
    assertThat(model.states().doubts().getFirst()).isSameAs(names);

    model.apply(new Event.SyncFolder(ORIGIN, Folder.ROOT, "/"));
    assertThat(model.states().doubts()).doesNotContain(names);
  }

  private static DurabilityModel after(List<Event> events) {
    Content content = new Content();
    content.putWord(0, 0x55);
    TreeMap<Name, Integer> names = new TreeMap<>(Map.of(NAME, FILE));
    MediumImage.FileImage file = new MediumImage.FileImage(content, 3);
    DurabilityModel model =
        new DurabilityModel(
            Granularity.PAGE, new MediumImage(names, Set.of(), Map.of(FILE, file), 1));
    events.forEach(model::apply);
    return model;
  }

  /** Writes that make the file longer, by odd numbers of bytes, or lie in what it has. */
  private static List<Event> growth(Random random) {
    List<Event> events = new ArrayList<>();
    long end = 3;
    for (int i = 1; i <= 6; i++) {
      long position = random.nextBoolean() ? end : random.nextLong(end);
      int length = 1 + random.nextInt(random.nextBoolean() ? 9 : 700);
      events.add(write(position, length, i));
      end = Math.max(end, position + length);
    }
    return events;
  }

  private static Event write(long position, int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return new Event.Write(ORIGIN, FILE, position, bytes, Event.WriteKind.LATER);
  }

  private static Map<Long, Long> words(MediumImage.FileImage file) {
    return words(file.content(), file);
  }

  private static Map<Long, Long> words(Content content, MediumImage.FileImage file) {
    Map<Long, Long> words = new TreeMap<>();
    for (long word = 0; word < file.size() / Long.BYTES + 300; word++) {
      if (content.word(word) != 0) {
        words.put(word, content.word(word));
      }
    }
    return words;
  }
}
