package io.holdfast.crash.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

/** A mapping of a simulated file is one of its arena, as on the host. */
class MappedFileTest {
  private final Path file = SimulatedMedium.of(Granularity.PAGE).fileSystem().getPath("/mapped");

  private FileChannel channel() throws IOException {
    Files.write(file, new byte[] {1, 2, 3});
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Test
  void readOnly_showsWhatIsWrittenUntilItsArenaIsClosed() throws IOException {
    try (FileChannel channel = channel()) {
      MemorySegment mapped;
      try (Arena arena = Arena.ofConfined()) {
        mapped = channel.map(MapMode.READ_ONLY, 1, 2, arena);
        assertThat(mapped.scope()).isEqualTo(arena.scope());
        assertThat(mapped.isReadOnly()).isTrue();
        assertThat(mapped.byteSize()).isEqualTo(2);
        assertThat(mapped.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
        channel.write(ByteBuffer.wrap(new byte[] {9}), 1);
        assertThat(mapped.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
      }
      assertThatThrownBy(() -> mapped.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anyMode_ofAClosedArena_isRefused() throws IOException {
    Arena arena = Arena.ofShared();
    arena.close();
    try (FileChannel channel = channel()) {
      assertThatThrownBy(() -> channel.map(MapMode.READ_ONLY, 0, 1, arena))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> channel.map(MapMode.PRIVATE, 0, 1, arena))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void readOnly_inTheGlobalArena_isKept() throws IOException {
    try (FileChannel channel = channel()) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, 3, Arena.global());
      assertThat(mapped.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
    }
  }
}
