package io.holdfast.systemtest.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the guest. */
final class GuestCommand {
  private GuestCommand() {}

  /**
   * Runs a program.
   *
   * @return what it wrote to both of its outputs
   * @throws CheckFailedException if it fails; the message has its output
   */
  static String run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    CheckFailedException.unless(
        code == 0, "%s: exit code %d: %s".formatted(List.of(words), code, output.strip()));
    return output;
  }
}
