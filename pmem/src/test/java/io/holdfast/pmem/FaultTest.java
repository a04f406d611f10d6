package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must not kill the JVM, tried in one that may die, and settings that are read once in a
 * process.
 */
final class FaultTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation"})
  void fileCutByAnotherProcess_isAMediaErrorEverywhere(String compiler) throws Exception {
    for (Granularity granularity : new Granularity[] {Granularity.CACHE_LINE, Granularity.PAGE}) {
      ChildJvm.Result result =
          ChildJvm.with(Map.of("PMEM2_FORCE_GRANULARITY", granularity.name()), compiler)
              .run(CutFile.class, folder.resolve("cut" + granularity));
      assertThat(result.output()).as(compiler + granularity).endsWith("all as expected\n");
      assertThat(result.exitCode()).isZero();
    }
  }

  /** Maps a file, lets another process cut it, and uses the mapping. */
  static final class CutFile {
    private static final long SIZE = 1 << 20;
    private static final int ROUNDS = 20_000;

    private static final Medium MEDIUM = Medium.system();
    private static long sum;

    private CutFile() {}

    public static void main(String[] arguments) throws Exception {
      Path path = Path.of(arguments[0]);
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile file = MEDIUM.create(path);
          PmemFile other = MEDIUM.createUnnamed(path.getParent())) {
        file.allocate(0, SIZE);
        other.allocate(0, SIZE);
        try (PmemMap map = MEDIUM.map(PmemSource.of(file), config);
            PmemMap whole = MEDIUM.map(PmemSource.of(other), config)) {
          useWhole(map);
          compileFirstTouches(other, config);
          useCut(map, path);
          copyBetween(map, whole);
        }
      }
      System.out.println("loaded " + sum);
      System.out.println("all as expected");
    }

    /** Only compiled code meets a fault late. */
    private static void compileFirstTouches(PmemFile file, MapConfig config) {
      for (int round = 0; round < 200; round++) {
        try (PmemMap map = MEDIUM.map(PmemSource.of(file), config)) {
          for (long page = 0; page < SIZE; page += 4096) {
            map.fill(page, 8, (byte) 1, CopyMode.NO_FLUSH);
          }
        }
      }
    }

    private static void useWhole(PmemMap map) {
      MemorySegment buffer = Arena.global().allocate(8192);
      for (int i = 0; i < ROUNDS; i++) {
        long offset = (i & 1) * 4096L;
        map.read(offset, buffer, 0, 4096);
        map.move(offset, offset + 8, 64, CopyMode.NO_FLUSH);
        map.move(offset + 8, offset, 100, CopyMode.NO_FLUSH);
        map.copy(offset, buffer, 0, 64, CopyMode.NO_FLUSH);
        if (translated(map, offset).isPresent()) {
          throw new AssertionError("a fault before the cut");
        }
      }
    }

    private static void useCut(PmemMap map, Path path) throws Exception {
      MemorySegment buffer = Arena.global().allocate(8192);
      int cut = new ProcessBuilder("truncate", "-s", "8192", path.toString()).start().waitFor();
      if (cut != 0) {
        throw new AssertionError("truncate: " + cut);
      }
      // A hint needs no page.
      map.prefetch(8192, SIZE - 8192);
      // Pages that nobody has touched yet, so that the first touch is from Java.
      expectMediaError("read", () -> map.read(16_384, buffer, 0, 4096));
      expectMediaError("read over the end", () -> map.read(4096, buffer, 0, 8192));
      expectMediaError("move", () -> map.move(0, 20_480, 4096, CopyMode.PERSIST));
      expectMediaError("short move", () -> map.move(0, 21_000, 3, CopyMode.NO_DRAIN));
      expectMediaError("long move", () -> map.move(0, 4096, 200_000, CopyMode.PERSIST));
      expectMediaError("move over the end", () -> map.move(4096, 8190, 3, CopyMode.PERSIST));
      expectMediaError("overlapping move", () -> map.move(6000, 5000, 3000, CopyMode.PERSIST));
      expectMediaError("copy", () -> map.copy(24_576, buffer, 0, 4096, CopyMode.PERSIST));
      // A failed touch must not count as one.
      expectMediaError("copy", () -> map.copy(24_576, buffer, 0, 4096, CopyMode.PERSIST));
      expectMediaError("copy, some", () -> map.copy(24_576, buffer, 0, 8, CopyMode.NO_FLUSH));
      expectMediaError("fill", () -> map.fill(28_672, 64, (byte) 1, CopyMode.PERSIST));
      expectMediaError("fill more", () -> map.fill(28_672, 4096, (byte) 1, CopyMode.NO_FLUSH));
      if (map.granularity() == Granularity.CACHE_LINE) {
        expectMediaError("flush", () -> map.flush(32_768, SIZE - 32_768));
        expectMediaError("persist", () -> map.persist(36_864, 8));
      }
      String typed = translated(map, 40_960).map(Throwable::getMessage).orElse("no fault");
      if (!typed.contains("cut to 8192 of 1048576")) {
        throw new AssertionError("typed load: " + typed);
      }
      map.putLong(0, 1);
      map.persist(0, 8);
    }

    /** Machine code would not survive reading the source. */
    private static void copyBetween(PmemMap cut, PmemMap whole) {
      expectMediaError(
          "copy from a mapping",
          () -> {
            try {
              whole.copy(0, cut.segment(), 45_056, 4096, CopyMode.PERSIST);
            } catch (InternalError e) {
              throw cut.mediaError(e);
            }
          });
    }

    /** What a caller does who knows which mapping it used: the fault may come a little late. */
    private static Optional<MediaErrorException> translated(PmemMap map, long offset) {
      try {
        sum += map.getLong(offset);
        // A native method, on whose return a pending fault is thrown.
        if (Thread.holdsLock(map)) {
          throw new AssertionError("nobody locks it");
        }
        return Optional.empty();
      } catch (InternalError e) {
        return Optional.of(map.mediaError(e));
      }
    }

    static void expectMediaError(String what, Runnable action) {
      try {
        action.run();
      } catch (MediaErrorException e) {
        if (!e.getMessage()
            .matches(".* cannot be accessed, .*the file was cut to 8192 of 1048576")) {
          throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        return;
      }
      throw new AssertionError(what + " of what is gone went well");
    }
  }

  @Test
  void fileCutAfterUse_isAMediaErrorOnceAFaultWasSeen() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(Map.of("PMEM2_FORCE_GRANULARITY", "CACHE_LINE"))
            .run(CutAfterUse.class, folder.resolve("used"));
    assertThat(result.output()).isEqualTo("all as expected\n");
  }

  /** Machine code has used all pages when another program cuts the file. */
  static final class CutAfterUse {
    private CutAfterUse() {}

    public static void main(String[] arguments) {
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile file = Medium.system().create(Path.of(arguments[0]))) {
        file.allocate(0, 1 << 20);
        try (PmemMap map = Medium.system().map(PmemSource.of(file), config)) {
          map.fill(0, 1 << 20, (byte) 1, CopyMode.PERSIST);
          file.truncate(8192);
          CutFile.expectMediaError(
              "read", () -> map.read(16_384, MemorySegment.ofArray(new byte[4096]), 0, 4096));
          CutFile.expectMediaError("flush", () -> map.flush(0, 1 << 20));
          CutFile.expectMediaError("move", () -> map.move(40_960, 0, 64, CopyMode.PERSIST));
          CutFile.expectMediaError("fill", () -> map.fill(40_960, 64, (byte) 2, CopyMode.PERSIST));
          map.fill(0, 8192, (byte) 3, CopyMode.PERSIST);
        }
        useJointly(file, config);
      }
      System.out.println("all as expected");
    }

    /** What a part has met holds for what it is a part of. */
    private static void useJointly(PmemFile file, MapConfig config) {
      file.allocate(0, 1 << 20);
      try (AddressReservation reservation = AddressReservation.of(1 << 20);
          PmemMap part =
              Medium.system().map(PmemSource.of(file), config.withReservation(reservation, 0))) {
        PmemMap joint = reservation.join(0, 1 << 20);
        joint.fill(0, 1 << 20, (byte) 1, CopyMode.PERSIST);
        file.truncate(8192);
        CutFile.expectMediaError(
            "read", () -> part.read(16_384, MemorySegment.ofArray(new byte[4096]), 0, 4096));
        CutFile.expectMediaError("joint flush", () -> joint.flush(0, 1 << 20));
      }
    }
  }

  @Test
  void sourceLostAfterUse_isAMediaErrorWithoutAnyFaultBefore() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(Map.of("PMEM2_FORCE_GRANULARITY", "CACHE_LINE"))
            .run(MovedAfterCut.class, folder.resolve("moved"));
    assertThat(result.output()).isEqualTo("all as expected\n");
  }

  /** Machine code has used all pages when another program cuts the file; a move meets it first. */
  static final class MovedAfterCut {
    private MovedAfterCut() {}

    public static void main(String[] arguments) {
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile file = Medium.system().create(Path.of(arguments[0]));
          AddressReservation reservation = AddressReservation.of(1 << 20)) {
        for (MapConfig each : new MapConfig[] {config, config.withReservation(reservation, 0)}) {
          file.allocate(0, 1 << 20);
          try (PmemMap map = Medium.system().map(PmemSource.of(file), each)) {
            map.fill(0, 1 << 20, (byte) 1, CopyMode.PERSIST);
            for (int i = 0; i < 20_000; i++) {
              map.move((i & 1) * 8L, 4096, 4096 + i % 4096, CopyMode.NO_DRAIN);
            }
            file.truncate(8192);
            CutFile.expectMediaError("move", () -> map.move(0, 16_000, 100, CopyMode.PERSIST));
            CutFile.expectMediaError("move", () -> map.move(100, 0, 9000, CopyMode.PERSIST));
            map.move(100, 0, 4000, CopyMode.PERSIST);
          }
        }
      }
      System.out.println("all as expected");
    }
  }

  @Test
  void pageThatFaults_isAMediaErrorForEveryThreadThatFlushesIt() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(Map.of("PMEM2_FORCE_GRANULARITY", "CACHE_LINE"))
            .run(FlushedByTwo.class, folder.resolve("two"));
    assertThat(result.output()).isEqualTo("all as expected\n");
  }

  /** No thread may believe that another one has touched the page. */
  static final class FlushedByTwo {
    private static final int FLUSHES = 10_000;

    private FlushedByTwo() {}

    public static void main(String[] arguments) throws Exception {
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile file = Medium.system().create(Path.of(arguments[0]))) {
        file.allocate(0, 1 << 20);
        for (int round = 0; round < 200; round++) {
          try (PmemMap map = Medium.system().map(PmemSource.of(file), config)) {
            for (long page = 0; page < 1 << 20; page += 4096) {
              map.flush(page, 8);
            }
          }
        }
        try (PmemMap map = Medium.system().map(PmemSource.of(file), config)) {
          file.truncate(4096);
          Runnable flushes = () -> countFaults(map);
          Thread other = Thread.ofPlatform().start(flushes);
          flushes.run();
          other.join();
        }
      }
      System.out.println("all as expected");
    }

    private static void countFaults(PmemMap map) {
      int faults = 0;
      for (int i = 0; i < FLUSHES; i++) {
        try {
          map.flush(8192, 8);
        } catch (MediaErrorException e) {
          faults++;
        }
      }
      if (faults != FLUSHES) {
        System.out.println(FLUSHES - faults + " flushes of what is gone went well");
      }
    }
  }

  @Test
  void manyClosedMappings_leaveTheJvmItsAddresses() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(Map.of(), "-Xms1g", "-Xmn900m").run(ManyClosed.class, folder.resolve("many"));
    assertThat(result.output()).isEqualTo("all as expected\n");
  }

  /** Opens and closes so little that the garbage collector has no reason of its own to run. */
  static final class ManyClosed {
    private static final int MAPPINGS = 12_000;

    private ManyClosed() {}

    public static void main(String[] arguments) throws Exception {
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile file = Medium.system().create(Path.of(arguments[0]))) {
        file.allocate(0, 4096);
        for (int i = 0; i < MAPPINGS; i++) {
          Medium.system().map(PmemSource.of(file), config).close();
        }
      }
      long ranges;
      try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
        ranges = lines.count();
      }
      System.out.println(ranges < MAPPINGS / 2 ? "all as expected" : ranges + " address ranges");
    }
  }

  @Test
  void noExecutable_leavesPageGranularityAndSaysSoOnce() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(
                Map.of("PMEM2_FORCE_GRANULARITY", "CACHE_LINE"),
                "-Dio.holdfast.pmem.noExecutable=true")
            .run(Describe.class, folder.resolve("data"));

    assertThat(result.output())
        .contains("granularity PAGE")
        .contains("flush none")
        .contains("vector 0")
        .contains("problem the property io.holdfast.pmem.noExecutable forbids it")
        .containsOnlyOnce("cache lines cannot be flushed, every mapping has PAGE granularity");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void environmentVariables_areHonoured() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(
                Map.of(
                    "PMEM_NO_CLWB", "1",
                    "PMEM_NO_CLFLUSHOPT", "1",
                    "PMEM_AVX", "0",
                    "PMEM_AVX512F", "0",
                    "PMEM_NO_MOVNT", "0",
                    "PMEM_MOVNT_THRESHOLD", "4096",
                    "PMEM2_FORCE_GRANULARITY", "cacheline"))
            .run(Describe.class, folder.resolve("data"));

    if (System.getProperty("os.arch").equals("amd64")) {
      assertThat(result.output()).contains("flush CLFLUSH\n", "vector 16\n");
    }
    assertThat(result.output())
        .contains("granularity CACHE_LINE\n", "past caches from 4096\n", "problem none\n");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void properties_areHonoured() throws Exception {
    ChildJvm.Result result =
        ChildJvm.with(
                Map.of("PMEM2_FORCE_GRANULARITY", "PAGE", "PMEM_NO_FLUSH", "0"),
                "-Dio.holdfast.pmem.forceGranularity=BYTE",
                "-Dio.holdfast.pmem.noMovnt=1",
                "-Dio.holdfast.pmem.noFlush=1",
                "-Xint")
            .run(Describe.class, folder.resolve("data"));

    assertThat(result.output()).contains("granularity BYTE\n", "vector 0\n", "problem none\n");
    assertThat(result.exitCode()).isZero();
  }

  /** Prints what the machine and a mapping offer, and uses the mapping. */
  static final class Describe {
    private Describe() {}

    public static void main(String[] arguments) throws Exception {
      PmemCapabilities found = PmemCapabilities.ofThisMachine();
      System.out.println("flush " + found.flushInstruction().orElse("none"));
      System.out.println("vector " + found.vectorBytes());
      System.out.println("past caches from " + found.pastCachesBytes());
      System.out.println("problem " + found.problem().orElse("none"));
      Path path = Path.of(arguments[0]);
      Files.write(path, new byte[8192]);
      Medium medium = Medium.system();
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      for (int i = 0; i < 2; i++) {
        try (PmemMap map = medium.map(PmemSource.of(path), config)) {
          System.out.println("granularity " + map.granularity());
          map.copy(100, MemorySegment.ofArray(new byte[5000]), 0, 5000, CopyMode.PERSIST);
          map.fill(3, 1000, (byte) 1, CopyMode.PERSIST.nonTemporal());
          map.move(50, 3, 1000, CopyMode.PERSIST);
          map.putLong(0, 5);
          map.persist(0, 8192);
        }
      }
      Optional<Byte> wrong = Optional.of(Files.readAllBytes(path)[1049]).filter(b -> b != 1);
      if (wrong.isPresent()) {
        throw new AssertionError("byte 1049 is " + wrong.get());
      }
    }
  }
}
