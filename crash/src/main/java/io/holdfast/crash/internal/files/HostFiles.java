package io.holdfast.crash.internal.files;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;

/** The host's own file system, whether or not another is the default. */
final class HostFiles {
  private HostFiles() {}

  static FileSystem system() {
    return FileSystems.getDefault() instanceof RoutedFileSystem routed
        ? routed.host()
        : FileSystems.getDefault();
  }
}
