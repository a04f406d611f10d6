package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static io.holdfast.cli.Cli.holdfastReading;
import static io.holdfast.cli.MadeUpDevice.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a made-up device; systemtest has a real one. */
final class DaxioCommandTest {
  private static final int SIZE = 3 << 20;

  @TempDir Path root;
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private MadeUpDevice device;

  @BeforeEach
  void presentDevice() {
    device = new MadeUpDevice(root, SIZE);
  }

  @AfterEach
  void presentRealMachine() {
    device.close();
  }

  private static void assertRefused(Cli result, int code, String message) {
    assertThat(result.err()).contains(message).hasLineCount(1);
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void input_isCopiedToAFileWhole() throws IOException {
    Path file = folder.resolve("dump");
    Cli result = holdfast("daxio", "-i", NODE, "-o", file);

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo(file + ": " + SIZE + " bytes written\n");
    assertThat(Files.readAllBytes(file)).isEqualTo(new byte[SIZE]);
    assertThat(Files.getPosixFilePermissions(file))
        .as("the device is not everybody's to read")
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void input_toStandardOutput_printsNothingElse() {
    Cli result = holdfast("daxio", "--input", NODE, "--len=5", "--skip=2MiB");

    assertThat(result).isEqualTo(new Cli(0, "\0\0\0\0\0", ""));
  }

  @Test
  void outputFile_keepsWhatIsBeforeSeekAndNothingBehind() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    assertThat(holdfast("daxio", "-i", NODE, "-o", file, "-s", 4, "-l", 2).code()).isZero();

    assertThat(file).hasContent("0123\0\0");
  }

  @Test
  void output_takesAFileOrStandardInput() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");

    assertThat(holdfast("daxio", "-i", file, "-k", 3, "-o", NODE).out())
        .isEqualTo("/dev/zero: 7 bytes written\n");
    assertThat(holdfast("daxio", "-i", file, "-k", 3, "-l", 2, "-o", NODE).out())
        .isEqualTo("/dev/zero: 2 bytes written\n");
    assertThat(holdfast("daxio", "-i", file, "-l", 20, "-o", NODE).out())
        .as("no more than there is")
        .isEqualTo("/dev/zero: 10 bytes written\n");
    assertThat(holdfastReading("abc", "daxio", "-o", NODE).out())
        .isEqualTo("/dev/zero: 3 bytes written\n");
    assertThat(holdfastReading("abc", "daxio", "-k", 1, "-o", NODE).out())
        .isEqualTo("/dev/zero: 2 bytes written\n");
  }

  @Test
  void output_endlessInput_fillsTheDevice() {
    Path endless = Path.of("/dev/urandom");

    assertThat(holdfast("daxio", "-i", endless, "-o", NODE, "-s", "2M").out())
        .isEqualTo("/dev/zero: " + (SIZE - (2 << 20)) + " bytes written\n");
  }

  @Test
  void zero_fillsTheDeviceOrPart() {
    assertThat(holdfast("daxio", "--zero", "-o", NODE).out())
        .isEqualTo("/dev/zero: " + SIZE + " bytes zeroed\n");
    assertThat(holdfast("daxio", "-z", "-o", NODE, "-s", "1M", "-l", "4kB").out())
        .isEqualTo("/dev/zero: 4000 bytes zeroed\n");
  }

  @Test
  void ranges_beyondTheDevice_areRefusedBeforeAnythingIsDone() throws IOException {
    Path large = Files.write(folder.resolve("large"), new byte[SIZE + 1]);
    Path file = folder.resolve("new");

    assertRefused(
        holdfast("daxio", "-i", large, "-o", NODE),
        1,
        "/dev/zero: offset 0 + 3145729 exceeds size 3145728");
    assertRefused(
        holdfast("daxio", "-z", "-o", NODE, "-s", "3M", "-l", 1),
        1,
        "offset 3145728 + 1 exceeds size 3145728");
    assertRefused(
        holdfast("daxio", "-i", NODE, "-k", "4M", "-o", file),
        1,
        "/dev/zero: offset 4194304 exceeds size 3145728");
    assertThat(file).doesNotExist();
    assertRefused(
        holdfastReading("abc", "daxio", "-k", 4, "-o", NODE),
        1,
        "standard input: offset 4 exceeds size 3");
  }

  @Test
  void copyWithinADevice_overlapping_isRefused() {
    assertRefused(
        holdfast("daxio", "-i", NODE, "-o", NODE, "-s", 4096, "-l", 8192),
        1,
        "/dev/zero: offsets 0 + 8192 and 4096 + 8192 overlap");
    assertThat(holdfast("daxio", "-i", NODE, "-o", NODE, "-s", 8192, "-l", 8192).code()).isZero();
  }

  @Test
  void badBlocks_inTheInput_areNamedBeforeAnythingIsWritten() throws IOException {
    device.badSectors("16 8");
    Path file = Files.writeString(folder.resolve("file"), "old");

    assertRefused(
        holdfast("daxio", "-i", NODE, "-o", file),
        1,
        "/dev/zero: offset 8192 + 4096 is bad, see holdfast badblocks");
    assertThat(file).hasContent("old");
    assertThat(holdfast("daxio", "-i", NODE, "-o", file, "-l", 8192).code()).isZero();
  }

  @Test
  void badBlocks_inTheOutput_areClearedUnlessToldOtherwise() {
    device.badSectors("16 8");

    assertRefused(holdfast("daxio", "-z", "-o", NODE), 1, "/dev/ndctl0");
    assertThat(holdfast("daxio", "-z", "-o", NODE, "-b", "no").code()).isZero();
    assertThat(holdfast("daxio", "-z", "-o", NODE, "-l", 8192, "--clear-bad-blocks=yes").code())
        .as("none in the range")
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "daxio",
        "daxio -i /dev/null -o /dev/null",
        "daxio -i /dev/urandom",
        "daxio -z",
        "daxio -z -o /dev/null",
        "daxio -z -o /dev/zero -i /dev/zero",
        "daxio -z -o /dev/zero -k 5",
        "daxio -i /dev/zero -l 4X",
        "daxio -i /dev/zero -b perhaps",
      })
  void wrongArguments_areOneLineAndExitCode2(String line) {
    Cli result = holdfast((Object[]) line.split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("holdfast daxio: ").hasLineCount(1);
  }

  @Test
  void missingInput_isNamed() {
    assertRefused(
        holdfast("daxio", "-i", folder.resolve("missing"), "-o", NODE), 1, "missing: no such file");
  }
}
