/**
 * The medium that programs under test run on: files and mappings in memory, which note every store,
 * flush, fence and file call, in one order, in a {@link
 * io.holdfast.crash.internal.medium.Recorder}.
 */
package io.holdfast.crash.internal.medium;
