package io.holdfast.systemtest.guest;

import io.holdfast.heap.Heap;
import io.holdfast.heap.HeapOptions;
import io.holdfast.pmem.Granularity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The guest's program: runs the step that its first argument names and reports what it sees. Ends
 * with 0 if the step went through, whatever its checks said.
 */
public final class Guest {
  private final Report report = new Report(System.out);

  private Guest() {}

  /** Runs a step. */
  public static void main(String[] args) throws Exception {
    new Guest().run(args);
  }

  private void run(String[] args) throws Exception {
    switch (args[0]) {
      case "train" -> train(Path.of(args[1]));
      case "setup" -> setup();
      case "again" -> again();
      case "caches-saved" -> cachesSaved();
      case "faults" -> faults(Long.parseLong(args[1]));
      case "one-more" -> oneMore(Long.parseLong(args[1]));
      case "tellers" -> tellers(args[1], Long.parseLong(args[2]));
      case "count" -> count(args[1]);
      default -> throw new IllegalArgumentException("no step " + args[0]);
    }
  }

  /** What all steps do, on the host, so that the start-up cache knows their classes. */
  private void train(Path folder) throws Exception {
    Path file = MappingChecks.newFile(folder, "file");
    report.check("page", () -> MappingChecks.isPage(file));
    report.check("write", () -> MappingChecks.write(file, Granularity.PAGE));
    report.check("read", () -> MappingChecks.readBack(file));
    report.check("calls", () -> MappingChecks.fileCalls(file));
    report.check("command", () -> GuestCommand.run("true"));
    try (Heap heap = new Tellers(report, folder.resolve("bank")).open()) {
      Bank bank = Bank.in(heap);
      Random random = new Random(1);
      for (int i = 0; i < 1000; i++) {
        bank.work(0, random);
      }
    }
    if (report.hasFailed()) {
      throw new IllegalStateException("the rehearsal failed");
    }
  }

  private void setup() throws Exception {
    Volumes.createAll();
    Volumes.mountExt4AndXfs();
    for (Path folder : new Path[] {Volumes.EXT4, Volumes.XFS}) {
      String name = folder.getFileName().toString();
      Path file = MappingChecks.newFile(folder, "file");
      report.check(
          name + "-granularity", () -> MappingChecks.isSynchronous(file, Granularity.CACHE_LINE));
      report.check(name + "-write", () -> MappingChecks.write(file, Granularity.CACHE_LINE));
      report.check(name + "-file-calls", () -> MappingChecks.fileCalls(file));
      report.check(name + "-heap", () -> heap(folder.resolve("heap"), Granularity.CACHE_LINE));
    }
    Path tmpfs = MappingChecks.newFile(Volumes.TMPFS, "file");
    report.check("tmpfs-granularity", () -> MappingChecks.isPage(tmpfs));
    report.check("virtio-granularity", Guest::virtioPmem);
    report.check("dax-facts", DeviceChecks::facts);
    report.check("dax-no-count", () -> DeviceChecks.noCount(Volumes.DEVICE_DAX));
    report.check("ext4-no-count", () -> DeviceChecks.noCount(Volumes.EXT4.resolve("file")));
    report.check("dax-refusals", DeviceChecks::refusals);
    report.check(
        "dax-granularity",
        () -> MappingChecks.isSynchronous(Volumes.DEVICE_DAX, Granularity.CACHE_LINE));
    report.check(
        "dax-write", () -> MappingChecks.write(Volumes.DEVICE_DAX, Granularity.CACHE_LINE));
    report.check("dax-part", DeviceChecks::partIsTheSameMemory);
    report.check("dax-transfer", DeviceChecks::transfer);
    Volumes.unmount(Volumes.EXT4);
    Volumes.unmount(Volumes.XFS);
  }

  private static String heap(Path pool, Granularity expected) {
    try (Heap heap = Heap.create(pool, HeapOptions.defaults().withSize(0).withLimit(16 << 20))) {
      CheckFailedException.unless(
          heap.granularity() == expected, "granularity " + heap.granularity());
      Bank bank = Bank.in(heap);
      Random random = new Random(1);
      for (int i = 0; i < 100; i++) {
        bank.work(0, random);
      }
      return "%s; 100 transactions; %s".formatted(heap.granularity(), bank.check());
    }
  }

  private static String virtioPmem() throws Exception {
    Volumes.makeExt4("pmem1");
    Volumes.mount("ext4", "pmem1", Volumes.VIRTIO);
    Path file = MappingChecks.newFile(Volumes.VIRTIO, "file");
    return MappingChecks.isPage(file);
  }

  private void again() throws Exception {
    report.say("TABLE", Base64.getEncoder().encodeToString(acpiTable()));
    Volumes.mountExt4AndXfs();
    for (Path folder : new Path[] {Volumes.EXT4, Volumes.XFS}) {
      String name = folder.getFileName().toString();
      report.check(name + "-read-back", () -> MappingChecks.readBack(folder.resolve("file")));
    }
    report.check("dax-read-back", () -> MappingChecks.readBack(Volumes.DEVICE_DAX));
    report.check("dax-read-transferred", DeviceChecks::readTransferred);
    report.check("dax-command", CommandChecks::daxio);
    new PoisonChecks(report, Volumes.EXT4, Volumes.EXT4_DEVICE).run();
    new PoisonChecks(report, Volumes.XFS, Volumes.XFS_DEVICE).run();
    Volumes.unmount(Volumes.EXT4);
    Volumes.unmount(Volumes.XFS);
  }

  /** {@return the table in which the platform describes its NVDIMMs} */
  private static byte[] acpiTable() throws Exception {
    try (Stream<Path> tables = Files.list(Path.of("/sys/firmware/acpi/tables"))) {
      for (Path table : tables.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(table);
        if (new String(bytes, 0, 24, StandardCharsets.ISO_8859_1).endsWith("NVDIMM\0\0")) {
          return bytes;
        }
      }
    }
    throw new CheckFailedException("the platform has no table NVDIMM");
  }

  /** A platform whose DIMM counts unsafe shutdowns, and finds and mends errors. */
  private void faults(long count) throws Exception {
    Volumes.mountExt4AndXfs();
    for (Path path :
        new Path[] {
          Volumes.EXT4.resolve("file"), Volumes.XFS.resolve("file"), Volumes.DEVICE_DAX
        }) {
      report.check(
          path.getName(1) + "-unsafe-shutdowns", () -> DeviceChecks.unsafeShutdowns(path, count));
    }
    report.check("record-before", ShutdownChecks::before);
    report.check("ext4-scrub", ScrubChecks::file);
    report.check("dax-scrub", ScrubChecks::device);
    Volumes.unmount(Volumes.EXT4);
    Volumes.unmount(Volumes.XFS);
  }

  /** The same platform, whose DIMM counts one more unsafe shutdown. */
  private void oneMore(long count) throws Exception {
    Volumes.mount("ext4", Volumes.EXT4_DEVICE, Volumes.EXT4);
    report.check(
        "ext4-unsafe-shutdowns",
        () -> DeviceChecks.unsafeShutdowns(Volumes.EXT4.resolve("file"), count));
    report.check("record-after", ShutdownChecks::after);
    Volumes.unmount(Volumes.EXT4);
  }

  /** The same NVDIMM on a platform that saves the processor's caches too. */
  private void cachesSaved() throws Exception {
    Volumes.mountExt4AndXfs();
    Path device = Volumes.DEVICE_DAX;
    report.check("dax-read-back", () -> MappingChecks.readBack(device));
    report.check("dax-granularity", () -> MappingChecks.isSynchronous(device, Granularity.BYTE));
    report.check("dax-write", () -> MappingChecks.write(device, Granularity.BYTE));
    for (Path folder : new Path[] {Volumes.EXT4, Volumes.XFS}) {
      String name = folder.getFileName().toString();
      Path file = folder.resolve("file");
      report.check(name + "-read-back", () -> MappingChecks.readBack(file));
      report.check(
          name + "-granularity", () -> MappingChecks.isSynchronous(file, Granularity.BYTE));
      report.check(name + "-write", () -> MappingChecks.write(file, Granularity.BYTE));
      report.check(name + "-heap", () -> heap(folder.resolve("byte-heap"), Granularity.BYTE));
    }
    Volumes.unmount(Volumes.EXT4);
    Volumes.unmount(Volumes.XFS);
  }

  /** Works in a bank on a file system of the whole NVDIMM until killed. */
  private void tellers(String type, long seed) throws Exception {
    Tellers tellers = mountBank(type);
    tellers.workFor(tellers.open(), seed);
  }

  private void count(String type) throws Exception {
    mountBank(type).open().close();
    Volumes.unmount(Path.of("/mnt", type));
  }

  private Tellers mountBank(String type) throws Exception {
    Path folder = Path.of("/mnt", type);
    try {
      Volumes.mount(type, "pmem0", folder);
    } catch (CheckFailedException e) {
      Volumes.createOne();
      if (type.equals("xfs")) {
        Volumes.makeXfs("pmem0");
      } else {
        Volumes.makeExt4("pmem0");
      }
      Volumes.mount(type, "pmem0", folder);
      report.say("FORMATTED", type);
    }
    return new Tellers(report, folder.resolve("bank"));
  }
}
