package io.holdfast.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a module may depend on, and who may touch the machine. Every rule has a counterexample, a
 * class written for the occasion, so that no rule passes for lack of anything it could see.
 */
final class ArchitectureTest {
  /** What each module may use of the others. */
  private static final Map<String, Set<String>> MAY_USE =
      new TreeMap<>(
          Map.of(
              "pmem", Set.of(),
              "crash", Set.of("pmem"),
              "pool", Set.of("pmem"),
              "heap", Set.of("pmem", "pool"),
              "collections", Set.of("pmem", "pool", "heap"),
              "examples", Set.of("pmem", "pool", "heap", "crash"),
              "cli", Set.of("pmem", "pool", "heap", "crash", "examples"),
              "bench", Set.of("pmem", "pool", "heap", "collections", "crash"),
              "systemtest", Set.of("pmem", "pool", "heap")));

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.holdfast");

  /** What the seam costs is measured against this, which must not be public for it. */
  private static final String MEASURED = "io.holdfast.pmem.internal.BareFlush";

  /** A rule, and a class (its module, and the type it uses) that breaks it. */
  record Case(ArchRule rule, String module, String usedClass) {
    @Override
    public String toString() {
      return rule.getDescription();
    }
  }

  @TempDir private Path temp;

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    MAY_USE.forEach(
        (module, mayUse) -> {
          for (String other : MAY_USE.keySet()) {
            if (!other.equals(module) && !mayUse.contains(other)) {
              cases.add(
                  new Case(
                      noClasses()
                          .that()
                          .resideInAPackage(all(module))
                          .should()
                          .dependOnClassesThat()
                          .resideInAPackage(all(other)),
                      module,
                      "io.holdfast." + other + ".Something"));
            }
          }
          cases.add(
              new Case(
                  noClasses()
                      .that()
                      .resideOutsideOfPackage(all(module))
                      .should()
                      .dependOnClassesThat(
                          resideInAPackage("io.holdfast." + module + ".internal..")
                              .and(not(name(MEASURED)))),
                  module.equals("cli") ? "bench" : "cli",
                  "io.holdfast." + module + ".internal.Something"));
        });
    cases.add(
        new Case(
            noClasses()
                .that()
                .resideOutsideOfPackage(all("pmem"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class),
            "heap",
            Linker.class.getName()));
    cases.add(
        new Case(
            noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal.."),
            "pmem",
            "sun.misc.Unsafe"));
    cases.add(
        new Case(
            noClasses()
                .that()
                .resideInAnyPackage(all("pool"), all("heap"), all("collections"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                    FileChannel.class,
                    AsynchronousFileChannel.class,
                    RandomAccessFile.class,
                    FileOutputStream.class,
                    FileWriter.class)
                .because("all persistent state goes through pmem, where crashes are simulated"),
            "pool",
            FileChannel.class.getName()));
    cases.add(
        new Case(
            noClasses()
                .that()
                .resideInAnyPackage(all("pool"), all("heap"), all("collections"))
                .should()
                .callMethodWhere(describe("Files changes a file", ArchitectureTest::changesFile))
                .because("all persistent state goes through pmem, where crashes are simulated"),
            "heap",
            Files.class.getName()));
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rule_holds(Case the) {
    the.rule().check(PRODUCT);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rule_seesItsCounterexample(Case the) throws IOException {
    JavaClasses culprit = culprit("io.holdfast." + the.module() + ".Culprit", the.usedClass());
    assertThat(the.rule().evaluate(culprit).hasViolation()).isTrue();
  }

  @Test
  void rules_coverEveryModule() throws IOException {
    Path root = Path.of(System.getProperty("holdfast.root"));
    try (Stream<Path> folders = Files.list(root)) {
      assertThat(folders.filter(folder -> Files.exists(folder.resolve("src/main/java"))))
          .extracting(folder -> folder.getFileName().toString())
          .containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
    }
    assertThat(PRODUCT)
        .extracting(type -> type.getPackageName().split("\\.")[2])
        .containsAll(MAY_USE.keySet());
  }

  private static String all(String module) {
    return "io.holdfast." + module + "..";
  }

  private static boolean changesFile(JavaAccess<?> call) {
    return call.getTargetOwner().isEquivalentTo(Files.class)
        && call.getName()
            .matches("(write|create|delete|set|copy|move|newOutputStream|newByteChannel).*");
  }

  /**
   * Writes and imports a class with a method that takes the used class and calls its method delete.
   */
  private JavaClasses culprit(String name, String usedClass) throws IOException {
    ClassDesc used = ClassDesc.of(usedClass);
    MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void, used);
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(name),
                builder ->
                    builder.withMethodBody(
                        "use",
                        type,
                        ClassFile.ACC_STATIC,
                        code -> code.aload(0).invokestatic(used, "delete", type).return_()));
    Path file = temp.resolve("Culprit.class");
    Files.write(file, bytes);
    return new ClassFileImporter().importPath(file);
  }
}
