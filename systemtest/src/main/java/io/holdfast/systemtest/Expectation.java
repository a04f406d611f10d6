package io.holdfast.systemtest;

import java.util.ArrayList;
import java.util.List;
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
  static final String BANK = "12 accounts intact, sum 12000$";

  private static final List<String> USES_OF_BAD_BLOCKS =
      List.of(
          "read",
          "read-8",
          "get",
          "segment",
          "put",
          "or",
          "copy-past-caches",
          "copy-through-caches",
          "move",
          "fill");

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
        of("virtio-granularity", "^PAGE, not forced; .*/mnt/virtio/file: .*no MAP_SYNC"));
  }

  /** What it shows after it was off. */
  static List<Expectation> ofAgain() {
    List<Expectation> all = new ArrayList<>();
    for (String name : new String[] {"ext4", "xfs"}) {
      all.add(of(name + "-read-back", READ_BACK));
      for (String use : USES_OF_BAD_BLOCKS) {
        all.add(of(name + "-poison-" + use, "/mnt/" + name + "/poison: .*cannot be accessed"));
      }
      all.add(of(name + "-poison-read-call", "/mnt/" + name + "/poison: .*65536"));
      all.add(
          of(name + "-poison-neighbours", "^the blocks before and after 65536 read as written$"));
      all.add(
          of(
              name + "-poison-heap",
              "/mnt/" + name + "/poisoned-heap.*; then 20 transactions; " + BANK));
    }
    return all;
  }

  /** What the same NVDIMM shows if the platform saves the processor's caches. */
  static List<Expectation> ofCachesSaved() {
    List<Expectation> all = new ArrayList<>();
    for (String name : new String[] {"ext4", "xfs"}) {
      all.add(of(name + "-read-back", READ_BACK));
      all.add(of(name + "-granularity", SYNCHRONOUS.formatted("BYTE")));
      all.add(of(name + "-write", WRITTEN));
      all.add(of(name + "-heap", "^BYTE; 100 transactions; " + BANK));
    }
    return all;
  }
}
