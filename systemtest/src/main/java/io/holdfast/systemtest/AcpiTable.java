package io.holdfast.systemtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table (an SSDT) in which the platform's firmware describes its NVDIMMs, with methods added
 * that the emulator lacks: a count of unsafe shutdowns, and scrubs that find injected errors. Linux
 * takes a table of a higher revision from the front of its first file system
 * (Documentation/admin-guide/acpi/initrd_table_override.rst).
 *
 * <p>The original comes from the guest, since it holds addresses that depend on the machine.
 */
final class AcpiTable {
  /** The DIMM's health (Intel's DSM interface, function 1): 4 bytes of status, 128 of data. */
  private static final int HEALTH_BYTES = 132;

  /** Which fields are valid: health, spares, used, shutdown state, shutdown count. */
  private static final int HEALTH_FLAGS = 0x427;

  private static final String ROOT_METHOD = "Return (NCAL (Arg0, Arg1, Arg2, Arg3, Zero))";
  private static final String DIMM_METHOD = "Return (NCAL (Arg0, Arg1, Arg2, Arg3, One))";
  private static final String HEADER = "\"SSDT\", 1, \"BOCHS \", \"NVDIMM\", 0x0000000";

  private final Packages packages;
  private final Path folder;

  /**
   * For one machine.
   *
   * @param folder where the compiler works
   */
  AcpiTable(Packages packages, Path folder) {
    this.packages = packages;
    this.folder = folder;
  }

  /**
   * Writes a guest's file system with a changed table in front.
   *
   * @param original the table, as the guest had it
   * @param unsafeShutdowns the DIMM's count
   * @param image the file system without
   * @param target the file system with
   */
  void override(byte[] original, int unsafeShutdowns, Path image, Path target)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("ssdt.dat"), original);
    HostCommand compiler = compiler("-d", "ssdt.dat");
    compiler.run();
    String source = Files.readString(folder.resolve("ssdt.dsl"));
    Files.writeString(folder.resolve("changed.dsl"), change(source, unsafeShutdowns));
    compiler("-p", "changed", "changed.dsl").run();
    Path archive = folder.resolve("archive");
    try (CpioArchive cpio = new CpioArchive(archive)) {
      cpio.addFile("kernel/firmware/acpi/ssdt.aml", folder.resolve("changed.aml"));
    }
    try (OutputStream out = Files.newOutputStream(target)) {
      Files.copy(archive, out);
      Files.copy(image, out);
    }
  }

  private HostCommand compiler(Object... words) throws IOException {
    return HostCommand.of(packages.file("usr/bin/iasl"), java.util.List.of(words))
        .in(folder)
        .withLibraries(packages.libraryFolders());
  }

  private static String change(String source, int unsafeShutdowns) throws IOException {
    String changed = replace(source, HEADER + "1", HEADER + "2");
    changed = replace(changed, DIMM_METHOD, health(unsafeShutdowns) + DIMM_METHOD);
    Matcher method =
        Pattern.compile(
                "Method \\(_DSM, 4, NotSerialized\\)[^\\n]*\\n\\s*\\{\\s*"
                    + Pattern.quote(ROOT_METHOD)
                    + "\\s*\\}")
            .matcher(changed);
    if (!method.find()) {
      throw new IOException("the NVDIMM table has no method of the root device as expected");
    }
    return changed.substring(0, method.start()) + scrub() + changed.substring(method.end());
  }

  private static String replace(String source, String old, String with) throws IOException {
    int at = source.indexOf(old);
    if (at < 0 || source.indexOf(old, at + 1) >= 0) {
      throw new IOException("the NVDIMM table has not exactly one: " + old);
    }
    return source.substring(0, at) + with + source.substring(at + old.length());
  }

  /** Functions 0 (which there are) and 1 (health) of the DIMM. */
  private static String health(int unsafeShutdowns) {
    ByteBuffer health = ByteBuffer.allocate(HEALTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    health.putInt(4, HEALTH_FLAGS);
    health.put(13, (byte) 100); // spare blocks, percent
    health.put(14, (byte) 1); // used, percent
    health.putInt(20, unsafeShutdowns);
    health.put(35, (byte) 9); // the last shutdown was unsafe
    StringJoiner bytes = new StringJoiner(", ");
    for (byte b : health.array()) {
      bytes.add("0x%02X".formatted(b));
    }
    return """
        If ((Arg0 == ToUUID ("4309ac30-0d11-11e4-9191-0800200c9a66"))) {
          If ((Arg2 == Zero)) { Return (Buffer (One) { 0x73 }) }
          If ((Arg2 == One)) { Return (Buffer (%d) { %s }) }
        }
        """
        .formatted(HEALTH_BYTES, bytes);
  }

  private static String scrub() throws IOException {
    String name = "scrub.asl";
    try (InputStream in = Objects.requireNonNull(AcpiTable.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
