package io.holdfast.crash.junit;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.ExploredEvent;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** One run of a crash test: gives it its exploration, and explores what it has described. */
final class CrashInvocation
    implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor {
  /** Names the folder for the reports of tests that fail. */
  private static final String REPORT_FOLDER = "holdfast.crash.report";

  private final CrashTest test;
  private final String name;
  private final Granularity granularity;
  private final OptionalLong seed;
  private final CrashExploration exploration;
  private @Nullable CrashReport report;

  CrashInvocation(CrashTest test, Method method, Granularity granularity, OptionalLong seed) {
    this.test = test;
    this.granularity = granularity;
    this.seed = seed;
    name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
    exploration =
        CrashExploration.of(granularity)
            .named(name)
            .statesAtMost(test.states())
            .exhaustiveUpTo(test.exhaustiveUpTo())
            .engine(test.engine())
            .crashesInRecovery(test.crashesInRecovery())
            .preemptionsAtMost(test.preemptions())
            .schedulesAtMost(test.schedules())
            .onReport(done -> report = done);
    seed.ifPresent(exploration::seed);
  }

  @Override
  public String getDisplayName(int index) {
    return seed.isPresent()
        ? "%s, seed %d".formatted(granularity, seed.getAsLong())
        : granularity.name();
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == CrashExploration.class || type == Granularity.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Granularity.class ? granularity : exploration;
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    try {
      invocation.proceed();
      if (report == null) {
        CrashReport done = exploration.explore().assertConsistent();
        if (crashedNothing(done)) {
          throw new AssertionError(
              name
                  + ": nothing was crashed, since the run did nothing to its medium: let it use paths"
                  + " of medium.folder(), or mappings of the medium");
        }
        if (test.findings() == CrashTest.Findings.FORBIDDEN) {
          done.assertNoFindings();
        }
      }
    } catch (AssertionError e) {
      throw withReport(e, context);
    }
  }

  /** A replay has no timeline, and is no exploration of everything. */
  private static boolean crashedNothing(CrashReport done) {
    return done.coverage() == CrashReport.Coverage.EXHAUSTIVE
        && done.recoveryStates() == 0
        && done.timeline().stream()
            .allMatch(
                event ->
                    event.kind() == ExploredEvent.Kind.START
                        || event.kind() == ExploredEvent.Kind.WORD);
  }

  /** {@return the failure, and where its report is, if it has one that is wanted} */
  private AssertionError withReport(AssertionError failure, ExtensionContext context) {
    Optional<String> folder = context.getConfigurationParameter(REPORT_FOLDER);
    if (report == null || folder.isEmpty() || folder.get().isBlank()) {
      return failure;
    }
    String file = "%s-%s".formatted(name, granularity);
    if (seed.isPresent()) {
      file += "-" + seed.getAsLong();
    }
    String written;
    try {
      Path target = Path.of(folder.get(), file.replaceAll("[^\\w.$-]", "_") + ".html");
      Files.createDirectories(target.toAbsolutePath().getParent());
      report.writeHtml(target);
      written = "look at it: " + target.toAbsolutePath().toUri();
    } catch (IOException e) {
      written = "the report could not be written: " + e;
    }
    if (failure.getClass() != AssertionError.class) {
      context.publishReportEntry(REPORT_FOLDER, written);
      return failure; // it may carry more than its message
    }
    AssertionError more =
        new AssertionError(
            failure.getMessage() + System.lineSeparator() + written, failure.getCause());
    more.setStackTrace(failure.getStackTrace());
    return more;
  }
}
