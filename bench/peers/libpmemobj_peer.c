/* libpmemobj's side of the benchmark: small transactions, one per operation, on a pool of 256 MiB. */
#include <libpmemobj.h>
#include <unistd.h>

#include "peer.h"

#define POOL_BYTES ((size_t)256 << 20)
#define ARRAY_BYTES ((size_t)192 << 20)
#define ARRAY_WORDS (ARRAY_BYTES / sizeof(uint64_t))
#define MOST_WORDS 4
#define NODE_BYTES 128
#define MOST_OBJECTS 50000
#define MOST_ELEMENTS 20000

enum { TYPE_ARRAY = 1, TYPE_NODE, TYPE_SLOTS, TYPE_OBJECT, TYPE_HEADER, TYPE_ELEMENT };

struct root {
	PMEMoid array;
	PMEMoid head;
	uint64_t count;
};

struct node {
	PMEMoid next;
	uint64_t payload[(NODE_BYTES - sizeof(PMEMoid)) / sizeof(uint64_t)];
};

TOID_DECLARE(struct element, TYPE_ELEMENT);
POBJ_LIST_HEAD(list, struct element);

struct element {
	POBJ_LIST_ENTRY(struct element) entry;
	uint64_t payload[4];
};

static PMEMobjpool *pool;
static struct root *root;
static uint64_t *array;
static PMEMoid *slots;
static struct list *list;
static PMEMoid elements[MOST_ELEMENTS];

static void
update_words(uint64_t *const targets[], uint64_t words, uint64_t value)
{
	TX_BEGIN(pool) {
		for (uint64_t w = 0; w < words; w++) {
			pmemobj_tx_add_range_direct(targets[w], sizeof(uint64_t));
			*targets[w] = value;
		}
	} TX_ONABORT {
		fail("update", pmemobj_errormsg());
	} TX_END
}

/* Overwrites "size" words at random places of the array. */
static uint64_t
run_update(uint64_t size, uint64_t iterations, uint64_t seed)
{
	if (size > MOST_WORDS)
		fail("update", "too many words");
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++) {
		uint64_t *targets[MOST_WORDS];
		for (uint64_t w = 0; w < size; w++)
			targets[w] = array + next_below(&seed, ARRAY_WORDS);
		update_words(targets, size, seed);
	}
	return now_nanos() - begin;
}

static void
push_node(uint64_t value)
{
	TX_BEGIN(pool) {
		PMEMoid oid = pmemobj_tx_alloc(sizeof(struct node), TYPE_NODE);
		struct node *node = pmemobj_direct(oid);
		node->next = root->head;
		for (size_t w = 0; w < sizeof(node->payload) / sizeof(node->payload[0]); w++)
			node->payload[w] = value + w;
		/* head and count are neighbours: one snapshot for both */
		pmemobj_tx_add_range_direct(&root->head, sizeof(root->head) + sizeof(root->count));
		root->head = oid;
		root->count++;
	} TX_ONABORT {
		fail("allocate", pmemobj_errormsg());
	} TX_END
}

static void
free_node(PMEMoid oid)
{
	TX_BEGIN(pool) {
		pmemobj_tx_free(oid);
	} TX_ONABORT {
		fail("free", pmemobj_errormsg());
	} TX_END
}

/* Allocates, fills and links a node and counts it; the list is freed again when the time is taken. */
static uint64_t
run_allocate(uint64_t size, uint64_t iterations, uint64_t seed)
{
	if (size != NODE_BYTES)
		fail("allocate", "nodes have 128 bytes");
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		push_node(next_random(&seed));
	uint64_t elapsed = now_nanos() - begin;

	PMEMoid oid = root->head;
	root->head = OID_NULL;
	root->count = 0;
	pmemobj_persist(pool, root, sizeof(*root));
	while (!OID_IS_NULL(oid)) {
		PMEMoid next = ((struct node *)pmemobj_direct(oid))->next;
		free_node(oid);
		oid = next;
	}
	return elapsed;
}

/* Frees nodes in random order; they were allocated before the clock starts. */
static uint64_t
run_free(uint64_t size, uint64_t iterations, uint64_t seed)
{
	PMEMoid *nodes = calloc(iterations, sizeof(*nodes));
	if (nodes == NULL)
		fail("free", "out of memory");
	for (uint64_t i = 0; i < iterations; i++) {
		if (pmemobj_alloc(pool, &nodes[i], size, TYPE_NODE, NULL, NULL) != 0)
			fail("free", pmemobj_errormsg());
	}
	for (uint64_t i = iterations; i > 1; i--) {
		uint64_t other = next_below(&seed, i);
		PMEMoid last = nodes[i - 1];
		nodes[i - 1] = nodes[other];
		nodes[other] = last;
	}
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		free_node(nodes[i]);
	uint64_t elapsed = now_nanos() - begin;
	free(nodes);
	return elapsed;
}

static void
allocate_into(PMEMoid *slot, uint64_t size)
{
	if (pmemobj_alloc(pool, slot, size, TYPE_OBJECT, NULL, NULL) != 0)
		fail("atomic allocate", pmemobj_errormsg());
}

/* Allocates objects of "size" bytes, each into a slot in the pool; they are freed when the time is taken. */
static uint64_t
run_atomic_allocate(uint64_t size, uint64_t iterations, uint64_t seed)
{
	(void)seed;
	if (iterations > MOST_OBJECTS)
		fail("atomic allocate", "too many objects");
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		allocate_into(&slots[i], size);
	uint64_t elapsed = now_nanos() - begin;
	for (uint64_t i = 0; i < iterations; i++)
		pmemobj_free(&slots[i]);
	return elapsed;
}

/* Frees objects from their slots in random order; they were allocated before the clock starts. */
static uint64_t
run_atomic_free(uint64_t size, uint64_t iterations, uint64_t seed)
{
	static PMEMoid *shuffled[MOST_OBJECTS];
	if (iterations > MOST_OBJECTS)
		fail("atomic free", "too many objects");
	for (uint64_t i = 0; i < iterations; i++) {
		allocate_into(&slots[i], size);
		shuffled[i] = &slots[i];
	}
	for (uint64_t i = iterations; i > 1; i--) {
		uint64_t other = next_below(&seed, i);
		PMEMoid *last = shuffled[i - 1];
		shuffled[i - 1] = shuffled[other];
		shuffled[other] = last;
	}
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		pmemobj_free(shuffled[i]);
	return now_nanos() - begin;
}

static void
allocate_elements(uint64_t size, uint64_t count)
{
	if (size != sizeof(struct element) || count > MOST_ELEMENTS)
		fail("list", "elements have 64 bytes, and there are not so many");
	for (uint64_t i = 0; i < count; i++) {
		if (pmemobj_zalloc(pool, &elements[i], size, TYPE_ELEMENT) != 0)
			fail("list", pmemobj_errormsg());
	}
}

static void
insert_element(PMEMoid element)
{
	if (pmemobj_list_insert(pool, offsetof(struct element, entry), list, OID_NULL, POBJ_LIST_DEST_HEAD, element) != 0)
		fail("list insert", pmemobj_errormsg());
}

static void
remove_element(PMEMoid element, int free_it)
{
	if (pmemobj_list_remove(pool, offsetof(struct element, entry), list, element, free_it) != 0)
		fail("list remove", pmemobj_errormsg());
}

/* Inserts elements at the head of a list; they are allocated before the clock starts. */
static uint64_t
run_list_insert(uint64_t size, uint64_t iterations, uint64_t seed)
{
	(void)seed;
	allocate_elements(size, iterations);
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		insert_element(elements[i]);
	uint64_t elapsed = now_nanos() - begin;
	for (uint64_t i = 0; i < iterations; i++)
		remove_element(elements[i], 1);
	return elapsed;
}

/* Takes elements out of a list in random order. */
static uint64_t
run_list_remove(uint64_t size, uint64_t iterations, uint64_t seed)
{
	allocate_elements(size, iterations);
	for (uint64_t i = 0; i < iterations; i++)
		insert_element(elements[i]);
	for (uint64_t i = iterations; i > 1; i--) {
		uint64_t other = next_below(&seed, i);
		PMEMoid last = elements[i - 1];
		elements[i - 1] = elements[other];
		elements[other] = last;
	}
	uint64_t begin = now_nanos();
	for (uint64_t i = 0; i < iterations; i++)
		remove_element(elements[i], 0);
	uint64_t elapsed = now_nanos() - begin;
	for (uint64_t i = 0; i < iterations; i++)
		pmemobj_free(&elements[i]);
	return elapsed;
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		fail("usage", "libpmemobj_peer FOLDER");
	char path[4096];
	snprintf(path, sizeof(path), "%s/libpmemobj", argv[1]);
	int prefault = 1;
	pmemobj_ctl_set(NULL, "prefault.at_create", &prefault);
	pool = pmemobj_create(path, "bench", POOL_BYTES, 0600);
	if (pool == NULL)
		fail(path, pmemobj_errormsg());
	unlink(path);
	PMEMoid oid = pmemobj_root(pool, sizeof(struct root));
	if (OID_IS_NULL(oid))
		fail("root", pmemobj_errormsg());
	root = pmemobj_direct(oid);
	if (pmemobj_alloc(pool, &root->array, ARRAY_BYTES, TYPE_ARRAY, NULL, NULL) != 0)
		fail("array", pmemobj_errormsg());
	array = pmemobj_direct(root->array);
	pmemobj_memset_persist(pool, array, 1, ARRAY_BYTES);

	PMEMoid slots_oid;
	if (pmemobj_zalloc(pool, &slots_oid, MOST_OBJECTS * sizeof(PMEMoid), TYPE_SLOTS) != 0)
		fail("slots", pmemobj_errormsg());
	slots = pmemobj_direct(slots_oid);
	PMEMoid list_oid;
	if (pmemobj_zalloc(pool, &list_oid, sizeof(struct list), TYPE_HEADER) != 0)
		fail("list", pmemobj_errormsg());
	list = pmemobj_direct(list_oid);

	static const struct scenario scenarios[] = {
		{"update", run_update},
		{"allocate", run_allocate},
		{"free", run_free},
		{"atomic_allocate", run_atomic_allocate},
		{"atomic_free", run_atomic_free},
		{"list_insert", run_list_insert},
		{"list_remove", run_list_remove},
	};
	serve(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
	pmemobj_close(pool);
	return 0;
}
