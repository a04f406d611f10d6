package io.holdfast.pmem;

import io.holdfast.pmem.internal.BadBlocks;
import io.holdfast.pmem.internal.DeviceQueries;
import io.holdfast.pmem.internal.SourceTransfer;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * What is mapped: a regular file, a device DAX or anonymous memory. Immutable; what it is asked it
 * asks the operating system anew, opening a file that is known by its path each time. May be shared
 * between threads.
 *
 * <p>A question that a source's kind, its device or the kernel cannot answer is a {@link
 * DeviceException}. All of them throw {@link SystemCallException} if the file does not exist or may
 * not be opened, and {@link MapException} if it is closed, or neither a regular file nor a device
 * DAX. A file of a medium other than {@link Medium#system} has a size, is read and written, and is
 * on no device.
 */
public sealed interface PmemSource {

  /**
   * An existing file or device DAX, opened for what it is used for.
   *
   * @param path the file
   */
  record OfPath(Path path) implements PmemSource {}

  /**
   * An open file, which stays the caller's.
   *
   * @param file the file
   */
  record OfFile(PmemFile file) implements PmemSource {}

  /**
   * An open descriptor of this process, which stays the caller's and may be closed once the source
   * is mapped.
   *
   * @param number the descriptor
   */
  record OfDescriptor(int number) implements PmemSource {

    /**
     * Checks the descriptor.
     *
     * @throws MapException if {@code number} is negative or not open for reading, or is neither a
     *     regular file nor a device DAX
     */
    public OfDescriptor {
      DeviceQueries.checkDescriptor(number);
    }
  }

  /**
   * Volatile memory.
   *
   * @param byteSize how many bytes
   */
  record Anonymous(long byteSize) implements PmemSource {

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if {@code byteSize} is negative
     */
    public Anonymous {
      if (byteSize < 0) {
        throw new IllegalArgumentException("size " + byteSize + " is negative");
      }
    }
  }

  /**
   * {@return the existing file {@code path}}
   *
   * @param path a regular file or a device DAX, such as {@code /dev/dax0.0}
   */
  static PmemSource of(Path path) {
    return new OfPath(path);
  }

  /**
   * {@return the open file {@code file}}
   *
   * @param file the file, of the medium that maps it
   */
  static PmemSource of(PmemFile file) {
    return new OfFile(file);
  }

  /**
   * {@return the open descriptor {@code number}}
   *
   * @param number the descriptor of a regular file or a device DAX, open for reading at least; it
   *     stays the caller's
   * @throws MapException if {@code number} is negative or not open for reading, or is neither a
   *     regular file nor a device DAX
   */
  static PmemSource ofDescriptor(int number) {
    return new OfDescriptor(number);
  }

  /**
   * {@return {@code byteSize} bytes of volatile memory}
   *
   * @param byteSize how many bytes, positive
   */
  static PmemSource anonymous(long byteSize) {
    return new Anonymous(byteSize);
  }

  /**
   * {@return the size in bytes}
   *
   * @throws DeviceException if the kernel's size of the device is no number
   */
  default long size() {
    return DeviceQueries.size(this);
  }

  /**
   * {@return what offset, length and address of a mapping are multiples of, in bytes: a page, or
   * what the device asks for}
   *
   * @throws DeviceException if the kernel's alignment of the device is no number or no power of two
   */
  default long alignment() {
    return DeviceQueries.alignment(this);
  }

  /**
   * {@return the NUMA node of the persistent memory that the source lies on; negative if the
   * platform names none}
   *
   * @throws DeviceException if the source lies on no region of persistent memory
   */
  default int numaNode() {
    return DeviceQueries.numaNode(this);
  }

  /**
   * {@return the unique names of all DIMMs that the source lies on, one after the other}
   *
   * @throws DeviceException if there is none, or one has no name
   */
  default String deviceId() {
    return DeviceQueries.deviceId(this);
  }

  /**
   * {@return how often the DIMMs that the source lies on could not write everything in time when
   * power failed, their counts added up; see {@link UnsafeShutdown}}
   *
   * @throws DeviceException if there is none, or one does not count
   */
  default long unsafeShutdownCount() {
    return DeviceQueries.unsafeShutdownCount(this);
  }

  /**
   * Reads without mapping, so that a bad block is an exception here.
   *
   * @param offset where in the source, in bytes
   * @param destination receives the bytes, all of it
   * @throws IndexOutOfBoundsException if the range does not lie within the source
   * @throws MediaErrorException if a bad block lies in the range; {@code destination} holds some of
   *     the bytes then
   * @throws DeviceException if this is anonymous memory
   */
  default void read(long offset, MemorySegment destination) {
    SourceTransfer.read(this, offset, destination);
  }

  /**
   * Writes without mapping, so that a bad block is an exception here. Durable on return; when it
   * throws, any part may have been written.
   *
   * @param offset where in the source, in bytes
   * @param bytes what is written, all of it
   * @throws IndexOutOfBoundsException if the range does not lie within the source
   * @throws MediaErrorException if a bad block lies in the range and cannot be written over
   * @throws DeviceException if this is anonymous memory
   */
  default void write(long offset, MemorySegment bytes) {
    SourceTransfer.write(this, offset, bytes);
  }

  /**
   * {@return the parts of the source that the medium has lost, first ones first, none if it lies on
   * no device that keeps such a list} A snapshot: blocks may go bad, and be cleared, afterwards.
   * The kernel tells of a few hundred at once; there may be more when these are cleared.
   *
   * @throws DeviceException if this is anonymous memory; if it is a device DAX and the caller may
   *     not know where in its region it lies, though the region has bad blocks; or if the file
   *     system does not tell where its files lie, though its device has bad blocks
   */
  default List<BadBlock> badBlocks() {
    return BadBlocks.list(this);
  }

  /**
   * Gives the source good blocks in the place of bad ones. What they held is lost; a file's read as
   * zero then, a device DAX's as whatever the device puts there. Good blocks stay as they are, also
   * where {@code block} says otherwise. Durable on return; after a crash before that some of it may
   * have been done, and the rest is still listed.
   *
   * @param block what is cleared, of this source's {@link #badBlocks}
   * @throws OutOfSpaceException if the file system has no other block to give; what was bad is a
   *     hole in the file then
   * @throws DeviceException if this is anonymous memory, or the block was not cleared, or not to
   *     its end
   * @throws SystemCallException if the kernel refuses
   */
  default void clearBadBlock(BadBlock block) {
    BadBlocks.clear(this, block);
  }
}
