package io.holdfast.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.pmem.internal.CachesOf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each setting, as a variable and as a property, in a process of its own: what it changes. */
final class SettingsEffectTest {
  @TempDir private Path folder;

  /** Tells what a mapping and the machine are like under the settings. */
  static final class Report {
    private Report() {}

    public static void main(String[] arguments) {
      int flags = Pmem.PMEM_FILE_CREATE | Pmem.PMEM_FILE_TMPFILE;
      Pmem.MappedFile file = Pmem.mapFile(Path.of(arguments[0]), 4096, flags, 0);
      System.out.println("mapped at " + Long.toHexString(file.segment().address()));
      System.out.println("mapping is pmem " + file.isPmem());
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment other = arena.allocate(64);
        System.out.println("other memory is pmem " + Pmem.isPmem(other));
        Pmem.persist(other);
      }
      MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
      try (PmemFile unnamed = Medium.system().createUnnamed(Path.of(arguments[0]))) {
        unnamed.allocate(0, 4096);
        try (PmemMap map = Medium.system().map(PmemSource.of(unnamed), config)) {
          System.out.println("granularity " + map.granularity());
          System.out.println("caches " + CachesOf.map(map));
        }
      }
      PmemCapabilities machine = PmemCapabilities.ofThisMachine();
      System.out.println("flush " + machine.flushInstruction().orElse("none"));
      System.out.println("past caches " + machine.vectorBytes());
      System.out.println("threshold " + machine.pastCachesBytes());
      Pmem.unmap(file.segment());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PMEM2_FORCE_GRANULARITY, forceGranularity, cache_line, granularity CACHE_LINE",
    "PMEM2_FORCE_GRANULARITY, forceGranularity, CACHELINE, granularity CACHE_LINE",
    "PMEM2_FORCE_GRANULARITY, forceGranularity, BYTE, granularity BYTE",
    "PMEM2_FORCE_GRANULARITY, forceGranularity, BYTE, mapping is pmem true",
    "PMEM2_FORCE_GRANULARITY, forceGranularity, BYTE, other memory is pmem false",
    "PMEM_IS_PMEM_FORCE, isPmemForce, 1, granularity CACHE_LINE",
    "PMEM_IS_PMEM_FORCE, isPmemForce, 1, mapping is pmem true",
    "PMEM_IS_PMEM_FORCE, isPmemForce, 1, other memory is pmem true",
    "PMEM_IS_PMEM_FORCE, isPmemForce, 0, granularity PAGE",
    "PMEM_IS_PMEM_FORCE, isPmemForce, 0, mapping is pmem false",
    "PMEM_NO_FLUSH, noFlush, 1, caches FLUSHED_BY_PLATFORM",
    "PMEM_NO_MOVNT, noMovnt, 1, past caches 0",
    "PMEM_MOVNT_THRESHOLD, movntThreshold, 12345, threshold 12345",
    "PMEM_MOVNT_THRESHOLD, movntThreshold, 0, threshold 0",
    "PMEM_MMAP_HINT, mmapHint, 10000000000, mapped at 10000000000",
    "PMEM_MMAP_HINT, mmapHint, 0x20000001000, mapped at 20000200000",
    "PMEM2_LOG_LEVEL, logLevel, 2, : <2> flushing by",
    "PMEM_LOG_LEVEL, logLevel, 2, : <2> flushing by"
  })
  void setting_changesWhatItSays(String variable, String property, String value, String expected)
      throws Exception {
    String twin = "-Dio.holdfast.pmem." + property + "=" + value;
    for (ChildJvm child :
        List.of(
            ChildJvm.with(trusting(Map.of(variable, value))),
            ChildJvm.with(trusting(Map.of(variable, "")), twin))) {
      ChildJvm.Result result = child.run(Report.class, folder);
      assertThat(result.exitCode()).as(result.output()).isZero();
      assertThat(result.output()).contains(expected);
    }
    ChildJvm.Result without = ChildJvm.with(trusting(Map.of())).run(Report.class, folder);
    assertThat(without.exitCode()).as(without.output()).isZero();
    boolean isDefault = expected.endsWith("PAGE") || expected.endsWith("false");
    assertThat(without.output().contains(expected)).isEqualTo(isDefault);
  }

  /** With stores past the caches, whoever made the processor, unless it is they that are set. */
  private static Map<String, String> trusting(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.putIfAbsent("PMEM_NO_MOVNT", "0");
    return all;
  }

  /** The flush instructions and widths one below the other, as far as this machine has them. */
  @ParameterizedTest
  @CsvSource({
    "flush, CLWB, PMEM_NO_CLWB, 1",
    "flush, CLFLUSHOPT, PMEM_NO_CLFLUSHOPT, 1",
    "past caches, 64, PMEM_AVX512F, 0",
    "past caches, 32, PMEM_AVX, 0"
  })
  void processorFeature_isNotUsedIfForbidden(
      String what, String feature, String variable, String value) throws Exception {
    Map<String, String> environment = new HashMap<>();
    if (!variable.equals("PMEM_NO_CLWB")) {
      environment.put("PMEM_NO_CLWB", "1");
    }
    if (!variable.equals("PMEM_AVX512F")) {
      environment.put("PMEM_AVX512F", "0");
    }
    List<String> outputs = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      outputs.add(ChildJvm.with(trusting(environment)).run(Report.class, folder).output());
      environment.put(variable, value);
    }
    if (!outputs.getFirst().contains(what + " " + feature + "\n")) {
      System.out.println(what + " " + feature + ": not seen, this processor has none");
    }
    assertThat(outputs.getLast()).contains(what).doesNotContain(what + " " + feature + "\n");
  }
}
