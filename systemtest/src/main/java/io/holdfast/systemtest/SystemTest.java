package io.holdfast.systemtest;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The program behind {@code systemtest/run}: fetches what it needs, boots machines with an emulated
 * NVDIMM, two at a time, and judges what they say.
 */
public final class SystemTest {
  /** Exit codes beside 0 and 1. */
  private static final int WRONG_ARGUMENTS = 2;

  private static final int SKIPPED = 77;

  /** What the DIMM of the changed platform has counted. */
  private static final int UNSAFE_SHUTDOWNS = 7;

  private static final String LIMITS =
      """

      The kills of the machine show that recovery works on a real file system, kernel and DAX. They cannot show a
      missing flush or fence: an emulator has no caches to lose. What proves those is the crash explorer
      (mvn verify).""";

  private final Options options;
  private final Path folder;
  private final Judge judge = new Judge(System.out);

  private SystemTest(Options options, Path folder) {
    this.options = options;
    this.folder = folder;
  }

  /** Runs the test; the exit code says what came of it. */
  public static void main(String[] args) throws Exception {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("systemtest: " + e.getMessage());
      System.exit(WRONG_ARGUMENTS);
      return;
    }
    if (options.help()) {
      System.out.print(Options.HELP);
      return;
    }
    Path folder = Path.of(System.getProperty("holdfast.root"), ".build", "systemtest");
    try (FileChannel lock = lock(folder);
        FileLock held = lock.tryLock()) {
      if (held == null) {
        System.err.println("systemtest: another run has " + folder);
        System.exit(1);
      }
      System.exit(new SystemTest(options, folder).run() ? 0 : 1);
    } catch (SkippedException e) {
      System.out.println("skipped: " + e.getMessage());
      System.exit(SKIPPED);
    } catch (CommandException e) {
      System.err.println("systemtest: " + e.getMessage());
      System.exit(1);
    } catch (IOException e) {
      System.err.println("systemtest: " + e);
      System.exit(1);
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private boolean run() throws Exception {
    long begin = System.nanoTime();
    if (!System.getProperty("os.arch").equals("amd64")) {
      throw new SkippedException("the emulated machine is x86-64, and so must be this one's Java");
    }
    Packages packages = Packages.fetch(folder.resolve("packages"), this::progress);
    JavaRuntime java = JavaRuntime.prepare(folder.resolve("java"), this::progress);
    Path image = folder.resolve("image");
    GuestImage.write(image, packages, java);
    progress(
        "Linux %s, an emulated NVDIMM, seed %d"
            .formatted(packages.kernelVersion(), options.seed()));
    Folders.delete(folder.resolve("logs"));
    Folders.delete(folder.resolve("work"));
    List<Callable<Void>> series = new ArrayList<>();
    String[] fileSystems = options.quick() ? new String[] {"ext4"} : new String[] {"ext4", "xfs"};
    if (options.quick()) {
      series.add(() -> devices(packages, image));
    }
    for (int i = 0; i < fileSystems.length; i++) {
      String fileSystem = fileSystems[i];
      int kills = (options.kills() + i) / fileSystems.length;
      if (kills == 0) {
        continue;
      }
      Machine machine = machine(packages, image, "nvdimm-" + fileSystem);
      series.add(
          () -> {
            new KillSeries(
                    machine,
                    fileSystem,
                    folder.resolve("logs"),
                    judge,
                    options.seed() + fileSystem.hashCode())
                .run(kills);
            return null;
          });
    }
    if (!options.quick()) {
      series.add(() -> devices(packages, image));
    }
    runTwoAtATime(series);
    Folders.delete(folder.resolve("work"));
    judge.say(LIMITS);
    boolean passed = judge.conclude();
    progress("%.0f s".formatted((System.nanoTime() - begin) / 1e9));
    return passed;
  }

  private Machine machine(Packages packages, Path image, String nvdimm) {
    return new Machine(
        packages,
        image,
        folder.resolve("work").resolve(nvdimm),
        Machine.Persistence.MEMORY_CONTROLLER,
        Optional.empty());
  }

  /** What mappings of the several kinds of memory are. */
  private Void devices(Packages packages, Path image) throws IOException, InterruptedException {
    Machine machine = machine(packages, image, "nvdimm-devices");
    Machine.createNvdimm(machine.nvdimm(), 704);
    boot(
        "a blank NVDIMM: ext4, XFS and device DAX on it; virtio-pmem and tmpfs beside it",
        machine.withVirtioPmem(folder.resolve("work/virtio")),
        "setup",
        Expectation.ofSetup());
    if (!options.quick()) {
      List<Boot.Message> messages =
          boot(
              "the same NVDIMM after it was off; bad blocks",
              machine,
              "again",
              Expectation.ofAgain());
      boot(
          "the same NVDIMM, the platform saves the processor's caches (eADR)",
          machine.with(Machine.Persistence.PROCESSOR_CACHES),
          "caches-saved",
          Expectation.ofCachesSaved());
      faults(packages, machine, table(messages));
    }
    return null;
  }

  private static byte[] table(List<Boot.Message> messages) {
    return messages.stream()
        .filter(message -> message.word().equals("TABLE"))
        .map(message -> Base64.getDecoder().decode(message.text()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the guest has sent no ACPI table"));
  }

  /** Boots with a changed ACPI table, twice. */
  private void faults(Packages packages, Machine machine, byte[] table)
      throws IOException, InterruptedException {
    Path image = folder.resolve("work/image-with-table");
    AcpiTable acpi = new AcpiTable(packages, folder.resolve("work/acpi"));
    int count = UNSAFE_SHUTDOWNS;
    acpi.override(table, count, machine.image(), image);
    boot(
        "the same NVDIMM, its DIMM counts unsafe shutdowns, finds and mends errors",
        machine.withImage(image),
        "faults," + count,
        Expectation.ofFaults(count));
    count++;
    acpi.override(table, count, machine.image(), image);
    boot(
        "the same NVDIMM after one more unsafe shutdown",
        machine.withImage(image),
        "one-more," + count,
        Expectation.ofOneMore(count));
  }

  private List<Boot.Message> boot(
      String title, Machine machine, String step, List<Expectation> expected)
      throws IOException, InterruptedException {
    try (Boot boot =
        new Boot(machine, step, folder.resolve("logs").resolve(step.replace(',', '-')))) {
      List<Boot.Message> messages = boot.readToEnd();
      judge.judge(
          "%s (%.0f s)".formatted(title, boot.seconds()),
          messages,
          boot.troubles(),
          expected,
          boot.log().toString());
      return messages;
    }
  }

  private void runTwoAtATime(List<Callable<Void>> series) throws InterruptedException {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      var _ = executor.invokeAll(series.stream().map(this::judged).toList());
    }
  }

  /** A series whose own failure is one of the test's, told as soon as it is known. */
  private Callable<Void> judged(Callable<Void> series) {
    return () -> {
      try {
        series.call();
      } catch (Exception | Error e) {
        judge.fail("the test itself", e.toString());
      }
      return null;
    };
  }

  private void progress(String line) {
    judge.say("systemtest: " + line);
  }
}
