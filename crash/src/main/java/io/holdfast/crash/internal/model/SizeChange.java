package io.holdfast.crash.internal.model;

/** A file's new size in doubt: it arrives after all earlier ones of its file. */
record SizeChange(long sequence, Event event, long size) implements InDoubt {
  @Override
  public String describe() {
    return "its size of %d bytes".formatted(size);
  }
}
