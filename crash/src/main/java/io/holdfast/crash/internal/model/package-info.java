/**
 * What may be on a medium after a crash: events go in, states come out.
 *
 * <p>{@link io.holdfast.crash.internal.model.DurabilityModel} is fed the {@linkplain
 * io.holdfast.crash.internal.model.Event events} of a run and gives the {@linkplain
 * io.holdfast.crash.internal.model.StateSpace states} that a power failure may leave after each.
 * Nothing here runs a program, and nothing here knows of media but their {@linkplain
 * io.holdfast.crash.internal.model.MediumImage images}.
 */
package io.holdfast.crash.internal.model;
