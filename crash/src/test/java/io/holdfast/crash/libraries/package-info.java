/**
 * Software that nobody here wrote, crashed through {@code java.nio.file}: what each test asserts is
 * what was found, good or bad, and told in docs/crash-libraries.md, so that a newer version that
 * does otherwise is noticed.
 */
package io.holdfast.crash.libraries;
