/**
 * Crash explorations as JUnit tests: {@link io.holdfast.crash.junit.CrashTest}. Needs JUnit
 * Jupiter's API, version 5.12 or newer; everything else in this module does without it.
 */
package io.holdfast.crash.junit;
