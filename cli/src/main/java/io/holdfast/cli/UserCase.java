package io.holdfast.cli;

import io.holdfast.crash.CrashCase;
import io.holdfast.examples.ExampleException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A case of the user's, loaded from a class path of its own. */
final class UserCase {
  private UserCase() {}

  /** What the user has named is no case. */
  static final class NoCaseException extends Exception {
    private static final long serialVersionUID = 1;

    NoCaseException(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /**
   * Makes an instance.
   *
   * @param classPath folders and JAR files; {@code FOLDER/*} stands for the JAR files in a folder
   * @param name the class's whole name
   * @param arguments what the constructor is given
   * @throws NoCaseException if there is no such class, or it is no case
   * @throws ExampleException if its code fails
   */
  static CrashCase load(String classPath, String name, List<String> arguments)
      throws NoCaseException, IOException {
    // Open as long as the process: the case's classes may be loaded at any time.
    URLClassLoader loader = new URLClassLoader(urls(classPath), CrashCase.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    Class<?> type = find(loader, classPath, name);
    if (!CrashCase.class.isAssignableFrom(type)) {
      throw new NoCaseException(
          "%s: does not implement %s".formatted(name, CrashCase.class.getName()));
    }
    if (Modifier.isAbstract(type.getModifiers())) {
      throw new NoCaseException(name + ": is abstract");
    }
    if (!Modifier.isPublic(type.getModifiers())) {
      throw new NoCaseException(name + ": is not public");
    }
    Constructor<?> plain = constructor(type);
    Constructor<?> taking = constructor(type, String[].class);
    String[] strings = arguments.toArray(String[]::new);
    try {
      if (taking != null && (plain == null || strings.length > 0)) {
        return (CrashCase) taking.newInstance((Object) strings);
      }
      if (plain != null && strings.length == 0) {
        return (CrashCase) plain.newInstance();
      }
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong) {
        throw new NoCaseException("%s: %s".formatted(name, wrong.getMessage()));
      }
      throw failed(name + ": its constructor", e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      throw failed(name + ": its constructor", e);
    }
    throw new NoCaseException(
        plain == null
            ? name + ": has no public constructor without parameters"
            : name + ": takes no arguments, since it has no public constructor for a String...");
  }

  private static Class<?> find(ClassLoader loader, String classPath, String name)
      throws NoCaseException {
    try {
      return Class.forName(name, true, loader);
    } catch (ClassNotFoundException e) {
      throw new NoCaseException("%s: no such class in %s".formatted(name, classPath));
    } catch (UnsupportedClassVersionError e) {
      throw new NoCaseException(
          "%s: was compiled for a newer Java than this, %s"
              .formatted(name, System.getProperty("java.version")));
    } catch (NoClassDefFoundError e) {
      if (String.valueOf(e.getMessage()).contains("wrong name")) {
        throw new NoCaseException("%s: no such class in %s".formatted(name, classPath));
      }
      throw failed(name, e);
    } catch (LinkageError e) {
      throw failed(name, e);
    }
  }

  private static @Nullable Constructor<?> constructor(Class<?> type, Class<?>... parameters) {
    try {
      return type.getConstructor(parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  private static URL[] urls(String classPath) throws NoCaseException, IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      boolean jars = entry.endsWith("/*");
      Path path;
      try {
        path = Path.of(jars ? entry.substring(0, entry.length() - 2) : entry);
      } catch (InvalidPathException e) {
        throw new NoCaseException("class path: " + e.getMessage());
      }
      if (!Files.exists(path)) {
        throw new NoCaseException("class path: %s: no such file or folder".formatted(path));
      }
      if (!jars) {
        urls.add(path.toUri().toURL());
        continue;
      }
      try (Stream<Path> files = Files.list(path)) {
        for (Path file : files.sorted().toList()) {
          if (file.toString().endsWith(".jar")) {
            urls.add(file.toUri().toURL());
          }
        }
      }
    }
    return urls.toArray(URL[]::new);
  }

  /** What to throw if a case's description of its exploration fails. */
  static ExampleException failed(CrashCase crashCase, Throwable failure) {
    return failed(crashCase.getClass().getName() + ": its exploration", failure);
  }

  private static ExampleException failed(String what, @Nullable Throwable failure) {
    ExampleException e =
        new ExampleException(
            failure instanceof NoClassDefFoundError missing
                ? "%s: the class path lacks %s"
                    .formatted(what, String.valueOf(missing.getMessage()).replace('/', '.'))
                : "%s failed: %s".formatted(what, failure));
    if (failure != null) {
      e.initCause(failure);
    }
    return e;
  }
}
