// The fastest loops that librdkafka, a socket and a disk allow, in C: what kbench is held against.
#ifndef KBENCH_CPLAINLOOP_H
#define KBENCH_CPLAINLOOP_H

#include <stdint.h>

// Reads partitions 0 to count - 1 of a topic with `client`, a consumer that has nothing assigned, from `starts` up to
// `ends`, through one queue, and drops every message. Returns the messages, and the seconds from the first of them to the
// last; a negative number is the library's error.
int64_t kbench_plain_loop(
    void *client, const char *topic, int32_t count, const int64_t *starts, const int64_t *ends, double *seconds);

// Reads partitions 0 to `partitions` - 1 of a topic, which one broker leads, from `starts` on over one socket and without
// any library, until `records` of them have been seen. Returns how many were, and in how many seconds. What goes wrong is
// said on standard error and ends the process.
int64_t kbench_bare_loop(
    const char *host, int port, const char *topic, int32_t partitions, const int64_t *starts, int64_t records,
    double *seconds);

// The same, but nothing is parsed beside the headers of batches: a second thread writes each answer as it came to a file
// at `path`, past the system's cache where the file system can, and syncs it; the file has no name from the start. The
// seconds end with the last sync.
int64_t kbench_log_loop(
    const char *host, int port, const char *topic, int32_t partitions, const int64_t *starts, int64_t records,
    const char *path, double *seconds);

#endif
