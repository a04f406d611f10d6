package io.holdfast.pmem.internal;

/**
 * The number by which the kernel knows a device.
 *
 * @param major the number of its driver
 * @param minor which of the driver's devices it is
 */
record DeviceNumber(int major, int minor) {

  /** {@return the number as sysfs spells it} */
  @Override
  public String toString() {
    return Integer.toUnsignedString(major) + ":" + Integer.toUnsignedString(minor);
  }
}
