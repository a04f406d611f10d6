/** Pool files: header, checksum, ownership. */
package io.holdfast.pool;
