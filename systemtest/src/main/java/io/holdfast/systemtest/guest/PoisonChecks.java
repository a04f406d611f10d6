package io.holdfast.systemtest.guest;

import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.BadBlock;
import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemException;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Bad blocks, put into the kernel's list for a device: whoever touches one for the first time gets
 * a SIGBUS (a read call gets EIO), as from a real one. Each use must end in an exception that names
 * the file and the range, and the virtual machine must live.
 */
final class PoisonChecks {
  static final int BAD = 16 * BlockMap.BLOCK_BYTES;
  private static final int BLOCK = BlockMap.BLOCK_BYTES;

  private final Report report;
  private final Path folder;
  private final String device;
  private final String prefix;

  PoisonChecks(Report report, Path folder, String device) {
    this.report = report;
    this.folder = folder;
    this.device = device;
    this.prefix = folder.getFileName() + "-poison-";
  }

  /** A use of a mapping that must fail. */
  private interface Use {
    void of(PmemMap map, MemorySegment buffer);
  }

  void run() throws Exception {
    Path file = MappingChecks.newFile(folder, "poison");
    try (PmemMap map = MappingChecks.map(file, Granularity.CACHE_LINE)) {
      map.fill(0, map.size(), (byte) 'x', CopyMode.PERSIST);
    }
    BlockMap.spoil(file, BAD, device);
    uses(file);
    report.check(prefix + "list", () -> list(file));
    report.check(prefix + "command", () -> CommandChecks.badBlocks(file));
    report.check(prefix + "read-call", () -> readCall(file));
    report.check(prefix + "neighbours", () -> neighbours(file));
    report.check(prefix + "heap", this::heap);
  }

  private void uses(Path file) {
    check(file, "read", (map, buffer) -> map.read(BAD - BLOCK, buffer, 0, 3L * BLOCK));
    check(file, "read-8", (map, buffer) -> map.read(BAD + 8, buffer, 0, 8));
    check(file, "get", (map, _) -> map.getLong(BAD + 64));
    check(
        file,
        "segment",
        (map, buffer) -> MemorySegment.copy(map.segment(), BAD + 1, buffer, 0, BLOCK - 1));
    check(file, "put", (map, _) -> map.putLong(BAD + 128, 1));
    check(file, "or", (map, _) -> map.orLong(BAD + 128, 1));
    check(
        file,
        "copy-past-caches",
        (map, buffer) -> map.copy(BAD - 64, buffer, 0, 2L * BLOCK, CopyMode.PERSIST.nonTemporal()));
    check(
        file,
        "copy-through-caches",
        (map, buffer) -> map.copy(BAD - 64, buffer, 0, 2L * BLOCK, CopyMode.PERSIST.temporal()));
    check(file, "move", (map, _) -> map.move(0, BAD - BLOCK, 2L * BLOCK, CopyMode.PERSIST));
    check(file, "fill", (map, _) -> map.fill(BAD, 64, (byte) 0, CopyMode.PERSIST));
  }

  /** Each use has a mapping of its own, since only the first touch of a page is refused. */
  private void check(Path file, String name, Use use) {
    report.check(
        prefix + name,
        () -> {
          try (PmemMap map = MappingChecks.map(file, Granularity.CACHE_LINE)) {
            MediaErrorException error = error(map, use);
            String words = String.valueOf(error.getMessage());
            CheckFailedException.unless(
                words.contains(file.toString()), words + " does not name " + file);
            map.flush(0, BLOCK);
            map.drain();
            CheckFailedException.unless(
                map.getByte(0) == 'x', "what is not bad cannot be read any more");
            map.checkFaults();
            return words;
          }
        });
  }

  private static MediaErrorException error(PmemMap map, Use use) {
    try {
      use.of(map, MemorySegment.ofArray(new byte[4 * BLOCK]));
      map.checkFaults();
    } catch (MediaErrorException e) {
      return e;
    } catch (InternalError e) {
      return map.mediaError(e);
    }
    throw new CheckFailedException("a bad block was used without an exception");
  }

  private static String list(Path file) {
    List<BadBlock> listed = PmemSource.of(file).badBlocks();
    CheckFailedException.unless(
        listed.equals(List.of(new BadBlock(BAD, BLOCK))), file + ": listed are " + listed);
    return listed.toString();
  }

  private static String readCall(Path file) {
    MemorySegment buffer = MemorySegment.ofArray(new byte[BLOCK]);
    try {
      PmemSource.of(file).read(BAD, buffer);
    } catch (MediaErrorException e) {
      String words = String.valueOf(e.getMessage());
      CheckFailedException.unless(
          words.contains(file.toString()) && words.contains(Long.toString(BAD)),
          words + " does not name " + file + " and " + BAD);
      return words;
    }
    throw new CheckFailedException("a bad block was read without an exception");
  }

  private static String neighbours(Path file) {
    byte[] bytes = new byte[BLOCK];
    try (PmemMap map = MappingChecks.map(file, Granularity.CACHE_LINE)) {
      for (int offset : new int[] {BAD - BLOCK, BAD + BLOCK}) {
        map.read(offset, MemorySegment.ofArray(bytes), 0, BLOCK);
        map.checkFaults();
        for (byte b : bytes) {
          CheckFailedException.unless(b == 'x', "offset " + offset + " has changed");
        }
      }
    }
    return "the blocks before and after " + BAD + " read as written";
  }

  /** A heap one of whose blocks is bad says so when that is used, and serves the rest. */
  private String heap() throws Exception {
    Path pool = folder.resolve("poisoned-heap");
    HeapOptions options = HeapOptions.defaults().withSize(0).withLimit(16 << 20);
    long victim;
    long other;
    try (Heap heap = Heap.create(pool, options)) {
      long[] addresses = new long[2];
      heap.transact(
          () -> {
            for (int i = 0; i < 2; i++) {
              addresses[i] = heap.tx().allocate(4L * BLOCK, 1);
              heap.tx().putLong(addresses[i] + 2L * BLOCK, 42);
            }
          });
      victim = addresses[0] + 2L * BLOCK;
      other = addresses[1] + 2L * BLOCK;
    }
    BlockMap.spoil(pool, victim, device);
    String words;
    try (Heap heap = Heap.open(pool, options)) {
      CheckFailedException.unless(heap.getLong(other) == 42, "an object that is not bad is lost");
      words = use(heap, victim);
      CheckFailedException.unless(heap.getLong(other) == 42, "an object that is not bad is lost");
      Bank bank = Bank.in(heap);
      Random random = new Random(1);
      for (int i = 0; i < 20; i++) {
        bank.work(0, random);
      }
      return words + "; then 20 transactions; " + bank.check();
    }
  }

  private static String use(Heap heap, long address) {
    try {
      heap.read(() -> heap.getLong(address));
    } catch (PmemException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
    throw new CheckFailedException("a bad block of a heap was read without an exception");
  }
}
