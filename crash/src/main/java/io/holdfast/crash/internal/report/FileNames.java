package io.holdfast.crash.internal.report;

import io.holdfast.crash.internal.model.Event;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.model.Name;
import java.util.HashMap;
import java.util.Map;

/** What files are called in reports: the last name each has had. */
public final class FileNames {
  private final Map<Integer, Name> names = new HashMap<>();

  public FileNames() {}

  public FileNames(MediumImage start) {
    note(start);
  }

  public void note(MediumImage image) {
    image.names().forEach((name, file) -> names.put(file, name));
  }

  public void note(Event event) {
    if (event instanceof Event.Rename rename && rename.added() != null) {
      names.put(rename.file(), rename.added());
    }
  }

  /** {@return the name without its folder} */
  public String name(int file) {
    Name name = names.get(file);
    return name == null ? "a file without a name" : name.last();
  }

  /** {@return the whole name, empty for a file without one} */
  public String path(int file) {
    Name name = names.get(file);
    return name == null ? "" : name.toString();
  }
}
