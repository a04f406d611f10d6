package io.holdfast.systemtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A check that the guest must have made, and what it must have seen. A check that is not reported
 * has failed, and so has one that the guest passed having seen something else.
 *
 * @param name the check
 * @param seen what is to be found in what was seen
 */
record Expectation(String name, Pattern seen) {

  static Expectation of(String name, String seen) {
    return new Expectation(name, Pattern.compile(seen));
  }

  private static final String SYNCHRONOUS =
      "^%s, not forced; mapped with MAP_SYNC, VmFlags: .*\\bsf\\b";
  private static final String WRITTEN =
      "^a store, a copy and a fill of 262144 bytes persisted, \\d+ bytes deep-flushed$";
  private static final String READ_BACK =
      "^read back 0x1122334455667788, \"written by a mapping\", 262144 of 262144 filled bytes$";
  private static final String NO_COUNT =
      "^NOT_SUPPORTED: region0: a DIMM keeps no count of unsafe shutdowns: /sys/devices/.*/nmem0/nfit/dirty_shutdown$";
  static final String BANK = "12 accounts intact, sum 12000$";

  /** What was done with a bad block, and the range in the words of the exception. */
  private static final Map<String, String> USES_OF_BAD_BLOCKS =
      Map.ofEntries(
          Map.entry("read", "61440 + 12288"),
          Map.entry("read-8", "65544 + 8"),
          // accesses that the mapping's methods do not see are known to be in the mapping only
          Map.entry("get", "0 + 1048576"),
          Map.entry("segment", "0 + 1048576"),
          Map.entry("put", "0 + 1048576"),
          Map.entry("or", "0 + 1048576"),
          Map.entry("copy-past-caches", "65472 + 8192"),
          Map.entry("copy-through-caches", "65472 + 8192"),
          Map.entry("move", "61440 + 8192"),
          Map.entry("fill", "65536 + 64"),
          Map.entry("read-call", "65536 + 4096"));

  /** What a machine with a blank NVDIMM shows that saves what has reached the memory controller. */
  static List<Expectation> ofSetup() {
    return List.of(
        of("ext4-granularity", SYNCHRONOUS.formatted("CACHE_LINE")),
        of("ext4-write", WRITTEN),
        of("ext4-file-calls", "^8 bytes written durably"),
        of("ext4-heap", "^CACHE_LINE; 100 transactions; " + BANK),
        of("xfs-granularity", SYNCHRONOUS.formatted("CACHE_LINE")),
        of("xfs-write", WRITTEN),
        of("xfs-file-calls", "^8 bytes written durably"),
        of("xfs-heap", "^CACHE_LINE; 100 transactions; " + BANK),
        of("tmpfs-granularity", "^PAGE, not forced; .*/mnt/tmpfs/file: .*CACHE_LINE is required"),
        of("virtio-granularity", "^PAGE, not forced; .*/mnt/virtio/file: .*no MAP_SYNC"),
        of("dax-facts", "^\\d+ bytes, alignment 2097152, NUMA node -?\\d+$"),
        of("dax-no-count", NO_COUNT),
        of("ext4-no-count", NO_COUNT),
        of(
            "dax-refusals",
            "^SRC_DEVDAX_PRIVATE: .*OFFSET_UNALIGNED: .*LENGTH_UNALIGNED: .*MAP_RANGE: "),
        of("dax-granularity", SYNCHRONOUS.formatted("CACHE_LINE")),
        of("dax-write", WRITTEN),
        of("dax-part", "are the same memory"),
        of("dax-transfer", "^read \"written past a mapping\"$"));
  }

  /** What it shows after it was off. */
  static List<Expectation> ofAgain() {
    List<Expectation> all = new ArrayList<>();
    all.add(of("dax-read-back", READ_BACK));
    all.add(of("dax-read-transferred", "^read \"written past a mapping\"$"));
    all.add(of("dax-command", "^3000001 bytes copied there and back, 1048576 zeroed$"));
    for (String name : new String[] {"ext4", "xfs"}) {
      all.add(of(name + "-read-back", READ_BACK));
      USES_OF_BAD_BLOCKS.forEach(
          (use, range) ->
              all.add(
                  of(
                      name + "-poison-" + use,
                      "^/mnt/%s/poison: offset %s cannot be accessed%s$"
                          .formatted(name, Pattern.quote(range), foundBlock(use)))));
      all.add(of(name + "-poison-list", "^\\[BadBlock\\[offset=65536, length=4096]]$"));
      all.add(of(name + "-poison-command", "\\[\\{\"offset\": 65536, \"length\": 4096}]}$"));
      all.add(
          of(name + "-poison-neighbours", "^the blocks before and after 65536 read as written$"));
      all.add(
          of(
              name + "-poison-heap",
              "/mnt/" + name + "/poisoned-heap.*; then 20 transactions; " + BANK));
    }
    return all;
  }

  /** A mapping says which block it was; a read call of that very block need not. */
  private static String foundBlock(String use) {
    return use.equals("read-call") ? "" : ", bad block at 65536 \\+ 4096";
  }

  /** What the same NVDIMM shows if the platform saves the processor's caches. */
  static List<Expectation> ofCachesSaved() {
    List<Expectation> all = new ArrayList<>();
    for (String name : new String[] {"ext4", "xfs", "dax"}) {
      all.add(of(name + "-read-back", READ_BACK));
      all.add(of(name + "-granularity", SYNCHRONOUS.formatted("BYTE")));
      all.add(of(name + "-write", WRITTEN));
      if (!name.equals("dax")) {
        all.add(of(name + "-heap", "^BYTE; 100 transactions; " + BANK));
      }
    }
    return all;
  }

  private static final String COUNTED = "^%s: %d unsafe shutdowns of \\S+$";

  /** What the same NVDIMM shows if its DIMM counts unsafe shutdowns, and finds and mends errors. */
  static List<Expectation> ofFaults(int count) {
    String scrubbed =
        "^injected, found by a scrub, listed as \\[BadBlock\\[offset=65536, length=4096]]";
    return List.of(
        of("ext4-unsafe-shutdowns", COUNTED.formatted("/mnt/ext4/file", count)),
        of("xfs-unsafe-shutdowns", COUNTED.formatted("/mnt/xfs/file", count)),
        of("dax0.1-unsafe-shutdowns", COUNTED.formatted("/dev/dax0.1", count)),
        of("record-before", "^new, then nothing lost, also while in use$"),
        of(
            "ext4-scrub",
            scrubbed + "; mapped read: /mnt/ext4/scrubbed: .*65536.*; cleared: mended, zeros"),
        of("dax-scrub", scrubbed + "; cleared, also for the kernel$"));
  }

  /** What it shows when its DIMM has counted one more, {@code count} in all. */
  static List<Expectation> ofOneMore(int count) {
    return List.of(
        of("ext4-unsafe-shutdowns", COUNTED.formatted("/mnt/ext4/file", count)),
        of(
            "record-after",
            "^who was not in use goes on; who was: .*%d unsafe shutdowns, %d before"
                .formatted(count, count - 1)));
  }
}
