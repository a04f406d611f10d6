package io.holdfast.pool;

import static io.holdfast.pool.PoolHeaderLayout.LE_INT;
import static io.holdfast.pool.PoolHeaderLayout.LE_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemException;
import io.holdfast.pmem.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What open and inspect say of every kind of file that is no pool of ours. */
final class PoolHeaderTest {
  private static final PoolKind HEAP = new PoolKind("heap", "HFHEAP", 1);
  private static final int POOL_SIZE = 8192;

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void createPool() {
    path = folder.resolve("accounts.heap");
    Pool.create(Medium.system(), path, HEAP, POOL_SIZE, _ -> {}).close();
  }

  @Test
  void open_anyHeaderBitFlipped_isRefused() throws IOException {
    byte[] sound = Files.readAllBytes(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int bit = 0; bit < PoolHeader.BYTE_SIZE * Byte.SIZE; bit++) {
        int offset = bit / Byte.SIZE;
        byte flipped = (byte) (sound[offset] ^ 1 << bit % Byte.SIZE);
        channel.write(ByteBuffer.wrap(new byte[] {flipped}), offset);

        Throwable thrown = catchThrowable(this::open);
        assertThat(thrown)
            .as("bit %d of byte %d", bit % 8, offset)
            .isInstanceOf(PmemException.class);
        assertOneClearLine(thrown);

        channel.write(ByteBuffer.wrap(sound, offset, 1), offset);
      }
    }
    open();
  }

  @Test
  void create_header_isPmdksOfASingleFile() throws IOException {
    byte[] header = Arrays.copyOf(Files.readAllBytes(path), PoolHeader.BYTE_SIZE);

    assertThat(Arrays.copyOf(header, 24))
        .isEqualTo(hex("48464845415000 00 01000000 00000000 00000000 00000000"));
    byte[] uuid = Arrays.copyOfRange(header, 40, 56);
    for (int link = 56; link < 120; link += 16) {
      assertThat(Arrays.copyOfRange(header, link, link + 16)).isEqualTo(uuid);
    }
    assertThat(Arrays.copyOfRange(header, 24, 40)).isNotEqualTo(uuid);
    // The architecture bytes of a pool that libpmemobj created on x86-64.
    if (System.getProperty("os.arch").equals("amd64")) {
      assertThat(Arrays.copyOfRange(header, 128, 144))
          .isEqualTo(hex("10 73 77 37 f7 07 00 00 02 01 00 00 00 00 3e 00"));
    }
    assertThat(Arrays.copyOfRange(header, 144, PoolHeaderLayout.CHECKSUM)).containsOnly(0);
  }

  @Test
  void fletcher64_knownPage_isPmdks() {
    // By hand: the word 1 comes first and counts 1024 times in the upper half, the word 2 comes
    // last but two and counts three times.
    MemorySegment page = MemorySegment.ofArray(new byte[PoolHeader.BYTE_SIZE]);
    page.set(LE_INT, 0, 1);
    page.set(LE_INT, 4084, 2);
    assertThat(PoolHeaderLayout.fletcher64(page, PoolHeaderLayout.CHECKSUM))
        .isEqualTo(0x0000_0406_0000_0003L);
    assertThat(PoolHeaderLayout.fletcher64(page, PoolHeaderLayout.CHECKSUM_2K_END))
        .isEqualTo(0x0000_0400_0000_0001L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 100, 511, 512, 4095})
  void open_fileCutShort_isRefused(int byteSize) throws IOException {
    truncate(byteSize);

    assertThatThrownBy(this::open)
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessage(
            "%s: not a pool, or cut short: %d bytes, of which the header alone takes 4096",
            path, byteSize);
  }

  @Test
  void open_emptyFile_saysThatItsCreationWasInterrupted() throws IOException {
    truncate(0);

    assertThatThrownBy(this::open)
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessage(path + ": its creation was interrupted and it holds nothing; create it again");
  }

  @Test
  void open_headerOfZeros_isRefused() throws IOException {
    Files.write(path, new byte[POOL_SIZE]);

    assertThatThrownBy(this::open)
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessageContaining("its first 4096 bytes are zero");
  }

  @Test
  void open_randomBytes_isRefused() throws IOException {
    long seed = new Random().nextLong();
    byte[] bytes = new byte[POOL_SIZE];
    new Random(seed).nextBytes(bytes);
    Files.write(path, bytes);

    assertThatThrownBy(this::open)
        .as("seed %d", seed)
        .isInstanceOf(PoolCorruptedException.class)
        .hasMessage(
            "%s: not a pool: it starts with the bytes %s, which are no pool's signature",
            path, HexFormat.of().formatHex(bytes, 0, 8));
  }

  @Test
  void open_missingFileOrFolder_isRefusedByTheSystem() {
    for (Path wrong : new Path[] {folder.resolve("none.heap"), folder}) {
      Throwable thrown = catchThrowable(() -> Pool.open(Medium.system(), wrong, HEAP));
      assertThat(thrown)
          .isInstanceOf(SystemCallException.class)
          .hasMessageContaining(wrong.toString());
      assertThat(thrown.getMessage()).doesNotContain("\n");
    }
  }

  @Test
  void open_anotherKindOfOurs_namesBoth() {
    assertThatThrownBy(() -> Pool.open(Medium.system(), path, new PoolKind("file", "HFFILE", 1)))
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessage(path + ": a pool (signature HFHEAP), not a file pool (signature HFFILE)");
  }

  @ParameterizedTest
  @CsvSource({"PMEMOBJ, libpmemobj, 6", "PMEMLOG, libpmemlog, 1", "PMEMBLK, libpmemblk, 1"})
  void open_poolOfPmdk_namesItsLibrary(String signature, String library, int major)
      throws IOException {
    rewrite(
        page -> {
          MemorySegment.copy(
              signature.getBytes(StandardCharsets.US_ASCII), 0, page, ValueLayout.JAVA_BYTE, 0, 7);
          page.set(LE_INT, PoolHeaderLayout.MAJOR, major);
        });

    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessage(
            "%s: a %s pool (signature %s), not a heap pool (signature HFHEAP)",
            path, library, signature);
  }

  @Test
  void inspect_poolOfPmdkWithChangedSecondHalf_acceptsItsShorterChecksum() throws IOException {
    MemorySegment page = MemorySegment.ofArray(Files.readAllBytes(path));
    MemorySegment.copy(
        "PMEMOBJ".getBytes(StandardCharsets.US_ASCII), 0, page, ValueLayout.JAVA_BYTE, 0, 7);
    page.set(LE_INT, PoolHeaderLayout.COMPAT, 1);
    page.set(LE_INT, PoolHeaderLayout.INCOMPAT, 6);
    page.set(
        LE_LONG,
        PoolHeaderLayout.CHECKSUM,
        PoolHeaderLayout.fletcher64(page, PoolHeaderLayout.CHECKSUM_2K_END));
    page.set(ValueLayout.JAVA_BYTE, 4024, (byte) 1);
    Files.write(path, page.toArray(ValueLayout.JAVA_BYTE));

    PoolHeader header = Pool.inspect(Medium.system(), path);

    assertThat(header.signature()).isEqualTo("PMEMOBJ");
    assertThat(header.compatFeatures()).isEqualTo(1);
    assertThat(header.incompatFeatures()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, Integer.MAX_VALUE, -1})
  void open_newerVersion_isRefusedInWords(int major) throws IOException {
    rewrite(page -> page.set(LE_INT, PoolHeaderLayout.MAJOR, major));

    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessage(
            "%s: heap pool of version %s, newer than 1, the newest this program knows;"
                + " use a newer program",
            path, Integer.toUnsignedString(major));
  }

  @Test
  void open_olderVersion_isAccepted() {
    PoolKind newer = new PoolKind("heap", "HFHEAP", 3);
    try (Pool pool = Pool.open(Medium.system(), path, newer)) {
      assertThat(pool.header().major()).isEqualTo(1);
    }
  }

  @Test
  void open_unknownFeatures_onlyThoseToIgnoreAreAccepted() throws IOException {
    rewrite(page -> page.set(LE_INT, PoolHeaderLayout.COMPAT, 0x80));
    open();
    rewrite(page -> page.set(LE_INT, PoolHeaderLayout.RO_COMPAT, 0x40));
    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("unknown features (incompat 0x0, ro_compat 0x40)");
    rewrite(
        page -> {
          page.set(LE_INT, PoolHeaderLayout.RO_COMPAT, 0);
          page.set(LE_INT, PoolHeaderLayout.INCOMPAT, 0x2);
        });
    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("unknown features (incompat 0x2, ro_compat 0x0)");
  }

  @Test
  void open_onePartOfSeveral_isRefused() throws IOException {
    rewrite(page -> page.set(LE_LONG, PoolHeaderLayout.NEXT_PART_UUID, 7));

    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("one file of a heap pool of several");
  }

  @Test
  void open_bigEndianPool_isRefused() throws IOException {
    rewrite(page -> page.set(ValueLayout.JAVA_BYTE, PoolHeaderLayout.DATA, (byte) 2));

    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleLayoutException.class)
        .hasMessageContaining("another data model (alignment 0x7f737777310, class 2, data 2)");
  }

  @Test
  void inspect_signatureOfControlCharacters_isEscaped() throws IOException {
    rewrite(page -> page.set(ValueLayout.JAVA_BYTE, 2, (byte) 27));

    assertThat(Pool.inspect(Medium.system(), path).signature()).isEqualTo("HF\\x1bEAP");
    assertOneClearLine(catchThrowable(this::open));
  }

  @Test
  void inspect_poolInUse_readsAndChangesNothing() throws IOException {
    byte[] before = Files.readAllBytes(path);
    try (Pool pool = Pool.open(Medium.system(), path, HEAP)) {
      assertThat(Pool.inspect(Medium.system(), path)).isEqualTo(pool.header());
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
  }

  @Test
  void kind_signatureThatDoesNotFit_isRefused() {
    for (String signature : new String[] {"", "NINE CHAR", "NINECHARS", "ÄÖÜ", "A\0"}) {
      assertThatThrownBy(() -> new PoolKind("x", signature, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new PoolKind("x", "X", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void open() {
    Pool.open(Medium.system(), path, HEAP).close();
  }

  private void assertOneClearLine(Throwable thrown) {
    assertThat(thrown.getMessage())
        .startsWith(path + ": ")
        .matches(message -> message.chars().allMatch(c -> c >= ' ' && c < 0x7f), "is printable");
  }

  private void truncate(int byteSize) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(byteSize);
    }
  }

  /** Changes the header and its checksum. */
  private void rewrite(Consumer<MemorySegment> change) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(POOL_SIZE);
      page.copyFrom(MemorySegment.ofArray(Files.readAllBytes(path)));
      change.accept(page);
      page.set(
          LE_LONG,
          PoolHeaderLayout.CHECKSUM,
          PoolHeaderLayout.fletcher64(page, PoolHeaderLayout.CHECKSUM));
      Files.write(path, page.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes.replace(" ", ""));
  }
}
