/*
 * libpmemobj's side of the maps' benchmark: the maps that PMDK ships as examples, each in a pool of its own, which is made
 * and filled when a scenario first asks for it, or for another size. "size" is how many keys a map holds, a power of two;
 * before and after each command it holds the same ones.
 */
#include <libpmemobj.h>
#include <unistd.h>

#include "btree_map.h"
#include "ctree_map.h"
#include "hashmap_atomic.h"
#include "hashmap_tx.h"
#include "rbtree_map.h"
#include "skiplist_map.h"

#include "peer.h"

#define POOL_BYTES_PER_KEY ((size_t)400)
#define POOL_BYTES_AT_LEAST ((size_t)64 << 20)

/* The maps' own keys are the numbers that follow this state. */
#define OWN_KEYS UINT64_C(0xd1b54a32d192ed03)
#define STEP UINT64_C(0x9e3779b97f4a7c15)

/* Odd, so that multiples of it meet every key of the map once. */
#define STRIDE UINT64_C(0x9e3779b1)

static const char *folder;

static uint64_t
own_key(uint64_t index)
{
	uint64_t state = OWN_KEYS + index * STEP;
	return next_random(&state);
}

static PMEMobjpool *
create_pool(const char *name, uint64_t keys)
{
	char path[4096];
	size_t bytes = keys * POOL_BYTES_PER_KEY;
	snprintf(path, sizeof(path), "%s/libpmemobj-%s", folder, name);
	PMEMobjpool *pool = pmemobj_create(path, "maps", bytes > POOL_BYTES_AT_LEAST ? bytes : POOL_BYTES_AT_LEAST, 0600);
	if (pool == NULL)
		fail(path, pmemobj_errormsg());
	unlink(path);
	return pool;
}

/*
 * The scenarios of one map: "map" is the type of its root, "prefix" of its functions' names, "inserted" what a function
 * returns that has inserted a key.
 */
#define MAP(name, map, prefix, argument)                                                                    \
	static struct {                                                                                    \
		PMEMobjpool *pool;                                                                         \
		TOID(struct map) map;                                                                      \
		PMEMoid value;                                                                             \
		uint64_t size;                                                                             \
	} name;                                                                                            \
	static void name##_insert(uint64_t key)                                                            \
	{                                                                                                  \
		if (prefix##_insert(name.pool, name.map, key, name.value) != 0)                            \
			fail(#name, pmemobj_errormsg());                                                   \
	}                                                                                                  \
	static void name##_remove(uint64_t key)                                                            \
	{                                                                                                  \
		prefix##_remove(name.pool, name.map, key);                                                 \
	}                                                                                                  \
	static void name##_fill(uint64_t size)                                                             \
	{                                                                                                  \
		if (name.size == size)                                                                     \
			return;                                                                            \
		if (name.size != 0)                                                                        \
			pmemobj_close(name.pool);                                                          \
		name.pool = create_pool(#name, size);                                                      \
		name.value = pmemobj_root(name.pool, sizeof(name.map));                                    \
		TOID(struct map) *root = pmemobj_direct(name.value);                                       \
		if (prefix##_create(name.pool, root, argument) != 0)                                       \
			fail(#name, pmemobj_errormsg());                                                   \
		name.map = *root;                                                                          \
		for (uint64_t i = 0; i < size; i++)                                                        \
			name##_insert(own_key(i));                                                         \
		name.size = size;                                                                          \
	}                                                                                                  \
	/* Inserts keys that are not there; they are removed again when the time is taken. */              \
	static uint64_t name##_run_insert(uint64_t size, uint64_t iterations, uint64_t seed)               \
	{                                                                                                  \
		name##_fill(size);                                                                         \
		uint64_t state = seed;                                                                     \
		uint64_t begin = now_nanos();                                                              \
		for (uint64_t i = 0; i < iterations; i++)                                                  \
			name##_insert(next_random(&state));                                                \
		uint64_t elapsed = now_nanos() - begin;                                                    \
		state = seed;                                                                              \
		for (uint64_t i = 0; i < iterations; i++)                                                  \
			name##_remove(next_random(&state));                                                \
		return elapsed;                                                                            \
	}                                                                                                  \
	static uint64_t name##_run_get(uint64_t size, uint64_t iterations, uint64_t seed)                  \
	{                                                                                                  \
		name##_fill(size);                                                                         \
		uint64_t first = next_random(&seed);                                                       \
		uint64_t begin = now_nanos();                                                              \
		for (uint64_t i = 0; i < iterations; i++) {                                                \
			uint64_t key = own_key((first + i * STRIDE) & (size - 1));                         \
			if (OID_IS_NULL(prefix##_get(name.pool, name.map, key)))                           \
				fail(#name, "lost a key");                                                 \
		}                                                                                          \
		return now_nanos() - begin;                                                                \
	}                                                                                                  \
	/* Removes keys that are there; they are inserted again when the time is taken. */                 \
	static uint64_t name##_run_remove(uint64_t size, uint64_t iterations, uint64_t seed)               \
	{                                                                                                  \
		name##_fill(size);                                                                         \
		uint64_t first = next_random(&seed);                                                       \
		uint64_t begin = now_nanos();                                                              \
		for (uint64_t i = 0; i < iterations; i++)                                                  \
			name##_remove(own_key((first + i * STRIDE) & (size - 1)));                         \
		uint64_t elapsed = now_nanos() - begin;                                                    \
		for (uint64_t i = 0; i < iterations; i++)                                                  \
			name##_insert(own_key((first + i * STRIDE) & (size - 1)));                         \
		return elapsed;                                                                            \
	}

MAP(btree, btree_map, btree_map, NULL)
MAP(ctree, ctree_map, ctree_map, NULL)
MAP(rbtree, rbtree_map, rbtree_map, NULL)
MAP(skiplist, skiplist_map_node, skiplist_map, NULL)
MAP(hashmap_tx, hashmap_tx, hm_tx, NULL)
MAP(hashmap_atomic, hashmap_atomic, hm_atomic, NULL)

#define SCENARIOS(name)                                                                                    \
	{#name "_insert", name##_run_insert}, {#name "_get", name##_run_get},                              \
	{                                                                                                  \
		#name "_remove", name##_run_remove                                                         \
	}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		fail("usage", "libpmemobj_maps_peer FOLDER");
	folder = argv[1];
	int prefault = 1;
	pmemobj_ctl_set(NULL, "prefault.at_create", &prefault);
	static const struct scenario scenarios[] = {
		SCENARIOS(btree),
		SCENARIOS(ctree),
		SCENARIOS(rbtree),
		SCENARIOS(skiplist),
		SCENARIOS(hashmap_tx),
		SCENARIOS(hashmap_atomic),
	};
	serve(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
	return 0;
}
