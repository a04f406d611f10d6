package io.holdfast.crash.internal.model;

import io.holdfast.crash.FileSystemModel;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * What a medium holds when nothing is running: names, and the files and folders they stand for. Its
 * contents are not changed any more.
 *
 * @param names the number of the file or folder that each name stands for
 * @param folders the numbers that are folders
 * @param files the files by number, at least all that have a name
 * @param nextFile the first number not given to a file or folder
 * @param fileSystem what orders the changes of all this
 */
public record MediumImage(
    SortedMap<Name, Integer> names,
    Set<Integer> folders,
    Map<Integer, FileImage> files,
    int nextFile,
    FileSystemModel fileSystem) {

  /** An image of a medium on which nothing has an order. */
  public MediumImage(
      SortedMap<Name, Integer> names,
      Set<Integer> folders,
      Map<Integer, FileImage> files,
      int nextFile) {
    this(names, folders, files, nextFile, FileSystemModel.POSIX);
  }

  /** One file: its bytes, zero beyond its size. */
  public record FileImage(Content content, long size) {}

  public boolean isFolder(int number) {
    return folders.contains(number);
  }

  public FileImage file(int number) {
    FileImage file = files.get(number);
    if (file == null) {
      throw new IllegalStateException("no file %d in the image".formatted(number));
    }
    return file;
  }

  /** {@return what tells it from images with other names or other bytes} */
  public Fingerprint fingerprint() {
    Fingerprint sum = Fingerprint.NONE;
    for (Map.Entry<Name, Integer> entry : names.entrySet()) {
      long name = Fingerprint.text(entry.getKey().toString());
      FileImage file = files.get(entry.getValue());
      Fingerprint part =
          file == null
              ? Fingerprint.file(name, -1, 0, 0)
              : Fingerprint.file(
                  name,
                  file.size(),
                  file.content().fingerprintHigh(),
                  file.content().fingerprintLow());
      sum = sum.plus(part.high(), part.low());
    }
    return sum;
  }
}
