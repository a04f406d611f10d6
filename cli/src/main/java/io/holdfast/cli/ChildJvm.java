package io.holdfast.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts this program again: the same Java, the same classes, the same options of the JVM, other
 * arguments.
 */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * The process that {@code holdfast} with these arguments would be; standard error is this
   * process's.
   */
  static ProcessBuilder of(String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (isInherited(option)) {
        command.add(option);
      }
    }
    String main = Main.class.getName();
    Module module = Main.class.getModule();
    if (module.isNamed()) {
      command.add("--module-path=" + System.getProperty("jdk.module.path"));
      command.add("--module=" + module.getName() + "/" + main);
    } else {
      command.add("--class-path=" + System.getProperty("java.class.path"));
      command.add(main);
    }
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /**
   * What names classes is given anew; an agent (of a debugger, of a profiler) is there for one
   * process.
   */
  private static boolean isInherited(String option) {
    return option.startsWith("-X")
        || option.startsWith("--enable-native-access")
        || (option.startsWith("-D")
            && !option.startsWith("-Djdk.module")
            && !option.startsWith("-Djava.class.path"));
  }
}
