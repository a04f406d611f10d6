package io.holdfast.crash.literature;

import io.holdfast.crash.RunLog;
import io.holdfast.pmem.PmemMap;

/**
 * {@code link} raised the inode's link count in place and then added the name: a crash in between
 * left a file with one name and a count of two, which is never freed. The fix counts the names when
 * it mounts.
 */
@Published(in = "NOVA (link)", by = "LeBlanc et al., Chipmunk, EuroSys 2023; linux-nova issue 119")
final class LinkCountInPlaceTest extends MappedBug {
  private static final long LINKS = 0;
  private static final long FIRST_NAME = LINE;
  private static final long SECOND_NAME = 2 * LINE;

  @Override
  Expected expected() {
    return new Expected(".raiseLinkCount(", "1 name and 2 links", "2 names");
  }

  @Override
  void prepare(PmemMap map) {
    map.putLong(LINKS, 1);
    map.putLong(FIRST_NAME, 1);
  }

  private static void raiseLinkCount(PmemMap map) {
    map.putLong(LINKS, map.getLong(LINKS) + 1);
    map.persist(LINKS, Long.BYTES);
  }

  @Override
  void run(PmemMap map, RunLog log, Version version) {
    raiseLinkCount(map);
    persistLong(map, SECOND_NAME, 1);
  }

  @Override
  String check(PmemMap map, RunLog log, Version version) {
    long names = map.getLong(FIRST_NAME) + map.getLong(SECOND_NAME);
    if (version == Version.FIXED) {
      map.persist(SECOND_NAME, Long.BYTES);
      persistLong(map, LINKS, names);
    }
    long links = map.getLong(LINKS);
    require(links == names, "%d name and %d links".formatted(names, links));
    return names + " names";
  }
}
