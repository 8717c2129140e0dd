// The fastest loop that librdkafka allows, in C: what polling from Swift is held against.
#ifndef KBENCH_CPLAINLOOP_H
#define KBENCH_CPLAINLOOP_H

#include <stdint.h>

// Reads partitions 0 to count - 1 of a topic with `client`, a consumer that has nothing assigned, from `starts` up to
// `ends`, through one queue, and drops every message. Returns the messages, and the seconds from the first of them to the
// last; a negative number is the library's error.
int64_t kbench_plain_loop(
    void *client, const char *topic, int32_t count, const int64_t *starts, const int64_t *ends, double *seconds);

#endif
