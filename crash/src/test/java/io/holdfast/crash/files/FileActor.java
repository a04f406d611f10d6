package io.holdfast.crash.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** Does one random thing after the other to the files below a folder, and says what came of it. */
final class FileActor implements AutoCloseable {
  private static final StandardOpenOption[] OPTIONS = StandardOpenOption.values();

  private final Path folder;
  private final Random random;
  private final List<FileChannel> channels = new ArrayList<>();
  private final List<FileLock> locks = new ArrayList<>();

  FileActor(Path folder, long seed) {
    this.folder = folder;
    random = new Random(seed);
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }

  /** A call, with what it returned in words. */
  private interface Call {
    Object run() throws IOException, ExecutionException, InterruptedException;
  }

  String step() {
    int what = random.nextInt(24);
    return what + " " + (what < 15 ? files(what) : channels(what));
  }

  private String files(int what) {
    Path one = path();
    Path other = path();
    return switch (what) {
      case 0 -> outcome(() -> Files.createFile(one));
      case 1, 2 -> outcome(() -> Files.createDirectory(one));
      case 3 -> {
        byte[] bytes = bytes(2000);
        OpenOption[] options = options().toArray(OpenOption[]::new);
        yield outcome(() -> Files.write(one, bytes, options)) + Arrays.toString(options);
      }
      case 4 -> outcome(() -> text(Files.readAllBytes(one)));
      case 5 -> {
        boolean strictly = random.nextBoolean();
        yield outcome(
            () -> {
              if (strictly) {
                Files.delete(one);
                return "deleted";
              }
              return Files.deleteIfExists(one);
            });
      }
      case 6, 7 -> {
        CopyOption[] options =
            choose(
                List.of(
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.COPY_ATTRIBUTES));
        boolean move = random.nextBoolean();
        yield (move ? "move" : "copy")
            + Arrays.toString(options)
            + outcome(
                () -> move ? Files.move(one, other, options) : Files.copy(one, other, options));
      }
      case 8 -> outcome(() -> Files.createLink(one, other));
      case 9 ->
          outcome(
              () -> {
                Set<String> names = new TreeSet<>();
                try (DirectoryStream<Path> stream = Files.newDirectoryStream(one, "[a-b]*")) {
                  stream.forEach(path -> names.add(folder.relativize(path).toString()));
                }
                return names;
              });
      case 10 ->
          outcome(
              () -> {
                BasicFileAttributes found =
                    Files.readAttributes(one, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                return "%s %s %s"
                    .formatted(
                        found.isDirectory(),
                        found.isRegularFile(),
                        found.isDirectory() ? 0 : found.size());
              });
      case 11 ->
          outcome(
              () ->
                  "%s %s %s %s"
                      .formatted(
                          Files.exists(one),
                          Files.isRegularFile(one),
                          Files.isSameFile(one, other),
                          Files.mismatch(one, other)));
      case 12 -> {
        FileTime time = FileTime.fromMillis(1_000_000_000_000L + random.nextInt(1 << 30));
        yield outcome(() -> Files.setLastModifiedTime(one, time))
            + outcome(
                () -> {
                  Files.setAttribute(
                      one, "posix:permissions", PosixFilePermissions.fromString("rwx---r--"));
                  return PosixFilePermissions.toString(Files.getPosixFilePermissions(one));
                })
            + outcome(() -> Files.getLastModifiedTime(one));
      }
      case 13 -> {
        byte[] bytes = bytes(300);
        boolean append = random.nextBoolean();
        yield outcome(
            () -> {
              try (OutputStream out =
                  append
                      ? Files.newOutputStream(
                          one, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                      : Files.newOutputStream(one)) {
                out.write(bytes);
                out.write(7);
              }
              try (InputStream in = Files.newInputStream(one)) {
                return in.skip(5) + text(in.readAllBytes());
              }
            });
      }
      default -> {
        byte[] bytes = bytes(300);
        Set<OpenOption> options = options();
        yield options
            + outcome(
                () -> {
                  if (Files.isDirectory(one)) {
                    return "of no use with a folder";
                  }
                  try (AsynchronousFileChannel channel =
                      AsynchronousFileChannel.open(one, options, null)) {
                    channel.truncate(100);
                    return channel.write(ByteBuffer.wrap(bytes), 50).get()
                        + " "
                        + channel.read(ByteBuffer.allocate(100), 40).get()
                        + " "
                        + channel.size();
                  }
                });
      }
    };
  }

  private String channels(int what) {
    if (what < 18 || channels.isEmpty()) {
      Path path = path();
      Set<OpenOption> options = options();
      return options
          + outcome(
              () -> {
                FileChannel channel = FileChannel.open(path, options);
                if (Files.isDirectory(path)) {
                  // Its size is the host's affair.
                  channel.force(true);
                  channel.close();
                  return "synchronised";
                }
                channels.add(channel);
                return "opened";
              });
    }
    FileChannel channel = channels.get(random.nextInt(channels.size()));
    FileChannel other = channels.get(random.nextInt(channels.size()));
    long position = random.nextLong(3000) - 30;
    byte[] bytes = bytes(1500);
    return switch (what) {
      case 18 -> outcome(() -> channel.write(ByteBuffer.wrap(bytes)));
      case 19 -> {
        ByteBuffer[] parts = {
          ByteBuffer.wrap(bytes), ByteBuffer.allocateDirect(7), ByteBuffer.wrap(bytes, 0, 1)
        };
        boolean reads = random.nextBoolean();
        yield outcome(() -> reads ? channel.read(parts) : channel.write(parts))
            + Arrays.toString(parts)
            + text(bytes);
      }
      case 20 -> {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        boolean reads = random.nextBoolean();
        yield outcome(
                () -> reads ? channel.read(buffer, position) : channel.write(buffer, position))
            + buffer
            + text(bytes);
      }
      case 21 ->
          outcome(
              () -> {
                if (position % 3 == 0) {
                  channel.truncate(position);
                } else {
                  channel.position(position);
                }
                return channel.position() + " " + channel.size();
              });
      case 22 -> {
        long count = random.nextInt(2000);
        boolean to = random.nextBoolean();
        yield (to ? "to " : "from ")
            + outcome(
                () -> {
                  if (channel.equals(other)) {
                    return "itself";
                  }
                  long done =
                      to
                          ? channel.transferTo(
                              position, count, Channels.newChannel(OutputStream.nullOutputStream()))
                          : channel.transferFrom(other, position, count);
                  return done + " " + channel.position() + " " + other.position();
                });
      }
      default -> more(channel, position);
    };
  }

  private String more(FileChannel channel, long position) {
    int what = random.nextInt(4);
    boolean shared = random.nextBoolean();
    return what
        + outcome(
            () ->
                switch (what) {
                  case 0 -> {
                    channel.close();
                    channels.remove(channel);
                    yield "closed";
                  }
                  case 1 -> {
                    channel.force(shared);
                    yield "forced";
                  }
                  case 2 -> {
                    FileLock lock = channel.tryLock(Math.max(0, position), 100, shared);
                    locks.add(lock);
                    yield lock.isValid() + " " + lock.isShared();
                  }
                  default -> {
                    if (!locks.isEmpty()) {
                      FileLock lock = locks.removeLast();
                      lock.release();
                      yield lock.isValid();
                    }
                    ByteBuffer mapped =
                        channel.map(
                            shared ? FileChannel.MapMode.READ_ONLY : FileChannel.MapMode.PRIVATE,
                            1,
                            50);
                    byte[] bytes = new byte[50];
                    mapped.get(bytes);
                    yield text(bytes);
                  }
                });
  }

  /** {@return the names and contents of everything below the folder} */
  String everything() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted().toList()) {
        all.append(folder.relativize(path))
            .append(Files.isDirectory(path) ? "/" : text(Files.readAllBytes(path)))
            .append(System.lineSeparator());
      }
    }
    return all.toString();
  }

  private Path path() {
    Path path = folder;
    do {
      path = path.resolve(String.valueOf((char) ('a' + random.nextInt(3))));
    } while (random.nextInt(3) == 0);
    return random.nextInt(20) == 0 ? path.resolve("./a") : path;
  }

  private Set<OpenOption> options() {
    Set<OpenOption> options = new HashSet<>();
    while (random.nextInt(4) != 0) {
      OpenOption option = OPTIONS[random.nextInt(OPTIONS.length)];
      // What is opened in a folder that is not synchronised is slow on the host, and DELETE is
      // tested elsewhere.
      options.add(
          option.equals(StandardOpenOption.DELETE_ON_CLOSE) ? StandardOpenOption.CREATE : option);
    }
    return options;
  }

  private CopyOption[] choose(List<CopyOption> all) {
    return all.stream().filter(_ -> random.nextInt(3) == 0).toArray(CopyOption[]::new);
  }

  private byte[] bytes(int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String text(byte[] bytes) {
    return "#%d/%x".formatted(bytes.length, new String(bytes, ISO_8859_1).hashCode());
  }

  private String outcome(Call call) {
    try {
      return String.valueOf(call.run()).replace(folder.toString(), "");
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause());
    } catch (IllegalArgumentException e) {
      return "IllegalArgumentException";
    } catch (IOException | RuntimeException | InterruptedException e) {
      return "%s %s"
          .formatted(e.getClass().getName(), e.getMessage())
          .replace(folder.toString(), "");
    }
  }
}
