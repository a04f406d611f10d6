package io.holdfast.crash.internal.model;

import io.holdfast.crash.FileSystemModel;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The states in which a medium may be found after a power failure at one point: one choice for each
 * of the doubts.
 *
 * <p>A state is an array with the number of the choice for each doubt; zeroes lose nothing. Its
 * fingerprint is a sum over the doubts and costs no image; images share all pages with each other
 * in which they do not differ. Where the file system keeps an {@linkplain JournalOrder order}, a
 * state that it does not allow stands for one in which more is lost. Valid until the model gets its
 * next event.
 */
public final class StateSpace {
  private static final int MANTISSA_BITS = 52;

  private final Doubt.OfNames names;
  private final Map<Integer, FileModel> files;
  private final Set<Integer> folders;
  private final int nextFile;
  private final @Nullable JournalOrder order;
  private final List<Doubt> doubts = new ArrayList<>();
  private final Map<Integer, FileDoubts> byFile = new HashMap<>();
  private final Map<Integer, FileStates> states = new HashMap<>();
  private final Map<String, Long> nameHashes = new HashMap<>();
  private final boolean complete;

  /**
   * Where the doubts of one file stand among all: its content's from {@code first} on, then its
   * size's, if that is in doubt.
   *
   * @param isCut whether one of the sizes in doubt is smaller than the one before it, so that what
   *     the file holds is not told by the doubts one by one
   */
  private record FileDoubts(
      int first, List<Doubt.OfContent> contents, Doubt.OfSize size, boolean isCut) {
    int sizeAt() {
      return first + contents.size();
    }

    long sizeIn(int[] state) {
      return size.choices() > 1 ? size.sizeIn(state[sizeAt()]) : size.certain();
    }
  }

  /**
   * Makes the space of states.
   *
   * @param replacements the changes of names by which a file took the place of another, {@code
   *     null} if nothing has an order
   */
  public StateSpace(
      Doubt.OfNames names,
      Set<Integer> folders,
      Map<Integer, FileModel> files,
      int nextFile,
      @Nullable Set<NameChange> replacements) {
    this.names = names;
    this.folders = folders;
    this.files = files;
    this.nextFile = nextFile;
    boolean allWays = names.complete();
    if (names.choices() > 1) {
      doubts.add(names);
    }
    order =
        replacements == null
            ? null
            : new JournalOrder(names, names.choices() > 1 ? 0 : -1, replacements);
    for (Map.Entry<Integer, FileModel> entry : files.entrySet()) {
      if (names.reached().contains(entry.getKey())) {
        List<Doubt.OfContent> contents = entry.getValue().contentDoubts();
        Doubt.OfSize size = entry.getValue().sizeDoubt();
        byFile.put(
            entry.getKey(),
            new FileDoubts(doubts.size(), contents, size, entry.getValue().isCut()));
        for (Doubt.OfContent content : contents) {
          allWays &= content.complete();
        }
        if (order != null) {
          Map<Integer, Doubt.OfContent> places = new TreeMap<>();
          for (Doubt.OfContent content : contents) {
            places.put(doubts.size() + places.size(), content);
          }
          int sizeAt = size.choices() > 1 ? doubts.size() + contents.size() : -1;
          order.add(entry.getKey(), new JournalOrder.FileDoubts(places, size, sizeAt));
        }
        doubts.addAll(contents);
        if (size.choices() > 1) {
          doubts.add(size);
        }
      }
    }
    complete = allWays;
  }

  /** {@return the doubts, of which each has two or more choices} */
  public List<Doubt> doubts() {
    return Collections.unmodifiableList(doubts);
  }

  /** {@return whether the choices of all doubts are all there are, and not a selection} */
  public boolean isComplete() {
    return complete;
  }

  /** {@return how many states there are, at most {@code Long.MAX_VALUE}} */
  public long size() {
    long size = 1;
    for (Doubt doubt : doubts) {
      if (size > Long.MAX_VALUE / doubt.choices()) {
        return Long.MAX_VALUE;
      }
      size *= doubt.choices();
    }
    return size;
  }

  /**
   * {@return how many states there are: exactly up to {@code Long.MAX_VALUE}, about beyond that}
   */
  public BigInteger count() {
    long exact = size();
    if (exact < Long.MAX_VALUE) {
      return BigInteger.valueOf(exact);
    }
    double bits = 0;
    for (Doubt doubt : doubts) {
      bits += Math.log(doubt.choices()) / Math.log(2);
    }
    int shift = (int) bits - MANTISSA_BITS;
    return BigInteger.valueOf((long) Math.pow(2, bits - shift)).shiftLeft(shift);
  }

  private int[] allowed(int[] state) {
    return order == null ? state : order.allowed(state);
  }

  public List<InDoubt> lost(int[] chosen) {
    int[] state = allowed(chosen);
    List<InDoubt> lost = new ArrayList<>();
    for (int i = 0; i < state.length; i++) {
      lost.addAll(doubts.get(i).lost(state[i]));
    }
    return lost;
  }

  public Fingerprint fingerprint(int[] chosen) {
    int[] state = allowed(chosen);
    Fingerprint sum = Fingerprint.NONE;
    for (Map.Entry<Name, Integer> entry : names(state).entrySet()) {
      int number = entry.getValue();
      long name = nameHashes.computeIfAbsent(entry.getKey().path(), Fingerprint::text);
      if (folders.contains(number)) {
        Fingerprint folder = Fingerprint.file(name, -1, 0, 0);
        sum = sum.plus(folder.high(), folder.low());
        continue;
      }
      FileDoubts own = doubtsOf(number);
      long high;
      long low;
      long size;
      if (own.isCut()) {
        MediumImage.FileImage image = file(number, state);
        high = image.content().fingerprintHigh();
        low = image.content().fingerprintLow();
        size = image.size();
      } else {
        size = own.sizeIn(state);
        FileStates contents = statesOf(number, own, size);
        contents.sum(state);
        high = contents.high();
        low = contents.low();
      }
      Fingerprint file = Fingerprint.file(name, size, high, low);
      sum = sum.plus(file.high(), file.low());
    }
    return sum;
  }

  public MediumImage image(int[] chosen) {
    int[] state = allowed(chosen);
    SortedMap<Name, Integer> found = names(state);
    Map<Integer, MediumImage.FileImage> images = new TreeMap<>();
    for (int number : found.values()) {
      if (!folders.contains(number)) {
        images.computeIfAbsent(number, _ -> file(number, state));
      }
    }
    FileSystemModel fileSystem =
        order == null ? FileSystemModel.POSIX : FileSystemModel.EXT4_ORDERED;
    return new MediumImage(found, folders, images, nextFile, fileSystem);
  }

  private SortedMap<Name, Integer> names(int[] state) {
    return names.ways().get(names.choices() > 1 ? state[0] : 0).names();
  }

  private MediumImage.FileImage file(int number, int[] state) {
    FileDoubts own = doubtsOf(number);
    FileModel file = model(number);
    if (own.isCut()) {
      Set<Unit> lost = Collections.newSetFromMap(new IdentityHashMap<>());
      for (int i = own.first(); i < own.sizeAt(); i++) {
        lost.addAll(((Doubt.OfContent) doubts.get(i)).lost(state[i]));
      }
      return file.image(lost, state[own.sizeAt()]);
    }
    long size = own.sizeIn(state);
    return new MediumImage.FileImage(statesOf(number, own, size).content(state), size);
  }

  /** {@return the states of a file that is not cut, as far as it has that size} */
  private FileStates statesOf(int number, FileDoubts own, long size) {
    FileStates known = states.get(number);
    if (known == null || known.size() != size) {
      Content certain = model(number).certain();
      known =
          own.size().choices() > 1
              ? FileStates.ofSize(size, certain, own.contents(), own.first())
              : FileStates.ofCertainSize(size, certain, own.contents(), own.first());
      states.put(number, known);
    }
    return known;
  }

  private FileDoubts doubtsOf(int number) {
    return Objects.requireNonNull(byFile.get(number));
  }

  private FileModel model(int number) {
    return Objects.requireNonNull(files.get(number));
  }

  /**
   * Shows {@code visitor} every state, those that lose little first, until it returns {@code
   * false}. The visitor must not keep the array.
   *
   * @return whether it has seen them all, and never returned {@code false}
   */
  public boolean forEach(Predicate<int[]> visitor) {
    int[] state = new int[doubts.size()];
    while (visitor.test(state)) {
      int i = 0;
      while (i < state.length && state[i] == doubts.get(i).choices() - 1) {
        state[i++] = 0;
      }
      if (i == state.length) {
        return true;
      }
      state[i]++;
    }
    return false;
  }

  /**
   * Shows {@code visitor} a selection of the states until it returns {@code false}: nothing lost,
   * everything lost, each doubt alone lost, all but each lost, and then {@code samples} random ones
   * of which some lose little, some half and some nearly everything. Of the single ones at most
   * {@code samples} of each kind are shown, at random.
   */
  public void sample(int samples, Random random, Predicate<int[]> visitor) {
    int[] none = new int[doubts.size()];
    int[] all = everythingLost();
    if (!visitor.test(none.clone()) || !visitor.test(all.clone())) {
      return;
    }
    List<Integer> singles = new ArrayList<>();
    for (int i = 0; i < none.length; i++) {
      singles.add(i);
    }
    if (singles.size() > samples) {
      Collections.shuffle(singles, random);
      singles = singles.subList(0, samples);
    }
    for (int single : singles) {
      int[] lost = none.clone();
      lost[single] = all[single];
      int[] arrived = all.clone();
      arrived[single] = 0;
      if (!visitor.test(lost) || !visitor.test(arrived)) {
        return;
      }
    }
    random(samples, random, visitor);
  }

  /**
   * Shows {@code visitor} nothing lost, everything lost, and {@code samples} random states, of
   * which some lose little, some half and some nearly everything, until it returns {@code false}.
   */
  public void sampleRandomly(int samples, Random random, Predicate<int[]> visitor) {
    if (visitor.test(new int[doubts.size()]) && visitor.test(everythingLost())) {
      random(samples, random, visitor);
    }
  }

  private int[] everythingLost() {
    return doubts.stream().mapToInt(doubt -> doubt.choices() - 1).toArray();
  }

  private void random(int samples, Random random, Predicate<int[]> visitor) {
    for (int i = 0; i < samples; i++) {
      int[] state = new int[doubts.size()];
      double arrival = random.nextInt(1, 8) / 8.0;
      for (int doubt = 0; doubt < state.length; doubt++) {
        if (random.nextDouble() >= arrival) {
          state[doubt] = random.nextInt(doubts.get(doubt).choices());
        }
      }
      if (!visitor.test(state)) {
        return;
      }
    }
  }

  /**
   * Shows {@code visitor} for each {@code k} the state in which the {@code k} oldest pieces in
   * doubt have arrived, everything lost first, until it returns {@code false}.
   */
  public void prefixes(Predicate<int[]> visitor) {
    arriveInOrder(piecesInOrder(), visitor);
  }

  /**
   * Shows {@code visitor} for each {@code k} the state in which the {@code k} newest pieces in
   * doubt have arrived, with those that must have arrived before them, everything lost first, until
   * it returns {@code false}.
   */
  public void reversePrefixes(Predicate<int[]> visitor) {
    arriveInOrder(piecesInOrder().reversed(), visitor);
  }

  private record Piece(int doubt, InDoubt what) {}

  /** Those of one event in the order of size, bytes by address, names. */
  private List<Piece> piecesInOrder() {
    List<Piece> pieces = new ArrayList<>();
    for (int doubt = 0; doubt < doubts.size(); doubt++) {
      for (InDoubt what : doubts.get(doubt).pieces()) {
        pieces.add(new Piece(doubt, what));
      }
    }
    pieces.sort(
        Comparator.comparingLong((Piece piece) -> piece.what().sequence())
            .thenComparingLong(
                piece ->
                    switch (piece.what()) {
                      case SizeChange _ -> -1;
                      case Unit unit -> unit.firstWord();
                      case NameChange _ -> Long.MAX_VALUE;
                    }));
    return pieces;
  }

  private void arriveInOrder(List<Piece> pieces, Predicate<int[]> visitor) {
    Set<InDoubt> arrived = Collections.newSetFromMap(new IdentityHashMap<>());
    int[] state = everythingLost();
    for (int doubt = 0; doubt < state.length; doubt++) {
      state[doubt] = Math.max(0, doubts.get(doubt).choice(_ -> false));
    }
    if (!visitor.test(state.clone())) {
      return;
    }
    for (Piece piece : pieces) {
      arrived.add(piece.what());
      int choice = doubts.get(piece.doubt()).choice(arrived::contains);
      if (choice >= 0 && choice != state[piece.doubt()]) {
        state[piece.doubt()] = choice;
        if (!visitor.test(state.clone())) {
          return;
        }
      }
    }
  }
}
