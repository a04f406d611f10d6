package io.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerProgramTest {
  @TempDir private Path folder;

  @Test
  void workload_command_isOneLineWithUnsignedSeed() throws IOException {
    try (PeerProgram peer =
        start(
            """
            echo ready
            while read line; do echo "$line" >> %s; echo 42; done
            """
                .formatted(folder.resolve("commands")))) {
      assertThat(peer.workload("copy", 64).nanos(1000, -1)).isEqualTo(42);
      assertThat(peer.workload("persist", 8).nanos(5, 7)).isEqualTo(42);
    }
    assertThat(folder.resolve("commands"))
        .hasContent("copy 64 1000 18446744073709551615\npersist 8 5 7\n");
  }

  @Test
  void start_folderAndForcing_arriveAtTheProgram() throws IOException {
    Path seen = folder.resolve("seen");
    try (PeerProgram _ = start("echo \"$1 $PMEM_IS_PMEM_FORCE\" > " + seen + "\necho ready\n")) {
      assertThat(seen).hasContent(folder + " 1\n");
    }
  }

  @Test
  void start_noRoom_saysWhatThePeerSays() {
    assertThatThrownBy(() -> start("echo 'error /x/pool: no space left on device'"))
        .isInstanceOf(PeerException.class)
        .hasMessage("libpmem: /x/pool: no space left on device");
  }

  @Test
  void start_otherProgram_isRefused() {
    assertThatThrownBy(() -> start("echo hello"))
        .isInstanceOf(PeerException.class)
        .hasMessage("libpmem: unexpected greeting: hello");
  }

  @Test
  void workload_peerEnds_isNoAnswer() throws IOException {
    try (PeerProgram peer = start("echo ready; read line")) {
      Workload copy = peer.workload("copy", 64);
      assertThatThrownBy(() -> copy.nanos(1, 1))
          .isInstanceOf(PeerException.class)
          .hasMessage("libpmem: the peer program ended without an answer");
    }
  }

  @Test
  void workload_answerIsNoNumber_isRefused() throws IOException {
    try (PeerProgram peer = start("echo ready; read line; echo many")) {
      Workload copy = peer.workload("copy", 64);
      assertThatThrownBy(() -> copy.nanos(1, 1))
          .isInstanceOf(PeerException.class)
          .hasMessage("libpmem: not a number of nanoseconds: many");
    }
  }

  private PeerProgram start(String script) throws IOException {
    Path program = Files.writeString(folder.resolve("peer"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return PeerProgram.start("libpmem", program, folder);
  }
}
