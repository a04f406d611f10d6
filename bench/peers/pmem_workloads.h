/*
 * The scenarios of libpmem_peer.c and libpmem2_peer.c, which differ in the library they call: each says what op_persist,
 * op_flush, op_memcpy, op_memmove and op_memset are and includes this file. PmemBench.java does the same in Java.
 *
 * A scenario's name is that of the operation and, after a point, what else is special about it:
 *
 *     (nothing)    at random places whose distance is the operation's size, one thread
 *     sequential   one place after the other
 *     word         8 bytes behind the start of a cache line
 *     odd          3 bytes behind it
 *     threads      at random places, two threads at once, each in its own half
 */
#ifndef HOLDFAST_PMEM_WORKLOADS_H
#define HOLDFAST_PMEM_WORKLOADS_H

#include <pthread.h>
#include <stdatomic.h>

#include "peer.h"

#define MAPPING_BYTES ((size_t)64 << 20)
#define LARGEST_COPY ((size_t)4 << 20)
#define LINE_BYTES ((size_t)64)
#define NO_DRAIN 1u

static char *mapping;
static char *source;

/* Where an operation's places are. */
struct walk {
	char *base;
	uint64_t stride;
	uint64_t slots;
	uint64_t seed;
	uint64_t next; /* of a sequential walk; otherwise UINT64_MAX */
};

static inline char *
next_place(struct walk *walk)
{
	uint64_t slot;
	if (walk->next == UINT64_MAX) {
		slot = next_below(&walk->seed, walk->slots);
	} else {
		slot = walk->next;
		walk->next = slot + 1 == walk->slots ? 0 : slot + 1;
	}
	return walk->base + slot * walk->stride;
}

static inline struct walk
walk_aligned(size_t begin, size_t bytes, uint64_t size, uint64_t seed)
{
	struct walk walk = {mapping + begin, size, bytes / size, seed, UINT64_MAX};
	return walk;
}

static inline struct walk
walk_sequential(uint64_t size, uint64_t seed)
{
	struct walk walk = walk_aligned(0, MAPPING_BYTES, size, seed);
	walk.next = next_below(&walk.seed, walk.slots);
	return walk;
}

static inline struct walk
walk_shifted(uint64_t size, uint64_t seed, size_t shift)
{
	uint64_t stride = (size + shift + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
	struct walk walk = walk_aligned(0, MAPPING_BYTES, stride, seed);
	walk.base += shift;
	return walk;
}

/* One thread's part of a scenario with two. */
struct part {
	uint64_t (*loop)(struct walk, uint64_t, uint64_t);
	size_t begin;
	uint64_t size;
	uint64_t iterations;
	uint64_t seed;
	uint64_t nanos;
	atomic_int *arrived;
};

static inline void *
run_part(void *argument)
{
	struct part *part = argument;
	struct walk walk = walk_aligned(part->begin, MAPPING_BYTES / 2, part->size, part->seed);
	atomic_fetch_add(part->arrived, 1);
	while (atomic_load(part->arrived) < 2)
		;
	part->nanos = part->loop(walk, part->size, part->iterations);
	return NULL;
}

/* What the slower of two threads takes for "iterations" operations. */
static inline uint64_t
run_threads(uint64_t (*loop)(struct walk, uint64_t, uint64_t), uint64_t size, uint64_t iterations, uint64_t seed)
{
	atomic_int arrived = 0;
	struct part parts[2] = {
		{loop, 0, size, iterations, seed, 0, &arrived},
		{loop, MAPPING_BYTES / 2, size, iterations, ~seed, 0, &arrived},
	};
	pthread_t thread;
	if (pthread_create(&thread, NULL, run_part, &parts[1]) != 0)
		fail("threads", "no second thread");
	run_part(&parts[0]);
	pthread_join(thread, NULL);
	return parts[0].nanos > parts[1].nanos ? parts[0].nanos : parts[1].nanos;
}

/* Defines all scenarios of an operation, which finds "target", "size" and "i". */
#define WORKLOAD(name, operation) \
	static uint64_t name##_loop(struct walk walk, uint64_t size, uint64_t iterations) \
	{ \
		uint64_t begin = now_nanos(); \
		for (uint64_t i = 0; i < iterations; i++) { \
			char *target = next_place(&walk); \
			operation; \
		} \
		return now_nanos() - begin; \
	} \
	static uint64_t name##_random(uint64_t size, uint64_t iterations, uint64_t seed) \
	{ \
		return name##_loop(walk_aligned(0, MAPPING_BYTES, size, seed), size, iterations); \
	} \
	static uint64_t name##_sequential(uint64_t size, uint64_t iterations, uint64_t seed) \
	{ \
		return name##_loop(walk_sequential(size, seed), size, iterations); \
	} \
	static uint64_t name##_word(uint64_t size, uint64_t iterations, uint64_t seed) \
	{ \
		return name##_loop(walk_shifted(size, seed, 8), size, iterations); \
	} \
	static uint64_t name##_odd(uint64_t size, uint64_t iterations, uint64_t seed) \
	{ \
		return name##_loop(walk_shifted(size, seed, 3), size, iterations); \
	} \
	static uint64_t name##_threads(uint64_t size, uint64_t iterations, uint64_t seed) \
	{ \
		return run_threads(name##_loop, size, iterations, seed); \
	}

#define SCENARIOS(name, operation) \
	{name, operation##_random}, {name ".sequential", operation##_sequential}, {name ".word", operation##_word}, \
		{name ".odd", operation##_odd}, {name ".threads", operation##_threads}

/* Stores a word to each line of "size" bytes. */
static inline void
store_words(char *target, uint64_t size, uint64_t value)
{
	for (uint64_t at = 0; at < size; at += LINE_BYTES)
		*(uint64_t *)(target + at) = value + at;
}

/* A place in the mapping that overlaps the second half of "target". */
static inline const char *
overlapping(const char *target, uint64_t size)
{
	const char *from = target + size / 2;
	return from + size <= mapping + MAPPING_BYTES ? from : target - size / 2;
}

WORKLOAD(persist, store_words(target, size, i); op_persist(target, size))
WORKLOAD(flush, store_words(target, size, i); op_flush(target, size))
WORKLOAD(copy, op_memcpy(target, source, size, 0))
WORKLOAD(copy_nodrain, op_memcpy(target, source, size, NO_DRAIN))
WORKLOAD(move, op_memmove(target, overlapping(target, size), size, 0))
WORKLOAD(move_nodrain, op_memmove(target, overlapping(target, size), size, NO_DRAIN))
WORKLOAD(fill, op_memset(target, (int)(i & 0x7f), size, 0))
WORKLOAD(fill_nodrain, op_memset(target, (int)(i & 0x7f), size, NO_DRAIN))

/* Touches every page, and answers until the input ends. */
static inline void
serve_workloads(void)
{
	static const struct scenario scenarios[] = {
		SCENARIOS("persist", persist),
		SCENARIOS("flush", flush),
		SCENARIOS("copy", copy),
		SCENARIOS("copy-nodrain", copy_nodrain),
		SCENARIOS("move", move),
		SCENARIOS("move-nodrain", move_nodrain),
		SCENARIOS("fill", fill),
		SCENARIOS("fill-nodrain", fill_nodrain),
	};
	source = aligned_alloc(4096, LARGEST_COPY);
	if (source == NULL)
		fail("source", "out of memory");
	memset(source, 0x5a, LARGEST_COPY);
	op_memset(mapping, 1, MAPPING_BYTES, 0);
	serve(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

#endif
