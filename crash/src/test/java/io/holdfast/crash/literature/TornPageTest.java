package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.crash.SimulatedMedium;

/**
 * A page of several sectors is overwritten in place: a crash leaves some old and some new. The fix
 * writes the page elsewhere first, durably, as InnoDB's double-write buffer and PostgreSQL's
 * full-page images do; a page that is whole there is put back by recovery.
 */
@Published(
    in = "pages overwritten in place",
    by = "Pillai et al., ALICE, OSDI 2014 (overwrites); manuals of InnoDB and PostgreSQL")
final class TornPageTest extends FileBug {
  private static final int PAGE_BYTES = 1024;

  @Override
  Expected expected() {
    return new Expected("page 0x", "the page is torn", "page of b");
  }

  @Override
  void prepare(SimulatedMedium medium) {
    create(medium, "page", "a".repeat(PAGE_BYTES));
    create(medium, "copy", "a".repeat(PAGE_BYTES));
  }

  private static boolean isWhole(String page) {
    return page.equals(page.substring(0, 1).repeat(PAGE_BYTES));
  }

  @Override
  void run(SimulatedMedium medium, RunLog log, Version version) {
    String page = "b".repeat(PAGE_BYTES);
    if (version == Version.FIXED) {
      write(medium, "copy", 0, page);
      sync(medium, "copy");
    }
    write(medium, "page", 0, page);
    sync(medium, "page");
  }

  @Override
  String check(SimulatedMedium medium, RunLog log, Version version) {
    String copy = read(medium, "copy");
    if (version == Version.FIXED && isWhole(copy)) {
      sync(medium, "copy");
      write(medium, "page", 0, copy);
      sync(medium, "page");
    }
    String page = read(medium, "page");
    require(isWhole(page), "the page is torn");
    return "page of " + page.charAt(0);
  }
}
