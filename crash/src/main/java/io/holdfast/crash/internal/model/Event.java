package io.holdfast.crash.internal.model;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a running program did to a medium, or said about it. Positions are in bytes from
 * the start of the file.
 */
@SuppressWarnings("ArrayRecordComponent") // events are compared by identity
public sealed interface Event {

  /** {@return who did it, and where} */
  public Origin origin();

  /** {@return what was done, for people} */
  public String describe();

  /** {@return the number of the file that the event is about, or -1} */
  public default int file() {
    return -1;
  }

  /** How a store travels. */
  public enum StoreKind {
    PLAIN,
    ORDERED,
    NON_TEMPORAL
  }

  /** When a file write is durable. */
  public enum WriteKind {
    LATER,
    ON_RETURN
  }

  /** Bytes stored through a shared mapping. */
  public record Store(Origin origin, int file, long position, byte[] bytes, StoreKind kind)
      implements Event {
    @Override
    public String describe() {
      String how =
          switch (kind) {
            case PLAIN -> "store";
            case ORDERED -> "ordered store";
            case NON_TEMPORAL -> "non-temporal store";
          };
      return "%s of %s".formatted(how, range(position, bytes.length)) + value(bytes);
    }
  }

  /**
   * Words that have changed in memory whose segment a program keeps: it stored to them without the
   * mapping's methods, at some time after event {@code since} and before the next event that is no
   * such store. The origin is that of the next event, where it was found.
   *
   * @param position the first word's, a multiple of 8
   * @param before what the words held
   * @param bytes what they hold
   * @param since the number of the event, counted from 1; 0 is the start
   */
  public record UntrackedStore(
      Origin origin, int file, long position, byte[] before, byte[] bytes, int since)
      implements Event {
    @Override
    public String describe() {
      return "untracked store of %s since event %d".formatted(range(position, bytes.length), since)
          + value(bytes);
    }
  }

  /**
   * Lines of a mapping on their way to the medium; at page granularity, pages that have reached it.
   */
  public record Flush(Origin origin, int file, long position, long length) implements Event {
    @Override
    public String describe() {
      return "flush of " + range(position, length);
    }
  }

  /** A range that the kernel has synchronised at the program's word, whatever the granularity. */
  public record DeepFlush(Origin origin, int file, long position, long length) implements Event {
    @Override
    public String describe() {
      return "deep flush of " + range(position, length);
    }
  }

  /** The end of all that its thread has flushed and stored past the caches. */
  public record Fence(Origin origin) implements Event {
    @Override
    public String describe() {
      return "fence";
    }
  }

  /** Bytes written by a file call. */
  public record Write(Origin origin, int file, long position, byte[] bytes, WriteKind kind)
      implements Event {
    @Override
    public String describe() {
      return (kind == WriteKind.LATER ? "write of " : "durable write of ")
          + range(position, bytes.length)
          + value(bytes);
    }
  }

  /** A file synchronised. */
  public record Sync(Origin origin, int file) implements Event {
    @Override
    public String describe() {
      return "sync";
    }
  }

  /** A range of a file, or all of it, whose synchronisation failed. */
  public record SyncFailed(Origin origin, int file, long position, long length) implements Event {
    @Override
    public String describe() {
      return "failed sync of " + range(position, length);
    }
  }

  /** A file's new size, or the same one with more of it allocated. */
  public record Resize(Origin origin, int file, long size) implements Event {
    @Override
    public String describe() {
      return "size set to %d".formatted(size);
    }
  }

  /** What a name stands for. */
  public enum NamedKind {
    FILE("name %s given", "name %s removed"),
    FOLDER("folder %s made", "folder %s removed");

    private final String given;
    private final String removed;

    NamedKind(String given, String removed) {
      this.given = given;
      this.removed = removed;
    }
  }

  /**
   * A change of names: {@code removed} is gone, {@code added} stands for the file or folder with
   * the number {@code file}. A creation or link has only the second, a deletion only the first.
   */
  public record Rename(
      Origin origin, @Nullable Name removed, @Nullable Name added, int file, NamedKind kind)
      implements Event {

    /** A change of a file's names. */
    public Rename(Origin origin, @Nullable Name removed, @Nullable Name added, int file) {
      this(origin, removed, added, file, NamedKind.FILE);
    }

    @Override
    public String describe() {
      if (removed == null) {
        return kind.given.formatted(added);
      }
      return added == null ? kind.removed.formatted(removed) : removed + " renamed to " + added;
    }
  }

  /**
   * A folder synchronised.
   *
   * @param path what it was called
   */
  public record SyncFolder(Origin origin, Folder folder, String path) implements Event {
    @Override
    public String describe() {
      return "sync of folder %s".formatted(path);
    }
  }

  /** The program's word that something is done and durable. */
  public record Acknowledge(Origin origin, String what) implements Event {
    @Override
    public String describe() {
      return "acknowledged \"%s\"".formatted(what);
    }
  }

  /** The program's word that everything stored so far is durable. */
  public record Promise(Origin origin) implements Event {
    @Override
    public String describe() {
      return "everything promised durable";
    }
  }

  /** A transaction of the event's thread begins. */
  public record Begin(Origin origin) implements Event {
    @Override
    public String describe() {
      return "transaction begins";
    }
  }

  /** A transaction of the event's thread ends. */
  public record End(Origin origin) implements Event {
    @Override
    public String describe() {
      return "transaction ends";
    }
  }

  /** A named part of the run begins, which an engine of its own may be chosen for. */
  public record BeginRegion(Origin origin, String name) implements Event {
    @Override
    public String describe() {
      return "region \"%s\" begins".formatted(name);
    }
  }

  /** A named part of the run ends. */
  public record EndRegion(Origin origin, String name) implements Event {
    @Override
    public String describe() {
      return "region \"%s\" ends".formatted(name);
    }
  }

  private static String range(long position, long length) {
    return "%d bytes at 0x%x".formatted(length, position);
  }

  private static String value(byte[] bytes) {
    int most = 16;
    return ": "
        + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(bytes.length, most))
        + (bytes.length > most ? " ..." : "");
  }
}
