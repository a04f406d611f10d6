package io.holdfast.crash.internal.model;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of names in doubt until all its folders are synchronised: it arrives after all earlier
 * ones of its names.
 */
public record NameChange(Event.Rename event, Set<Path> unsynced) implements InDoubt {

  public static NameChange of(Event.Rename event) {
    Set<Path> folders = new HashSet<>();
    for (Path name : new Path[] {event.removed(), event.added()}) {
      if (name != null) {
        folders.add(folder(name));
      }
    }
    return new NameChange(event, folders);
  }

  public static Path folder(Path name) {
    Path folder = name.getParent();
    return folder == null ? name : folder;
  }

  public NameChange fork() {
    return new NameChange(event, new HashSet<>(unsynced));
  }

  public boolean dependsOn(NameChange earlier) {
    return touches(earlier.event.removed()) || touches(earlier.event.added());
  }

  private boolean touches(@Nullable Path name) {
    return name != null
        && (Objects.equals(name, event.removed()) || Objects.equals(name, event.added()));
  }

  public void applyTo(Map<Path, Integer> names) {
    if (event.removed() != null) {
      names.remove(event.removed());
    }
    if (event.added() != null) {
      names.put(event.added(), event.file());
    }
  }

  @Override
  public String describe() {
    return event.describe();
  }
}
