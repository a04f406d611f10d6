/* libpmem's side of the benchmark: stores and copies into one mapping, durable one by one. */
#include <libpmem.h>
#include <unistd.h>

#include "peer.h"

#define MAPPING_BYTES ((size_t)64 << 20)
#define LARGEST_COPY ((size_t)1 << 20)

static char *mapping;
static char *source;

/* Stores "size" bytes, word by word, at a random place and persists them. */
static uint64_t
run_persist(uint64_t size, uint64_t iterations, uint64_t seed)
{
	uint64_t slots = MAPPING_BYTES / size;
	uint64_t words = size / sizeof(uint64_t);
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++) {
		uint64_t *target = (uint64_t *)(mapping + next_below(&seed, slots) * size);
		for (uint64_t w = 0; w < words; w++)
			target[w] = seed + w;
		pmem_persist(target, size);
	}
	return now_nanos() - begin;
}

/* Copies "size" bytes of DRAM to a random place, durable on return. */
static uint64_t
run_copy(uint64_t size, uint64_t iterations, uint64_t seed)
{
	uint64_t slots = MAPPING_BYTES / size;
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		pmem_memcpy_persist(mapping + next_below(&seed, slots) * size, source, size);
	return now_nanos() - begin;
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		fail("usage", "libpmem_peer FOLDER");
	char path[4096];
	snprintf(path, sizeof(path), "%s/libpmem", argv[1]);
	size_t mapped;
	int is_pmem;
	mapping = pmem_map_file(path, MAPPING_BYTES, PMEM_FILE_CREATE | PMEM_FILE_EXCL, 0600, &mapped, &is_pmem);
	if (mapping == NULL)
		fail(path, pmem_errormsg());
	if (!is_pmem)
		fail(path, "not taken for persistent memory: PMEM_IS_PMEM_FORCE is not 1");
	unlink(path);
	source = aligned_alloc(4096, LARGEST_COPY);
	if (source == NULL)
		fail("source", "out of memory");
	memset(source, 0x5a, LARGEST_COPY);
	pmem_memset_persist(mapping, 1, MAPPING_BYTES);

	static const struct scenario scenarios[] = {
		{"persist", run_persist},
		{"copy", run_copy},
	};
	serve(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
	pmem_unmap(mapping, mapped);
	return 0;
}
