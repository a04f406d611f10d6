package io.holdfast.pool;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells who holds the {@code flock} on a file, where the kernel shows it in {@code /proc/locks}.
 *
 * <p>A hint for people: the answer may be outdated, and it is unknown for owners in another pid
 * namespace, for file systems that show a device number of their own (btrfs, overlayfs), and for
 * paths of other providers.
 */
final class LockOwner {
  /** Such as {@code 1: FLOCK ADVISORY WRITE 1234 08:01:5678 0 EOF}; a waiter's has an arrow. */
  private static final Pattern HELD_FLOCK =
      Pattern.compile("\\d+: FLOCK +\\w+ +\\w+ +(?<pid>\\d+) (?<file>\\S+) .*");

  private LockOwner() {}

  // By provider and java.io, not by Files and Path.of: these would come back to us where a file
  // system kept in a pool is the JVM's default one.
  static OptionalLong of(Path path) {
    try {
      Map<String, Object> id = path.getFileSystem().provider().readAttributes(path, "unix:dev,ino");
      return id.get("dev") instanceof Long device && id.get("ino") instanceof Long inode
          ? search(fileId(device, inode))
          : OptionalLong.empty();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong search(String fileId) throws IOException {
    try (BufferedReader locks =
        new BufferedReader(new FileReader("/proc/locks", StandardCharsets.US_ASCII))) {
      for (String line = locks.readLine(); line != null; line = locks.readLine()) {
        Matcher lock = HELD_FLOCK.matcher(line);
        if (lock.matches() && fileId.equals(lock.group("file"))) {
          return OptionalLong.of(Long.parseLong(lock.group("pid")));
        }
      }
    }
    return OptionalLong.empty();
  }

  /** {@return the file as {@code /proc/locks} names it} Split as in makedev(3). */
  private static String fileId(long device, long inode) {
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
    long minor = (device & 0xff) | ((device >>> 12) & ~0xffL);
    return String.format("%02x:%02x:%d", major, minor, inode);
  }
}
