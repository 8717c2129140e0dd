// Reads a topic over one bare socket. One loop parses batches where they lie and touches one byte of each value; the other
// opens none, writes each answer to a file past the system's cache and syncs it. Whatever they do not understand ends the
// process: they have one of their own.
#define _GNU_SOURCE
#include "CPlainLoop.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// An answer holds at most so much of one partition: two of them stay in a processor's cache.
#define PARTITION_BYTES (1 << 20)
// With a file, an answer holds at most so much in all: it is one write and one sync.
#define LOGGED_BYTES (16 << 20)
#define MOST_PARTITIONS 1024
// Answers under way between the socket and the disk.
#define LOGGED_BUFFERS 4
// What a write past the cache begins and ends at.
#define PAGE 4096

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

// Of a call to the system.
static void fail_with(const char *what, const char *place) {
    fprintf(stderr, "bare loop: %s: %s: %s\n", place, what, strerror(errno));
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

static void ask(int connection, const char *topic, int partitions, const int64_t *next, uint64_t most, uint64_t each) {
    begin(1, 4);
    put(UINT32_MAX, 4);
    put(20, 4);
    put(1, 4);
    put(most, 4);
    put(0, 1);
    put(1, 4);
    put_string(topic);
    put((uint64_t)partitions, 4);
    for (int partition = 0; partition < partitions; partition++) {
        put((uint64_t)partition, 4);
        put((uint64_t)next[partition], 8);
        put(each, 4);
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

static uint64_t batch_bytes(const uint8_t *batch) { return 12 + get(batch + 8, 4); }

// Finds the batches of an answer, which the headers of batches tell, and moves `next` behind them. Returns the pieces.
static int scan(
    const uint8_t *buffer, size_t bytes, const char *topic, int partitions, int64_t *next, struct piece *pieces) {
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
        while (batch + 61 <= at + size && get(batch + 8, 4) >= 49 && batch + batch_bytes(batch) <= at + size) {
            next[partition] = (int64_t)get(batch, 8) + (int64_t)get(batch + 23, 4) + 1;
            batch += batch_bytes(batch);
        }
        pieces[found++].end = batch;
        at += size;
    }
    if (at != last) fail("an answer is not understood");
    return found;
}

int64_t kbench_bare_loop(
    const char *host, int port, const char *topic, int32_t partitions, const int64_t *starts, int64_t records,
    double *seconds) {
    if (partitions > MOST_PARTITIONS || strlen(topic) > 255) fail("too many partitions, or too long a name");
    int connection = connected(host, port);
    uint64_t most = (uint64_t)partitions * PARTITION_BYTES;
    size_t room = most + PARTITION_BYTES + (size_t)(partitions + 1) * (1 << 16);
    uint8_t *buffer = malloc(room + SLACK);
    int64_t *next = malloc((size_t)partitions * sizeof *next);
    memcpy(next, starts, (size_t)partitions * sizeof *next);
    struct piece *pieces = malloc((size_t)partitions * sizeof *pieces);
    int64_t count = 0;
    uint64_t sum = 0;
    double start = now();
    ask(connection, topic, partitions, next, most, PARTITION_BYTES);
    while (count < records) {
        size_t bytes = answer(connection, buffer, room);
        int found = scan(buffer, bytes, topic, partitions, next, pieces);
        // The broker works while the records are looked at.
        ask(connection, topic, partitions, next, most, PARTITION_BYTES);
        for (int each = 0; each < found; each++) {
            for (const uint8_t *batch = pieces[each].start; batch < pieces[each].end; batch += batch_bytes(batch)) {
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

// Answers on their way to the disk: the socket fills them in turn, and a thread writes them in the same turn.
struct belt {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint8_t *buffers[LOGGED_BUFFERS];
    size_t bytes[LOGGED_BUFFERS];
    // So many were filled, and so many of them written; what is filled of `last` is all.
    int64_t filled, written, last;
    int file;
    const char *path;
};

static void *write_answers(void *told) {
    struct belt *belt = told;
    off_t place = 0;
    pthread_mutex_lock(&belt->lock);
    while (belt->written != belt->last) {
        if (belt->written == belt->filled) {
            pthread_cond_wait(&belt->moved, &belt->lock);
            continue;
        }
        int turn = (int)(belt->written % LOGGED_BUFFERS);
        size_t bytes = (belt->bytes[turn] + PAGE - 1) / PAGE * PAGE;
        pthread_mutex_unlock(&belt->lock);
        for (size_t done = 0; done < bytes;) {
            ssize_t more = pwrite(belt->file, belt->buffers[turn] + done, bytes - done, place + (off_t)done);
            if (more < 0) fail_with("an answer cannot be written", belt->path);
            if (more == 0 || more % PAGE != 0) fail("the disk takes part of a page");
            done += (size_t)more;
        }
        if (fdatasync(belt->file) != 0) fail_with("an answer cannot be synced", belt->path);
        place += (off_t)bytes;
        pthread_mutex_lock(&belt->lock);
        belt->written++;
        pthread_cond_broadcast(&belt->moved);
    }
    pthread_mutex_unlock(&belt->lock);
    return NULL;
}

int64_t kbench_log_loop(
    const char *host, int port, const char *topic, int32_t partitions, const int64_t *starts, int64_t records,
    const char *path, double *seconds) {
    if (partitions > MOST_PARTITIONS || strlen(topic) > 255) fail("too many partitions, or too long a name");
    int connection = connected(host, port);
    // A broker may hand out one whole batch more than was asked for.
    size_t room = LOGGED_BYTES + PARTITION_BYTES + (size_t)(partitions + 1) * (1 << 16);
    room = (room + PAGE - 1) / PAGE * PAGE;
    struct belt belt = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER, .last = -1, .path = path};
    belt.file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT, 0600);
    // Not every file system can do without its cache.
    if (belt.file < 0) belt.file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (belt.file < 0) fail_with("no file can be made for the answers", path);
    unlink(path);
    for (int each = 0; each < LOGGED_BUFFERS; each++) {
        if (posix_memalign((void **)&belt.buffers[each], PAGE, room)) fail("no memory for answers");
        memset(belt.buffers[each], 0, room);
    }
    int64_t *next = malloc((size_t)partitions * sizeof *next);
    memcpy(next, starts, (size_t)partitions * sizeof *next);
    struct piece *pieces = malloc((size_t)partitions * sizeof *pieces);
    pthread_t writer;
    if (pthread_create(&writer, NULL, write_answers, &belt)) fail("no thread for the disk");
    uint64_t each_bytes = LOGGED_BYTES / (uint64_t)partitions;
    if (each_bytes < PARTITION_BYTES) each_bytes = PARTITION_BYTES;
    int64_t count = 0;
    double start = now();
    ask(connection, topic, partitions, next, LOGGED_BYTES, each_bytes);
    for (int64_t turn = 0; count < records; turn++) {
        int place = (int)(turn % LOGGED_BUFFERS);
        pthread_mutex_lock(&belt.lock);
        while (turn - belt.written >= LOGGED_BUFFERS) pthread_cond_wait(&belt.moved, &belt.lock);
        pthread_mutex_unlock(&belt.lock);
        size_t bytes = answer(connection, belt.buffers[place], room);
        int found = scan(belt.buffers[place], bytes, topic, partitions, next, pieces);
        ask(connection, topic, partitions, next, LOGGED_BYTES, each_bytes);
        for (int piece = 0; piece < found; piece++) {
            const uint8_t *batch = pieces[piece].start;
            // What lies before the offset that was asked for; no offset is left out in a topic that was just filled.
            if (batch < pieces[piece].end) count -= pieces[piece].from - (int64_t)get(batch, 8);
            for (; batch < pieces[piece].end; batch += batch_bytes(batch)) count += (int64_t)get(batch + 57, 4);
        }
        pthread_mutex_lock(&belt.lock);
        belt.bytes[place] = bytes;
        belt.filled = turn + 1;
        if (count >= records) belt.last = belt.filled;
        pthread_cond_broadcast(&belt.moved);
        pthread_mutex_unlock(&belt.lock);
    }
    pthread_join(writer, NULL);
    *seconds = now() - start;
    close(connection);
    close(belt.file);
    for (int each = 0; each < LOGGED_BUFFERS; each++) free(belt.buffers[each]);
    free(next);
    free(pieces);
    return count;
}
