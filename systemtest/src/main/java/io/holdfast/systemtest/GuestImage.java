package io.holdfast.systemtest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The guest's first and only file system, in memory: busybox, the kernel's modules for NVDIMMs, the
 * programs that make namespaces and file systems, Java and our jars. Not compressed, since the
 * emulated processor would need longer to unpack it than this one needs to hand it over.
 */
final class GuestImage {
  private static final List<String> MODULES =
      List.of(
          "nfit",
          "nd_pmem",
          "dax_pmem",
          "device_dax",
          "virtio_pci",
          "nd_virtio",
          "virtio_pmem",
          "ext4",
          "xfs");

  /** Where a program is among the packages, and in the guest. */
  private static final Map<String, String> PROGRAMS =
      Map.of(
          "bin/busybox", "bin/busybox",
          "usr/bin/ndctl", "usr/bin/ndctl",
          "sbin/mke2fs", "sbin/mkfs.ext4",
          "usr/sbin/filefrag", "sbin/filefrag",
          "sbin/mkfs.xfs", "sbin/mkfs.xfs");

  private GuestImage() {}

  static void write(Path archive, Packages packages, JavaRuntime java)
      throws IOException, InterruptedException {
    try (CpioArchive image = new CpioArchive(archive)) {
      for (String folder :
          List.of("proc", "sys", "dev", "tmp", "run", "sbin", "usr/bin", "usr/sbin")) {
        image.addFolder(folder);
      }
      for (String folder : List.of("mnt/ext4", "mnt/xfs", "mnt/virtio", "mnt/tmpfs")) {
        image.addFolder(folder);
      }
      image.addScript("init", resource("init"));
      image.addText("etc/java", java.command());
      image.addText("etc/holdfast", java.holdfast());
      image.addFile("etc/mke2fs.conf", packages.file("etc/mke2fs.conf"));
      image.addLink("etc/mtab", "/proc/mounts");
      List<Path> binaries = new ArrayList<>(java.binaries());
      for (Map.Entry<String, String> program : PROGRAMS.entrySet()) {
        Path file = packages.file(program.getKey());
        image.addFile(program.getValue(), file);
        binaries.add(file);
      }
      for (Path content : java.content()) {
        image.addTree(content.toString().substring(1), content);
      }
      addLibraries(image, binaries, packages.libraryFolders());
      addModules(image, packages.modules());
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(GuestImage.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void addLibraries(CpioArchive image, List<Path> binaries, List<Path> folders)
      throws IOException, InterruptedException {
    Pattern found = Pattern.compile("^\\s*(?:\\S+ => )?(/\\S+) \\(0x", Pattern.MULTILINE);
    Set<Path> libraries = new LinkedHashSet<>();
    for (Path binary : binaries) {
      // the loader's list rather than ldd's, which refuses static programs
      if (binary.endsWith("busybox")) {
        continue;
      }
      String answer = HostCommand.of("ldd", binary).withLibraries(folders).run();
      if (answer.contains("not found")) {
        throw new IOException(binary + ": a library is missing: " + answer.strip());
      }
      Matcher line = found.matcher(answer);
      while (line.find()) {
        libraries.add(Path.of(line.group(1)));
      }
    }
    image.addLink("usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu");
    for (Path library : libraries) {
      String name = library.getFileName().toString();
      String target = (name.startsWith("ld-linux") ? "lib64/" : "lib/x86_64-linux-gnu/") + name;
      if (!image.contains(target) && !image.contains(library.toString().substring(1))) {
        image.addFile(target, library);
      }
    }
  }

  /** Adds the modules with all they need, and their order. */
  private static void addModules(CpioArchive image, Path folder) throws IOException {
    Map<String, List<String>> needs = new HashMap<>();
    Map<String, String> files = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("modules.dep"))) {
      String[] halves = line.split(":", 2);
      List<String> needed = new ArrayList<>(List.of(halves[1].strip().split(" ")));
      needed.removeIf(String::isEmpty);
      needs.put(halves[0], needed);
      files.put(moduleName(halves[0]), halves[0]);
    }
    Set<String> builtIn = new LinkedHashSet<>();
    for (String line : Files.readAllLines(folder.resolve("modules.builtin"))) {
      builtIn.add(moduleName(line));
    }
    Set<String> order = new LinkedHashSet<>();
    for (String module : MODULES) {
      String file = files.get(module);
      if (file != null) {
        addInOrder(file, needs, order);
      } else if (!builtIn.contains(module)) {
        throw new IOException(folder + ": the kernel has no " + module);
      }
    }
    StringBuilder list = new StringBuilder();
    for (String file : order) {
      String name = "lib/modules/" + file.substring(file.lastIndexOf('/') + 1);
      image.addFile(name, folder.resolve(file));
      list.append('/').append(name).append('\n');
    }
    image.addText("etc/modules", list.toString());
  }

  private static void addInOrder(String file, Map<String, List<String>> needs, Set<String> order) {
    for (String needed : needs.getOrDefault(file, List.of())) {
      addInOrder(needed, needs, order);
    }
    order.add(file);
  }

  private static String moduleName(String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return file.substring(0, file.indexOf('.')).replace('-', '_');
  }
}
