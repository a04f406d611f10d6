package io.holdfast.pmem.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes that we execute are those of the text beside them. */
final class RoutineListingTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"CLWB", "CLFLUSHOPT", "CLFLUSH"})
  void x86Bytes_areWhatTheAssemblerMakesOfTheText(FlushInstruction instruction) throws Exception {
    assertAssembles(
        RoutineListing.load("x86-64.lst").flushingBy(instruction).withGuards(Architecture.X86_64),
        System.getProperty("os.arch").equals("amd64") ? "" : "x86_64-linux-gnu-");
  }

  @ParameterizedTest
  @CsvSource({"DC_CVAP", "DC_CVAC"})
  void aarch64Bytes_areWhatTheAssemblerMakesOfTheText(FlushInstruction instruction)
      throws Exception {
    assertAssembles(
        RoutineListing.load("aarch64.lst").flushingBy(instruction).withGuards(Architecture.AARCH64),
        System.getProperty("os.arch").equals("aarch64") ? "" : "aarch64-linux-gnu-");
  }

  private void assertAssembles(RoutineListing listing, String prefix) throws Exception {
    Path text = Files.writeString(folder.resolve("routines.s"), listing.text());
    Path object = folder.resolve("routines.o");
    Path code = folder.resolve("routines.bin");
    run(prefix + "as", "-o", object.toString(), text.toString());
    run(prefix + "objcopy", "-O", "binary", "-j", ".text", object.toString(), code.toString());

    HexFormat hex = HexFormat.ofDelimiter(" ");
    assertThat(hex.formatHex(listing.bytes())).isEqualTo(hex.formatHex(Files.readAllBytes(code)));
  }

  private void run(String... command) throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output").toFile())
              .start();
    } catch (IOException e) {
      System.out.println("skipped, " + command[0] + " is not installed (binutils for the target)");
      abort(command[0] + " is not installed");
      return;
    }
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void entries_includeEveryRoutineTheArchitectureNeeds(Architecture architecture) {
    List<String> needed =
        switch (architecture) {
          case X86_64 ->
              List.of(
                  "cpuid",
                  "xgetbv",
                  "fence",
                  "flush",
                  "prefetch",
                  "prefetch_source",
                  "copy_temporal",
                  "copy_temporal_avx",
                  "copy_temporal_avx512",
                  "copy_nt_sse2",
                  "copy_nt_avx",
                  "copy_nt_avx512",
                  "copy_down_temporal",
                  "copy_down_nt_sse2",
                  "copy_down_nt_avx",
                  "copy_down_nt_avx512",
                  "move_nt_sse2",
                  "move_nt_avx",
                  "move_nt_avx512",
                  "fill_temporal",
                  "fill_temporal_avx",
                  "fill_temporal_avx512",
                  "fill_nt_sse2",
                  "fill_nt_avx",
                  "fill_nt_avx512");
          case AARCH64 ->
              List.of(
                  "fence",
                  "flush",
                  "prefetch",
                  "prefetch_source",
                  "copy_temporal",
                  "copy_down_temporal",
                  "move_temporal",
                  "fill_temporal");
        };
    assertThat(RoutineListing.load(architecture.listing()).entries())
        .containsKeys(needed.toArray(String[]::new));
  }

  @Test
  void flushingBy_clflush_leavesNoOtherFlush() {
    String text = RoutineListing.load("x86-64.lst").flushingBy(FlushInstruction.CLFLUSH).text();

    assertThat(text.lines().filter(line -> !line.startsWith("#")))
        .noneMatch(line -> line.contains("clwb"))
        .anyMatch(line -> line.contains("clflush"));
  }
}
