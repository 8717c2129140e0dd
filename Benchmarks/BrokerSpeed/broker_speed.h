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

// Reads the first `records` of a topic's partitions 0 to `partitions` - 1; returns how many it saw, and in which time.
int64_t bare_loop(const char *host, int port, const char *topic, int partitions, int64_t records, double *seconds);

#endif
