/**
 * The search: runs the program once, recorded, and the check on what crashes may leave of it.
 *
 * <p>{@link io.holdfast.crash.internal.explore.Explorer} is the way through it. What it finds is
 * made small by {@link io.holdfast.crash.internal.explore.Minimizer} and put into words by {@link
 * io.holdfast.crash.internal.explore.FailureWriter}; {@link
 * io.holdfast.crash.internal.explore.Diagnosis} looks for what is wrong without any crash.
 */
package io.holdfast.crash.internal.explore;
