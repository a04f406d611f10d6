package io.holdfast.systemtest;

/**
 * What the command line says.
 *
 * @param quick whether only the short form is wanted
 * @param kills how often machines are killed
 * @param seed decides the moments of the kills and what the tellers do
 * @param help whether the question is how to use the program
 */
record Options(boolean quick, int kills, long seed, boolean help) {
  static final String HELP =
      """
      Usage: systemtest/run [--quick] [--kills N] [--seed N]
      Boots Linux with an emulated NVDIMM under qemu (software emulation) and runs Holdfast there on real DAX.

        --quick    three boots (write, kill, verify) and what mappings are: 2 minutes
        --kills N  kill the machine N times, half on ext4 and half on XFS (20; 1 with --quick; 0 for none)
        --seed N   repeat the moments of an earlier run's kills

      Packages of Debian are fetched by apt-get, and kept unpacked in .build/systemtest; nothing is installed.
      Ends with 0 if everything passed, 1 if not, 2 after wrong arguments, 77 if what it needs cannot be had.
      """;

  static Options parse(String... args) {
    boolean quick = false;
    boolean help = false;
    int kills = -1;
    long seed = System.nanoTime();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> quick = true;
        case "--help" -> help = true;
        case "--kills" -> kills = (int) number(args, ++i, 0, 10_000);
        case "--seed" -> seed = number(args, ++i, Long.MIN_VALUE, Long.MAX_VALUE);
        default -> throw new IllegalArgumentException("no such option: " + args[i]);
      }
    }
    if (kills < 0) {
      kills = quick ? 1 : 20;
    }
    return new Options(quick, kills, seed, help);
  }

  private static long number(String[] args, int index, long least, long most) {
    String option = args[index - 1];
    if (index == args.length) {
      throw new IllegalArgumentException(option + " needs a number");
    }
    long number;
    try {
      number = Long.parseLong(args[index]);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + ": not a number: " + args[index], e);
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          option + ": " + number + " is not from " + least + " to " + most);
    }
    return number;
  }
}
