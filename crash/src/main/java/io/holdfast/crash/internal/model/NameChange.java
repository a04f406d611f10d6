package io.holdfast.crash.internal.model;

import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of names in doubt until all its folders are synchronised.
 *
 * <p>It arrives after all earlier ones of its names. Besides, the removal of a folder arrives after
 * everything that emptied it, and folders are moved in the order in which they were: otherwise a
 * file could be lost that nobody has removed, and a folder could lie in itself, which file systems
 * that keep no order at all mend by fsck and not by chance.
 */
public record NameChange(long sequence, Event.Rename event, Set<Folder> unsynced)
    implements InDoubt {

  public static NameChange of(long sequence, Event.Rename event) {
    Set<Folder> folders = new HashSet<>();
    for (Name name : new Name[] {event.removed(), event.added()}) {
      if (name != null) {
        folders.add(name.folder());
      }
    }
    return new NameChange(sequence, event, folders);
  }

  public NameChange fork() {
    return new NameChange(sequence, event, new HashSet<>(unsynced));
  }

  public boolean dependsOn(NameChange earlier) {
    return touches(earlier.event.removed())
        || touches(earlier.event.added())
        || (isRemovalOfFolder()
            && (empties(earlier.event.removed()) || empties(earlier.event.added())))
        || (isMoveOfFolder() && earlier.isMoveOfFolder());
  }

  private boolean isRemovalOfFolder() {
    return event.kind() == Event.NamedKind.FOLDER && event.added() == null;
  }

  private boolean isMoveOfFolder() {
    return event.kind() == Event.NamedKind.FOLDER
        && event.added() != null
        && event.removed() != null;
  }

  private boolean empties(@Nullable Name name) {
    return name != null && name.folder().number() == event.file();
  }

  private boolean touches(@Nullable Name name) {
    return name != null
        && (Objects.equals(name, event.removed()) || Objects.equals(name, event.added()));
  }

  public void applyTo(Map<Name, Integer> names) {
    if (event.removed() != null) {
      names.remove(event.removed());
    }
    if (event.added() != null) {
      // Remove first: an equal key would keep the path it was once called by.
      names.remove(event.added());
      names.put(event.added(), event.file());
    }
  }

  @Override
  public String describe() {
    return event.describe();
  }
}
