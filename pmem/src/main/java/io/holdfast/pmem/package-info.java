/** Mapped persistent memory and durable file calls: sources, mappings, flush, drain, copies. */
package io.holdfast.pmem;
