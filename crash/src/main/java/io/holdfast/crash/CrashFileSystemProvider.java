package io.holdfast.crash;

import io.holdfast.crash.internal.files.WrappingProvider;
import java.nio.file.spi.FileSystemProvider;

/**
 * The platform's files, but for those below one folder, which are those of the {@link
 * SimulatedMedium} of the running workload or check: for libraries that take a file's name as a
 * string and make a path of it themselves.
 *
 * <p>As the default provider of a JVM it is named when the JVM is started,
 *
 * <pre>
 * -Djava.nio.file.spi.DefaultFileSystemProvider=io.holdfast.crash.CrashFileSystemProvider
 * </pre>
 *
 * <p>with this module on the class path (in Maven: surefire's {@code argLine}). From then on {@code
 * Path.of(CrashFileSystemProvider.ROOT, "data")} is the file {@code /data} of the medium, for
 * whatever uses {@code java.nio.file}, while all other paths lead where they always have. A
 * provider may also be made and used by hand: {@code
 * provider.getFileSystem(URI.create("file:///"))}.
 *
 * <p>Which medium it is follows from the thread: that of the run it belongs to or in which it was
 * started. Outside runs the folder's contents are an {@link IllegalStateException}, and so they are
 * for threads that outlive their run. What goes through {@link java.io.File} is not seen; {@code
 * Path.toFile} says so.
 *
 * <p>What is durable when is told at {@link SimulatedMedium#fileSystem}. May be shared between
 * threads.
 */
@SuppressWarnings("exports") // a provider to its users; how it is made is nobody's concern
public final class CrashFileSystemProvider extends WrappingProvider {
  /**
   * The folder whose contents are simulated: the system property {@code holdfast.crash.root}, or
   * else "/holdfast-crash". It need not exist.
   */
  public static final String ROOT = System.getProperty("holdfast.crash.root", "/holdfast-crash");

  /**
   * Wraps a provider, with {@link #ROOT} for the simulated folder; also called by the platform.
   *
   * @param host the provider of all other paths, of scheme {@code file}
   */
  public CrashFileSystemProvider(FileSystemProvider host) {
    this(host, ROOT);
  }

  /**
   * Wraps a provider.
   *
   * @param host the provider of all other paths, of scheme {@code file}
   * @param root the folder whose contents are simulated
   * @throws IllegalArgumentException if {@code root} is not an absolute path below "/"
   */
  public CrashFileSystemProvider(FileSystemProvider host, String root) {
    super(host, root);
  }
}
