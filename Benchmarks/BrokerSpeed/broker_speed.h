// What the parts of the benchmark of brokers share.
#ifndef BROKER_SPEED_H
#define BROKER_SPEED_H

#include <stdint.h>
#include <time.h>

static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

#endif
