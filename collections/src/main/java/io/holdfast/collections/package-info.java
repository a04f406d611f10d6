/** Persistent collections on the heap: a B+ tree and a hash table. */
package io.holdfast.collections;
