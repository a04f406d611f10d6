package io.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast example}: small programs to copy from. */
@Command(
    name = "example",
    description = "Run a small example program.",
    synopsisSubcommandLabel = "EXAMPLE",
    subcommands = {
      TrivialCommand.class,
      BasicCommand.class,
      ListCommand.class,
      TreeCommand.class,
      CounterCommand.class,
      RingCommand.class,
    })
final class ExampleCommand extends HoldfastCommand {
  @Override
  void run(Console console) {
    throw wrongArguments("missing example");
  }
}
