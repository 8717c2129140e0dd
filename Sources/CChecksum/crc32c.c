#include "CChecksum.h"

#include <pthread.h>
#include <string.h>

static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82f63b78u & (0u - (crc & 1)));
        tables[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int slice = 1; slice < 8; slice++)
            tables[slice][byte] = (tables[slice - 1][byte] >> 8) ^ tables[0][tables[slice - 1][byte] & 0xff];
}

// Slicing by eight; the word loads assume little endian, as every platform Swift supports on Linux is.
uint32_t kbench_crc32c_portable(uint32_t crc, const void *bytes, size_t length) {
    pthread_once(&tables_once, fill_tables);
    const uint8_t *at = bytes;
    crc = ~crc;
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        word ^= crc;
        crc = tables[7][word & 0xff] ^ tables[6][(word >> 8) & 0xff] ^ tables[5][(word >> 16) & 0xff] ^
              tables[4][(word >> 24) & 0xff] ^ tables[3][(word >> 32) & 0xff] ^ tables[2][(word >> 40) & 0xff] ^
              tables[1][(word >> 48) & 0xff] ^ tables[0][word >> 56];
        at += 8;
        length -= 8;
    }
    while (length-- > 0) crc = (crc >> 8) ^ tables[0][(crc ^ *at++) & 0xff];
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

int kbench_crc32c_in_hardware(void) { return __builtin_cpu_supports("sse4.2") != 0; }

// The processor begins a step in each cycle and takes three for it, so three stretches at a time cost as much as one.
#define STRETCH 1024
static uint32_t shifts[4][256];
static pthread_once_t shifts_once = PTHREAD_ONCE_INIT;

// What becomes of each byte of a state behind STRETCH zeros, which is linear: so for single bits, and put together.
static void fill_shifts(void) {
    static const uint8_t zeros[STRETCH];
    for (int place = 0; place < 4; place++)
        for (uint32_t byte = 1; byte < 256; byte++) {
            uint32_t rest = byte & (byte - 1);
            shifts[place][byte] = rest ? shifts[place][rest] ^ shifts[place][byte ^ rest]
                                       : ~kbench_crc32c_portable(~(byte << (8 * place)), zeros, STRETCH);
        }
}

static uint64_t shifted(uint32_t state) {
    return shifts[0][state & 0xff] ^ shifts[1][(state >> 8) & 0xff] ^ shifts[2][(state >> 16) & 0xff] ^
           shifts[3][state >> 24];
}

static uint64_t word_at(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    uint64_t state = (uint32_t)~crc;
    if (length >= 3 * STRETCH) pthread_once(&shifts_once, fill_shifts);
    for (; length >= 3 * STRETCH; at += 3 * STRETCH, length -= 3 * STRETCH) {
        uint64_t second = 0, third = 0;
        for (size_t place = 0; place < STRETCH; place += 8) {
            state = _mm_crc32_u64(state, word_at(at + place));
            second = _mm_crc32_u64(second, word_at(at + STRETCH + place));
            third = _mm_crc32_u64(third, word_at(at + 2 * STRETCH + place));
        }
        state = shifted((uint32_t)(shifted((uint32_t)state) ^ second)) ^ third;
    }
    for (; length >= 8; at += 8, length -= 8) state = _mm_crc32_u64(state, word_at(at));
    uint32_t tail = (uint32_t)state;
    while (length-- > 0) tail = _mm_crc32_u8(tail, *at++);
    return ~tail;
}

uint32_t kbench_crc32c(uint32_t crc, const void *bytes, size_t length) {
    return kbench_crc32c_in_hardware() ? crc32c_sse42(crc, bytes, length)
                                       : kbench_crc32c_portable(crc, bytes, length);
}
#else
int kbench_crc32c_in_hardware(void) { return 0; }

uint32_t kbench_crc32c(uint32_t crc, const void *bytes, size_t length) {
    return kbench_crc32c_portable(crc, bytes, length);
}
#endif
