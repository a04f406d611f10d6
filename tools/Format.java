import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks ({@code check ROOT}) or rewrites ({@code write ROOT}) every Java file below a folder with
 * google-java-format. One JVM does the whole tree, since Maven's own may be too old for the
 * formatter. The build runs it; see the root pom.
 */
final class Format {
  private static final Set<String> SKIPPED = Set.of("target", ".build", ".git");

  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]);
    List<Path> wrong =
        javaFiles(root).parallelStream().filter(file -> differs(file, write)).toList();
    if (!write && !wrong.isEmpty()) {
      wrong.forEach(file -> System.err.println("[ERROR] not formatted: " + root.relativize(file)));
      System.err.println("[ERROR] to format the tree, run: mvn -q -N -Pformat validate");
      System.exit(1);
    }
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return SKIPPED.contains(dir.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private static boolean differs(Path file, boolean write) {
    try {
      String source = Files.readString(file);
      String unused = RemoveUnusedImports.removeUnusedImports(source);
      String ordered = ImportOrderer.reorderImports(unused, JavaFormatterOptions.Style.GOOGLE);
      String formatted = new Formatter().formatSource(ordered);
      if (formatted.equals(source)) {
        return false;
      }
      if (write) {
        Files.writeString(file, formatted);
      }
      return true;
    } catch (FormatterException | IOException e) {
      System.err.println("[ERROR] " + file + ": " + e.getMessage());
      return true;
    }
  }
}
