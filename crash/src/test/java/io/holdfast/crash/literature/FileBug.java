package io.holdfast.crash.literature;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.FileAccess;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.PmemFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A bug of a program that writes ordinary files: through the medium, or as {@code java.nio.file}
 * has them where the bug is one of Java programs, or of folders and links.
 */
abstract class FileBug extends PublishedBug {
  @Override
  Granularity granularity() {
    return Granularity.PAGE;
  }

  static Path path(String name) {
    return FOLDER.resolve(name);
  }

  static boolean exists(SimulatedMedium medium, String name) {
    return medium.files().contains(path(name));
  }

  /** Creates a file that holds {@code text}; neither is durable. */
  static void create(SimulatedMedium medium, String name, String text) {
    try (PmemFile file = medium.create(path(name))) {
      file.write(0, bytes(text));
    }
  }

  /** Writes {@code text} over what is at {@code position}; it is not durable. */
  static void write(SimulatedMedium medium, String name, long position, String text) {
    try (PmemFile file = medium.open(path(name), FileAccess.READ_WRITE)) {
      file.write(position, bytes(text));
    }
  }

  static void append(SimulatedMedium medium, String name, String text) {
    try (PmemFile file = medium.open(path(name), FileAccess.READ_WRITE)) {
      file.write(file.size(), bytes(text));
    }
  }

  static void truncate(SimulatedMedium medium, String name, long length) {
    try (PmemFile file = medium.open(path(name), FileAccess.READ_WRITE)) {
      file.truncate(length);
    }
  }

  static void sync(SimulatedMedium medium, String name) {
    try (PmemFile file = medium.open(path(name), FileAccess.READ_WRITE)) {
      file.sync();
    }
  }

  /** Makes a file, or the names in a folder, durable. */
  static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void rename(Path folder, String from, String to) throws IOException {
    Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  static void rename(SimulatedMedium medium, String from, String to) {
    medium.rename(path(from), path(to));
  }

  static String read(SimulatedMedium medium, String name) {
    try (PmemFile file = medium.open(path(name), FileAccess.READ_ONLY)) {
      byte[] bytes = new byte[Math.toIntExact(file.size())];
      file.read(0, MemorySegment.ofArray(bytes));
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static MemorySegment bytes(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }
}
