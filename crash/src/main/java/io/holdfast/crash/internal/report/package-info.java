/**
 * What people and programs are told of an exploration: text, HTML, JSON, and the line that repeats
 * a failure.
 *
 * <p>Nothing here runs a program or looks for states.
 */
package io.holdfast.crash.internal.report;
