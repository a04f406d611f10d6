package io.holdfast.collections;

import io.holdfast.heap.Heap;
import io.holdfast.pmem.PmemException;
import java.util.List;

/**
 * Checks a tree: node by node, from the root down. For one check; whoever makes it keeps writers
 * away.
 */
final class TreeVerifier {
  private final Heap heap;
  private final TreeNodes nodes;
  private final Pages pages;
  private final Findings findings;
  private long entries;

  TreeVerifier(TreeNodes nodes) {
    this.heap = nodes.heap;
    this.nodes = nodes;
    this.pages = nodes.pages;
    this.findings = new Findings(heap);
  }

  /** A bound of keys: none, or a separator's word and blob. */
  private record Bound(boolean isThere, long word, long blob) {
    static final Bound NONE = new Bound(false, 0, 0);
  }

  List<String> wrong(long header) {
    try {
      int height = nodes.height(header);
      long root = heap.getLong(header + TreeLayout.ROOT);
      if (root != 0) {
        node(header, root, height, height, Bound.NONE, Bound.NONE);
      } else if (height != 0) {
        findings.note("header at address %d has height %d and no root", header, height);
      }
      long size = heap.getLong(header + TreeLayout.SIZE);
      if (size != entries) {
        findings.note(
            "header at address %d counts %d entries, there are %d", header, size, entries);
      }
    } catch (PmemException | IllegalStateException | IndexOutOfBoundsException e) {
      findings.note("%s", e);
    }
    return findings.wrong();
  }

  /** {@return how many objects the tree consists of, known once it has been checked} */
  long objects() {
    return 1 + findings.objects();
  }

  private void node(long owner, long reference, int level, int height, Bound low, Bound high) {
    int type = level == 0 ? PageLayout.TYPE : TreeLayout.INNER_TYPE;
    if (!findings.isObject(reference, type, level == 0 ? "leaf" : "inner node", owner)) {
      return;
    }
    long node = heap.resolve(reference);
    if (level == 0) {
      leaf(node, height == 0, low, high);
      return;
    }
    int count = nodes.count(node);
    if (count < (level == height ? 1 : nodes.separators / 4)) {
      findings.note("inner node at address %d has only %d separators", node, count);
    }
    Bound below = low;
    for (int i = 0; i <= count; i++) {
      Bound above = i == count ? high : new Bound(true, nodes.word(node, i), nodes.blob(node, i));
      if (i < count) {
        separator(node, above);
        if (isNotAbove(above.word(), above.blob(), low) || !isBelow(above, high)) {
          findings.note("separator %d of the node at address %d is out of its bounds", i, node);
        }
      }
      node(node, nodes.childReference(node, i), level - 1, height, below, above);
      below = above;
    }
  }

  private void separator(long node, Bound separator) {
    if (pages.keys == Kind.BYTES && isBlob(node, separator.blob())) {
      byte[] bytes = pages.blobs.bytes(separator.blob());
      if (Blobs.word(bytes, bytes.length) != separator.word()) {
        findings.note(
            "a separator of the node at address %d has another word than its bytes", node);
      }
    }
  }

  private boolean isBlob(long owner, long reference) {
    return findings.isObject(reference, BlobLayout.TYPE, "key or value", owner);
  }

  private boolean isNotAbove(long word, long blob, Bound bound) {
    return bound.isThere() && pages.compare(word, blob, bound.word(), bound.blob()) <= 0;
  }

  private boolean isBelow(Bound separator, Bound bound) {
    return !bound.isThere()
        || pages.compare(separator.word(), separator.blob(), bound.word(), bound.blob()) < 0;
  }

  private void leaf(long leaf, boolean root, Bound low, Bound high) {
    int count = pages.count(leaf);
    entries += count;
    if (count < (root ? 1 : pages.places / 4)) {
      findings.note("leaf at address %d has only %d entries", leaf, count);
    }
    boolean blobs = true;
    for (int taken = pages.taken(leaf); taken != 0; taken &= taken - 1) {
      blobs &= entry(leaf, Integer.numberOfTrailingZeros(taken));
    }
    if (!blobs) {
      return;
    }
    Sorter sorter = new Sorter(pages);
    sorter.load(leaf);
    for (int i = 0; i < sorter.count(); i++) {
      long word = sorter.word(i);
      long key = sorter.key(i);
      if ((low.isThere() && pages.compare(word, key, low.word(), low.blob()) < 0)
          || (high.isThere() && pages.compare(word, key, high.word(), high.blob()) >= 0)) {
        findings.note(
            "entry %d of the leaf at address %d belongs elsewhere", sorter.place(i), leaf);
      }
      if (i > 0 && pages.compare(sorter.word(i - 1), sorter.key(i - 1), word, key) >= 0) {
        findings.note("entry %d of the leaf at address %d is there twice", sorter.place(i), leaf);
      }
    }
  }

  /** {@return whether its key can be compared} */
  private boolean entry(long leaf, int place) {
    long word = pages.word(leaf, place);
    long hash;
    if (pages.keys == Kind.LONG) {
      hash = Hashing.hash(word, 0);
    } else {
      if (!isBlob(leaf, pages.key(leaf, place))) {
        return false;
      }
      byte[] key = pages.blobs.bytes(pages.key(leaf, place));
      hash = Hashing.hash(key, 0);
      if (Blobs.word(key, key.length) != word) {
        findings.note(
            "entry %d of the leaf at address %d has another word than its key", place, leaf);
      }
    }
    if (pages.print(leaf, place) != Hashing.fingerprint(hash)) {
      findings.note(
          "entry %d of the leaf at address %d has the fingerprint of another", place, leaf);
    }
    if (pages.values == Kind.BYTES) {
      isBlob(leaf, pages.value(leaf, place));
    }
    return true;
  }
}
