package io.holdfast.crash.internal.explore;

import io.holdfast.crash.StateDecoder;
import io.holdfast.crash.internal.model.MediumImage;
import io.holdfast.crash.internal.report.Bytes;
import io.holdfast.crash.internal.report.FileNames;
import io.holdfast.crash.internal.report.Reporting;
import java.lang.foreign.MemorySegment;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** What lost bytes are on the crashed medium and were before, in hexadecimal and by decoders. */
final class LossBytes {
  private static final long MOST_DECODED = 1 << 26;

  private final Reporting reporting;
  private final FileNames names;
  private final MediumImage left;
  private final MediumImage visible;

  LossBytes(Reporting reporting, FileNames names, Trail.Crash crash) {
    this.reporting = reporting;
    this.names = names;
    left = crash.space().image(crash.state());
    visible = crash.space().image(new int[crash.state().length]);
  }

  String left(int file, LostRange range) {
    return hex(left, file, range);
  }

  String visible(int file, LostRange range) {
    return hex(visible, file, range);
  }

  String leftMeaning(int file, LostRange range) {
    return meaning(left, file, range);
  }

  String visibleMeaning(int file, LostRange range) {
    return meaning(visible, file, range);
  }

  private static String hex(MediumImage image, int number, LostRange range) {
    MediumImage.FileImage file = image.files().get(number);
    if (file == null) {
      return "no file";
    }
    byte[] bytes = Bytes.of(file, range.from(), range.to() - range.from());
    return bytes.length == 0 ? "beyond the end" : Bytes.hex(bytes);
  }

  private String meaning(MediumImage image, int number, LostRange range) {
    MediumImage.FileImage file = image.files().get(number);
    StringJoiner text = new StringJoiner(", ");
    for (Reporting.Decoder decoder : reporting.decoders()) {
      if (file != null && decoder.file().equals(names.path(number))) {
        String meaning = decode(decoder.decoder(), file, range);
        if (meaning != null && !meaning.isEmpty()) {
          text.add(meaning);
        }
      }
    }
    return text.toString();
  }

  /** A decoder meets bytes of any kind: what it throws is told, and hides no failure. */
  private static @Nullable String decode(
      StateDecoder decoder, MediumImage.FileImage file, LostRange range) {
    if (file.size() > MOST_DECODED) {
      return "not decoded: the file is larger than %d bytes".formatted(MOST_DECODED);
    }
    try {
      MemorySegment bytes = MemorySegment.ofArray(Bytes.of(file, 0, file.size())).asReadOnly();
      return decoder.decode(bytes, range.from(), range.to() - range.from());
    } catch (RuntimeException e) {
      return "not decoded: " + e;
    }
  }
}
