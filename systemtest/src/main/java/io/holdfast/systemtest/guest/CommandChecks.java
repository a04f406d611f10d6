package io.holdfast.systemtest.guest;

import io.holdfast.pmem.CopyMode;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemMap;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The {@code holdfast} command's parts that are about devices, each run as a program. */
final class CommandChecks {
  private static final int BYTES = 3_000_001;
  private static final int OFFSET = 8 << 20;
  private static final int ZEROED = 1 << 20;

  private CommandChecks() {}

  private static String holdfast(String... arguments) throws Exception {
    List<String> command = List.of(Files.readString(Path.of("/etc/holdfast")).strip().split(" "));
    return GuestCommand.run(
        Stream.concat(command.stream(), Arrays.stream(arguments)).toArray(String[]::new));
  }

  /** Copies a file to the device DAX and back, and zeroes a part of it. */
  static String daxio() throws Exception {
    byte[] bytes = new byte[BYTES];
    new Random(1).nextBytes(bytes);
    Path in = Files.write(Volumes.TMPFS.resolve("in"), bytes);
    Path out = Volumes.TMPFS.resolve("out");
    String device = Volumes.DEVICE_DAX.toString();
    String at = Integer.toString(OFFSET);
    holdfast("daxio", "-i", in.toString(), "-o", device, "-s", at);
    holdfast("daxio", "-i", device, "-k", at, "-l", Integer.toString(BYTES), "-o", out.toString());
    byte[] back = Files.readAllBytes(out);
    CheckFailedException.unless(
        Arrays.equals(bytes, back),
        "%d bytes came back, the first other one at %d"
            .formatted(back.length, Arrays.mismatch(bytes, back)));
    holdfast("daxio", "-z", "-o", device, "-s", at, "-l", Integer.toString(ZEROED));
    Arrays.fill(bytes, 0, ZEROED, (byte) 0);
    try (PmemMap map = MappingChecks.map(Volumes.DEVICE_DAX, Granularity.CACHE_LINE)) {
      byte[] seen = new byte[BYTES];
      map.read(OFFSET, MemorySegment.ofArray(seen), 0, BYTES);
      CheckFailedException.unless(
          Arrays.equals(bytes, seen), "not zeroed as asked, from " + Arrays.mismatch(bytes, seen));
      map.fill(OFFSET, BYTES, (byte) 0, CopyMode.PERSIST);
    }
    return "%d bytes copied there and back, %d zeroed".formatted(BYTES, ZEROED);
  }

  /** {@return what the command says of a file's bad blocks} */
  static String badBlocks(Path file) throws Exception {
    return holdfast("badblocks", file.toString(), "--json").strip();
  }
}
