package io.holdfast.pmem.internal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * libpmem's and libpmem2's debug levels: what is traced, and where to.
 *
 * <p>{@code PMEM2_LOG_LEVEL} (or {@code PMEM_LOG_LEVEL}) asks for lines in {@code PMEM2_LOG_FILE}
 * or on the standard error stream. Besides, each message goes to the logger {@code
 * io.holdfast.pmem}: those of {@link #ERRORS} and {@link #OPERATIONS} at its level DEBUG, the
 * others at TRACE. A log that cannot be written is reported once and stops nothing.
 *
 * <p>Callers on a hot path ask {@link #CALLS} or {@link #DETAILS} first. They are constants, found
 * out when this class is first used, so that the JIT compiler removes what is not wanted. May be
 * shared between threads.
 */
public final class DebugLog {
  /** Details of errors, which the exceptions carry, too. */
  static final int ERRORS = 1;

  /** Basic operations: mapping, unmapping, reserving addresses, clearing bad blocks. */
  static final int OPERATIONS = 2;

  private static final int CALLS_LEVEL = 3;
  private static final int DETAILS_LEVEL = 4;

  private static final Logger LOGGER = System.getLogger("io.holdfast.pmem");
  private static final @Nullable DebugLog FILE = open(Settings.ofProcess());

  /** Whether every call of an entry point is traced. */
  static final boolean CALLS = isWanted(CALLS_LEVEL);

  /** Whether obscure details are traced, too: system calls, pages, decisions. */
  static final boolean DETAILS = isWanted(DETAILS_LEVEL);

  private static final ThreadLocal<String> LAST_ERROR = new ThreadLocal<>();

  private final int level;
  private OutputStream output;

  private DebugLog(int level, OutputStream output) {
    this.level = level;
    this.output = output;
  }

  /** {@return the log that the settings ask for; null if they ask for none} */
  private static @Nullable DebugLog open(Settings settings) {
    int level = settings.logLevel();
    if (level == 0) {
      return null;
    }
    DebugLog log = new DebugLog(level, new FileOutputStream(FileDescriptor.err));
    settings.logFile().ifPresent(log::writeTo);
    log.write(ERRORS, "pid " + ProcessHandle.current().pid() + ", level " + level);
    return log;
  }

  private void writeTo(String name) {
    String path = name.endsWith("-") ? name + ProcessHandle.current().pid() : name;
    try {
      output = new FileOutputStream(path);
    } catch (IOException e) {
      write(ERRORS, "the log goes to standard error, its file cannot be opened: " + e.getMessage());
    }
  }

  private static Logger.Level loggerLevel(int level) {
    return level < CALLS_LEVEL ? Logger.Level.DEBUG : Logger.Level.TRACE;
  }

  private static boolean isWanted(int level) {
    return (FILE != null && FILE.level >= level) || LOGGER.isLoggable(loggerLevel(level));
  }

  /** Keeps the message as this thread's last, and logs it. */
  public static void error(@Nullable String message) {
    String text = String.valueOf(message);
    LAST_ERROR.set(text);
    log(ERRORS, () -> text);
  }

  /** {@return the message that this thread's last {@link #error} was about; empty if none was} */
  public static String lastError() {
    String message = LAST_ERROR.get();
    return message == null ? "" : message;
  }

  /** Logs a basic operation that has been done. */
  static void operation(Supplier<String> message) {
    log(OPERATIONS, message);
  }

  /** Logs a call about a range; only if {@link #CALLS}. */
  static void call(String function, Object subject, long offset, long length) {
    log(CALLS_LEVEL, () -> subject + ": " + function + " offset " + offset + " + " + length);
  }

  /** Logs a call; only if {@link #CALLS}. */
  static void call(String message) {
    log(CALLS_LEVEL, () -> message);
  }

  /** Logs a detail; only if {@link #DETAILS}. */
  static void detail(String message) {
    log(DETAILS_LEVEL, () -> message);
  }

  private static void log(int level, Supplier<String> message) {
    if (isWanted(level)) {
      String text = message.get();
      if (FILE != null && FILE.level >= level) {
        FILE.write(level, text);
      }
      LOGGER.log(loggerLevel(level), text);
    }
  }

  /** Writes a line by one call, so that those of several threads do not mix. */
  private synchronized void write(int messageLevel, String text) {
    String line = "<io.holdfast.pmem>: <" + messageLevel + "> " + text + "\n";
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try {
      output.write(bytes);
    } catch (IOException e) {
      stop(e);
    }
  }

  /** Says on standard error, once, that nothing more is logged. */
  private void stop(IOException reason) {
    output = OutputStream.nullOutputStream();
    System.err.println("<io.holdfast.pmem>: the log ends here, it cannot be written: " + reason);
  }
}
