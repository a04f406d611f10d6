package io.holdfast.cli;

import io.holdfast.pmem.BadBlock;
import io.holdfast.pmem.DeviceException;
import io.holdfast.pmem.MediaErrorException;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast daxio}: copies and zeroes device DAX. */
@Command(
    name = "daxio",
    description = {
      "Copy to or from a device DAX, or fill one with zeros.",
      "",
      "Programs cannot read and write a device DAX, only map it. Input or output must be one; the other may be one, too,"
          + " or any file. By default input is standard input, and output standard output. An output file keeps what it"
          + " holds before --seek, and nothing behind what is written.",
      "",
      "BYTES may have a suffix: K or KiB of 1024, kB of 1000, and so on with M, G, T, P, E.",
      ""
    })
final class DaxioCommand extends HoldfastCommand {
  private static final int BUFFER_BYTES = 1 << 20;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "FILE",
      description = "What to read.")
  private @Nullable Path input;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "What to write.")
  private @Nullable Path output;

  @Option(
      names = {"-z", "--zero"},
      description = "Write zeros to the output, a device DAX.")
  private boolean zero;

  @Option(
      names = {"-b", "--clear-bad-blocks"},
      paramLabel = "yes|no",
      description = "Whether to clear bad blocks where a device DAX is written (default: yes).")
  private Choice clearBadBlocks = Choice.YES;

  @Option(
      names = {"-s", "--seek"},
      paramLabel = "BYTES",
      converter = ByteSize.Converter.class,
      description = "How much of the output to leave out at its start.")
  private ByteSize seek = new ByteSize(0);

  @Option(
      names = {"-k", "--skip"},
      paramLabel = "BYTES",
      converter = ByteSize.Converter.class,
      description = "How much of the input to leave out at its start.")
  private ByteSize skip = new ByteSize(0);

  @Option(
      names = {"-l", "--len"},
      paramLabel = "BYTES",
      converter = ByteSize.Converter.class,
      description =
          "How much to copy. By default to the end of the input, or if that has none to the end of the output.")
  private @Nullable ByteSize length;

  /** An answer. */
  private enum Choice {
    YES,
    NO
  }

  @Override
  void run(Console console) throws IOException {
    if (zero) {
      zero(console);
      return;
    }
    if (!(input != null && DaxioEnd.isDevice(input))
        && !(output != null && DaxioEnd.isDevice(output))) {
      throw noDevice();
    }
    // Nothing is created or changed before it is known that the input can be read.
    try (DaxioEnd from =
        input == null ? DaxioEnd.Stream.reading(console.in()) : DaxioEnd.reading(input)) {
      from.skip(skip.bytes());
      try (DaxioEnd to =
          output == null ? DaxioEnd.Stream.writing(console.out()) : DaxioEnd.writing(output)) {
        to.skip(seek.bytes());
        copy(console, from, to);
      }
    }
  }

  private RuntimeException noDevice() {
    if (input == null && output == null) {
      return wrongArguments("neither input nor output is a device DAX");
    }
    return wrongArguments(
        "no device DAX: "
            + (input == null ? "" : "input " + input)
            + (input == null || output == null ? "" : ", ")
            + (output == null ? "" : "output " + output));
  }

  private void zero(Console console) throws IOException {
    if (input != null) {
      throw wrongArguments("--zero reads no input: " + input);
    }
    if (skip.bytes() != 0) {
      throw wrongArguments("--zero reads no input to skip");
    }
    if (output == null) {
      throw wrongArguments("--zero needs an --output");
    }
    if (!DaxioEnd.isDevice(output)) {
      throw wrongArguments("no device DAX: output " + output);
    }
    try (DaxioEnd.Device to = (DaxioEnd.Device) DaxioEnd.writing(output)) {
      to.skip(seek.bytes());
      long room = to.rest().orElseThrow();
      long bytes = length == null ? room : length.bytes();
      checkFits(to, seek.bytes(), bytes, room);
      prepare(to, bytes);
      try (ProgressBar bar = new ProgressBar(console, to.name(), bytes, "MiB")) {
        for (long done = 0; done < bytes; ) {
          done += to.writeZeros(bytes - done);
          bar.update(done, done >> 20);
        }
      }
      console.println("%s: %d bytes zeroed".formatted(Escape.text(to.name()), bytes));
    }
  }

  private void copy(Console console, DaxioEnd from, DaxioEnd to) throws IOException {
    OptionalLong available = from.rest();
    OptionalLong room = to instanceof DaxioEnd.Device ? to.rest() : OptionalLong.empty();
    long bytes = bytes(available, room);
    if (from instanceof DaxioEnd.Device) {
      checkFits(from, skip.bytes(), bytes, available.orElseThrow());
      checkReadable(bytes);
    }
    if (room.isPresent()) {
      checkFits(to, seek.bytes(), bytes, room.getAsLong());
    }
    checkApart(bytes);
    prepare(to, bytes);
    long done = 0;
    try (ProgressBar bar = new ProgressBar(console, to.name(), bytes, "MiB")) {
      byte[] buffer = new byte[BUFFER_BYTES];
      while (done < bytes) {
        int n = from.read(buffer, (int) Math.min(BUFFER_BYTES, bytes - done));
        if (n < 0) {
          break;
        }
        to.write(buffer, n);
        done += n;
        bar.update(done, done >> 20);
      }
      to.finish();
    }
    if (output != null) {
      console.println("%s: %d bytes written".formatted(Escape.text(to.name()), done));
    }
  }

  /** {@return how many bytes are to be copied} */
  private long bytes(OptionalLong available, OptionalLong room) {
    if (length != null) {
      return length.bytes();
    }
    // One of the two is a device, which has an end.
    return available.isPresent() ? available.getAsLong() : room.orElseThrow();
  }

  private static void checkFits(DaxioEnd end, long offset, long bytes, long room)
      throws IOException {
    if (bytes > room) {
      throw new FileSystemException(
          end.name(),
          null,
          "offset %d + %d exceeds size %d".formatted(offset, bytes, offset + room));
    }
  }

  /** A device that is copied within itself must not write what it still has to read. */
  private void checkApart(long bytes) throws IOException {
    if (input != null
        && output != null
        && Files.isSameFile(input, output)
        && seek.bytes() < skip.bytes() + bytes
        && skip.bytes() < seek.bytes() + bytes) {
      throw new FileSystemException(
          output.toString(),
          null,
          "offsets %d + %d and %d + %d overlap"
              .formatted(skip.bytes(), bytes, seek.bytes(), bytes));
    }
  }

  /** Better nothing than the first half: what is known to be bad is not even begun to be read. */
  private void checkReadable(long bytes) {
    Path device = Objects.requireNonNull(input);
    for (BadBlock block : known(PmemSource.of(device))) {
      if (overlaps(block, skip.bytes(), bytes)) {
        throw new MediaErrorException(
            "%s: offset %d + %d is bad, see holdfast badblocks"
                .formatted(device, block.offset(), block.length()),
            null);
      }
    }
  }

  private static List<BadBlock> known(PmemSource source) {
    try {
      return source.badBlocks();
    } catch (DeviceException e) {
      if (e.reason() == DeviceException.Reason.CANNOT_READ_BOUNDS) {
        return List.of();
      }
      throw e;
    }
  }

  private static boolean overlaps(BadBlock block, long offset, long bytes) {
    return block.offset() < offset + bytes && offset < block.offset() + block.length();
  }

  /** Makes ready what is about to be written. */
  private void prepare(DaxioEnd to, long bytes) throws IOException {
    if (to instanceof DaxioEnd.File file) {
      file.truncate();
    } else if (to instanceof DaxioEnd.Device && clearBadBlocks == Choice.YES) {
      PmemSource source = PmemSource.of(Objects.requireNonNull(output));
      for (BadBlock block : source.badBlocks()) {
        if (overlaps(block, seek.bytes(), bytes)) {
          long start = Math.max(block.offset(), seek.bytes());
          long end = Math.min(block.offset() + block.length(), seek.bytes() + bytes);
          source.clearBadBlock(new BadBlock(start, end - start));
        }
      }
    }
  }
}
