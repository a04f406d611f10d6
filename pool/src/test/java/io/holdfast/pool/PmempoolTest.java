package io.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our headers and PMDK's are the same, says PMDK's own pmempool. */
final class PmempoolTest {
  private static final int POOL_SIZE = 2 << 20;

  @TempDir private Path folder;

  @BeforeAll
  static void requirePmempool() throws Exception {
    boolean present;
    try {
      present = run("pmempool", "--version").exitCode == 0;
    } catch (IOException e) {
      present = false;
    }
    assumeTrue(present, "pmempool is missing: install Debian's pmdk-tools");
  }

  @Test
  void create_poolOfPmdksKind_isConsistentForPmempool() throws Exception {
    Path path = folder.resolve("ours.log");
    PoolKind log = new PoolKind("log", "PMEMLOG", 1);
    Pool.create(Medium.system(), path, log, POOL_SIZE, PmempoolTest::writeEmptyLog).close();

    Output check = run("pmempool", "check", "-v", path.toString());
    assertThat(check.text).contains("pool header correct", "consistent");
    assertThat(check.exitCode).isZero();

    Output info = run("pmempool", "info", path.toString());
    assertThat(info.text).containsPattern("Checksum +: 0x[0-9a-f]+ \\[OK\\]");
  }

  @Test
  void inspect_poolOfPmempool_readsItsHeader() throws Exception {
    Path path = folder.resolve("theirs.obj");
    assertThat(run("pmempool", "create", "obj", path.toString()).exitCode).isZero();

    PoolHeader header = Pool.inspect(Medium.system(), path);

    assertThat(header.signature()).isEqualTo("PMEMOBJ");
    assertThat(header.major()).isEqualTo(6);
    assertThat(header.isSingleFile()).isTrue();
  }

  /** What libpmemlog keeps behind the header: where its data start, end, and go on. */
  private static void writeEmptyLog(PmemFile file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(24);
      words.set(PoolHeaderLayout.LE_LONG, 0, 8192);
      words.set(PoolHeaderLayout.LE_LONG, 8, POOL_SIZE);
      words.set(PoolHeaderLayout.LE_LONG, 16, 8192);
      file.write(PoolHeader.BYTE_SIZE, words);
    }
  }

  private record Output(int exitCode, String text) {}

  private static Output run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Output(process.waitFor(), text);
  }
}
