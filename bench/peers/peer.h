/*
 * What the benchmark's C programs share: a loop that answers commands, the generator that both sides draw from, a clock.
 *
 * A peer is started with one argument, the folder for its pool, answers "ready" once the pool is there and all its
 * pages are mapped, and keeps it open until standard input ends. A command is one line,
 *
 *     SCENARIO SIZE ITERATIONS SEED
 *
 * and its answer one line: the nanoseconds that ITERATIONS operations took in all, or "error" and a reason.
 */
#ifndef HOLDFAST_PEER_H
#define HOLDFAST_PEER_H

#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A scenario: does "iterations" operations and returns what they took, in nanoseconds. */
struct scenario {
	const char *name;
	uint64_t (*run)(uint64_t size, uint64_t iterations, uint64_t seed);
};

/* SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
static inline uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* A number from 0 to bound - 1; bound is below 2^32. */
static inline uint64_t
next_below(uint64_t *state, uint64_t bound)
{
	return ((next_random(state) >> 32) * bound) >> 32;
}

static inline uint64_t
now_nanos(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Ends the peer; the other side sees the reason in place of an answer. */
static inline _Noreturn void
fail(const char *what, const char *reason)
{
	printf("error %s: %s\n", what, reason);
	fflush(stdout);
	exit(1);
}

static inline void
serve(const struct scenario *scenarios, size_t count)
{
	char line[256];
	/* Ctrl-C ends the benchmark, and that ends us: our input is at its end then. */
	signal(SIGINT, SIG_IGN);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char name[64];
		uint64_t size, iterations, seed;
		if (sscanf(line, "%63s %" SCNu64 " %" SCNu64 " %" SCNu64, name, &size, &iterations, &seed) != 4)
			fail("command", line);
		size_t i = 0;
		while (i < count && strcmp(name, scenarios[i].name) != 0)
			i++;
		if (i == count)
			fail("unknown scenario", name);
		printf("%" PRIu64 "\n", scenarios[i].run(size, iterations, seed));
		fflush(stdout);
	}
}

#endif
