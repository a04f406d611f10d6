/** Transactional persistent heap and typed structs. */
package io.holdfast.heap;
