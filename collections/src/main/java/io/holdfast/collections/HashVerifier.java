package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.pmem.PmemException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks a hash table: stripe by stripe, bucket by bucket. For one check; whoever makes it keeps
 * writers away.
 */
final class HashVerifier {
  private final Heap heap;
  private final Buckets buckets;
  private final Pages pages;
  private final Findings findings;
  private final Set<Object> keys = new HashSet<>();

  HashVerifier(Buckets buckets) {
    this.heap = buckets.heap;
    this.buckets = buckets;
    this.pages = buckets.pages;
    this.findings = new Findings(heap);
  }

  /** {@return how many objects the table consists of, known once it has been checked} */
  long objects() {
    return 1 + findings.objects();
  }

  List<String> wrong(long header) {
    for (int i = 0; i < HashLayout.STRIPE_COUNT; i++) {
      try {
        stripe(Buckets.stripe(header, i), i);
      } catch (PmemException | IllegalStateException | IndexOutOfBoundsException e) {
        findings.note("stripe %d: %s", i, e);
      }
    }
    return findings.wrong();
  }

  private void stripe(long stripe, int number) {
    int depth = buckets.depth(stripe);
    long directory = heap.getLong(stripe + HashLayout.DIRECTORY);
    long entries = 0;
    long deepest = 0;
    keys.clear();
    if (directory == 0) {
      if (depth != 0) {
        findings.note("stripe %d has depth %d and no directory", number, depth);
      }
    } else if (depth == 0
        || findings.isObject(directory, HashLayout.DIRECTORY_TYPE, "directory", stripe)) {
      for (long i = 0; i < 1L << depth; ) {
        long slot = buckets.slot(stripe, depth, i);
        long bucket = heap.getLong(slot);
        if (!findings.isObject(bucket, PageLayout.TYPE, "bucket", stripe)) {
          i++;
          continue;
        }
        long page = heap.resolve(bucket);
        int common = buckets.common(page);
        long slots = common < 0 || common > depth ? 0 : 1L << (depth - common);
        if (slots == 0 || i % slots != 0) {
          findings.note("bucket at address %d has %d bits in common in slot %d", page, common, i);
          i++;
          continue;
        }
        for (long s = 1; s < slots; s++) {
          if (heap.getLong(slot + 8 * s) != bucket) {
            findings.note("slot %d of stripe %d does not refer to its bucket", i + s, number);
          }
        }
        deepest += common == depth ? 1 : 0;
        entries += bucket(page, number, common, i / slots);
        i += slots;
      }
    }
    expect(stripe, HashLayout.SIZE, "entries", entries, number);
    expect(stripe, HashLayout.DEEPEST, "deepest buckets", deepest, number);
  }

  private void expect(long stripe, int field, String what, long actual, int number) {
    long counted = heap.getLong(stripe + field);
    if (counted != actual) {
      findings.note("stripe %d counts %d %s, there are %d", number, counted, what, actual);
    }
  }

  /** {@return how many entries the bucket has} */
  private long bucket(long first, int stripe, int common, long prefix) {
    long entries = 0;
    for (long page = first; page != 0; ) {
      entries += pages.count(page);
      if (page != first && pages.taken(page) == 0) {
        findings.note("page at address %d, where a bucket goes on, is empty", page);
      }
      for (int taken = pages.taken(page); taken != 0; taken &= taken - 1) {
        int place = Integer.numberOfTrailingZeros(taken);
        entry(page, place);
        long hash = buckets.hash(page, place);
        if (Buckets.stripeOf(hash) != stripe || Buckets.prefix(hash, common) != prefix) {
          findings.note("entry %d of the page at address %d belongs elsewhere", place, page);
        }
        if (pages.print(page, place) != Hashing.fingerprint(hash)) {
          findings.note(
              "entry %d of the page at address %d has the fingerprint of another", place, page);
        }
      }
      long next = heap.getLong(page + PageLayout.NEXT);
      page =
          next != 0 && findings.isObject(next, PageLayout.TYPE, "page", page)
              ? heap.resolve(next)
              : 0;
    }
    return entries;
  }

  private void entry(long page, int place) {
    Object key = pages.word(page, place);
    if (pages.keys == Kind.BYTES) {
      long blob = pages.key(page, place);
      if (findings.isObject(blob, BlobLayout.TYPE, "key", page)) {
        byte[] bytes = pages.blobs.bytes(blob);
        if (Hashing.hash(bytes, buckets.seed) != pages.word(page, place)) {
          findings.note("entry %d of the page at address %d has another hash", place, page);
        }
        key = java.nio.ByteBuffer.wrap(bytes);
      }
    }
    if (!keys.add(key)) {
      findings.note("entry %d of the page at address %d is there twice", place, page);
    }
    if (pages.values == Kind.BYTES) {
      findings.isObject(pages.value(page, place), BlobLayout.TYPE, "value", page);
    }
  }
}
