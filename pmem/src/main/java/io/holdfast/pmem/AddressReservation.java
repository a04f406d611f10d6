package io.holdfast.pmem;

import io.holdfast.pmem.internal.SystemReservation;
import java.util.Optional;

/**
 * A range of this process's addresses that is kept free, to map into: libpmem2's vm_reservation.
 * Nothing of it outlives the process, so that a crash changes nothing. May be shared between
 * threads.
 *
 * <p>{@link MapConfig#withReservation} puts mappings of {@link Medium#system} at chosen places.
 * What lies side by side can be used as one: {@link #join} gives a contiguous array over several
 * files, or one file twice in a row, a ring buffer without an end. Closing a mapping frees its
 * place for another one.
 *
 * <p>All offsets and lengths are in bytes and multiples of the page size; offsets are relative to
 * {@link #address}. Where nothing is mapped there is nothing to access; who makes a segment of
 * plain addresses there by {@code reinterpret}, which this package never does, is on his own. After
 * {@link #close} every method throws {@link IllegalStateException}.
 */
public abstract class AddressReservation implements AutoCloseable {

  /** For implementations. */
  protected AddressReservation() {}

  /**
   * Reserves addresses wherever there is room, aligned so that huge pages can map them.
   *
   * @param byteSize how many bytes
   * @return the reservation, which the caller closes
   * @throws MapException if {@code byteSize} is not positive or not a multiple of the page size
   * @throws SystemCallException if there is not so much address space ({@code ENOMEM})
   */
  public static AddressReservation of(long byteSize) {
    return SystemReservation.anywhere(byteSize);
  }

  /**
   * Reserves the addresses from {@code address} on.
   *
   * @param address the first address, a multiple of the page size
   * @param byteSize how many bytes
   * @return the reservation, which the caller closes
   * @throws MapException if {@code address} is 0 or not a multiple of the page size, if {@code
   *     byteSize} is not positive or not a multiple of the page size, or if any of the addresses is
   *     taken ({@link MapException.Reason#MAPPING_EXISTS})
   * @throws SystemCallException if these are no addresses of a process ({@code ENOMEM}) or of one
   *     without privileges ({@code EPERM})
   */
  public static AddressReservation at(long address, long byteSize) {
    return SystemReservation.at(address, byteSize);
  }

  /** {@return the first address, which {@link #shrink} may increase} */
  public abstract long address();

  /** {@return the number of bytes, which {@link #extend} and {@link #shrink} change} */
  public abstract long size();

  /**
   * Reserves the addresses that follow, too.
   *
   * @param bytes how many bytes more
   * @throws MapException if {@code bytes} is not positive or not a multiple of the page size, or if
   *     any of the addresses is taken ({@link MapException.Reason#MAPPING_EXISTS})
   * @throws SystemCallException if these are no addresses of a process ({@code ENOMEM})
   */
  public abstract void extend(long bytes);

  /**
   * Gives addresses at the start or at the end back. After a cut at the start all offsets are
   * relative to the new {@link #address}.
   *
   * @param offset where the cut begins
   * @param bytes how many bytes are cut
   * @throws MapException if {@code offset} or {@code bytes} is not a multiple of the page size
   *     ({@link MapException.Reason#OFFSET_UNALIGNED}, {@link
   *     MapException.Reason#LENGTH_UNALIGNED}), if {@code offset} is negative or not below {@link
   *     #size} ({@link MapException.Reason#OFFSET_OUT_OF_RANGE}), if {@code bytes} is not positive
   *     or reaches beyond the end ({@link MapException.Reason#LENGTH_OUT_OF_RANGE}), if that is the
   *     whole or from the middle ({@link MapException.Reason#NOT_SUPPORTED}), or if something is
   *     mapped there ({@link MapException.Reason#RESERVATION_NOT_EMPTY})
   */
  public abstract void shrink(long offset, long bytes);

  /**
   * {@return the open mapping with the lowest address among those that have a byte in a range}
   *
   * @param offset where the range begins, not necessarily aligned
   * @param length how many bytes, not necessarily aligned
   * @throws IndexOutOfBoundsException if the range does not lie within the reservation
   */
  public abstract Optional<PmemMap> find(long offset, long length);

  /** {@return the open mapping with the lowest address} */
  public abstract Optional<PmemMap> first();

  /** {@return the open mapping with the highest address} */
  public abstract Optional<PmemMap> last();

  /**
   * {@return the open mapping that follows {@code map}}
   *
   * @param map a mapping in this reservation
   * @throws MapException if {@code map} is not, or is closed ({@link
   *     MapException.Reason#MAPPING_NOT_FOUND})
   */
  public abstract Optional<PmemMap> next(PmemMap map);

  /**
   * {@return the open mapping before {@code map}}
   *
   * @param map a mapping in this reservation
   * @throws MapException if {@code map} is not, or is closed ({@link
   *     MapException.Reason#MAPPING_NOT_FOUND})
   */
  public abstract Optional<PmemMap> previous(PmemMap map);

  /**
   * Makes one mapping of those that lie side by side: its segment, its copies and what it makes
   * durable go across their borders. It maps nothing itself: it is closed by closing any mapping it
   * goes over, and closing it leaves these open. It can be stored to if all of them can.
   *
   * @param offset where it begins, a multiple of the page size
   * @param length how many bytes, not necessarily a multiple of the page size
   * @return the joint mapping
   * @throws MapException if {@code offset} is not a multiple of the page size, if the range does
   *     not lie within the reservation, if it has a byte that is not mapped or may not be read
   *     ({@link MapException.Reason#MAPPING_NOT_FOUND}), or if the mappings differ in granularity
   *     or sharing ({@link MapException.Reason#NOT_SUPPORTED})
   */
  public abstract PmemMap join(long offset, long length);

  /**
   * Gives the addresses back. Closing twice changes nothing.
   *
   * @throws MapException if a mapping is still open in them ({@link
   *     MapException.Reason#RESERVATION_NOT_EMPTY}); nothing is changed then
   */
  @Override
  public abstract void close();
}
