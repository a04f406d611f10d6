package io.holdfast.crash.internal.report;

import io.holdfast.crash.internal.model.Content;
import io.holdfast.crash.internal.model.MediumImage;
import java.util.HexFormat;

/** The bytes of files in images, for showing them. */
public final class Bytes {
  private static final int MOST_SHOWN = 32;

  private Bytes() {}

  /** {@return bytes in hexadecimal, all or the first of them} */
  public static String hex(byte[] bytes) {
    int shown = Math.min(bytes.length, MOST_SHOWN);
    String text = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown);
    return shown < bytes.length ? "%s ... (%d bytes)".formatted(text, bytes.length) : text;
  }

  /** {@return the bytes of a file from {@code position} on, those beyond its end left out} */
  public static byte[] of(MediumImage.FileImage file, long position, long length) {
    Content content = file.content();
    int count = (int) Math.max(0, Math.min(length, file.size() - position));
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      long at = position + i;
      bytes[i] = (byte) (content.word(at / Long.BYTES) >>> (at % Long.BYTES * Byte.SIZE));
    }
    return bytes;
  }
}
