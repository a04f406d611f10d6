package io.holdfast.examples;

import static io.holdfast.examples.ExampleLayout.BRANCH_BIT;
import static io.holdfast.examples.ExampleLayout.BRANCH_CLEAR;
import static io.holdfast.examples.ExampleLayout.BRANCH_SET;
import static io.holdfast.examples.ExampleLayout.BRANCH_SIZE;
import static io.holdfast.examples.ExampleLayout.BRANCH_TAG;
import static io.holdfast.examples.ExampleLayout.BRANCH_TYPE;
import static io.holdfast.examples.ExampleLayout.LEAF_LENGTH;
import static io.holdfast.examples.ExampleLayout.LEAF_TYPE;
import static io.holdfast.examples.ExampleLayout.LEAF_VALUE;
import static io.holdfast.examples.ExampleLayout.LEAF_WORD;

import io.holdfast.heap.Heap;
import io.holdfast.heap.Tx;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A persistent tree of words, each with a number beside it, in the order of their bytes.
 *
 * <p>Every change belongs to the caller's transaction and is durable, with everything else the
 * transaction does, when that commits; after a crash the tree is as the last committed transaction
 * left it. One thread at a time may use it.
 *
 * <p>It is a crit-bit tree: a branch names the first bit in which the words on its two sides
 * differ, and a word ends in bits that are all clear. A search looks at one bit per branch and
 * compares bytes once, in the leaf. A new word costs one leaf, one branch and <em>one</em> changed
 * link; nothing is ever rebalanced, since no branch is deeper than the bits of its words are many,
 * so that no order of input makes it slow. Links are plain addresses, which saves a look at the
 * object's header per branch: no link outlives what it names.
 */
public final class WordTree {
  private final Heap heap;
  private final CheckedReads reads;
  private final long top;
  private byte[] scratch = new byte[64];

  /**
   * The tree that hangs from one word of an object of the caller's.
   *
   * @param heap the heap
   * @param top the address of 8 bytes, 0 for an empty tree
   */
  public WordTree(Heap heap, long top) {
    this.heap = heap;
    this.reads = new CheckedReads(heap);
    this.top = top;
  }

  /**
   * What is done with each word of a walk.
   *
   * @param <X> what it may throw, which ends the walk
   */
  @FunctionalInterface
  public interface Visitor<X extends Exception> {
    /**
     * Visits a word.
     *
     * @param word its bytes, the visitor's to keep
     * @param value the number beside it
     * @throws X to end the walk
     */
    void visit(byte[] word, long value) throws X;
  }

  /**
   * Finds a word.
   *
   * @param word its bytes
   * @return the address of the number beside it, or 0 if the tree does not hold the word
   */
  public long find(byte[] word) {
    long leaf = nearest(word, 0, word.length);
    return leaf != 0 && differingBit(leaf, word, 0, word.length) < 0 ? leaf + LEAF_VALUE : 0;
  }

  /**
   * Finds a word, or adds it with the number 0.
   *
   * @param source holds the word, which has no zero byte
   * @param offset where it begins in {@code source}
   * @param length how many bytes it has
   * @return the address of the number beside it, valid until the word is removed
   * @throws IllegalArgumentException if the word has a zero byte
   */
  public long place(byte[] source, int offset, int length) {
    long nearest = nearest(source, offset, length);
    long bit = nearest == 0 ? 0 : differingBit(nearest, source, offset, length);
    if (bit < 0) {
      return nearest + LEAF_VALUE;
    }
    long leaf = newLeaf(source, offset, length);
    Tx tx = heap.tx();
    if (nearest == 0) {
      tx.putLong(top, leaf);
      return leaf + LEAF_VALUE;
    }
    long slot = top;
    long link = reads.getLong(slot);
    long above = -1;
    while (isBranch(link) && (above = bitBelow(above, link)) < bit) {
      slot = side(link, above, source, offset, length);
      link = reads.getLong(slot);
    }
    long branch = tx.allocate(BRANCH_SIZE, BRANCH_TYPE);
    boolean set = isSet(bit, source, offset, length);
    tx.putLong(branch + BRANCH_BIT, bit);
    tx.putLong(branch + BRANCH_CLEAR, set ? link : leaf);
    tx.putLong(branch + BRANCH_SET, set ? leaf : link);
    tx.putLong(slot, branch + BRANCH_TAG);
    return leaf + LEAF_VALUE;
  }

  /**
   * Removes a word and the number beside it; a word that is not there changes nothing.
   *
   * @param word its bytes
   */
  public void remove(byte[] word) {
    long parentSlot = top;
    long slot = top;
    long link = reads.getLong(slot);
    long above = -1;
    while (isBranch(link)) {
      above = bitBelow(above, link);
      parentSlot = slot;
      slot = side(link, above, word, 0, word.length);
      link = reads.getLong(slot);
    }
    if (link != 0 && differingBit(link, word, 0, word.length) < 0) {
      unlink(parentSlot, slot, link);
    }
  }

  /**
   * Removes the first words of the tree.
   *
   * @param count how many at the most
   * @return how many there were to remove, less than {@code count} only if the tree is now empty
   */
  public int removeFirst(int count) {
    for (int removed = 0; removed < count; removed++) {
      long parentSlot = top;
      long slot = top;
      long link = reads.getLong(slot);
      if (link == 0) {
        return removed;
      }
      long above = -1;
      while (isBranch(link)) {
        above = bitBelow(above, link);
        parentSlot = slot;
        slot = branch(link) + BRANCH_CLEAR;
        link = reads.getLong(slot);
      }
      unlink(parentSlot, slot, link);
    }
    return count;
  }

  /**
   * Visits every word in the order of the bytes.
   *
   * @param visitor what is done with each
   * @param <X> what the visitor throws
   * @throws X if the visitor does
   */
  public <X extends Exception> void walk(Visitor<X> visitor) throws X {
    ArrayDeque<Long> links = new ArrayDeque<>();
    ArrayDeque<Long> bitsAbove = new ArrayDeque<>();
    long link = reads.getLong(top);
    long above = -1;
    while (link != 0 || above >= 0) {
      while (isBranch(link)) {
        above = bitBelow(above, link);
        bitsAbove.push(above);
        links.push(reads.getLong(branch(link) + BRANCH_SET));
        link = reads.getLong(branch(link) + BRANCH_CLEAR);
      }
      checkLeaf(link, above);
      visitor.visit(wordAt(link + LEAF_VALUE), reads.getLong(link + LEAF_VALUE));
      link = links.isEmpty() ? 0 : links.pop();
      above = bitsAbove.isEmpty() ? -1 : bitsAbove.pop();
    }
  }

  /**
   * Reads a word.
   *
   * @param address the address of the number beside it
   * @return its bytes
   */
  public byte[] wordAt(long address) {
    long leaf = address - LEAF_VALUE;
    byte[] word = new byte[reads.getLength(leaf + LEAF_LENGTH, leaf + LEAF_WORD)];
    heap.getBytes(leaf + LEAF_WORD, word, 0, word.length);
    return word;
  }

  /** Takes a leaf out: its sibling takes the place of the branch above, if there is one. */
  private void unlink(long parentSlot, long slot, long leaf) {
    Tx tx = heap.tx();
    if (slot == top) {
      tx.putLong(top, 0);
    } else {
      long branch = branch(reads.getLong(parentSlot));
      long sibling = slot == branch + BRANCH_CLEAR ? BRANCH_SET : BRANCH_CLEAR;
      tx.putLong(parentSlot, reads.getLong(branch + sibling));
      tx.free(branch);
    }
    tx.free(leaf);
  }

  private long newLeaf(byte[] source, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (source[i] == 0) {
        throw new IllegalArgumentException("zero byte at %d of a word".formatted(i - offset));
      }
    }
    Tx tx = heap.tx();
    long leaf = tx.allocate(LEAF_WORD + length, LEAF_TYPE);
    tx.putInt(leaf + LEAF_LENGTH, length);
    tx.putBytes(leaf + LEAF_WORD, source, offset, length);
    return leaf;
  }

  /**
   * The leaf that agrees with a word in every bit its branches name: the word's own, if the tree
   * holds it.
   */
  private long nearest(byte[] source, int offset, int length) {
    long link = reads.getLong(top);
    long above = -1;
    while (isBranch(link)) {
      above = bitBelow(above, link);
      link = reads.getLong(side(link, above, source, offset, length));
    }
    checkLeaf(link, above);
    return link;
  }

  /**
   * The number of the first bit in which a leaf's word differs from another, -1 if they are equal.
   */
  private long differingBit(long leaf, byte[] source, int offset, int length) {
    int leafLength = reads.getLength(leaf + LEAF_LENGTH, leaf + LEAF_WORD);
    if (leafLength > scratch.length) {
      scratch = new byte[leafLength];
    }
    heap.getBytes(leaf + LEAF_WORD, scratch, 0, leafLength);
    int at = Arrays.mismatch(scratch, 0, leafLength, source, offset, offset + length);
    if (at < 0) {
      return -1;
    }
    int difference =
        (at < leafLength ? scratch[at] & 0xff : 0) ^ (at < length ? source[offset + at] & 0xff : 0);
    return at * 8L + Integer.numberOfLeadingZeros(difference) - 24;
  }

  /** {@return a branch's bit} It grows from branch to branch, so that no damage makes a circle. */
  private long bitBelow(long above, long link) {
    long bit = reads.getLong(branch(link) + BRANCH_BIT);
    if (bit <= above) {
      throw reads.damaged(
          "the branch at %d is of bit %d, below one of bit %d".formatted(branch(link), bit, above));
    }
    return bit;
  }

  /** Only a tree without any word has nothing where a leaf should be. */
  private void checkLeaf(long link, long above) {
    if (link == 0 && above >= 0) {
      throw reads.damaged("a branch of bit %d leads nowhere".formatted(above));
    }
  }

  private static long side(long link, long bit, byte[] source, int offset, int length) {
    return branch(link) + (isSet(bit, source, offset, length) ? BRANCH_SET : BRANCH_CLEAR);
  }

  private static boolean isSet(long bit, byte[] source, int offset, int length) {
    long at = bit >>> 3;
    return at < length && (source[offset + (int) at] << (bit & 7) & 0x80) != 0;
  }

  private static boolean isBranch(long link) {
    return (link & BRANCH_TAG) != 0;
  }

  private static long branch(long link) {
    return link - BRANCH_TAG;
  }
}
