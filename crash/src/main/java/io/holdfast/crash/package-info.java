/**
 * Power-failure simulator and crash-state explorer: a program runs on a simulated medium, and is
 * then crashed after each thing it did, in each way that a power failure or a kill may leave the
 * medium.
 *
 * <p>{@link io.holdfast.crash.CrashExploration} is where to begin. The program under test is
 * production code that takes the {@link io.holdfast.pmem.Medium} it works on as a parameter. In a
 * JUnit test:
 *
 * <pre>{@code
 * CrashReport report =
 *     CrashExploration.of(Granularity.CACHE_LINE)
 *         .prepare((medium, log) -> Note.create(medium, FILE))
 *         .run(
 *             (medium, log) -> {
 *               try (Note note = Note.open(medium, FILE)) {
 *                 note.write("milk, bread");
 *                 log.acknowledge("written");
 *               }
 *             })
 *         .check(
 *             (medium, log) -> {
 *               try (Note note = Note.open(medium, FILE)) {
 *                 assertThat(note.text()).isIn("", "milk, bread");
 *                 if (log.hasAcknowledged("written")) {
 *                   assertThat(note.text()).isEqualTo("milk, bread");
 *                 }
 *                 return note.text();
 *               }
 *             })
 *         .explore()
 *         .assertConsistent();
 * }</pre>
 *
 * <p>A program that breaks its promise is shown with the fewest losses that break it: the event
 * after which the power failed, the bytes that were lost, where the program had stored them, and
 * what the check says. A correct one gives the outcomes by event:
 *
 * <pre>
 * CACHE_LINE, 7 events, 9 states (all), 0 in recovery (all), seed 1
 * after events 0-3: "" (10 states)
 * after events 4-5: "" (2 states), "milk, bread" (2 states)
 * after events 6-7: "milk, bread" (2 states)
 * </pre>
 *
 * <p>What is assumed of hardware and kernel is told at {@code DurabilityModel}; it is more than any
 * one machine does, so that what passes holds on all of them.
 */
package io.holdfast.crash;
