package io.holdfast.cli;

import static io.holdfast.cli.Cli.holdfast;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class MainTest {
  static Stream<List<String>> commands() {
    List<List<String>> commands = new ArrayList<>();
    collect(Main.commandLine(Console.system()), List.of(), commands);
    assertThat(commands).contains(List.of("example", "tree", "insert"));
    return commands.stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_everyCommand_isPrinted(List<String> command) {
    Cli result = holdfast(Stream.concat(command.stream(), Stream.of("--help")).toArray());
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith("Usage: " + String.join(" ", with("holdfast", command)))
        .contains("--debug", "--help");
    CommandLine described = Main.commandLine(Console.system());
    for (String name : command) {
      described = described.getSubcommands().get(name);
    }
    assertThat(described.getCommandSpec().usageMessage().description()).isNotEmpty();
    assertThat(described.getCommandSpec().args())
        .allSatisfy(argument -> assertThat(argument.description()).isNotEmpty());
  }

  @Test
  void version_isPrinted() {
    assertThat(holdfast("--version").out()).startsWith("holdfast ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "wrods",
        "example",
        "example tree",
        "example tree insert pool",
        "example list",
        "example list -f pool 3",
        "example list pool 3 x",
        "crash list x",
        "crash list 99999999999",
        "example basic -F -M file",
        "words",
        "words  text",
        "words pool  text",
        "words pool --top x",
        "words pool --top -1",
        "words pool --list --total",
        "words pool --wrong",
        "crash",
        "crash wrong",
        "crash basic --states x",
        "crash basic --granularity x",
        "crash basic --states 5 --exhaustive",
        "tour a b",
      })
  void wrongArguments_areOneLineAndExitCode2(String line) {
    Cli result = holdfast((Object[]) line.split(" ", line.isEmpty() ? 1 : 0));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("holdfast").endsWith("--help\n").hasLineCount(1);
  }

  @Test
  void crash_exampleWithNothingToDo_findsNothingDone() {
    Cli result = holdfast("crash", "counter", 0);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("CACHE_LINE: 0 events").endsWith(" x 0\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void crash_wal_keepsWhatWasAppended() {
    Cli result = holdfast("crash", "wal", "one", "two");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains(" x nothing\n", " x one\n").endsWith(" x one, two\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void debug_failure_printsStackTrace() {
    Cli result = holdfast("--debug", "words", "/does/not/exist", "--list");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("\tat io.holdfast.cli.WordsCommand");
    assertThat(holdfast("words", "/does/not/exist", "--list").err())
        .isEqualTo(result.err().lines().findFirst().orElseThrow() + "\n");
  }

  private static void collect(CommandLine command, List<String> name, List<List<String>> commands) {
    commands.add(name);
    command.getSubcommands().forEach((key, value) -> collect(value, with(name, key), commands));
  }

  private static List<String> with(List<String> first, String last) {
    return Stream.concat(first.stream(), Stream.of(last)).toList();
  }

  private static List<String> with(String first, List<String> rest) {
    return Stream.concat(Stream.of(first), rest.stream()).toList();
  }
}
