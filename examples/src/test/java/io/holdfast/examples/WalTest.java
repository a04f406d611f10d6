package io.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.Operation;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import io.holdfast.pmem.MapConfig;
import io.holdfast.pmem.Medium;
import io.holdfast.pmem.PmemSource;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two write-ahead logs on the real file system, where nothing crashes. */
final class WalTest {
  private static final int FILE_BYTES = 4096;
  private static final int HEADER_BYTES = 8;

  @TempDir private Path temp;

  /** Where a log is. */
  enum Kind {
    FILE {
      @Override
      Wal open(Path path) throws IOException {
        return new FileWal(path);
      }
    },
    MAPPED {
      @Override
      Wal open(Path path) throws IOException {
        if (!Files.exists(path)) {
          Files.write(path, new byte[FILE_BYTES]);
        }
        MapConfig config = MapConfig.defaults().withRequiredGranularity(Granularity.PAGE);
        return new MappedWal(Medium.system().map(PmemSource.of(path), config));
      }
    };

    abstract Wal open(Path path) throws IOException;
  }

  private Path path() {
    return temp.resolve("wal");
  }

  @ParameterizedTest
  @EnumSource
  void append_isThereAfterReopening(Kind kind) throws IOException {
    List<String> records = List.of("one", "", "\u20ac three", "");
    for (String record : records) {
      try (Wal wal = kind.open(path())) {
        wal.append(record);
      }
    }
    try (Wal wal = kind.open(path())) {
      assertThat(wal.records()).isEqualTo(records);
    }
  }

  @ParameterizedTest
  @EnumSource
  void open_afterAnyByteChanged_hasOnlyWhatIsBefore(Kind kind) throws IOException {
    List<String> records = List.of("one", "two", "three");
    try (Wal wal = kind.open(path())) {
      for (String record : records) {
        wal.append(record);
      }
    }
    byte[] whole = Files.readAllBytes(path());
    int end = 3 * HEADER_BYTES + 11;
    for (int at = 0; at < end; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x40;
      Files.write(path(), changed);
      int intact = at < HEADER_BYTES + 3 ? 0 : at < 2 * (HEADER_BYTES + 3) ? 1 : 2;
      try (Wal wal = kind.open(path())) {
        assertThat(wal.records()).as("byte %d", at).isEqualTo(records.subList(0, intact));
      }
    }
  }

  @Test
  void open_ofAFileCutShort_hasWhatIsWhole() throws IOException {
    try (Wal wal = new FileWal(path())) {
      wal.append("one");
      wal.append("two");
    }
    byte[] whole = Files.readAllBytes(path());
    for (int length = 0; length < whole.length; length++) {
      Files.write(path(), Arrays.copyOf(whole, length));
      try (Wal wal = new FileWal(path())) {
        assertThat(wal.records()).hasSize(length / (HEADER_BYTES + 3));
        wal.append("three");
      }
      try (Wal wal = new FileWal(path())) {
        assertThat(wal.records()).endsWith("three").hasSize(length / (HEADER_BYTES + 3) + 1);
      }
    }
  }

  /** What a failed sync has missed no later one would cover, so there is none. */
  @Test
  void append_syncFails_takesNoMore() throws IOException {
    SimulatedMedium medium = SimulatedMedium.of(Granularity.PAGE);
    try (Wal wal = new FileWal(medium.folder().resolve("wal"))) {
      wal.append("one");
      medium.failAt(Operation.SYNC, 1);
      assertThatThrownBy(() -> wal.append("two")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> wal.append("three")).isInstanceOf(ClosedChannelException.class);
      assertThat(wal.records()).containsExactly("one");
    }
  }

  @Test
  void append_noRoomInTheMemory_changesNothing() throws IOException {
    String large = "x".repeat(FILE_BYTES - 2 * HEADER_BYTES - 2);
    try (Wal wal = Kind.MAPPED.open(path())) {
      wal.append("one");
      assertThatThrownBy(() -> wal.append(large)).isInstanceOf(IndexOutOfBoundsException.class);
      wal.append("two");
      assertThat(wal.records()).containsExactly("one", "two");
    }
    try (Wal wal = Kind.MAPPED.open(path())) {
      assertThat(wal.records()).containsExactly("one", "two");
    }
  }
}
