package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.MapConfig.Sharing;
import io.holdfast.pmem.internal.SysfsTree;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * libpmem2's table of what each call does at each granularity, as far as the kernel takes part in
 * it: how often pages are synchronised is read from the trace of system calls.
 */
final class FlushTableTest {
  @TempDir Path folder;

  /** {@return how often each call of {@link Calls} has the kernel synchronise pages} */
  private static Map<String, Integer> syncs(ChildJvm child, Object... arguments) throws Exception {
    ChildJvm.Result result = child.run(Calls.class, arguments);
    Map<String, Integer> syncs = new LinkedHashMap<>();
    String call = "";
    for (String line : result.output().lines().toList()) {
      if (line.startsWith("call ")) {
        call = line.substring("call ".length());
        syncs.put(call, 0);
      } else if (line.contains("> msync(")) {
        syncs.merge(call, 1, Integer::sum);
      }
    }
    assertThat(result.output()).endsWith("call none\n");
    assertThat(result.output()).contains("> mmap(");
    assertThat(result.exitCode()).isZero();
    return syncs;
  }

  private static ChildJvm traced(String granularity) {
    return ChildJvm.with(
        Map.of("PMEM2_LOG_LEVEL", "4", "PMEM2_FORCE_GRANULARITY", granularity), "-Xint");
  }

  @ParameterizedTest
  @CsvSource({"PAGE, 1", "CACHE_LINE, 0", "BYTE, 0"})
  void file_isSynchronisedByThePageOnly(String granularity, int atPage) throws Exception {
    assertThat(syncs(traced(granularity), folder.resolve("data"), Sharing.SHARED))
        .containsExactly(
            Map.entry("persist", atPage),
            Map.entry("flush", atPage),
            Map.entry("drain", 0),
            Map.entry("copy", atPage),
            Map.entry("copy without drain", atPage),
            Map.entry("copy without flush", 0),
            Map.entry("move", atPage),
            Map.entry("fill", atPage),
            Map.entry("fill without flush", 0),
            Map.entry("nothing", 0),
            Map.entry("deep flush", 1),
            Map.entry("none", 0));
  }

  @Test
  void privateMapping_isNeverSynchronised() throws Exception {
    assertThat(syncs(traced("PAGE"), folder.resolve("data"), Sharing.PRIVATE).values())
        .containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"PAGE", "CACHE_LINE", "BYTE"})
  void deviceDax_isNeverSynchronised(String granularity) throws Exception {
    Path device = Path.of("/dev/zero");
    try (SysfsTree machine = new SysfsTree(folder)) {
      machine.addDimm(0, "8680-57-1837-00000001", 0).addRegion(0, 0, 0);
      machine.addDaxDevice(device, 0, 0, 4 << 20, 2 << 20);
      ChildJvm child =
          ChildJvm.with(
              Map.of("PMEM2_LOG_LEVEL", "4", "PMEM2_FORCE_GRANULARITY", granularity),
              "-Xint",
              "-Dio.holdfast.pmem.sysfs=" + folder);
      assertThat(syncs(child, device, Sharing.SHARED).values()).hasSize(12).containsOnly(0);
    }
  }

  /** Makes each call once and says so before. */
  static final class Calls {
    private Calls() {}

    public static void main(String[] arguments) {
      Path path = Path.of(arguments[0]);
      Sharing sharing = Sharing.valueOf(arguments[1]);
      Medium medium = Medium.system();
      if (!path.startsWith("/dev")) {
        try (PmemFile file = medium.create(path)) {
          file.allocate(0, 1 << 20);
        }
      }
      MapConfig config =
          MapConfig.defaults().withRequiredGranularity(Granularity.PAGE).withSharing(sharing);
      try (PmemMap map = medium.map(PmemSource.of(path), config)) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[8192]);
        map.putLong(0, 1);
        call("persist", () -> map.persist(0, 8));
        call("flush", () -> map.flush(4000, 300_000));
        call("drain", map::drain);
        call("copy", () -> map.copy(0, bytes, 0, 8192, CopyMode.PERSIST));
        call("copy without drain", () -> map.copy(0, bytes, 0, 8192, CopyMode.NO_DRAIN));
        call("copy without flush", () -> map.copy(0, bytes, 0, 8192, CopyMode.NO_FLUSH));
        call("move", () -> map.move(0, 4096, 8192, CopyMode.PERSIST));
        call("fill", () -> map.fill(0, 300_000, (byte) 1, CopyMode.PERSIST));
        call("fill without flush", () -> map.fill(0, 8, (byte) 1, CopyMode.NO_FLUSH));
        call("nothing", () -> map.persist(0, 0));
        call(
            "deep flush",
            () -> {
              if (sharing == Sharing.SHARED) {
                map.deepFlush(0, 8);
              }
            });
      }
      call("none", () -> {});
    }

    private static void call(String name, Runnable call) {
      System.err.println("call " + name);
      call.run();
    }
  }
}
