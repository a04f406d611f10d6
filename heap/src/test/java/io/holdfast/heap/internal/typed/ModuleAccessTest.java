package io.holdfast.heap.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.heap.Heap;
import io.holdfast.pmem.Medium;
import io.holdfast.pool.Pool;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that are modules: which interfaces can be persistent depends on what they export and
 * open.
 */
class ModuleAccessTest {
  private static final String PUBLIC = "public ";
  private static final String NOT_PUBLIC = "";

  @TempDir private Path folder;

  @Test
  void publicInterface_inExportedPackage_works() throws Exception {
    assertThat(run("exports bank;", PUBLIC)).isEqualTo("7 mine 7");
  }

  @Test
  void publicInterface_exportedToTheHeapOnly_works() throws Exception {
    assertThat(run("exports bank to io.holdfast.heap;", PUBLIC)).isEqualTo("7 mine 7");
  }

  @Test
  void anyInterface_inOpenPackage_works() throws Exception {
    assertThat(run("opens bank to io.holdfast.heap;", NOT_PUBLIC)).isEqualTo("7 mine 7");
  }

  @Test
  void publicInterface_inHiddenPackage_isRefusedWithAdvice() throws Exception {
    assertThat(run("", PUBLIC))
        .isEqualTo(
            "bank.Account cannot be persistent: bank.Account is not accessible; make it public and"
                + " export its package, or open package bank, to io.holdfast.heap");
  }

  @Test
  void otherInterface_inExportedPackage_isRefusedWithAdvice() throws Exception {
    assertThat(run("exports bank;", NOT_PUBLIC))
        .isEqualTo(
            "bank.Account cannot be persistent: bank.Account is not accessible; make it public and"
                + " export its package, or open package bank, to io.holdfast.heap");
  }

  @Test
  void publicInterface_referringToOneThatIsNot_isRefusedWithAdvice() throws Exception {
    assertThat(run("exports bank;", PUBLIC, NOT_PUBLIC))
        .isEqualTo(
            "bank.Account cannot be persistent: bank.Branch is not accessible; make it public and"
                + " export its package, or open package bank, to io.holdfast.heap");
  }

  private String run(String directive, String visibility) throws Exception {
    return run(directive, visibility, visibility);
  }

  /** {@return what a program prints whose interfaces are as told} */
  private String run(String directive, String account, String branch) throws Exception {
    Program.javac(
        List.of("-d", folder.resolve("bank").toString(), "-p", holdfast()),
        Program.source(
            "module-info.java",
            "module bank { requires io.holdfast.heap; %s }".formatted(directive)),
        Program.source(
            "bank/Account.java",
            """
            package bank;
            @io.holdfast.heap.Persistent %sinterface Account {
              long balance(); void balance(long value);
              String owner(); void owner(String value);
              Account same(); void same(Account value);
              Branch branch(); void branch(Branch value);
            }
            """
                .formatted(account)),
        Program.source(
            "bank/Branch.java",
            "package bank; @io.holdfast.heap.Persistent %sinterface Branch {}".formatted(branch)),
        Program.source(
            "bank/Main.java",
            """
            package bank;
            import io.holdfast.heap.*;
            import java.nio.file.Path;
            class Main {
              public static void main(String[] args) {
                try (Heap heap = Heap.create(Path.of(args[0]),
                    HeapOptions.defaults().withSize(0).withLimit(1 << 20))) {
                  Account account = heap.root(Account.class);
                  account.balance(7);
                  account.owner("mine");
                  account.same(account);
                  account.branch(heap.create(Branch.class));
                  System.out.print(
                      account.balance() + " " + account.owner() + " " + account.same().balance());
                } catch (IllegalArgumentException e) {
                  System.out.print(e.getMessage());
                }
              }
            }
            """));
    return runMain();
  }

  private String runMain() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=io.holdfast.pmem",
                "-p",
                holdfast() + File.pathSeparator + folder.resolve("bank"),
                "-m",
                "bank/bank.Main",
                folder.resolve("bank.heap").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    Files.deleteIfExists(folder.resolve("bank.heap"));
    return output;
  }

  /** {@return the module path of the heap} */
  private static String holdfast() {
    return Stream.of(NullMarked.class, Medium.class, Pool.class, Heap.class)
        .map(ModuleAccessTest::locationOf)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String locationOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
