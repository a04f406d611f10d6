package io.holdfast.crash.internal.explore;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.HashMap;
import java.util.Map;

/** What files are called in reports: the last name each has had, without its folder. */
final class FileNames {
  private final Map<Integer, String> names = new HashMap<>();

  FileNames() {}

  FileNames(MediumImage start) {
    note(start);
  }

  void note(MediumImage image) {
    image.names().forEach((name, file) -> names.put(file, name.last()));
  }

  void note(Event event) {
    if (event instanceof Event.Rename rename && rename.added() != null) {
      names.put(rename.file(), rename.added().last());
    }
  }

  String name(int file) {
    return names.getOrDefault(file, "a file without a name");
  }
}
