package io.holdfast.systemtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An emulated computer: one processor (with more, HotSpot's self-modifying code breaks under
 * emulation), memory and an NVDIMM kept in a file. Never KVM. Immutable.
 *
 * @param emulator where the emulator, its firmware and the kernel come from
 * @param image the guest's file system
 * @param nvdimm the file that is the NVDIMM
 * @param persistence what the platform saves when power fails
 * @param virtioPmem a file that is a second, paravirtual memory device
 */
record Machine(
    Packages emulator,
    Path image,
    Path nvdimm,
    Persistence persistence,
    Optional<Path> virtioPmem) {
  private static final long LABELS_BYTES = 128 << 10;
  private static final long VIRTIO_BYTES = 64 << 20;

  /** What the platform saves when power fails, as QEMU names it. */
  enum Persistence {
    /** What has reached the memory controller (ADR). */
    MEMORY_CONTROLLER("mem-ctrl"),
    /** The processor's caches too (eADR). */
    PROCESSOR_CACHES("cpu");

    private final String option;

    Persistence(String option) {
      this.option = option;
    }
  }

  /**
   * Makes the file of a new, blank NVDIMM, sparse.
   *
   * @param mebibytes its capacity, a multiple of 16
   */
  static void createNvdimm(Path file, int mebibytes) throws IOException {
    createSparse(file, ((long) mebibytes << 20) + LABELS_BYTES);
  }

  private static void createSparse(Path file, long bytes) throws IOException {
    Files.deleteIfExists(file);
    Files.createDirectories(file.getParent());
    try (var created = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      created.setLength(bytes);
    }
  }

  Machine with(Persistence newPersistence) {
    return new Machine(emulator, image, nvdimm, newPersistence, virtioPmem);
  }

  Machine withImage(Path newImage) {
    return new Machine(emulator, newImage, nvdimm, persistence, virtioPmem);
  }

  Machine withVirtioPmem(Path file) throws IOException {
    createSparse(file, VIRTIO_BYTES);
    return new Machine(emulator, image, nvdimm, persistence, Optional.of(file));
  }

  /** {@return a path as a value of a QEMU option, in which commas separate values} */
  private static String value(Path path) {
    return path.toString().replace(",", ",,");
  }

  /**
   * Switches it on. Its serial line is the process's standard output. It is killed when the calling
   * thread ends.
   *
   * @param step what the guest is to do, words separated by commas
   */
  HostCommand command(String step) throws IOException {
    List<Object> words = new ArrayList<>();
    words.add(emulator.file("usr/bin/qemu-system-x86_64"));
    words.addAll(
        List.of("-L", emulator.file("usr/share/qemu"), "-L", emulator.file("usr/share/seabios")));
    words.addAll(List.of("-nodefaults", "-no-user-config", "-accel", "tcg", "-cpu", "max"));
    words.addAll(
        List.of("-machine", "q35,nvdimm=on,nvdimm-persistence=" + persistence.option, "-smp", "1"));
    words.addAll(List.of("-m", "1536M,slots=4,maxmem=8G"));
    words.add("-object");
    words.add(
        "memory-backend-file,id=m1,share=on,mem-path="
            + value(nvdimm)
            + ",size="
            + Files.size(nvdimm));
    words.addAll(List.of("-device", "nvdimm,id=nv1,memdev=m1,label-size=" + LABELS_BYTES));
    if (virtioPmem.isPresent()) {
      Path file = virtioPmem.get();
      words.add("-object");
      words.add(
          "memory-backend-file,id=m2,share=on,mem-path="
              + value(file)
              + ",size="
              + Files.size(file));
      words.addAll(List.of("-device", "virtio-pmem-pci,id=vp1,memdev=m2"));
    }
    words.addAll(List.of("-kernel", emulator.kernel(), "-initrd", image));
    words.add("-append");
    // no_timer_check: on a busy host the emulated timer is late, which the kernel takes for broken
    words.add("console=ttyS0 quiet panic=-1 mitigations=off no_timer_check holdfast.step=" + step);
    words.addAll(List.of("-display", "none", "-serial", "stdio", "-monitor", "none"));
    words.addAll(List.of("-nic", "none", "-no-reboot"));
    return HostCommand.of(words.toArray()).endingWithUs().withLibraries(emulator.libraryFolders());
  }
}
