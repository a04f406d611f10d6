package io.holdfast.crash.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.pmem.Granularity;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** JUnit is needed by nothing but crash tests: the rest works in a JVM that has none. */
class WithoutJUnitTest {

  /** The program of the other JVM. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      System.out.println(
          CrashExploration.of(Granularity.BYTE)
              .run((_, log) -> log.acknowledge("run"))
              .explore()
              .assertConsistent()
              .states());
      try {
        System.out.println(Class.forName("org.junit.jupiter.api.TestTemplate"));
      } catch (ClassNotFoundException e) {
        System.out.println("no JUnit");
      }
      // An annotation whose own annotations are missing has none of them.
      System.out.println(List.of(CrashTest.class.getAnnotations()).size() + " annotations");
    }
  }

  @Test
  void explorations_workWithoutJUnit() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !new File(entry).getName().startsWith("junit"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).isEqualTo("2\nno JUnit\n3 annotations\n");
  }
}
