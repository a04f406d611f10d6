package io.holdfast.pool;

import static io.holdfast.pool.PoolHeaderLayout.ALIGNMENT;
import static io.holdfast.pool.PoolHeaderLayout.BE_LONG;
import static io.holdfast.pool.PoolHeaderLayout.BYTE_SIZE;
import static io.holdfast.pool.PoolHeaderLayout.CHECKSUM;
import static io.holdfast.pool.PoolHeaderLayout.LE_INT;
import static io.holdfast.pool.PoolHeaderLayout.LE_LONG;
import static io.holdfast.pool.PoolHeaderLayout.LE_SHORT;
import static io.holdfast.pool.PoolHeaderLayout.SIGNATURE;
import static io.holdfast.pool.PoolHeaderLayout.SIGNATURE_SIZE;

import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

/**
 * The first 4096 bytes of a file as they were read, any bytes at all, and the judgement whether
 * they head a pool.
 *
 * <p>The checks go from what says most to what says least: too short, empty, another kind, damaged,
 * newer, unknown features. Everything behind the checksum test may rely on the values being those
 * that were written.
 */
final class HeaderPage {
  private static final Map<String, String> PMDK_KINDS =
      Map.of("PMEMOBJ", "libpmemobj", "PMEMLOG", "libpmemlog", "PMEMBLK", "libpmemblk");

  private final Path path;
  private final MemorySegment page;
  private final long fileByteSize;

  private HeaderPage(Path path, MemorySegment page, long fileByteSize) {
    this.path = path;
    this.page = page;
    this.fileByteSize = fileByteSize;
  }

  /**
   * Reads the header of {@code file}, which messages call {@code path}; what a short file lacks is
   * taken as zero.
   */
  static HeaderPage read(Path path, PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BYTE_SIZE);
      file.read(0, buffer);
      byte[] bytes = buffer.toArray(ValueLayout.JAVA_BYTE);
      return new HeaderPage(path, MemorySegment.ofArray(bytes), file.size());
    }
  }

  /** {@return the header of a new pool in one file, created now, with UUIDs of its own} */
  static MemorySegment compose(Medium medium, PoolKind kind, SegmentAllocator allocator) {
    MemorySegment page = allocator.allocate(BYTE_SIZE);
    putSignature(page, kind.signature());
    page.set(LE_INT, PoolHeaderLayout.MAJOR, kind.major());
    putUuid(page, PoolHeaderLayout.POOLSET_UUID, newUuid(medium));
    UUID uuid = newUuid(medium);
    putUuid(page, PoolHeaderLayout.UUID, uuid);
    putUuid(page, PoolHeaderLayout.PREVIOUS_PART_UUID, uuid);
    putUuid(page, PoolHeaderLayout.NEXT_PART_UUID, uuid);
    putUuid(page, PoolHeaderLayout.PREVIOUS_REPLICA_UUID, uuid);
    putUuid(page, PoolHeaderLayout.NEXT_REPLICA_UUID, uuid);
    page.set(LE_LONG, PoolHeaderLayout.CREATION_TIME, medium.now().getEpochSecond());
    page.set(LE_LONG, ALIGNMENT, PoolHeaderLayout.ALIGNMENT_LP64);
    page.set(ValueLayout.JAVA_BYTE, PoolHeaderLayout.CLASS, PoolHeaderLayout.CLASS_64_BIT);
    page.set(ValueLayout.JAVA_BYTE, PoolHeaderLayout.DATA, PoolHeaderLayout.DATA_LITTLE_ENDIAN);
    page.set(LE_SHORT, PoolHeaderLayout.MACHINE, PoolHeaderLayout.thisMachine());
    page.set(LE_LONG, CHECKSUM, PoolHeaderLayout.fletcher64(page, CHECKSUM));
    return page;
  }

  /** {@return a random UUID: version 4 of the variant of RFC 9562} */
  private static UUID newUuid(Medium medium) {
    long version4 = (medium.randomLong() & ~0xF000L) | 0x4000L;
    long variant = (medium.randomLong() >>> 2) | Long.MIN_VALUE;
    return new UUID(version4, variant);
  }

  /** {@return the first sector of a pool that is being created under its name} */
  static MemorySegment composeUnfinished(SegmentAllocator allocator) {
    MemorySegment sector = allocator.allocate(PoolHeaderLayout.SECTOR_SIZE);
    putSignature(sector, PoolHeaderLayout.UNFINISHED_SIGNATURE);
    return sector;
  }

  /**
   * {@return whether the file is what an interrupted creation leaves behind} Such a file holds
   * nothing anybody could miss: it is marked so, is empty, or is the one sector that was to be
   * marked, still zero. A file of zeros of any other size is somebody's own.
   */
  boolean isUnfinished() {
    return signature().equals(PoolHeaderLayout.UNFINISHED_SIGNATURE)
        || fileByteSize == 0
        || (fileByteSize == PoolHeaderLayout.SECTOR_SIZE && isZero());
  }

  /** {@return whether the file starts with exactly this header} */
  boolean matches(MemorySegment header) {
    return page.mismatch(header) < 0;
  }

  /**
   * Judges whether this is a sound header of any kind.
   *
   * @return what it says
   * @throws PoolCorruptedException if the file is too short, empty, no pool or damaged
   */
  PoolHeader requirePool() {
    requireWritten();
    if (!isSound()) {
      throw isKnown() ? damaged() : notAPool();
    }
    return decode();
  }

  /**
   * Judges whether a pool of this kind can be opened.
   *
   * @return what the header says
   * @throws PoolCorruptedException if the file is too short, empty, no pool or damaged
   * @throws IncompatibleLayoutException if the pool is of another kind or needs a newer program
   */
  PoolHeader requireKind(PoolKind kind) {
    requireWritten();
    String signature = signature();
    if (!signature.equals(kind.signature())) {
      throw isSound() || isKnown() ? anotherKind(kind) : notAPool();
    }
    if (!isSound()) {
      throw damaged();
    }
    PoolHeader header = decode();
    if (Integer.compareUnsigned(header.major(), kind.major()) > 0) {
      throw incompatible(
          "%s pool of version %s, newer than %d, the newest this program knows; use a newer program"
              .formatted(kind.name(), Integer.toUnsignedString(header.major()), kind.major()));
    }
    if (header.incompatFeatures() != 0 || header.readOnlyCompatFeatures() != 0) {
      throw incompatible(
          "%s pool with unknown features (incompat 0x%x, ro_compat 0x%x); use a newer program"
              .formatted(kind.name(), header.incompatFeatures(), header.readOnlyCompatFeatures()));
    }
    requireDataModel(kind);
    if (!header.isSingleFile()) {
      throw incompatible(
          "one file of a %s pool of several, which this program cannot open"
              .formatted(kind.name()));
    }
    return header;
  }

  private void requireWritten() {
    if (isUnfinished()) {
      throw new PoolCorruptedException(
          path + ": its creation was interrupted and it holds nothing; create it again");
    }
    if (fileByteSize < BYTE_SIZE) {
      throw new PoolCorruptedException(
          "%s: not a pool, or cut short: %d bytes, of which the header alone takes %d"
              .formatted(path, fileByteSize, BYTE_SIZE));
    }
    if (isZero()) {
      throw new PoolCorruptedException(
          path
              + ": not a pool: its first 4096 bytes are zero; if its creation was interrupted,"
              + " delete the file and create it again");
    }
  }

  /**
   * The machine's word size and byte order; not its processor, since no layout of ours depends on
   * that.
   */
  private void requireDataModel(PoolKind kind) {
    long alignment = page.get(LE_LONG, ALIGNMENT);
    byte dataClass = page.get(ValueLayout.JAVA_BYTE, PoolHeaderLayout.CLASS);
    byte data = page.get(ValueLayout.JAVA_BYTE, PoolHeaderLayout.DATA);
    if (alignment != PoolHeaderLayout.ALIGNMENT_LP64
        || dataClass != PoolHeaderLayout.CLASS_64_BIT
        || data != PoolHeaderLayout.DATA_LITTLE_ENDIAN) {
      throw incompatible(
          "%s pool of a machine with another data model (alignment 0x%x, class %d, data %d)"
              .formatted(kind.name(), alignment, dataClass, data));
    }
  }

  private boolean isZero() {
    for (int offset = 0; offset < BYTE_SIZE; offset += Long.BYTES) {
      if (page.get(LE_LONG, offset) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean isSound() {
    return page.get(LE_LONG, CHECKSUM) == computedChecksum();
  }

  private boolean isKnown() {
    return signature().startsWith("HF") || PMDK_KINDS.containsKey(signature());
  }

  private long computedChecksum() {
    boolean halfCovered =
        PMDK_KINDS.containsKey(signature())
            && (page.get(LE_INT, PoolHeaderLayout.INCOMPAT) & PoolHeaderLayout.INCOMPAT_CHECKSUM_2K)
                != 0;
    return PoolHeaderLayout.fletcher64(
        page, halfCovered ? PoolHeaderLayout.CHECKSUM_2K_END : CHECKSUM);
  }

  private PoolCorruptedException notAPool() {
    byte[] first = page.asSlice(SIGNATURE, SIGNATURE_SIZE).toArray(ValueLayout.JAVA_BYTE);
    return new PoolCorruptedException(
        "%s: not a pool: it starts with the bytes %s, which are no pool's signature"
            .formatted(path, HexFormat.of().formatHex(first)));
  }

  private PoolCorruptedException damaged() {
    return new PoolCorruptedException(
        "%s: damaged header: checksum 0x%016x at byte %d, but its bytes give 0x%016x; restore a copy"
            .formatted(path, page.get(LE_LONG, CHECKSUM), CHECKSUM, computedChecksum()));
  }

  private IncompatibleLayoutException anotherKind(PoolKind expected) {
    String signature = signature();
    String actual = PMDK_KINDS.get(signature);
    return incompatible(
        "a %spool (signature %s), not a %s pool (signature %s)"
            .formatted(
                actual == null ? "" : actual + " ",
                escape(signature),
                expected.name(),
                expected.signature()));
  }

  private IncompatibleLayoutException incompatible(String difference) {
    return new IncompatibleLayoutException(path + ": " + difference);
  }

  private PoolHeader decode() {
    return new PoolHeader(
        escape(signature()),
        page.get(LE_INT, PoolHeaderLayout.MAJOR),
        page.get(LE_INT, PoolHeaderLayout.COMPAT),
        page.get(LE_INT, PoolHeaderLayout.INCOMPAT),
        page.get(LE_INT, PoolHeaderLayout.RO_COMPAT),
        uuid(PoolHeaderLayout.POOLSET_UUID),
        uuid(PoolHeaderLayout.UUID),
        uuid(PoolHeaderLayout.PREVIOUS_PART_UUID),
        uuid(PoolHeaderLayout.NEXT_PART_UUID),
        uuid(PoolHeaderLayout.PREVIOUS_REPLICA_UUID),
        uuid(PoolHeaderLayout.NEXT_REPLICA_UUID),
        page.get(LE_LONG, PoolHeaderLayout.CREATION_TIME),
        Short.toUnsignedInt(page.get(LE_SHORT, PoolHeaderLayout.MACHINE)));
  }

  /** {@return the signature without the NUL bytes at its end} */
  private String signature() {
    byte[] bytes = page.asSlice(SIGNATURE, SIGNATURE_SIZE).toArray(ValueLayout.JAVA_BYTE);
    int length = bytes.length;
    while (length > 0 && bytes[length - 1] == 0) {
      length--;
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** {@return the text fit for a terminal, whatever a file holds} */
  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > ' ' && c < 0x7f && c != '\\') {
        escaped.append(c);
      } else {
        escaped.append("\\x%02x".formatted((int) c));
      }
    }
    return escaped.toString();
  }

  private UUID uuid(int offset) {
    return new UUID(page.get(BE_LONG, offset), page.get(BE_LONG, offset + Long.BYTES));
  }

  private static void putUuid(MemorySegment page, int offset, UUID uuid) {
    page.set(BE_LONG, offset, uuid.getMostSignificantBits());
    page.set(BE_LONG, offset + Long.BYTES, uuid.getLeastSignificantBits());
  }

  private static void putSignature(MemorySegment page, String signature) {
    byte[] bytes = signature.getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(bytes, 0, page, ValueLayout.JAVA_BYTE, SIGNATURE, bytes.length);
  }
}
