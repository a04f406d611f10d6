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
 * CACHE_LINE, 6 events, 9 of 9 states, 0 of 0 in recovery, seed 1
 * after events 0-2: "" (6 states)
 * after events 3-4: "" (2 states), "milk, bread" (2 states)
 * after events 5-6: "milk, bread" (2 states)
 * </pre>
 *
 * <h2>What is assumed</h2>
 *
 * <p>More than any one machine does, so that what passes holds on all of them:
 *
 * <ul>
 *   <li>A plain store is in the cache until its line has been flushed <em>and</em> the flushing
 *       thread has fenced. Until then it may reach the medium at any time or never, and of several
 *       stores, also to one word, any subset may. Only ordered stores imply the earlier ones of
 *       their line; nothing orders two lines.
 *   <li>A non-temporal store may arrive at any time until its own thread has fenced.
 *   <li>Aligned words of 8 bytes do not tear, larger stores do.
 *   <li>At {@link io.holdfast.pmem.Granularity#BYTE} what is visible is durable, except
 *       non-temporal stores before their fence. At {@link io.holdfast.pmem.Granularity#PAGE}
 *       nothing is ordered, and everything is in doubt until its page or file has been
 *       synchronised.
 *   <li>A file write leaves each sector of 512 bytes as some moment of its history had it. Sizes
 *       and names are in doubt until the file's, or the folder's, sync.
 *   <li>A failed sync is final: what it was to cover is lost or not, and no later sync helps.
 *   <li>A killed process leaves everything visible and makes nothing durable: power may fail while
 *       the next one recovers.
 * </ul>
 *
 * <h2>Several threads</h2>
 *
 * <p>What {@link io.holdfast.crash.RunLog#together} runs takes turns: one thread goes on at a time,
 * and before each store, flush, fence, file call, acquiring read and acknowledgement it is decided
 * which. Threads that wait for a lock, a latch or each other are seen to, and so are those that
 * spin; if all wait for ever that is a deadlock, and told with the stacks. The program is run once
 * for each way to decide, those with the fewest preemptions first, and crashed in all of them: a
 * preemption takes the turn from a thread that could go on, and most mistakes need no more than two
 * (Musuvathi and Qadeer, PLDI 2007).
 *
 * <p>A schedule is a line of text: {@code 7:2,12:1} lets thread 2 go on at the 7th decision and
 * thread 1 at the 12th, where another would have; {@code straight} leaves each thread on until it
 * ends or waits. No two schedules are taken for one because their steps look independent, since
 * threads also meet in Java's memory, where nobody looks; but what several schedules have in common
 * is crashed once, and a state that looks the same is checked once.
 *
 * <p>A schedule repeats what the program does only if nothing else decides that: no clock, no
 * random numbers without a seed, no threads of its own. The first schedule is run twice, and the
 * report says in what the runs differ.
 */
package io.holdfast.crash;
