/**
 * The face that a simulated medium shows to programs of {@code java.nio.file}: a file system whose
 * calls are those of {@code internal.medium}, with the results and exceptions of the host's own.
 */
@NullMarked
package io.holdfast.crash.internal.files;

import org.jspecify.annotations.NullMarked;
