package io.holdfast.systemtest;

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
    return List.of(of("ext4-read-back", READ_BACK), of("xfs-read-back", READ_BACK));
  }
}
