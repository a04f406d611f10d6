package io.holdfast.crash.internal.model;

/** A piece of an event that may or may not have reached the medium. */
public sealed interface InDoubt permits Unit, SizeChange, NameChange {

  /** {@return the event that this is a piece of} */
  public Event event();

  /** {@return the number of that event in the order of all events of its model} */
  public long sequence();

  /** {@return the piece, in words} */
  public String describe();
}
