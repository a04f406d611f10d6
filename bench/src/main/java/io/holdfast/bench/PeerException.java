package io.holdfast.bench;

import java.io.IOException;

/** A peer's program does not compile, start or answer. */
final class PeerException extends IOException {
  private static final long serialVersionUID = 1;

  PeerException(String message) {
    super(message);
  }
}
