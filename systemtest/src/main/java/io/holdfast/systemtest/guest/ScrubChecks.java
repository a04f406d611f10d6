package io.holdfast.systemtest.guest;

import io.holdfast.pmem.BadBlock;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The life of a bad block on a platform that can tell and mend: injected into the DIMM, found by a
 * scrub, listed, a fault for who reads it, cleared by us, good again.
 */
final class ScrubChecks {
  private static final Path REGION = Path.of("/sys/bus/nd/devices/region0/badblocks");
  private static final int BLOCK = BlockMap.BLOCK_BYTES;
  private static final int SCRUB_SECONDS = 40;

  private ScrubChecks() {}

  /** A file on ext4. */
  static String file() throws Exception {
    Path file = MappingChecks.newFile(Volumes.EXT4, "scrubbed");
    try (PmemMap map = MappingChecks.map(file, Granularity.CACHE_LINE)) {
      map.fill(0, map.size(), (byte) 'x', io.holdfast.pmem.CopyMode.PERSIST);
    }
    PmemSource source = PmemSource.of(file);
    none(source);
    long sector = BlockMap.sector(file, PoisonChecks.BAD);
    inject("namespace0.0", sector);
    scrub();
    List<BadBlock> listed = source.badBlocks();
    CheckFailedException.unless(
        listed.equals(List.of(new BadBlock(PoisonChecks.BAD, BLOCK))), "listed are " + listed);
    String fault = fault(source);
    source.clearBadBlock(listed.getFirst());
    none(source);
    // a file system may give other blocks, and keep the bad one among its free ones
    boolean mended = BlockMap.sector(file, PoisonChecks.BAD) == sector;
    CheckFailedException.unless(
        !mended || text(REGION).isEmpty(), "the same block, and still bad: " + text(REGION));
    byte[] bytes = new byte[3 * BLOCK];
    try (PmemMap map = MappingChecks.map(file, Granularity.CACHE_LINE)) {
      map.read(PoisonChecks.BAD - BLOCK, MemorySegment.ofArray(bytes), 0, bytes.length);
      map.checkFaults();
      map.putLong(PoisonChecks.BAD, 1);
      map.persist(PoisonChecks.BAD, 8);
    }
    for (int i = 0; i < bytes.length; i++) {
      int expected = i / BLOCK == 1 ? 0 : 'x';
      CheckFailedException.unless(
          bytes[i] == expected, "byte %d is %d after clearing".formatted(i, bytes[i]));
    }
    return "injected, found by a scrub, listed as %s; %s; cleared: %s, zeros between its neighbours"
        .formatted(listed, fault, mended ? "mended" : "another block");
  }

  private static String fault(PmemSource source) {
    try {
      source.read(PoisonChecks.BAD, MemorySegment.ofArray(new byte[BLOCK]));
    } catch (MediaErrorException e) {
      try (PmemMap map =
          MappingChecks.map(((PmemSource.OfPath) source).path(), Granularity.CACHE_LINE)) {
        map.read(PoisonChecks.BAD, MemorySegment.ofArray(new byte[BLOCK]), 0, BLOCK);
        map.checkFaults();
      } catch (MediaErrorException mapped) {
        return "mapped read: " + mapped.getMessage();
      }
    }
    throw new CheckFailedException("a bad block was read without an exception");
  }

  /** The device DAX, whose region's list is all there is. */
  static String device() throws Exception {
    PmemSource source = PmemSource.of(Volumes.DEVICE_DAX);
    none(source);
    String before = text(REGION);
    inject("namespace0.1", PoisonChecks.BAD / 512);
    scrub();
    List<BadBlock> listed = source.badBlocks();
    CheckFailedException.unless(
        listed.size() == 1 && listed.getFirst().length() == BLOCK, "listed are " + listed);
    source.clearBadBlock(listed.getFirst());
    none(source);
    CheckFailedException.unless(
        text(REGION).equals(before), REGION + ": " + text(REGION) + ", and before: " + before);
    return "injected, found by a scrub, listed as %s; cleared, also for the kernel"
        .formatted(listed);
  }

  private static void none(PmemSource source) {
    List<BadBlock> listed = source.badBlocks();
    CheckFailedException.unless(listed.isEmpty(), "listed are " + listed + ", not none");
  }

  private static void inject(String namespace, long sector) throws Exception {
    String before = text(REGION);
    GuestCommand.run(
        "ndctl", "inject-error", "--block=" + sector, "--count=" + BLOCK / 512, namespace);
    CheckFailedException.unless(
        text(REGION).equals(before), "known before the scrub: " + text(REGION));
  }

  /** Has the platform look for errors, until the kernel knows of one more. */
  private static void scrub() throws Exception {
    String before = text(REGION);
    GuestCommand.run("ndctl", "start-scrub");
    long end = System.nanoTime() + SCRUB_SECONDS * 1_000_000_000L;
    while (text(REGION).equals(before)) {
      CheckFailedException.unless(
          System.nanoTime() < end, "the scrub found nothing in " + SCRUB_SECONDS + " s");
      Thread.sleep(100); // the kernel tells nobody who does not ask
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }
}
