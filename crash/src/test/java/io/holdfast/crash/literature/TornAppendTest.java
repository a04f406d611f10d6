package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A record of more than a sector is appended with a mark at its end that says that it is whole. But
 * sectors arrive in any order: the mark may be there and a middle missing. The fix is a checksum.
 */
@Published(
    in = "logs that take an append of several blocks for atomic",
    by = "Pillai et al., ALICE, OSDI 2014")
final class TornAppendTest extends FileBug {
  private static final String BODY = "record".repeat(200);

  @Override
  Expected expected() {
    return new Expected(".append(", "a torn record ends in a mark", "whole record");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "log", "");
  }

  private static String mark(String body, Version version) {
    CRC32 checksum = new CRC32();
    checksum.update(body.getBytes(StandardCharsets.UTF_8));
    return version == Version.FIXED ? "%08x".formatted(checksum.getValue()) : "complete";
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    append(medium, "log", BODY + mark(BODY, version));
    sync(medium, "log");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String text = read(medium, "log");
    if (text.length() < BODY.length() + 8) {
      return "no record";
    }
    String body = text.substring(0, BODY.length());
    if (!text.endsWith(mark(body, version))) {
      return "no record";
    }
    require(body.equals(BODY), "a torn record ends in a mark");
    return "whole record";
  }
}
