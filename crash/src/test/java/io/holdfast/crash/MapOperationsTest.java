package io.holdfast.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The mapping's less common operations are crashed as what they are. */
class MapOperationsTest {
  @ParameterizedTest
  @EnumSource
  void asynchronousCopies_areDurableWhenComplete(Granularity granularity) {
    CrashExploration.of(granularity)
        .prepare(Programs::createFile)
        .run(
            (medium, log) -> {
              try (ExecutorService executor = Executors.newSingleThreadExecutor();
                  PmemMap map = Programs.map(medium)) {
                map.copyAsync(0, Programs.bytes("eight by"), 0, 8, executor).get();
                log.acknowledge("copied");
                map.moveAsync(64, 0, 8, executor).get();
                log.acknowledge("moved");
                map.fillAsync(0, 8, (byte) 0, executor).get();
                log.acknowledge("filled");
              }
            })
        .verify(
            (medium, log) -> {
              if (log.hasAcknowledged("copied") && !log.hasAcknowledged("moved")) {
                assertThat(Programs.word(medium, 0)).isNotZero();
              }
              if (log.hasAcknowledged("moved")) {
                assertThat(Programs.word(medium, 64)).isNotZero();
              }
              if (log.hasAcknowledged("filled")) {
                assertThat(Programs.word(medium, 0)).isZero();
              }
            })
        .explore()
        .assertConsistent();
  }

  @Test
  void atomicUpdates_keepTheirOrderWithinALine() {
    Set<String> outcomes = new TreeSet<>();
    CrashExploration.of(Granularity.CACHE_LINE)
        .prepare(Programs::createFile)
        .run(
            (medium, _) -> {
              try (PmemMap map = Programs.map(medium)) {
                assertThat(map.getAndAddLong(0, 5)).isZero();
                assertThat(map.compareAndExchangeLong(8, 0, 7)).isZero();
                assertThat(map.compareAndExchangeLong(8, 0, 9)).isEqualTo(7);
                map.orLong(0, 2);
                map.andLong(0, 3);
              }
            })
        .check((medium, _) -> Programs.word(medium, 0) + " " + Programs.word(medium, 8))
        .explore()
        .assertConsistent()
        .outcomes()
        .forEach(group -> outcomes.addAll(group.states().keySet()));
    assertThat(outcomes).containsExactlyInAnyOrder("0 0", "5 0", "5 7", "7 7", "3 7");
  }

  @Test
  void whatASimulationCannotMap_isRefusedInWords() {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.CACHE_LINE);
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    Programs.createFile(medium, null);
    assertThatThrownBy(() -> medium.map(new PmemSource.OfDescriptor(0), config))
        .isInstanceOfAny(IllegalArgumentException.class, MapException.class);
    assertThatThrownBy(
            () ->
                medium.map(
                    PmemSource.of(Programs.FILE), config.withProtection(MapConfig.Protection.NONE)))
        .isInstanceOf(MapException.class)
        .hasMessageContaining("maps nothing without access");
  }
}
