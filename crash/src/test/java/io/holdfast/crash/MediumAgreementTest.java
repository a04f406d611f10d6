package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is visible on a simulated medium is what is visible on the operating system's: the same
 * random calls to both give the same bytes, sizes and exceptions.
 */
class MediumAgreementTest {
  private static final int PROGRAMS = 40;
  private static final int CALLS = 120;
  private static final long PAGE = 4096;
  private static final long LIMIT = 8 * PAGE;

  @TempDir private Path folder;

  @Test
  void randomCalls_giveTheSameOnBothMedia() {
    long seed = Long.getLong("holdfast.crash.seed", 1);
    for (int program = 0; program < PROGRAMS; program++) {
      Path own = folder.resolve("program" + program);
      assertThat(own.toFile().mkdir()).isTrue();
      Actor real = new Actor(Medium.system(), own, seed * 1000 + program);
      Actor simulated = new Actor(SimulatedMedium.of(Granularity.PAGE), own, seed * 1000 + program);
      try {
        for (int call = 0; call < CALLS; call++) {
          assertThat(simulated.step())
              .as("seed %d, program %d, call %d", seed, program, call)
              .isEqualTo(real.step());
        }
      } finally {
        real.close();
        simulated.close();
      }
    }
  }

  /** Does one random thing after the other to a medium, and says what came of it. */
  private static final class Actor {
    private final Medium medium;
    private final Path folder;
    private final Random random;
    private final List<PmemFile> files = new ArrayList<>();
    private final List<PmemMap> maps = new ArrayList<>();

    Actor(Medium medium, Path folder, long seed) {
      this.medium = medium;
      this.folder = folder;
      this.random = new Random(seed);
    }

    void close() {
      maps.forEach(PmemMap::close);
      files.forEach(PmemFile::close);
    }

    String step() {
      return switch (random.nextInt(18)) {
        case 0 -> open(() -> medium.create(name()));
        case 1 -> open(() -> medium.createUnnamed(folder));
        case 2 -> open(() -> medium.open(name(), FileAccess.READ_WRITE));
        case 3 -> open(() -> medium.open(name(), FileAccess.READ_ONLY));
        case 4 ->
            file(
                file -> {
                  Path name = name();
                  if (file.path().equals(folder)) {
                    file.publish(name);
                  }
                });
        case 5 -> outcome(() -> medium.rename(name(), name()));
        case 6 -> outcome(() -> medium.delete(name()));
        case 7 -> file(file -> file.allocate(random.nextLong(LIMIT), random.nextLong(LIMIT)));
        case 8 ->
            file(
                file -> {
                  // What is mapped beyond the end of a file faults.
                  long size = random.nextLong(LIMIT);
                  file.truncate(maps.isEmpty() ? size : Math.max(size, file.size()));
                });
        case 9, 10 -> file(file -> file.write(random.nextLong(LIMIT), bytes(3000)));
        case 11 -> file(file -> file.writeDurably(random.nextLong(LIMIT), bytes(600)));
        case 12 -> file(file -> outcomeOf(file.tryLock()));
        case 13 -> map();
        case 14 -> random.nextInt(4) == 0 ? closeOne() : read();
        case 15, 16 -> store();
        default -> grow();
      };
    }

    private Path name() {
      return folder.resolve("file" + random.nextInt(3));
    }

    private MemorySegment bytes(int most) {
      byte[] bytes = new byte[1 + random.nextInt(most)];
      random.nextBytes(bytes);
      return MemorySegment.ofArray(bytes);
    }

    private String open(Supplier<PmemFile> opener) {
      return outcome(
          () -> {
            PmemFile file = opener.get();
            if (files.size() < 4) {
              files.add(file);
            } else {
              file.close();
            }
          });
    }

    private interface Use<T> {
      void of(T used);
    }

    private String lastResult = "";

    private void outcomeOf(Object result) {
      lastResult = String.valueOf(result);
    }

    private String file(Use<PmemFile> use) {
      if (files.isEmpty()) {
        return "no file";
      }
      PmemFile file = files.get(random.nextInt(files.size()));
      return outcome(
          () -> {
            use.of(file);
            outcomeOf(lastResult + " " + file.size());
          });
    }

    private String map() {
      if (files.isEmpty() || maps.size() >= 4) {
        return "no map";
      }
      PmemFile file = files.get(random.nextInt(files.size()));
      MapConfig config =
          MapConfig.defaults()
              .withRequiredGranularity(Granularity.PAGE)
              .withSharing(
                  random.nextBoolean() ? MapConfig.Sharing.SHARED : MapConfig.Sharing.PRIVATE)
              .withProtection(
                  random.nextInt(4) == 0
                      ? MapConfig.Protection.READ
                      : MapConfig.Protection.READ_WRITE)
              .withOffset(random.nextInt(3) * PAGE + (random.nextInt(8) == 0 ? 1 : 0))
              .withLength(random.nextInt(3) * PAGE)
              .withReserve(random.nextBoolean() ? 0 : LIMIT);
      return outcome(() -> maps.add(medium.map(PmemSource.of(file), config)));
    }

    private String store() {
      return mapped(
          map -> {
            long offset = random.nextLong(map.size() + 100) - 20;
            switch (random.nextInt(11)) {
              case 0 -> map.putByte(offset, (byte) random.nextInt());
              case 1 -> map.putShort(offset, (short) random.nextInt());
              case 2 -> map.putInt(offset, random.nextInt());
              case 3 -> map.putLong(offset, random.nextLong());
              case 4 -> map.putLongRelease(offset & -4, random.nextLong());
              case 5 -> map.andLong(offset & -4, random.nextLong());
              case 6 -> map.orLong(offset & -8, random.nextLong());
              case 7 -> outcomeOf(map.getAndAddLong(offset & -4, random.nextLong()));
              case 8 -> {
                long expected = random.nextBoolean() ? map.getLong(offset & -8) : 0;
                outcomeOf(map.compareAndExchangeLong(offset & -8, expected, random.nextLong()));
              }
              case 9 -> {
                MemorySegment source = bytes(600);
                map.copy(offset, source, 0, source.byteSize(), CopyMode.PERSIST);
              }
              default -> {
                long length = random.nextLong(600);
                map.move(offset, random.nextLong(map.size()), length, CopyMode.NO_FLUSH);
                map.flush(Math.max(0, Math.min(offset, map.size() - 1)), 1);
              }
            }
          });
    }

    private String grow() {
      return mapped(
          map -> {
            map.grow(random.nextLong(LIMIT) & -PAGE);
            outcomeOf(map.size());
          });
    }

    private String closeOne() {
      if (random.nextBoolean() && !maps.isEmpty()) {
        PmemMap map = maps.remove(random.nextInt(maps.size()));
        map.close();
        return outcome(map::size);
      }
      if (!files.isEmpty()) {
        PmemFile file = files.remove(random.nextInt(files.size()));
        file.close();
        return outcome(file::size);
      }
      return "";
    }

    private String mapped(Use<PmemMap> use) {
      if (maps.isEmpty()) {
        return "no map";
      }
      PmemMap map = maps.get(random.nextInt(maps.size()));
      return outcome(() -> use.of(map));
    }

    /** {@return everything that is visible} */
    private String read() {
      StringBuilder all = new StringBuilder();
      for (PmemFile file : files) {
        byte[] bytes = new byte[(int) LIMIT * 3];
        long read = file.read(0, MemorySegment.ofArray(bytes));
        all.append(read).append(' ').append(Arrays.hashCode(bytes)).append(", ");
      }
      for (PmemMap map : maps) {
        all.append(map.size()).append(' ').append(map.granularity()).append(' ');
        all.append(outcome(() -> outcomeOf(hash(map)))).append(", ");
      }
      return all.toString();
    }

    /** {@return a hash of what is mapped, read through the map and through its segment} */
    private static int hash(PmemMap map) {
      byte[] bytes = new byte[(int) map.size()];
      map.read(0, MemorySegment.ofArray(bytes), 0, bytes.length);
      assertThat(map.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
      return Arrays.hashCode(bytes);
    }

    private String outcome(Runnable call) {
      lastResult = "";
      try {
        call.run();
        return "done " + lastResult;
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        // Which of two mistakes is found first is nobody's business.
        return "bad argument";
      } catch (RuntimeException e) {
        return e.getClass().getSimpleName();
      }
    }
  }
}
