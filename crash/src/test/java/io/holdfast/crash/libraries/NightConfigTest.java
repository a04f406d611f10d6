package io.holdfast.crash.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import com.electronwill.nightconfig.core.Config;
import com.electronwill.nightconfig.core.file.FileNotFoundAction;
import com.electronwill.nightconfig.core.io.WritingMode;
import com.electronwill.nightconfig.toml.TomlFormat;
import com.electronwill.nightconfig.toml.TomlParser;
import com.electronwill.nightconfig.toml.TomlWriter;
import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashFailure;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.FileSystemModel;
import io.holdfast.pmem.Granularity;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Night Config's ways to replace a file with a changed configuration. */
class NightConfigTest {

  /**
   * Found: the plain way empties the file and then writes it, so that a crash in between, or even a
   * killed process, leaves neither configuration. Its documentation promises nothing else.
   */
  @Test
  void replace_leavesNothingOfEither() {
    CrashReport report = save(WritingMode.REPLACE, FileSystemModel.POSIX);
    CrashFailure.Crash crash = report.failures().getFirst().crashes().getLast();
    assertThat(crash.description()).contains("size set to 0 of c.toml");
    assertThat(crash.lost()).isEmpty();
  }

  /**
   * Found: the atomic way writes a file beside it and renames that, but synchronises neither: the
   * name may arrive before the bytes.
   */
  @Test
  void replaceAtomic_leavesAFileOfZeroes() {
    CrashReport report = save(WritingMode.REPLACE_ATOMIC, FileSystemModel.POSIX);
    CrashFailure failure = report.failures().getFirst();
    assertThat(failure.crashes().getLast().description())
        .contains("/c.new.tmp.toml renamed to /c.toml");
    assertThat(failure.crashes().getLast().lost())
        .singleElement()
        .asString()
        .contains("bytes written to its sector");
  }

  /** On ext4 a file that is renamed over another has its bytes; one that was emptied has not. */
  @Test
  void onExt4_replaceAtomicIsAtomic_andReplaceIsNot() {
    save(WritingMode.REPLACE_ATOMIC, FileSystemModel.EXT4_ORDERED).assertConsistent();
    assertThat(save(WritingMode.REPLACE, FileSystemModel.EXT4_ORDERED).failures()).hasSize(1);
  }

  private static CrashReport save(WritingMode mode, FileSystemModel fileSystem) {
    return CrashExploration.of(Granularity.PAGE)
        .fileSystem(fileSystem)
        .prepare((medium, _) -> write(medium.folder(), mode, "old"))
        .run((medium, _) -> write(medium.folder(), mode, "new"))
        .check((medium, _) -> read(medium.folder()))
        .explore();
  }

  private static void write(Path folder, WritingMode mode, String value) {
    Config config = TomlFormat.newConfig();
    config.set("state", value);
    config.set("answer", 42);
    new TomlWriter().write(config, folder.resolve("c.toml"), mode);
  }

  private static String read(Path folder) {
    Config config =
        new TomlParser().parse(folder.resolve("c.toml"), FileNotFoundAction.THROW_ERROR);
    String state = config.get("state");
    assertThat(state).isIn(List.of("old", "new"));
    assertThat(config.<Integer>get("answer")).isEqualTo(42);
    return state;
  }
}
