// How often the process has asked for memory so far.
#ifndef KBENCH_ALLOCATION_COUNTER_H
#define KBENCH_ALLOCATION_COUNTER_H
#include <stdint.h>

int64_t kbench_allocations(void);

#endif
