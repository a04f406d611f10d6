package io.holdfast.crash.internal.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a medium holds when nothing is running: names, and the files they stand for. Its contents
 * are not changed any more.
 *
 * @param names the file number of each name
 * @param files the files by number, at least all that have a name
 * @param nextFile the first number not given to a file
 */
public record MediumImage(
    SortedMap<Path, Integer> names, Map<Integer, FileImage> files, int nextFile) {

  /** One file: its bytes, zero beyond its size. */
  public record FileImage(Content content, long size) {}

  public FileImage file(int number) {
    FileImage file = files.get(number);
    if (file == null) {
      throw new IllegalStateException("no file %d in the image".formatted(number));
    }
    return file;
  }
}
