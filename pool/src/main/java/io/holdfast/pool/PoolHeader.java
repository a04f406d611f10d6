package io.holdfast.pool;

import java.util.UUID;

/**
 * What a pool's header says: PMDK's {@code pool_hdr}, the first {@value #BYTE_SIZE} bytes of every
 * pool.
 *
 * <p>It is written once, when the pool is created, and covered by a checksum, which has been
 * verified. A value; threads may share it.
 *
 * @param signature the kind of pool, such as {@code HFHEAP} or {@code PMEMOBJ}; as stored, without
 *     the padding
 * @param major the version of the kind's layout
 * @param compatFeatures features a program may ignore, as bits
 * @param incompatFeatures features a program must know to open the pool, as bits
 * @param readOnlyCompatFeatures features a program must know to change the pool, as bits
 * @param poolsetUuid names the pool, in all its parts and replicas
 * @param uuid names this file
 * @param previousPartUuid the file before this one in the ring of the pool's parts; its own where
 *     it is alone
 * @param nextPartUuid the file behind this one in that ring
 * @param previousReplicaUuid the first file of the replica before this one in the ring of replicas
 * @param nextReplicaUuid the first file of the replica behind this one in that ring
 * @param creationEpochSecond when the pool was created, in seconds since 1970-01-01T00:00Z
 * @param machine the processor it was created on, ELF's {@code e_machine}: 62 x86-64, 183 AArch64
 */
public record PoolHeader(
    String signature,
    int major,
    int compatFeatures,
    int incompatFeatures,
    int readOnlyCompatFeatures,
    UUID poolsetUuid,
    UUID uuid,
    UUID previousPartUuid,
    UUID nextPartUuid,
    UUID previousReplicaUuid,
    UUID nextReplicaUuid,
    long creationEpochSecond,
    int machine) {

  /** How many bytes of a pool the header takes; the contents begin behind it. */
  public static final int BYTE_SIZE = PoolHeaderLayout.BYTE_SIZE;

  /** {@return whether the pool is this one file, without further parts or replicas} */
  public boolean isSingleFile() {
    return uuid.equals(previousPartUuid)
        && uuid.equals(nextPartUuid)
        && uuid.equals(previousReplicaUuid)
        && uuid.equals(nextReplicaUuid);
  }
}
