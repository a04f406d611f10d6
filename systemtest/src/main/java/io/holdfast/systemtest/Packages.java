package io.holdfast.systemtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Debian's packages: the emulator, the kernel, and the programs that run beside Java in the guest.
 * Downloaded by apt-get and unpacked, not installed, so that nothing of the host changes and nobody
 * has to be root; what the host has installed already is used from there.
 *
 * <p>Kept in a folder named by the packages' versions: other versions are another folder.
 */
final class Packages {
  private static final List<String> WANTED =
      List.of(
          "qemu-system-x86",
          "qemu-system-data",
          "seabios",
          "ndctl",
          "kmod",
          "busybox-static",
          "e2fsprogs",
          "xfsprogs",
          "acpica-tools");
  private static final String KERNEL = "linux-image-cloud-amd64";

  /** Those of the host must do: the C library belongs to its loader, and nobody here is an init. */
  private static final Pattern HOSTS_OWN =
      Pattern.compile(
          "libc6|libc-bin|locales|.*systemd.*|udev|dbus.*|linux-base|initramfs-tools.*");

  private static final String COMPLETE = "complete";

  private final Path root;

  private Packages(Path root) {
    this.root = root;
  }

  /**
   * Fetches what is missing.
   *
   * @param folder where unpacked packages are kept
   * @param progress is told what takes long
   * @throws SkippedException if apt-get cannot provide the packages, and no earlier run has
   */
  static Packages fetch(Path folder, Consumer<String> progress)
      throws IOException, InterruptedException, SkippedException {
    Files.createDirectories(folder);
    if (!Files.isExecutable(Path.of("/usr/bin/apt-get"))
        || !Files.isExecutable(Path.of("/usr/bin/dpkg"))) {
      throw new SkippedException(
          "no apt-get and dpkg here: the test takes qemu and a kernel of Debian");
    }
    Path root;
    try {
      root = fetch(folder, resolve(), progress);
    } catch (CommandException e) {
      progress.accept("apt-get knows no such packages, or only old ones: apt-get update");
      try {
        HostCommand.of("apt-get", "-qq", "update").run();
        root = fetch(folder, resolve(), progress);
      } catch (CommandException f) {
        return earlier(folder, f, progress);
      }
    }
    deleteOthers(folder, root);
    return new Packages(root);
  }

  private static void deleteOthers(Path folder, Path root) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      for (Path other : list.filter(one -> !one.equals(root)).toList()) {
        Folders.delete(other);
      }
    }
  }

  private static Path fetch(Path folder, List<String> wanted, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path root = folder.resolve(key(wanted));
    if (!Files.exists(root.resolve(COMPLETE))) {
      progress.accept("fetching " + wanted.size() + " packages: emulator, kernel and tools");
      download(root, wanted);
      Files.createFile(root.resolve(COMPLETE));
    }
    return root;
  }

  /** Without apt-get's help an earlier download must do. */
  private static Packages earlier(Path folder, CommandException why, Consumer<String> progress)
      throws IOException, SkippedException {
    List<Path> complete = complete(folder);
    if (complete.isEmpty()) {
      throw new SkippedException("packages cannot be fetched: " + why.getMessage());
    }
    progress.accept("using packages of an earlier run, since " + why.getMessage());
    return new Packages(complete.getFirst());
  }

  private static List<Path> complete(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(one -> Files.exists(one.resolve(COMPLETE))).toList();
    }
  }

  /** {@return {@code name=version} of each package to unpack} */
  private static List<String> resolve() throws InterruptedException {
    String kernel =
        HostCommand.of("apt-cache", "depends", KERNEL)
            .run()
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("Depends: linux-image-"))
            .map(line -> line.substring("Depends: ".length()))
            .findFirst()
            .orElseThrow(() -> new CommandException("apt-cache depends " + KERNEL + ": no kernel"));
    TreeSet<String> names = new TreeSet<>(WANTED);
    // what of their dependencies the host does not have
    String plan =
        HostCommand.of("apt-get", "-s", "--no-install-recommends", "install", WANTED).run();
    Matcher line = Pattern.compile("^Inst (\\S+) ", Pattern.MULTILINE).matcher(plan);
    while (line.find()) {
      names.add(line.group(1));
    }
    names.removeIf(name -> HOSTS_OWN.matcher(name).matches());
    names.add(kernel);
    return versions(new ArrayList<>(names));
  }

  private static List<String> versions(List<String> names) throws InterruptedException {
    String answer = HostCommand.of("apt-cache", "policy", names).run();
    Matcher candidate =
        Pattern.compile("^(\\S+):\\n.*\\n  Candidate: (\\S+)", Pattern.MULTILINE).matcher(answer);
    List<String> versions = new ArrayList<>();
    while (candidate.find()) {
      versions.add(candidate.group(1) + "=" + candidate.group(2));
    }
    if (versions.size() != names.size()) {
      throw new CommandException("apt-cache policy: %s gives %s".formatted(names, versions));
    }
    return versions;
  }

  private static String key(List<String> versions) {
    return java.util
        .UUID
        .nameUUIDFromBytes(String.join("\n", versions).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  private static void download(Path root, List<String> versions)
      throws IOException, InterruptedException {
    Folders.delete(root);
    Path archives = Files.createDirectories(root.resolve("archives"));
    HostCommand.of("apt-get", "-qq", "download", versions).in(archives).run();
    try (Stream<Path> list = Files.list(archives)) {
      for (Path archive : list.toList()) {
        HostCommand.of("dpkg", "-x", archive, root).run();
      }
    }
    Folders.delete(archives);
    // made at installation otherwise
    Path depmod = Files.createSymbolicLink(root.resolve("depmod"), root.resolve("bin/kmod"));
    HostCommand.of(depmod, "-b", root, kernelVersion(root))
        .withLibraries(libraryFolders(root))
        .run();
  }

  private static String kernelVersion(Path root) throws IOException {
    try (Stream<Path> list = Files.list(root.resolve("lib/modules"))) {
      return list.map(path -> path.getFileName().toString()).collect(Collectors.joining(" "));
    }
  }

  String kernelVersion() throws IOException {
    return kernelVersion(root);
  }

  Path kernel() throws IOException {
    return root.resolve("boot/vmlinuz-" + kernelVersion());
  }

  Path modules() throws IOException {
    return root.resolve("lib/modules").resolve(kernelVersion());
  }

  /**
   * {@return a file of the unpacked packages; {@code name} is its path, without a leading slash}
   */
  Path file(String name) throws IOException {
    Path path = root.resolve(name);
    if (!Files.exists(path)) {
      throw new IOException(path + ": not among the unpacked packages");
    }
    return path;
  }

  /** {@return where programs of the packages find their libraries before the host's} */
  List<Path> libraryFolders() {
    return libraryFolders(root);
  }

  private static List<Path> libraryFolders(Path root) {
    return List.of(root.resolve("usr/lib/x86_64-linux-gnu"), root.resolve("lib/x86_64-linux-gnu"));
  }
}
