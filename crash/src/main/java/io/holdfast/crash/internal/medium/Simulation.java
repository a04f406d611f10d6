package io.holdfast.crash.internal.medium;

import io.holdfast.crash.FileSystemModel;
import io.holdfast.crash.Operation;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.crash.internal.model.Content;
import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.Folder;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Name;
import io.holdfast.crash.internal.model.Origin;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.GranularityUnavailableException;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.MapException;
import io.holdfast.pmem.MapException.Reason;
import io.holdfast.pmem.PmemFile;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import io.holdfast.pmem.SystemCallException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one simulated medium: files in memory, whose changes a recorder is told in the order in which
 * they become visible.
 *
 * <p>Everything happens under one lock, that order's. What was handed out may be used until the
 * medium is {@linkplain #discard discarded}.
 */
public final class Simulation extends SimulatedMedium {
  private static final int ENOENT = 2;
  private static final int EEXIST = 17;
  private static final int EISDIR = 21;

  /** When runs begin: 2026-01-01. */
  private static final long START_MILLIS = 1_767_225_600_000L;

  private static final long EAGER_RESERVE_BYTES = 16 << 20;

  private final Granularity granularity;
  private final FileSystemModel fileSystem;
  private final WindowPool pool;
  private final @Nullable Recorder recorder;
  private final @Nullable Turns turns;
  private final Tree tree = new Tree();
  private final FileCalls fileCalls = new FileCalls(this, tree);
  private final Faults faults = new Faults();
  private final Map<WindowPool.Use, Window> borrowed = new HashMap<>();
  private final IdentityHashMap<Window, Inode> handedOut = new IdentityHashMap<>();
  private final Object lock = new Object();
  private int nextFile;
  private long moments;
  private @Nullable SplittableRandom random;
  private long seed;
  private int privateMappings;
  private volatile boolean discarded;

  private Simulation(
      Granularity granularity,
      FileSystemModel fileSystem,
      WindowPool pool,
      @Nullable Recorder recorder) {
    this.granularity = granularity;
    this.fileSystem = fileSystem;
    this.pool = pool;
    this.recorder = recorder;
    this.turns = recorder == null ? null : recorder.turns();
  }

  /** {@return an empty medium that nobody records} */
  public static Simulation of(Granularity granularity) {
    return of(granularity, FileSystemModel.POSIX);
  }

  /** {@return an empty medium on such a file system} */
  public static Simulation of(Granularity granularity, FileSystemModel fileSystem) {
    return new Simulation(granularity, fileSystem, new WindowPool(), null);
  }

  /** {@return a medium that holds {@code image}, with the memory of discarded ones} */
  public static Simulation of(
      Granularity granularity, MediumImage image, WindowPool pool, @Nullable Recorder recorder) {
    Simulation medium = new Simulation(granularity, image.fileSystem(), pool, recorder);
    medium.nextFile = image.nextFile();
    medium.seed = image.fingerprint().low();
    medium.tree.load(
        image,
        number -> {
          MediumImage.FileImage file = image.file(number);
          Window window = medium.window(WindowPool.Use.ofFile(number));
          window.load(file.content());
          return new Inode(number, window, file.size(), medium.tick());
        },
        medium.tick());
    return medium;
  }

  @Override
  public Granularity granularity() {
    return granularity;
  }

  @Override
  public List<Path> files() {
    synchronized (lock) {
      List<Path> files = new ArrayList<>();
      tree.entries()
          .forEach(
              (name, node) -> {
                if (!node.isFolder()) {
                  files.add(pathOf(name.path()));
                }
              });
      files.sort(null);
      return files;
    }
  }

  @Override
  public void failAt(Operation operation, int call) {
    synchronized (lock) {
      faults.failAt(operation, call);
    }
  }

  @Override
  public void limitSpace(long bytes) {
    synchronized (lock()) {
      faults.limit(bytes);
    }
  }

  @Override
  public PmemFile open(Path path, FileAccess access) {
    synchronized (lock()) {
      checkInUse();
      return new SimulatedFile(this, find("open", path), access, path, SimulatedFile.Named.YES);
    }
  }

  @Override
  public PmemFile create(Path path) {
    synchronized (lock()) {
      checkInUse();
      faults.check(Operation.CREATE, path);
      checkAbsent("open", path);
      Inode inode = newInode();
      link(path, inode);
      return new SimulatedFile(this, inode, FileAccess.READ_WRITE, path, SimulatedFile.Named.YES);
    }
  }

  @Override
  public PmemFile createUnnamed(Path folder) {
    synchronized (lock()) {
      checkInUse();
      faults.check(Operation.CREATE, folder);
      return new SimulatedFile(
          this, newInode(), FileAccess.READ_WRITE, folder, SimulatedFile.Named.NOT_YET);
    }
  }

  @Override
  public PmemMap map(PmemSource source, MapConfig config) {
    synchronized (lock()) {
      checkInUse();
      Granularity required =
          config
              .requiredGranularity()
              .orElseThrow(
                  () ->
                      new MapException(
                          Reason.GRANULARITY_NOT_SET, "no required granularity was set"));
      MapBounds.checkSimulated(config);
      return switch (source) {
        case PmemSource.OfPath(Path path) ->
            map(find("open", path), path.toString(), FileAccess.READ_WRITE, config, required);
        case PmemSource.OfFile(PmemFile file) -> {
          if (!(file instanceof SimulatedFile own) || own.medium() != this) {
            throw new IllegalArgumentException(file.path() + ": a file of another medium");
          }
          if (own.isClosed()) {
            throw new MapException(Reason.INVALID_FILE_HANDLE, file.path() + ": closed");
          }
          yield map(own.inode(), own.path().toString(), own.access(), config, required);
        }
        case PmemSource.OfDescriptor(int number) ->
            throw new IllegalArgumentException(
                "descriptor " + number + ": a file of another medium");
        case PmemSource.Anonymous(long byteSize) -> mapAnonymous(byteSize, config);
      };
    }
  }

  private PmemMap map(
      Inode inode, String name, FileAccess access, MapConfig config, Granularity required) {
    boolean shared = config.sharing() == MapConfig.Sharing.SHARED;
    long size = MapBounds.length(name, inode.size(), config);
    MapBounds.checkAccess(name, access, config);
    Granularity available = shared ? granularity : Granularity.BYTE;
    if (available.compareTo(required) > 0) {
      throw new GranularityUnavailableException(
          "%s: granularity %s is required and %s available".formatted(name, required, available),
          null);
    }
    long reserve = Math.min(Math.max(size, config.reserve()), EAGER_RESERVE_BYTES);
    if (shared) {
      inode.window().reserve(config.offset() + reserve);
      return new SimulatedMap(this, name, inode, null, available, config, size);
    }
    Window window = window(new WindowPool.Use(inode.number(), privateMappings++));
    window.reserve(reserve);
    PrivateView view = new PrivateView(inode, window, config.offset(), size);
    return new SimulatedMap(this, name, inode, view, available, config, size);
  }

  private PmemMap mapAnonymous(long byteSize, MapConfig config) {
    MapConfig whole = config.withOffset(0);
    long size = MapBounds.length("anonymous memory", byteSize, whole);
    Inode inode = newInode();
    inode.resize(byteSize);
    Window window = window(new WindowPool.Use(inode.number(), privateMappings++));
    PrivateView view = new PrivateView(inode, window, 0, size);
    return new SimulatedMap(this, "anonymous memory", inode, view, Granularity.BYTE, whole, size);
  }

  @Override
  public void rename(Path from, Path to) {
    synchronized (lock()) {
      checkInUse();
      faults.check(Operation.RENAME, from);
      Inode inode = find("rename", from);
      Name removed = key(from);
      Name added = key(to);
      if (!removed.equals(added)) {
        checkNoFolder("rename", added);
        tree.remove(removed);
        tree.put(added, inode);
        record(origin -> new Event.Rename(origin, removed, added, inode.number()));
      }
    }
  }

  @Override
  public void delete(Path path) {
    synchronized (lock()) {
      checkInUse();
      faults.check(Operation.DELETE, path);
      Inode inode = find("unlink", path);
      Name removed = key(path);
      tree.remove(removed);
      record(origin -> new Event.Rename(origin, removed, null, inode.number()));
    }
  }

  @Override
  public void syncFolder(Path folder) {
    synchronized (lock()) {
      checkInUse();
      faults.check(Operation.SYNC_FOLDER, folder);
      String path = absolute(folder);
      Folder synced = tree.folderOf(path);
      record(origin -> new Event.SyncFolder(origin, synced, path));
    }
  }

  @Override
  public String toString() {
    return "simulated medium of granularity " + granularity;
  }

  public void link(Path path, Inode inode) {
    checkAbsent("link", path);
    Name added = key(path);
    tree.put(added, inode);
    record(origin -> new Event.Rename(origin, null, added, inode.number()));
  }

  /** {@return the calls of programs that know files and folders only} */
  public FileCalls fileCalls() {
    return fileCalls;
  }

  /**
   * {@return the lock under which everything happens} Who asks for it without having it may have to
   * wait for its turn.
   */
  public Object lock() {
    takeTurn(Turns.Step.OPERATION);
    return lock;
  }

  /** {@return the lock, for what is not worth a turn} */
  Object lockAtOnce() {
    return lock;
  }

  /** Waits until the calling thread may take its next step, if threads take turns. */
  void takeTurn(Turns.Step step) {
    if (turns != null && !Thread.holdsLock(lock)) {
      turns.pass(step);
    }
  }

  public Faults faults() {
    return faults;
  }

  public void checkSpace(long more, Path path) {
    faults.checkSpace(bytesUsed(), more, path);
  }

  long bytesUsed() {
    long used = 0;
    for (Node node : tree.entries().values()) {
      used += node.size();
    }
    return used;
  }

  public boolean isRecording() {
    return recorder != null;
  }

  public void record(Function<Origin, Event> event) {
    if (recorder != null) {
      recorder.record(event);
    }
  }

  /**
   * Notes that memory is handed out for being stored to by anybody.
   *
   * @param shared the file that the window shows, {@code null} if it is a private mapping's
   */
  void handOut(Window window, @Nullable Inode shared, long position, long length) {
    window.handOut(position, length);
    if (shared != null) {
      handedOut.put(window, shared);
      if (recorder != null) {
        recorder.beforeEach(this::findStores);
      }
    }
  }

  /** Records what has been stored to files through segments of their mappings. */
  void findStores() {
    if (handedOut.isEmpty()) {
      return;
    }
    synchronized (lock) {
      // Loops, not lambdas of the library: its frames would be in the trace.
      for (Map.Entry<Window, Inode> entry : handedOut.entrySet()) {
        Inode inode = entry.getValue();
        entry
            .getKey()
            .findStores(
                (position, before, after) -> {
                  inode.changed(position, after.length);
                  if (recorder != null) {
                    recorder.recordUntracked(inode.number(), position, before, after);
                  }
                });
      }
    }
  }

  /**
   * The same for the same program on the same content; others for other content, so that what a
   * crash has left is met with numbers of its own.
   */
  @Override
  public long randomLong() {
    synchronized (lock) {
      SplittableRandom drawn = random;
      if (drawn == null) {
        drawn = new SplittableRandom(seed);
        random = drawn;
      }
      return drawn.nextLong();
    }
  }

  @Override
  public Instant now() {
    synchronized (lock) {
      return tick().toInstant();
    }
  }

  /** {@return what the medium shows now} */
  public MediumImage image() {
    synchronized (lock) {
      findStores();
      SortedMap<Name, Integer> numbers = new TreeMap<>();
      Set<Integer> folders = new HashSet<>();
      Map<Integer, MediumImage.FileImage> files = new TreeMap<>();
      tree.entries()
          .forEach(
              (name, node) -> {
                numbers.put(name, node.number());
                switch (node) {
                  case FolderNode _ -> folders.add(node.number());
                  case Inode inode ->
                      files.computeIfAbsent(
                          node.number(),
                          _ ->
                              new MediumImage.FileImage(
                                  inode.window().content(inode.size()), inode.size()));
                }
              });
      return new MediumImage(numbers, folders, files, nextFile, fileSystem);
    }
  }

  /** Ends the medium: whoever still uses it gets an exception. Its memory goes back to the pool. */
  public void discard() {
    synchronized (lock) {
      findStores();
      for (Window window : borrowed.values()) {
        window.findStores((_, _, _) -> {});
      }
      discarded = true;
      borrowed.forEach(pool::giveBack);
    }
  }

  public void checkInUse() {
    if (discarded) {
      throw new IllegalStateException("the medium was used after the run that it was made for");
    }
  }

  Inode newInode() {
    int number = newNumber();
    Window window = window(WindowPool.Use.ofFile(number));
    window.load(new Content());
    return new Inode(number, window, 0, tick());
  }

  int newNumber() {
    return nextFile++;
  }

  /** {@return the next moment of the run, which is the same whenever it is run} */
  FileTime tick() {
    return FileTime.fromMillis(START_MILLIS + moments++);
  }

  private Window window(WindowPool.Use use) {
    Window window = pool.take(use);
    borrowed.put(use, window);
    return window;
  }

  private Inode find(String call, Path path) {
    Node node = tree.get(key(path));
    if (node == null) {
      throw new SystemCallException(path.toString(), call, ENOENT);
    }
    if (!(node instanceof Inode inode)) {
      throw new SystemCallException(path.toString(), call, EISDIR);
    }
    return inode;
  }

  private void checkAbsent(String call, Path path) {
    if (tree.get(key(path)) != null) {
      throw new SystemCallException(path.toString(), call, EEXIST);
    }
  }

  private void checkNoFolder(String call, Name name) {
    if (tree.get(name) instanceof FolderNode) {
      throw new SystemCallException(name.path(), call, EISDIR);
    }
  }

  private Name key(Path path) {
    return tree.nameOf(absolute(path));
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  /** {@return a path of the host's file system that is spelt like the medium's} */
  static Path pathOf(String path) {
    return Path.of(path);
  }
}
