package io.holdfast.bench;

import java.util.List;

/** Our side of a group of scenarios, with its pool open and all its pages mapped. */
interface Bench extends AutoCloseable {
  /** {@return the rows of this group, against those of its peers that are there} */
  List<Scenario> scenarios(Peers peers, Extent extent);

  /** Gives the pool's memory back. */
  @Override
  void close();
}
