package io.holdfast.pmem;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Java program in a process of its own, which a test may let die. */
final class ChildJvm {
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment;

  private ChildJvm(Map<String, String> environment) {
    this.environment = environment;
  }

  static ChildJvm with(Map<String, String> environment, String... options) {
    ChildJvm child = new ChildJvm(environment);
    child.options.addAll(List.of(options));
    return child;
  }

  /** What a program said, standard error included, and how it ended. */
  record Result(int exitCode, String output) {}

  Result run(Class<?> program, Object... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile("child", ".txt");
    try {
      List<String> command = new ArrayList<>();
      command.add(System.getProperty("java.home") + File.separator + "bin/java");
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
      // Should it die after all, nothing large is left behind.
      command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + output));
      command.addAll(options);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
      for (Object argument : arguments) {
        command.add(argument.toString());
      }
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
      int exitCode = builder.start().waitFor();
      return new Result(exitCode, Files.readString(output));
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
