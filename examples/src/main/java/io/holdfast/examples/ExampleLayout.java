package io.holdfast.examples;

/**
 * What the examples keep in a heap: the types of their objects and where the fields are.
 *
 * <p>All fields are 8 bytes unless the diagram says otherwise. A <em>link</em> is 0 for nothing,
 * the address of a leaf, or the address of a branch with {@link #BRANCH_TAG} added; objects begin
 * at multiples of 16, so the tag's bit is free.
 *
 * <pre>
 *  leaf      0 value             8 length (4 bytes)   12 the word's bytes
 *  branch    0 number of a bit   8 link, bit clear    16 link, bit set
 *  tree      0 link
 *  words     0 link to words     8 link to inputs     16 words counted
 *  input     0 position          8 size               16 leaf of the word at the end, 0 if none
 * </pre>
 */
final class ExampleLayout {
  static final int LEAF_TYPE = 1;
  static final int BRANCH_TYPE = 2;
  static final int TREE_TYPE = 3;
  static final int WORDS_TYPE = 4;
  static final int INPUT_TYPE = 5;

  static final long LEAF_VALUE = 0;
  static final long LEAF_LENGTH = 8;
  static final long LEAF_WORD = 12;

  static final long BRANCH_BIT = 0;
  static final long BRANCH_CLEAR = 8;
  static final long BRANCH_SET = 16;
  static final long BRANCH_SIZE = 24;
  static final long BRANCH_TAG = 1;

  static final long TREE_TOP = 0;
  static final long TREE_SIZE = 8;

  static final long WORDS_TOP = 0;
  static final long WORDS_INPUTS = 8;
  static final long WORDS_TOTAL = 16;
  static final long WORDS_SIZE = 24;

  static final long INPUT_POSITION = 0;
  static final long INPUT_SIZE = 8;
  static final long INPUT_LAST = 16;
  static final long INPUT_BYTES = 24;

  private ExampleLayout() {}
}
