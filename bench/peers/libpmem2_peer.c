/* libpmem2's side of the benchmark: stores and copies into one mapping. */
#include <errno.h>
#include <fcntl.h>
#include <libpmem2.h>
#include <unistd.h>

static pmem2_persist_fn op_persist;
static pmem2_flush_fn op_flush;
static pmem2_memcpy_fn op_memcpy;
static pmem2_memmove_fn op_memmove;
static pmem2_memset_fn op_memset;

#include "pmem_workloads.h"

int
main(int argc, char *argv[])
{
	if (argc != 2)
		fail("usage", "libpmem2_peer FOLDER");
	char path[4096];
	snprintf(path, sizeof(path), "%s/libpmem2", argv[1]);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		fail(path, strerror(errno));
	unlink(path);
	int error = posix_fallocate(fd, 0, (off_t)MAPPING_BYTES);
	if (error != 0)
		fail(path, strerror(error));
	struct pmem2_config *config;
	struct pmem2_source *file;
	struct pmem2_map *map;
	if (pmem2_config_new(&config) != 0 ||
		pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_CACHE_LINE) != 0 ||
		pmem2_source_from_fd(&file, fd) != 0 || pmem2_map_new(&map, config, file) != 0)
		fail(path, pmem2_errormsg());
	mapping = pmem2_map_get_address(map);
	op_persist = pmem2_get_persist_fn(map);
	op_flush = pmem2_get_flush_fn(map);
	op_memcpy = pmem2_get_memcpy_fn(map);
	op_memmove = pmem2_get_memmove_fn(map);
	op_memset = pmem2_get_memset_fn(map);
	serve_workloads();
	pmem2_map_delete(&map);
	pmem2_source_delete(&file);
	pmem2_config_delete(&config);
	close(fd);
	return 0;
}
