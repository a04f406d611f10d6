package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.bench.PeerCompiler.Compiled;
import io.holdfast.bench.PeerCompiler.Missing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerCompilerTest {
  @TempDir private Path work;
  @TempDir private Path bin;

  @ParameterizedTest
  @ValueSource(strings = {"libpmem", "libpmem2", "libpmemobj"})
  void sources_strictestWarnings_compileWithoutOne(String library) throws Exception {
    compiler("exec " + systemCompiler() + " -Wall -Wextra -Wpedantic -Werror \"$@\"");
    PeerCompiler.Outcome outcome = new PeerCompiler(bin.toString()).compile(library, work);
    assumeTrue(outcome instanceof Compiled, () -> "skipped: " + outcome);
    assertThat(work.resolve(library + "_peer")).isExecutable();
  }

  @Test
  void maps_compileWithTheExamplesOfLibpmemobj() throws Exception {
    PeerCompiler.Outcome outcome =
        new PeerCompiler(System.getenv("PATH")).compile(MapBench.PEER, work);
    assumeTrue(outcome instanceof Compiled, () -> "skipped: " + outcome);
    assertThat(work.resolve(MapBench.PEER + "_peer")).isExecutable();
  }

  @Test
  void maps_noLibrary_namesItsPackage() throws IOException {
    compiler("case \"$*\" in *-lpmem*) exit 1;; esac");
    assertThat(new PeerCompiler(bin.toString()).compile(MapBench.PEER, work))
        .isEqualTo(new Missing("libpmemobj", "apt install libpmemobj-dev"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"libpmem", "libpmem2", "libpmemobj"})
  void compile_noCompiler_namesItsPackage(String library) throws IOException {
    assertThat(new PeerCompiler(bin + ":" + bin.resolve("absent")).compile(library, work))
        .isEqualTo(new Missing("a C compiler (cc)", "apt install gcc libc6-dev"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"libpmem", "libpmem2", "libpmemobj"})
  void compile_noLibrary_namesItsPackage(String library) throws IOException {
    compiler("case \"$*\" in *-lpmem*) exit 1;; esac");
    assertThat(new PeerCompiler(bin.toString()).compile(library, work))
        .isEqualTo(new Missing(library, "apt install " + library + "-dev"));
  }

  @Test
  void compile_noHeadersAtAll_namesTheirPackage() throws IOException {
    compiler("exit 1");
    assertThat(new PeerCompiler(bin.toString()).compile("libpmem", work))
        .isEqualTo(new Missing("the C library's headers", "apt install libc6-dev"));
  }

  @Test
  void compile_sourceRejected_showsWhatTheCompilerSays() throws IOException {
    compiler("case \"$*\" in *_peer.c*) echo 'strange: word' >&2; exit 1;; esac");
    assertThatThrownBy(() -> new PeerCompiler(bin.toString()).compile("libpmem", work))
        .isInstanceOf(PeerException.class)
        .hasMessage("libpmem_peer.c: strange: word");
  }

  /** Puts a compiler of our making, a shell script, where {@code cc} is looked for. */
  private void compiler(String script) throws IOException {
    Path cc = Files.writeString(bin.resolve("cc"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(cc, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String systemCompiler() throws IOException {
    Process which = new ProcessBuilder("sh", "-c", "command -v cc").start();
    String cc = new String(which.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return Optional.of(cc).filter(found -> !found.isEmpty()).orElse("false");
  }
}
