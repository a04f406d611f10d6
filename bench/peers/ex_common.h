/* What PMDK's ctree example takes from a header of that name, which Debian's libpmemobj-dev leaves out. */
#ifndef EX_COMMON_H
#define EX_COMMON_H

#include <stdint.h>

/* The number of the highest bit that is set; "value" is not 0. */
static inline unsigned char
find_last_set_64(uint64_t value)
{
	return (unsigned char)(63 - __builtin_clzll(value));
}

#endif
