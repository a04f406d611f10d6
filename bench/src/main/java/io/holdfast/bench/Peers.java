package io.holdfast.bench;

import java.util.Map;
import java.util.Optional;

/**
 * The peers of a group that could be started.
 *
 * @param programs by the library they stand for
 */
record Peers(Map<String, PeerProgram> programs) {
  /**
   * {@return the scenario that {@code library}'s program calls {@code scenario}, with operations of
   * {@code size}; empty if the program is missing}
   */
  Optional<Workload> workload(String library, String scenario, long size) {
    return Optional.ofNullable(programs.get(library))
        .map(program -> program.workload(scenario, size));
  }
}
