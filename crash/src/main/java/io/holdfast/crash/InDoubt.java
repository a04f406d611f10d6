package io.holdfast.crash;

/** A piece of an event that may or may not have reached the medium. */
sealed interface InDoubt permits Unit, SizeChange, NameChange {

  /** {@return the event that this is a piece of} */
  Event event();

  /** {@return the piece, in words} */
  String describe();
}
