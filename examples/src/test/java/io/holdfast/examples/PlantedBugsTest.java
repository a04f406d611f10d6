package io.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.PmemMap;
import io.holdfast.pmem.PmemSource;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every line of the write-ahead logs that is there for a crash is missed when it is not: the logs
 * are compiled with a bug planted, and the crash cases find it.
 */
final class PlantedBugsTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("holdfast.root"), "examples/src/main/java/io/holdfast/examples");
  private static final Path FILE = Path.of("/crash/example");

  /** One fits into a sector of a file, as into a few words of memory, and the other does not. */
  private static final List<String> RECORDS = List.of("one", "another ".repeat(70));

  @TempDir private Path temp;

  /** A change of one place in the source, and what the crash case says to it. */
  enum MappedBug {
    NOT_FENCED("CopyMode.PERSIST", "CopyMode.NO_DRAIN", "lost: one"),
    READ_AND_NOT_PERSISTED("map.persist(0, end);", "", "lost: one"),
    CHECKSUM_NOT_LOOKED_AT("expected != checksum(bytes)", "expected == 0", "not what was added");

    private final String code;
    private final String replacement;
    private final String complaint;

    MappedBug(String code, String replacement, String complaint) {
      this.code = code;
      this.replacement = replacement;
      this.complaint = complaint;
    }
  }

  /** The same for the log in a file. */
  enum FileBug {
    NOT_SYNCED("channel.force(false);", "", "lost: one"),
    READ_AND_NOT_SYNCED("channel.force(true);", "", "lost: one"),
    FOLDER_NOT_SYNCED("folder.force(true);", "", "lost: one"),
    CHECKSUM_NOT_LOOKED_AT("expected != checksum(bytes)", "expected == 0", "not what was added");

    private final String code;
    private final String replacement;
    private final String complaint;

    FileBug(String code, String replacement, String complaint) {
      this.code = code;
      this.replacement = replacement;
      this.complaint = complaint;
    }
  }

  @ParameterizedTest
  @EnumSource
  void fileWal_planted_isFound(FileBug bug) throws Exception {
    Class<? extends Wal> wal = plant("FileWal", bug.code, bug.replacement);
    assertFound(
        CrashCases.wal(
            Granularity.PAGE,
            medium -> open(wal, Path.class, medium.folder().resolve("wal")),
            RECORDS),
        bug.complaint);
  }

  @ParameterizedTest
  @EnumSource
  void mappedWal_planted_isFound(MappedBug bug) throws Exception {
    Class<? extends Wal> wal = plant("MappedWal", bug.code, bug.replacement);
    MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
    assertFound(
        CrashCases.wal(
                Granularity.CACHE_LINE,
                medium -> open(wal, PmemMap.class, medium.map(PmemSource.of(FILE), config)),
                RECORDS)
            .prepare((medium, _) -> ExampleFile.create(medium, FILE, 4096, _ -> {})),
        bug.complaint);
  }

  private static void assertFound(CrashExploration exploration, String complaint) {
    CrashReport report = exploration.explore();
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst().cause()).hasMessageContaining(complaint);
  }

  private static <T> Wal open(Class<? extends Wal> wal, Class<T> type, T argument) {
    try {
      return wal.getConstructor(type).newInstance(argument);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Compiles a class of the examples with a bug in it, and loads it beside the right one. */
  private Class<? extends Wal> plant(String name, String code, String replacement)
      throws Exception {
    String source = Files.readString(SOURCES.resolve(name + ".java"));
    assertThat(source).containsOnlyOnce(code);
    Path changed =
        Files.writeString(temp.resolve(name + ".java"), source.replace(code, replacement));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", temp.toString(), "-cp", System.getProperty("java.class.path"));
      Boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(changed))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
    return new Planted(temp).loadClass("io.holdfast.examples." + name).asSubclass(Wal.class);
  }

  /** Loads from a folder what is there, and all else as usual. */
  private static final class Planted extends ClassLoader {
    private final Path folder;

    Planted(Path folder) {
      super(PlantedBugsTest.class.getClassLoader());
      this.folder = folder;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      Path file = folder.resolve(name.replace('.', '/') + ".class");
      if (!Files.exists(file)) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try {
        byte[] bytes = Files.readAllBytes(file);
        return defineClass(name, bytes, 0, bytes.length);
      } catch (java.io.IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
