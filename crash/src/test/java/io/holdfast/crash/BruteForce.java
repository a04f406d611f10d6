package io.holdfast.crash;

import io.holdfast.crash.internal.model.Content;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Name;
import io.holdfast.pmem.Granularity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What a power failure may leave of a few events, found the slow way: every subset of all that was
 * ever stored, written, resized or named, judged by the rules one by one. It shares nothing with
 * the model but the events.
 */
final class BruteForce {
  /** Programs store nothing beyond these bytes of a file, which may be larger. */
  static final int FILE_BYTES = 1024;

  private static final int LINE = 64;
  private static final int SECTOR = 512;

  /** A file: its first bytes, zero beyond its size. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record DiskFile(byte[] bytes, long size) {}

  /** What a medium holds. */
  record Disk(SortedMap<Name, Integer> names, Map<Integer, DiskFile> files, int nextFile) {
    static Disk of(MediumImage image) {
      Map<Integer, DiskFile> files = new TreeMap<>();
      image
          .files()
          .forEach(
              (number, file) -> {
                byte[] bytes = new byte[FILE_BYTES];
                for (int i = 0; i < FILE_BYTES; i++) {
                  bytes[i] = (byte) (file.content().word(i / 8) >>> (i % 8 * 8));
                }
                files.put(number, new DiskFile(bytes, file.size()));
              });
      return new Disk(image.names(), files, image.nextFile());
    }

    MediumImage image() {
      Map<Integer, MediumImage.FileImage> images = new TreeMap<>();
      for (int number : names.values()) {
        DiskFile file = file(number);
        Content content = new Content();
        for (int i = 0; i < FILE_BYTES; i++) {
          content.putBits(i / 8, (file.bytes()[i] & 0xFFL) << (i % 8 * 8), 0xFFL << (i % 8 * 8));
        }
        images.put(number, new MediumImage.FileImage(content.copy(), file.size()));
      }
      return new MediumImage(new TreeMap<>(names), Set.of(), images, nextFile);
    }

    DiskFile file(int number) {
      DiskFile file = files.get(number);
      return file == null ? new DiskFile(new byte[FILE_BYTES], 0) : file;
    }

    /** {@return all of it that can be seen} */
    String text() {
      StringBuilder text = new StringBuilder();
      names.forEach(
          (name, number) -> {
            DiskFile file = file(number);
            describe(text, name.last(), file.size(), file.bytes());
          });
      return text.toString();
    }

    static void describe(StringBuilder text, String name, long size, byte[] bytes) {
      text.append(name).append('/').append(size).append(": ");
      for (int i = 0; i < Math.min(size, bytes.length); i++) {
        if (bytes[i] != 0) {
          text.append(i).append('=').append(bytes[i]).append(' ');
        }
      }
    }
  }

  /** An event, and in the how-manieth process it happened. */
  record Step(Event event, int life) {}

  /** What arrives as one: bytes from index {@code from} to {@code to}, a size, or names. */
  private record Item(int time, int life, Event event, int from, int to, long size) {
    static final long NO_SIZE = -1;

    boolean isSize() {
      return size != NO_SIZE;
    }

    boolean isName() {
      return event instanceof Event.Rename;
    }

    boolean isBytes() {
      return !isSize() && !isName();
    }

    boolean isWrite() {
      return isBytes() && event instanceof Event.Write;
    }

    boolean is(Event.StoreKind kind) {
      return event instanceof Event.Store store && store.kind() == kind;
    }

    byte[] bytes() {
      return event instanceof Event.Store store ? store.bytes() : ((Event.Write) event).bytes();
    }

    long first() {
      long position =
          event instanceof Event.Store store ? store.position() : ((Event.Write) event).position();
      return position + from;
    }

    long end() {
      return first() + to - from;
    }

    /** Of one event: its size, then its bytes by address. */
    long rank() {
      return time * 10_000L + (isSize() ? 0 : isName() ? 9_999 : 1 + first());
    }
  }

  private final Granularity granularity;
  private final Disk start;
  private final List<Step> steps;
  private final List<Item> items = new ArrayList<>();
  private final BitSet certain = new BitSet();

  /**
   * Prepares to crash after the last step.
   *
   * @param start what the first process found
   */
  BruteForce(Granularity granularity, Disk start, List<Step> steps) {
    this.granularity = granularity;
    this.start = start;
    this.steps = steps;
    Map<Integer, Long> sizes = new HashMap<>();
    start.files().forEach((number, file) -> sizes.put(number, file.size()));
    for (int time = 0; time < steps.size(); time++) {
      int life = steps.get(time).life();
      Event event = steps.get(time).event();
      long size = sizes.getOrDefault(event.file(), 0L);
      long newSize =
          switch (event) {
            case Event.Write write -> Math.max(size, write.position() + write.bytes().length);
            case Event.Resize resize -> resize.size();
            default -> size;
          };
      if (newSize != size) {
        items.add(new Item(time, life, event, 0, 0, newSize));
        sizes.put(event.file(), newSize);
      }
      switch (event) {
        case Event.Store store -> cut(time, life, store, store.position(), store.bytes(), 8);
        case Event.Write write -> cut(time, life, write, write.position(), write.bytes(), SECTOR);
        case Event.Rename _ -> items.add(new Item(time, life, event, 0, 0, Item.NO_SIZE));
        default -> {}
      }
    }
    findCertain();
  }

  private void cut(int time, int life, Event event, long position, byte[] bytes, int unit) {
    int from = 0;
    for (int to = 1; to <= bytes.length; to++) {
      if (to == bytes.length || (position + to) % unit == 0) {
        items.add(new Item(time, life, event, from, to, Item.NO_SIZE));
        from = to;
      }
    }
  }

  /** {@return how many things may arrive or not} */
  int inDoubt() {
    return items.size() - certain.cardinality();
  }

  /** {@return the things that happened last, by their numbers, if there are two or more} */
  List<Integer> itemsOfLastStep() {
    List<Integer> last = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).isBytes() && items.get(i).time() == steps.size() - 1) {
        last.add(i);
      }
    }
    return last.size() > 1 ? last : List.of();
  }

  /** {@return each medium that a power failure may leave, by what can be seen of it} */
  Map<String, Disk> images() {
    return images(new BitSet());
  }

  /** The same if some things had never happened. */
  Map<String, Disk> images(BitSet missed) {
    int[] free =
        IntStream.range(0, items.size()).filter(i -> !certain.get(i) && !missed.get(i)).toArray();
    Map<String, Disk> images = new LinkedHashMap<>();
    for (long subset = 0; subset < 1L << free.length; subset++) {
      BitSet arrived = (BitSet) certain.clone();
      arrived.andNot(missed);
      for (int i = 0; i < free.length; i++) {
        if ((subset & 1L << i) != 0) {
          arrived.set(free[i]);
        }
      }
      if (isPermitted(arrived, missed)) {
        Disk disk = disk(arrived);
        images.put(disk.text(), disk);
      }
    }
    return images;
  }

  /** {@return what is visible} */
  Disk visible(BitSet missed) {
    BitSet all = new BitSet();
    all.set(0, items.size());
    all.andNot(missed);
    return disk(all);
  }

  /** {@return what an engine leaves that lets things arrive in the program's order} */
  Collection<String> prefixes() {
    return arriving(inOrder());
  }

  /** {@return what an engine leaves that lets the newest arrive first} */
  Collection<String> reversePrefixes() {
    return arriving(inOrder().reversed());
  }

  private List<Integer> inOrder() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!certain.get(i)) {
        order.add(i);
      }
    }
    order.sort((a, b) -> Long.compare(items.get(a).rank(), items.get(b).rank()));
    return order;
  }

  private Collection<String> arriving(List<Integer> order) {
    Set<String> images = new HashSet<>();
    BitSet arrived = (BitSet) certain.clone();
    images.add(disk(arrived).text());
    for (int item : order) {
      arrived.set(item);
      for (boolean more = true; more; ) {
        more = false;
        for (int late = arrived.nextSetBit(0); late >= 0; late = arrived.nextSetBit(late + 1)) {
          for (int early = 0; early < late; early++) {
            if (!arrived.get(early) && isOrderedAfter(items.get(late), items.get(early))) {
              arrived.set(early);
              more = true;
            }
          }
        }
      }
      images.add(disk(arrived).text());
    }
    return images;
  }

  private boolean isPermitted(BitSet arrived, BitSet missed) {
    for (int late = arrived.nextSetBit(0); late >= 0; late = arrived.nextSetBit(late + 1)) {
      for (int early = 0; early < late; early++) {
        if (!arrived.get(early)
            && !missed.get(early)
            && isOrderedAfter(items.get(late), items.get(early))) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isOrderedAfter(Item late, Item early) {
    if (late.isName() || early.isName()) {
      return late.isName() && early.isName() && share(late.event(), early.event());
    }
    if (late.event().file() != early.event().file()) {
      return false;
    }
    if (late.isSize() || early.isSize()) {
      return late.isSize() && early.isSize();
    }
    if (late.isWrite()) {
      return early.isWrite() && late.first() / SECTOR == early.first() / SECTOR;
    }
    return granularity != Granularity.PAGE
        && late.is(Event.StoreKind.ORDERED)
        && !early.isWrite()
        && !early.is(Event.StoreKind.NON_TEMPORAL)
        && late.first() / LINE == early.first() / LINE;
  }

  private static boolean share(Event one, Event other) {
    List<Name> names = names(one);
    return names(other).stream().anyMatch(names::contains);
  }

  private static List<Name> names(Event event) {
    List<Name> names = new ArrayList<>();
    if (event instanceof Event.Rename rename) {
      if (rename.removed() != null) {
        names.add(rename.removed());
      }
      if (rename.added() != null) {
        names.add(rename.added());
      }
    }
    return names;
  }

  private void findCertain() {
    for (int i = 0; i < items.size(); i++) {
      if (isCertainByItself(items.get(i))) {
        certain.set(i);
      }
    }
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).isSize() && isSizeNeeded(i)) {
        certain.set(i);
      }
    }
    for (int late = items.size() - 1; late >= 0; late--) {
      for (int early = 0; early < late; early++) {
        if (certain.get(late) && isOrderedAfter(items.get(late), items.get(early))) {
          certain.set(early);
        }
      }
    }
  }

  /** {@return whether something that is certain cannot be so without this size} */
  private boolean isSizeNeeded(int index) {
    Item size = items.get(index);
    int file = size.event().file();
    long before = start.file(file).size();
    for (int i = 0; i < index; i++) {
      if (items.get(i).isSize() && items.get(i).event().file() == file) {
        before = items.get(i).size();
      }
    }
    for (int i = 0; i < items.size(); i++) {
      Item bytes = items.get(i);
      if (!certain.get(i) || !bytes.isBytes() || bytes.event().file() != file) {
        continue;
      }
      boolean cutBefore = size.time() < bytes.time() && size.size() < bytes.end();
      boolean durableWrite =
          isDurableOnReturn(bytes)
              && size.time() <= bytes.time()
              && before < ((Event.Write) bytes.event()).position() + bytes.bytes().length;
      if (cutBefore || durableWrite) {
        return true;
      }
    }
    return false;
  }

  private boolean isDurableOnReturn(Item item) {
    return item.event() instanceof Event.Write write
        && write.kind() == Event.WriteKind.ON_RETURN
        && item.time() + 1 < steps.size()
        && steps.get(item.time() + 1).life() == item.life();
  }

  private boolean isCertainByItself(Item item) {
    long thread = item.event().origin().threadId();
    boolean nonTemporal = granularity != Granularity.PAGE && item.is(Event.StoreKind.NON_TEMPORAL);
    boolean store = item.event() instanceof Event.Store;
    boolean over = item.time() < steps.size() - 1;
    if (over && granularity == Granularity.BYTE && store && !nonTemporal) {
      return true;
    }
    if (item.isWrite() && isDurableOnReturn(item)) {
      return true;
    }
    for (int time = item.time() + 1; time < steps.size(); time++) {
      Step step = steps.get(time);
      boolean own = step.life() == item.life() && step.event().origin().threadId() == thread;
      boolean survived = step.life() > item.life();
      boolean sameFile = step.event().file() == item.event().file();
      switch (step.event()) {
        case Event.Sync _ -> {
          if (sameFile && !item.isName() && (!nonTemporal || own || survived)) {
            return true;
          }
        }
        case Event.SyncFolder _ -> {
          if (item.isName()) {
            return true;
          }
        }
        case Event.Fence _ -> {
          if (nonTemporal && own) {
            return true;
          }
        }
        case Event.Flush flush -> {
          boolean covered = sameFile && item.isBytes() && covers(flush, item);
          if (granularity == Granularity.PAGE && sameFile && item.isBytes()) {
            return true;
          }
          if (granularity == Granularity.CACHE_LINE
              && covered
              && store
              && (!nonTemporal || survived)
              && isFencedAfter(time)) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  private static boolean covers(Event.Flush flush, Item item) {
    long line = item.first() / LINE;
    return flush.position() / LINE <= line
        && line <= (flush.position() + flush.length() - 1) / LINE;
  }

  private boolean isFencedAfter(int flushed) {
    Step flush = steps.get(flushed);
    return steps.subList(flushed, steps.size()).stream()
        .anyMatch(
            step ->
                step.event() instanceof Event.Fence
                    && step.life() == flush.life()
                    && step.event().origin().threadId() == flush.event().origin().threadId());
  }

  private Disk disk(BitSet arrived) {
    TreeMap<Name, Integer> names = new TreeMap<>(start.names());
    Map<Integer, byte[]> bytes = new TreeMap<>();
    Map<Integer, Long> sizes = new TreeMap<>();
    start
        .files()
        .forEach(
            (number, file) -> {
              bytes.put(number, file.bytes().clone());
              sizes.put(number, file.size());
            });
    for (int i = arrived.nextSetBit(0); i >= 0; i = arrived.nextSetBit(i + 1)) {
      Item item = items.get(i);
      int file = item.event().file();
      if (item.event() instanceof Event.Rename rename) {
        if (rename.removed() != null) {
          names.remove(rename.removed());
        }
        if (rename.added() != null) {
          names.put(rename.added(), file);
        }
        continue;
      }
      byte[] content = bytes.computeIfAbsent(file, _ -> new byte[FILE_BYTES]);
      if (item.isSize()) {
        if (item.size() < FILE_BYTES) {
          Arrays.fill(content, (int) item.size(), FILE_BYTES, (byte) 0);
        }
        sizes.put(file, item.size());
      } else {
        System.arraycopy(
            item.bytes(), item.from(), content, (int) item.first(), item.to() - item.from());
      }
    }
    Map<Integer, DiskFile> files = new TreeMap<>();
    bytes.forEach(
        (number, content) -> {
          long size = sizes.getOrDefault(number, 0L);
          if (size < FILE_BYTES) {
            Arrays.fill(content, (int) size, FILE_BYTES, (byte) 0);
          }
          files.put(number, new DiskFile(content, size));
        });
    int next = start.nextFile();
    for (Step step : steps) {
      next = Math.max(next, step.event().file() + 1);
    }
    return new Disk(names, files, next);
  }
}
