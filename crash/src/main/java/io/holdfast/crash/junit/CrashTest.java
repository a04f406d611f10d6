package io.holdfast.crash.junit;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.Engine;
import io.holdfast.pmem.Granularity;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Makes a method a test that crashes a program: it is run once for each granularity and seed, with
 * an exploration that it describes as its parameter.
 *
 * <pre>{@code
 * @CrashTest(granularity = {CACHE_LINE, PAGE})
 * void append_survives(CrashExploration exploration) {
 *   exploration
 *       .prepare((medium, log) -> Log.create(medium, FILE))
 *       .run((medium, log) -> ...)
 *       .check((medium, log) -> ...);
 * }
 * }</pre>
 *
 * <p>When the method has returned the exploration is done, and the test fails if a crash left what
 * the check does not accept, as {@link CrashReport#assertConsistent} does, or if the run did
 * nothing to its medium, as one that uses the host's files. A method that calls {@link
 * CrashExploration#explore} itself, to look at the report, asserts what it wants itself. What the
 * method sets at the exploration comes after what is set here. A {@link Granularity} may be a
 * parameter too. The exploration is {@linkplain CrashExploration#named named} after the class and
 * the method, so that a failure's line replays in this test alone.
 *
 * <p>If the system property, or JUnit configuration parameter, {@code holdfast.crash.report} names
 * a folder, each test that fails leaves an HTML report there, {@code
 * CLASS.METHOD-GRANULARITY.html}, and says so.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(CrashTestExtension.class)
@SuppressWarnings(
    "exports") // who uses it reads JUnit's module anyway, and JUnit makes the extension
public @interface CrashTest {
  /** What is done about what a run {@linkplain CrashReport#diagnosis shows} without any crash. */
  enum Findings {
    /** Nothing. */
    ALLOWED,
    /** The test fails, as by {@link CrashReport#assertNoFindings}. */
    FORBIDDEN
  }

  /** {@return the granularities of the media, each of which is a test; by default all} */
  Granularity[] granularity() default {Granularity.BYTE, Granularity.CACHE_LINE, Granularity.PAGE};

  /**
   * {@return what random choices are made from, each of which is a test; by default what
   * explorations are made from by themselves}
   */
  long[] seed() default {};

  /** {@return how many states are checked at most} */
  long states() default Long.MAX_VALUE;

  /** {@return up to which size the states after one event are all checked} */
  long exhaustiveUpTo() default 4096;

  /** {@return which states are checked} */
  Engine engine() default Engine.FULL;

  /** {@return how often in a row the check itself is crashed} */
  int crashesInRecovery() default 1;

  /** {@return how often the turn is taken from a thread that could go on} */
  int preemptions() default 2;

  /** {@return how many schedules of threads are explored at most} */
  long schedules() default 1000;

  /** {@return what is done about findings} */
  Findings findings() default Findings.ALLOWED;
}
