package io.holdfast.crash.literature;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where a bug was published; its row in docs/crash.md says the same. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Published {
  /** The software that had the bug. */
  String in();

  /** Who described it, and where. */
  String by();
}
