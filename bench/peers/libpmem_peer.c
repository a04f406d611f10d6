/* libpmem's side of the benchmark: stores and copies into one mapping. */
#include <libpmem.h>
#include <unistd.h>

#define op_persist(target, size) pmem_persist(target, size)
#define op_flush(target, size) pmem_flush(target, size)
#define op_memcpy(target, from, size, flags) pmem_memcpy(target, from, size, flags)
#define op_memmove(target, from, size, flags) pmem_memmove(target, from, size, flags)
#define op_memset(target, value, size, flags) pmem_memset(target, value, size, flags)

#include "pmem_workloads.h"

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
	serve_workloads();
	pmem_unmap(mapping, mapped);
	return 0;
}
