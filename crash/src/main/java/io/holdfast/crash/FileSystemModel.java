package io.holdfast.crash;

/**
 * What a file system promises about the order in which file calls reach the medium, besides what is
 * synchronised. Stores to mapped memory are the same in all of them.
 */
public enum FileSystemModel {
  /**
   * What POSIX promises: nothing. Names, sizes and bytes arrive in any order until what they belong
   * to has been synchronised, and synchronising one file or folder does nothing for another. What
   * is safe here is safe everywhere.
   */
  POSIX,
  /**
   * What ext4 does as it is mounted by default ({@code data=ordered}, {@code delalloc}, {@code
   * auto_da_alloc}), so that "wrong by the book" can be told from "wrong on most Linux machines":
   *
   * <ul>
   *   <li>Changes of names, and sizes set by {@code truncate} or {@code fallocate}, arrive in the
   *       order in which they were made, in all folders.
   *   <li>A size that a write has made larger arrives on its own, perhaps much later, but not
   *       before the bytes of that write.
   *   <li>A file that is renamed over another arrives there with all its bytes.
   *   <li>Synchronising a file or folder also makes durable all changes of names and set sizes that
   *       were made before the last change of that file's size or name, or of that folder. A file
   *       whose bytes were overwritten in place has no metadata for {@code force(false)} to commit.
   * </ul>
   *
   * <p>Not granted, since it depends on when a file is closed or on how it was opened: the flush of
   * a file that was emptied and is written anew, and commits by writes that are durable on return.
   * The properties are those of Pillai et al., "All File Systems Are Not Created Equal" (OSDI
   * 2014), and of ext4's documentation.
   */
  EXT4_ORDERED
}
