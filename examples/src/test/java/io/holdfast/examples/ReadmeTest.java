package io.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in README.md is compiled, and does what the text around it says. */
final class ReadmeTest {
  private static final Pattern JAVA_BLOCK =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path temp;

  @Test
  void javaBlocks_compile() throws Exception {
    List<String> blocks = javaBlocks();
    assertThat(blocks).isNotEmpty();
    for (String block : blocks) {
      compile(block);
    }
  }

  @Test
  void program_runAgain_continuesWithWhatItStored() throws Exception {
    compile(javaBlocks().getFirst());
    String heap = temp.resolve("visits.heap").toString();
    assertThat(run(heap, "Ada")).isEqualTo("visit 1, by Ada\n");
    assertThat(run(heap, "Grace")).isEqualTo("visit 2, by Grace\n");
  }

  private static List<String> javaBlocks() throws Exception {
    String readme = Files.readString(Path.of(System.getProperty("holdfast.root"), "README.md"));
    return JAVA_BLOCK.matcher(readme).results().map(match -> match.group(1)).toList();
  }

  /** Compiles {@code source} as Program.java into the temporary folder. */
  private void compile(String source) throws Exception {
    Path file = Files.writeString(temp.resolve("Program.java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-d",
              temp.toString(),
              "-cp",
              System.getProperty("java.class.path"),
              "-Xlint:all,-path",
              "-Werror");
      Boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }

  /** Runs the compiled program in a JVM of its own and returns what it prints, to both outputs. */
  private String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", temp + ":" + System.getProperty("java.class.path"), "Program"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
