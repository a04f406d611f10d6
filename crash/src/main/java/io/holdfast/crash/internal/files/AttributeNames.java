package io.holdfast.crash.internal.files;

import java.util.List;

/**
 * Attributes named by a program: "size,fileKey" or "posix:*".
 *
 * @param view which view they are of
 * @param names the names, "*" for all
 */
record AttributeNames(String view, List<String> names) {
  static AttributeNames parse(String text) {
    int colon = text.indexOf(':');
    String view = colon < 0 ? "basic" : text.substring(0, colon);
    List<String> names = List.of(text.substring(colon + 1).split(",", -1));
    if (names.contains("")) {
      throw new IllegalArgumentException("'%s': no attribute named".formatted(text));
    }
    return new AttributeNames(view, names);
  }
}
