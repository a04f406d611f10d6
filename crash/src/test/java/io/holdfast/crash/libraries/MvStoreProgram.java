package io.holdfast.crash.libraries;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashFileSystemProvider;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.FileSystemModel;
import io.holdfast.crash.RunLog;
import io.holdfast.pmem.Granularity;
import java.util.Set;
import java.util.TreeSet;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * Explores MVStore, which makes paths of strings, in a JVM of its own whose default file system is
 * the wrapping one; {@link MvStoreTest} reads what it prints.
 */
final class MvStoreProgram {
  private static final String FILE = CrashFileSystemProvider.ROOT + "/data.mv";

  private MvStoreProgram() {}

  public static void main(String[] arguments) {
    CrashReport report =
        switch (arguments[0]) {
          case "existing" -> exploration().prepare((_, _) -> put("one", null)).explore();
          case "new" -> exploration().crashesInRecovery(0).explore();
          case "new on ext4" ->
              exploration().fileSystem(FileSystemModel.EXT4_ORDERED).crashesInRecovery(0).explore();
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    System.out.println(report);
  }

  private static CrashExploration exploration() {
    return CrashExploration.of(Granularity.PAGE)
        .run((_, log) -> put("two", log))
        .check(
            (_, log) -> {
              MVStore store = open();
              try {
                MVMap<String, String> map = store.openMap("map");
                Set<String> keys = new TreeSet<>(map.keySet());
                for (String key : keys) {
                  if (!("value of " + key).equals(map.get(key))) {
                    throw new AssertionError(key + "=" + map.get(key));
                  }
                }
                if (log.hasAcknowledged("two") && !keys.contains("two")) {
                  throw new AssertionError("two is lost");
                }
                return keys.toString();
              } finally {
                store.closeImmediately();
              }
            })
        .exhaustiveUpTo(512)
        .samples(64);
  }

  private static MVStore open() {
    // Without automatic commits there is no thread of the store's own.
    return new MVStore.Builder().fileName(FILE).autoCommitDisabled().open();
  }

  private static void put(String key, @Nullable RunLog log) {
    MVStore store = open();
    try {
      store.<String, String>openMap("map").put(key, "value of " + key);
      store.commit();
      store.sync();
      if (log != null) {
        log.acknowledge(key);
      }
    } finally {
      store.close();
    }
  }
}
