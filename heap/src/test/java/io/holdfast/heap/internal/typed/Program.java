package io.holdfast.heap.internal.typed;

import io.holdfast.heap.Heap;
import io.holdfast.heap.internal.TinyHeap;
import io.holdfast.pmem.Medium;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * One version of a program that uses a heap: compiled from source, so that two versions may have
 * interfaces of the same name, each with fields of its own.
 */
final class Program {
  private final Function<Heap, Object> body;

  private Program(Function<Heap, Object> body) {
    this.body = body;
  }

  /**
   * Compiles a program.
   *
   * @param folder where its classes go
   * @param types interfaces, which are members of the class {@code bank.Program}
   * @param body statements that use {@code heap} and return an object
   */
  static Program compile(Path folder, String types, String body) {
    String source =
        """
        package bank;
        import io.holdfast.heap.*;
        import java.util.*;
        public final class Program implements java.util.function.Function<Heap, Object> {
        %s
        @Override public Object apply(Heap heap) {
        %s
        }
        }
        """
            .formatted(types, body);
    try {
      Path classes = Files.createTempDirectory(folder, "version");
      javac(
          List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")),
          source("bank/Program.java", source));
      return new Program(load(classes));
    } catch (IOException | ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Function<Heap, Object> load(Path classes)
      throws MalformedURLException, ReflectiveOperationException {
    URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, Program.class.getClassLoader());
    return (Function<Heap, Object>) loader.loadClass("bank.Program").getConstructor().newInstance();
  }

  /** {@return a source file in memory} */
  static SimpleJavaFileObject source(String name, String text) {
    return new SimpleJavaFileObject(
        URI.create("memory:///" + name), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  /** Compiles. */
  static void javac(List<String> options, SimpleJavaFileObject... sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      if (!compiler.getTask(messages, files, null, options, null, List.of(sources)).call()) {
        throw new AssertionError(messages.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the heap on {@code medium}, runs the program, and closes; {@return what it returned} */
  Object runOn(Medium medium) {
    try (Heap heap = Heap.open(TinyHeap.FILE, TinyHeap.options(medium))) {
      return body.apply(heap);
    }
  }
}
