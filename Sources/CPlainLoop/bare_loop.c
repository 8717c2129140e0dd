// Reads a topic over one bare socket: Fetch, batches parsed where they lie, one byte of each value touched. Whatever it
// does not understand ends the process: it has one of its own.
#include "CPlainLoop.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// An answer holds at most so much of one partition: two of them stay in a processor's cache.
#define PARTITION_BYTES (1 << 20)
#define MOST_PARTITIONS 1024

// What may be read behind the end of a record before it is noticed.
#define SLACK 128

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint8_t request[512 + 32 * MOST_PARTITIONS];
static size_t length;

static void put(uint64_t value, int bytes) {
    for (int byte = bytes - 1; byte >= 0; byte--) request[length++] = (uint8_t)(value >> (8 * byte));
}

static void put_string(const char *text) {
    size_t count = strlen(text);
    put(count, 2);
    memcpy(request + length, text, count);
    length += count;
}

static uint64_t get(const uint8_t *bytes, int count) {
    uint64_t value = 0;
    for (int byte = 0; byte < count; byte++) value = value << 8 | bytes[byte];
    return value;
}

static void fail(const char *what) {
    fprintf(stderr, "bare loop: %s\n", what);
    exit(1);
}

static void send_request(int connection) {
    size_t end = length;
    length = 0;
    put(end - 4, 4);
    for (size_t sent = 0; sent < end;) {
        ssize_t count = send(connection, request + sent, end - sent, MSG_NOSIGNAL);
        if (count <= 0) fail("the broker takes no request");
        sent += (size_t)count;
    }
}

static void begin(int api, int version) {
    length = 4;
    put((uint64_t)api, 2);
    put((uint64_t)version, 2);
    put(0, 4);
    put_string("bare");
}

static void read_all(int connection, uint8_t *into, size_t count) {
    for (size_t read = 0; read < count;) {
        ssize_t more = recv(connection, into + read, count - read, 0);
        if (more <= 0) fail("the broker has closed the connection");
        read += (size_t)more;
    }
}

static size_t answer(int connection, uint8_t *into, size_t room) {
    uint8_t prefix[4];
    read_all(connection, prefix, 4);
    size_t count = get(prefix, 4);
    if (count > room) fail("an answer is too large");
    read_all(connection, into, count);
    return count;
}

static void ask(int connection, const char *topic, int partitions, const int64_t *next) {
    begin(1, 4);
    put(UINT32_MAX, 4);
    put(20, 4);
    put(1, 4);
    put((uint64_t)partitions * PARTITION_BYTES, 4);
    put(0, 1);
    put(1, 4);
    put_string(topic);
    put((uint64_t)partitions, 4);
    for (int partition = 0; partition < partitions; partition++) {
        put((uint64_t)partition, 4);
        put((uint64_t)next[partition], 8);
        put(PARTITION_BYTES, 4);
    }
    send_request(connection);
}

static int64_t varint(const uint8_t **at) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

// Counts a batch's records from `from` on, and adds up the first byte of each value.
static int64_t parse(const uint8_t *batch, int64_t from, uint64_t *sum) {
    int64_t base = (int64_t)get(batch, 8);
    int64_t records = (int64_t)get(batch + 57, 4), counted = 0;
    const uint8_t *at = batch + 61, *limit = batch + 12 + get(batch + 8, 4);
    for (int64_t record = 0; record < records; record++) {
        int64_t bytes = varint(&at);
        if (at > limit || bytes <= 0 || bytes > limit - at) fail("a record is not understood");
        const uint8_t *end = at + bytes;
        at++;
        varint(&at);
        int64_t offset = base + varint(&at);
        int64_t key = varint(&at);
        if (at > end || key > end - at) fail("a record is not understood");
        if (key > 0) at += key;
        if (varint(&at) > 0) *sum += *at;
        counted += offset >= from;
        at = end;
    }
    return counted;
}

static int connected(const char *host, int port) {
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, service, &hints, &found)) fail("not an address");
    int connection = -1;
    for (struct addrinfo *each = found; each; each = each->ai_next) {
        connection = socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connection >= 0 && connect(connection, each->ai_addr, each->ai_addrlen) == 0) break;
        if (connection >= 0) close(connection);
        connection = -1;
    }
    freeaddrinfo(found);
    if (connection < 0) fail("the broker does not listen");
    return connection;
}

// What lies in an answer: batches of one partition, from this offset on.
struct piece {
    const uint8_t *start, *end;
    int64_t from;
};

int64_t kbench_bare_loop(
    const char *host, int port, const char *topic, int32_t partitions, const int64_t *starts, int64_t records,
    double *seconds) {
    if (partitions > MOST_PARTITIONS || strlen(topic) > 255) fail("too many partitions, or too long a name");
    int connection = connected(host, port);
    size_t room = (size_t)(partitions + 1) * (PARTITION_BYTES + (1 << 16));
    uint8_t *buffer = malloc(room + SLACK);
    int64_t *next = malloc((size_t)partitions * sizeof *next);
    memcpy(next, starts, (size_t)partitions * sizeof *next);
    struct piece *pieces = malloc((size_t)partitions * sizeof *pieces);
    int64_t count = 0;
    uint64_t sum = 0;
    double start = now();
    ask(connection, topic, partitions, next);
    while (count < records) {
        size_t bytes = answer(connection, buffer, room);
        // Behind correlation id, throttle time and the count of topics, which is 1.
        const uint8_t *at = buffer + 12 + 2 + strlen(topic), *last = buffer + bytes;
        if (at + 4 > last) fail("an answer is not understood");
        int answered = (int)get(at, 4), found = 0;
        if (answered < 0 || answered > partitions) fail("an answer is not understood");
        at += 4;
        for (int each = 0; each < answered; each++) {
            if (last - at < 30) fail("an answer is not understood");
            int partition = (int)get(at, 4);
            if (partition < 0 || partition >= partitions) fail("an answer is not understood");
            if (get(at + 4, 2) != 0) fail("a partition is refused");
            int32_t aborted = (int32_t)get(at + 22, 4);
            if (aborted > (last - at - 30) / 16) fail("an answer is not understood");
            at += 26 + (aborted > 0 ? aborted * 16 : 0);
            int32_t size = (int32_t)get(at, 4);
            at += 4;
            if (size > last - at) fail("an answer is not understood");
            if (size <= 0) continue;
            const uint8_t *batch = at;
            pieces[found] = (struct piece){at, at, next[partition]};
            // The last batch may be cut short.
            while (batch + 61 <= at + size && get(batch + 8, 4) >= 49
                   && batch + 12 + get(batch + 8, 4) <= at + size) {
                next[partition] = (int64_t)get(batch, 8) + (int64_t)get(batch + 23, 4) + 1;
                batch += 12 + get(batch + 8, 4);
            }
            pieces[found++].end = batch;
            at += size;
        }
        if (at != buffer + bytes) fail("an answer is not understood");
        // The broker works while the records are looked at.
        ask(connection, topic, partitions, next);
        for (int each = 0; each < found; each++) {
            for (const uint8_t *batch = pieces[each].start; batch < pieces[each].end;
                 batch += 12 + get(batch + 8, 4)) {
                count += parse(batch, pieces[each].from, &sum);
            }
        }
    }
    *seconds = now() - start;
    if (sum == 0) fail("all values are empty");
    close(connection);
    free(buffer);
    free(next);
    free(pieces);
    return count;
}
