package io.holdfast.crash.internal.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which states a journal like ext4's allows, of those in which each doubt has a choice of its own.
 *
 * <p>Any state is turned into an allowed one by losing more: if one change of names or set size is
 * lost, so are all later ones; if bytes of a write are lost, so is the size that it made; if bytes
 * or sizes are lost that a file had when it was renamed over another, so is that rename. An allowed
 * state stays as it is, so that going through all states goes through all allowed ones.
 *
 * <p>It relies on the names' choices being: the last {@code n} changes lost, for each {@code n}.
 */
final class JournalOrder {
  /**
   * What a file has in doubt, and where it stands in a state.
   *
   * @param contents the doubts of its bytes, by their places
   * @param size the doubt of its size
   * @param sizeAt the place of the size, -1 if it is not in doubt
   */
  record FileDoubts(Map<Integer, Doubt.OfContent> contents, Doubt.OfSize size, int sizeAt) {}

  private final Doubt.OfNames names;
  private final int namesAt;
  private final Set<NameChange> replacements;
  private final Map<Integer, FileDoubts> files = new TreeMap<>();

  /**
   * Prepares for a space.
   *
   * @param namesAt the place of the names in a state, -1 if they are not in doubt
   * @param replacements those changes of names by which a file took the place of another
   */
  JournalOrder(Doubt.OfNames names, int namesAt, Set<NameChange> replacements) {
    this.names = names;
    this.namesAt = namesAt;
    this.replacements = replacements;
  }

  void add(int file, FileDoubts doubts) {
    files.put(file, doubts);
  }

  /** {@return the allowed state that a state stands for} */
  int[] allowed(int[] state) {
    int[] allowed = state.clone();
    long cut = Long.MAX_VALUE;
    while (true) {
      long before = cut;
      cut = cutNames(allowed, cut);
      for (FileDoubts file : files.values()) {
        cut = cutSizes(file, allowed, cut);
      }
      if (cut == before) {
        return allowed;
      }
    }
  }

  /**
   * Loses the changes of names from {@code cut} on, and from the first rename on whose bytes are
   * lost.
   *
   * @return from where on metadata is lost
   */
  private long cutNames(int[] state, long cut) {
    List<NameChange> changes = names.changes();
    int lost = namesAt < 0 ? 0 : state[namesAt];
    int kept = changes.size() - lost;
    for (int i = 0; i < kept; i++) {
      NameChange change = changes.get(i);
      if (change.sequence() >= cut
          || (replacements.contains(change) && losesAnything(change, state))) {
        kept = i;
      }
    }
    if (namesAt >= 0) {
      state[namesAt] = changes.size() - kept;
    }
    return kept == changes.size() ? cut : Math.min(cut, changes.get(kept).sequence());
  }

  private boolean losesAnything(NameChange rename, int[] state) {
    FileDoubts file = files.get(rename.event().file());
    if (file == null) {
      return false;
    }
    for (Map.Entry<Integer, Doubt.OfContent> content : file.contents().entrySet()) {
      for (Unit unit : content.getValue().lost(state[content.getKey()])) {
        if (unit.sequence() < rename.sequence()) {
          return true;
        }
      }
    }
    return file.sizeAt() >= 0
        && file.size().lost(state[file.sizeAt()]).stream()
            .anyMatch(change -> change.sequence() < rename.sequence());
  }

  /**
   * Loses a file's sizes from the first on that is metadata after {@code cut}, or was made by a
   * write whose bytes are lost.
   *
   * @return from where on metadata is lost
   */
  private static long cutSizes(FileDoubts file, int[] state, long cut) {
    if (file.sizeAt() < 0) {
      return cut;
    }
    List<SizeChange> changes = file.size().changes();
    int kept = changes.size() - state[file.sizeAt()];
    long size = file.size().certain();
    for (int i = 0; i < kept; i++) {
      SizeChange change = changes.get(i);
      if (isSet(change)
          ? change.sequence() >= cut
          : losesBytesBeyond(file, state, size, change.sequence())) {
        kept = i;
      }
      size = change.size();
    }
    state[file.sizeAt()] = changes.size() - kept;
    long from = cut;
    for (SizeChange change : changes.subList(kept, changes.size())) {
      if (isSet(change)) {
        from = Math.min(from, change.sequence());
      }
    }
    return from;
  }

  private static boolean losesBytesBeyond(FileDoubts file, int[] state, long size, long sequence) {
    for (Map.Entry<Integer, Doubt.OfContent> content : file.contents().entrySet()) {
      for (Unit unit : content.getValue().lost(state[content.getKey()])) {
        if (unit.sequence() == sequence && unit.end() > size) {
          return true;
        }
      }
    }
    return false;
  }

  /** {@return whether a size was set and is metadata of its own, not the result of a write} */
  static boolean isSet(SizeChange change) {
    return change.event() instanceof Event.Resize;
  }
}
