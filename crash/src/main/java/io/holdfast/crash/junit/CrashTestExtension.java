package io.holdfast.crash.junit;

import io.holdfast.crash.CrashExploration;
import io.holdfast.pmem.Granularity;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a method once for each granularity and seed that its annotation names. */
final class CrashTestExtension implements TestTemplateInvocationContextProvider {
  CrashTestExtension() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return annotation(context.getRequiredTestMethod()) != null;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    CrashTest test = annotation(method);
    if (Arrays.stream(method.getParameterTypes()).noneMatch(CrashExploration.class::equals)) {
      throw new ExtensionConfigurationException(
          "%s.%s: a crash test describes a CrashExploration, which it takes as a parameter"
              .formatted(method.getDeclaringClass().getSimpleName(), method.getName()));
    }
    List<TestTemplateInvocationContext> tests = new ArrayList<>();
    for (Granularity granularity : test.granularity()) {
      if (test.seed().length == 0) {
        tests.add(new CrashInvocation(test, method, granularity, OptionalLong.empty()));
      }
      for (long seed : test.seed()) {
        tests.add(new CrashInvocation(test, method, granularity, OptionalLong.of(seed)));
      }
    }
    if (tests.isEmpty()) {
      throw new ExtensionConfigurationException(
          "%s.%s: no granularity"
              .formatted(method.getDeclaringClass().getSimpleName(), method.getName()));
    }
    return tests.stream();
  }

  private static CrashTest annotation(Method method) {
    return AnnotationSupport.findAnnotation(method, CrashTest.class).orElseThrow();
  }
}
