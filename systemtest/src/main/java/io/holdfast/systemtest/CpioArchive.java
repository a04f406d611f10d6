package io.holdfast.systemtest;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes an archive in the "newc" form of cpio, which is what the kernel unpacks as its first file
 * system (Documentation/driver-api/early-userspace/buffer-format.rst). Folders above an entry are
 * added by themselves. Not for several threads.
 */
final class CpioArchive implements AutoCloseable {
  private static final int FOLDER = 0040755;
  private static final int PROGRAM = 0100755;
  private static final int FILE = 0100644;
  private static final int LINK = 0120777;

  private final OutputStream out;
  private final Set<String> written = new HashSet<>();
  private long position;
  private int inode;

  CpioArchive(Path archive) throws IOException {
    this.out = new BufferedOutputStream(Files.newOutputStream(archive), 1 << 20);
  }

  /** Adds an empty folder; {@code name} has no leading slash, here and below. */
  void addFolder(String name) throws IOException {
    if (!name.isEmpty() && !written.contains(name)) {
      addParents(name);
      entry(name, FOLDER, 0, new byte[0]);
    }
  }

  /** Adds a text to be read. */
  void addText(String name, String text) throws IOException {
    addParents(name);
    entry(name, FILE, 0, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a text to be run. */
  void addScript(String name, String text) throws IOException {
    addParents(name);
    entry(name, PROGRAM, 0, text.getBytes(StandardCharsets.UTF_8));
  }

  void addLink(String name, String target) throws IOException {
    addParents(name);
    entry(name, LINK, 0, target.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds what {@code source} is, or what it leads to, with the time it was written. */
  void addFile(String name, Path source) throws IOException {
    addParents(name);
    entry(
        name,
        Files.isExecutable(source) ? PROGRAM : FILE,
        Files.getLastModifiedTime(source).toMillis() / 1000,
        Files.readAllBytes(source));
  }

  /** Adds a folder with all it holds, links as links. */
  void addTree(String name, Path source) throws IOException {
    try (Stream<Path> all = Files.walk(source)) {
      for (Path path : all.sorted().toList()) {
        String inside = path.equals(source) ? name : name + "/" + source.relativize(path);
        if (Files.isSymbolicLink(path)) {
          addLink(inside, Files.readSymbolicLink(path).toString());
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          addFolder(inside);
        } else {
          addFile(inside, path);
        }
      }
    }
  }

  boolean contains(String name) {
    return written.contains(name);
  }

  private void addParents(String name) throws IOException {
    int slash = name.lastIndexOf('/');
    if (slash > 0) {
      addFolder(name.substring(0, slash));
    }
  }

  private void entry(String name, int mode, long seconds, byte[] content) throws IOException {
    if (!written.add(name)) {
      throw new IOException(name + ": twice in the archive");
    }
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    inode++;
    write(
        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X"
            .formatted(
                inode, mode, 0, 0, 1, seconds, content.length, 0, 0, 0, 0, path.length + 1, 0)
            .getBytes(StandardCharsets.US_ASCII));
    write(path);
    write(new byte[1]);
    align();
    write(content);
    align();
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }

  private void align() throws IOException {
    write(new byte[(int) (-position & 3)]);
  }

  /** Ends the archive; another may follow it in the same file. */
  @Override
  public void close() throws IOException {
    entry("TRAILER!!!", 0, 0, new byte[0]);
    out.close();
  }
}
