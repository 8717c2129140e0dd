// System calls that Swift cannot see through Glibc, each under the shim's prefix.
#ifndef KBENCH_CPOSIXSHIMS_H
#define KBENCH_CPOSIXSHIMS_H

#include <stdint.h>

// Asks the kernel to send `signal` to this process when its parent dies; returns 0 or an errno.
int kbench_set_parent_death_signal(int signal);

// Stores which signal the kernel will send when this process's parent dies, 0 for none; returns 0 or an errno.
int kbench_get_parent_death_signal(int *signal);

// Stores the magic number of the file system that `path` lies on; returns 0 or an errno.
int kbench_file_system_magic(const char *path, uint64_t *magic);

// The number of processors this process may run on; 1 when the kernel does not say.
int kbench_usable_processors(void);

// From now on SIGINT, SIGTERM and SIGHUP (unless it was ignored) are noted, and SIGPIPE is left to the error of the write.
// Returns 0 or an errno. To be called once.
int kbench_install_interrupts(void);

// From now on a write to a pipe that nobody reads is an error and no signal; not so in programs that are started. Returns 0
// or an errno.
int kbench_tell_broken_pipes_by_errors(void);

// The signal noted last, 0 for none.
int kbench_interrupting_signal(void);

// Blocks until a signal has been noted; returns 0 or an errno.
int kbench_wait_for_interrupt(void);

// Blocks until a further signal has been noted, each being told once; returns 0 or an errno.
int kbench_take_interrupt(void);

/// Keeps blocks of up to `largest` bytes on the heap and gives memory back to the kernel only beyond `spare` free bytes.
void kbench_keep_freed_memory(int largest, int spare);

// Opens a file for writing past the system's cache; returns a descriptor, or -1 with errno set.
int kbench_open_past_cache(const char *path);

// Lets the first `length` bytes of a file read as zeros and keeps its blocks. Returns 0, or -1 with errno set.
int kbench_zero(int file, int64_t length);

// From now on so many seconds of processor time end this process with SIGPROF; 0: none do.
void kbench_limit_processor_time(int seconds);

// Bounds the address space of this process.
void kbench_limit_memory(uint64_t bytes);

// The bound on the address space of this process, 0 for none.
uint64_t kbench_memory_limit(void);

// How long this thread runs at once where others wait, in nanoseconds; 0 where the kernel does not say.
uint64_t kbench_time_slice(void);

// Asks for another slice, from 0.1 to 100 ms, for this thread alone. A kernel that does not know that ignores it.
void kbench_set_time_slice(uint64_t nanoseconds);

// Makes a pipe that never blocks, with room for so many bytes where the system allows that. Returns 0, or -1 with errno set.
int kbench_open_pipe(int ends[2], int room);

// Moves bytes between a socket and a pipe without copying them, and never blocks; returns how many, 0 at the end of what
// comes, or -1 with errno set.
long kbench_splice(int from, int to, uint64_t most);

#endif
