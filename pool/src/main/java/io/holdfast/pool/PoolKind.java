package io.holdfast.pool;

import java.util.Objects;

/**
 * A kind of pool: the module that understands what stands behind the header, and up to which
 * version.
 *
 * <p>A program opens pools of its own kind only, of version 1 to {@code major}. Immutable.
 *
 * @param name what messages call the kind, such as {@code heap}
 * @param signature the first bytes of every such pool: 1 to 8 printable ASCII characters, padded
 *     with NUL on the medium
 * @param major the newest version known, at least 1
 */
public record PoolKind(String name, String signature, int major) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the signature is not 1 to 8 printable ASCII characters or
   *     {@code major} is less than 1
   */
  public PoolKind {
    Objects.requireNonNull(name);
    if (!signature.matches("[!-~]{1,8}")) {
      throw new IllegalArgumentException(
          "signature must be 1 to 8 printable ASCII characters: " + signature);
    }
    if (major < 1) {
      throw new IllegalArgumentException("major version must be at least 1: " + major);
    }
  }
}
