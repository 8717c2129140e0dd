// CRC-32C (Castagnoli): in hardware where the processor has it, by table otherwise.
#ifndef KBENCH_CCHECKSUM_H
#define KBENCH_CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

// Continues `crc` (0 to begin) over `length` bytes.
uint32_t kbench_crc32c(uint32_t crc, const void *bytes, size_t length);
// The same by table on every processor: what the hardware form is tested against.
uint32_t kbench_crc32c_portable(uint32_t crc, const void *bytes, size_t length);
// 1 when kbench_crc32c runs in hardware here.
int kbench_crc32c_in_hardware(void);

#endif
