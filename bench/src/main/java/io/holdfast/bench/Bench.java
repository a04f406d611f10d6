package io.holdfast.bench;

import java.util.List;
import java.util.Optional;

/** Our side of a group of scenarios, with its pool open and all its pages mapped. */
interface Bench extends AutoCloseable {
  /** {@return the rows of this group, against {@code peer} where it is there} */
  List<Scenario> scenarios(Optional<PeerProgram> peer);

  /** Gives the pool's memory back. */
  @Override
  void close();
}
