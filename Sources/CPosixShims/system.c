#define _GNU_SOURCE
#include "CPosixShims.h"
#include <malloc.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <unistd.h>

int kbench_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal) == 0 ? 0 : errno;
}

int kbench_get_parent_death_signal(int *signal) {
    return prctl(PR_GET_PDEATHSIG, signal) == 0 ? 0 : errno;
}

int kbench_file_system_magic(const char *path, uint64_t *magic) {
    struct statfs about;
    int result;
    do result = statfs(path, &about);
    while (result != 0 && errno == EINTR);
    if (result != 0) return errno;
    // The field is signed and narrow on some systems; a magic number is 32 bits.
    *magic = (uint32_t)about.f_type;
    return 0;
}

int kbench_usable_processors(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    return CPU_COUNT(&allowed);
}

void kbench_keep_freed_memory(int largest, int spare) {
    // It can only fail for values that it does not know, and then nothing changes.
    mallopt(M_MMAP_THRESHOLD, largest);
    mallopt(M_TRIM_THRESHOLD, spare);
}

int kbench_open_past_cache(const char *path) {
    return open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
}

int kbench_zero(int file, int64_t length) {
    return fallocate(file, FALLOC_FL_ZERO_RANGE, 0, length);
}

void kbench_limit_processor_time(int seconds) {
    struct itimerval timer = {.it_interval = {0, 0}, .it_value = {seconds, 0}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

void kbench_limit_memory(uint64_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0) return;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_AS, &limit);
}

uint64_t kbench_memory_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
    return limit.rlim_cur;
}

// What the system keeps of a thread for its scheduler, in the form that it had first; not every C library declares it.
struct scheduling {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

uint64_t kbench_time_slice(void) {
    struct scheduling thread = {0};
    return syscall(SYS_sched_getattr, 0, &thread, sizeof thread, 0) == 0 ? thread.runtime : 0;
}

void kbench_set_time_slice(uint64_t nanoseconds) {
    struct scheduling thread = {0};
    if (syscall(SYS_sched_getattr, 0, &thread, sizeof thread, 0) != 0) return;
    // Of threads in real time this would be something else, and whoever was given priority keeps it as it is.
    if ((thread.policy != SCHED_OTHER && thread.policy != SCHED_BATCH) || thread.nice < 0) return;
    thread.runtime = nanoseconds;
    // Those that it starts begin as usual.
    thread.flags |= 1;
    syscall(SYS_sched_setattr, 0, &thread, 0);
}

int kbench_open_pipe(int ends[2], int room) {
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC)) return -1;
    // With less room it takes more calls.
    fcntl(ends[0], F_SETPIPE_SZ, room);
    return 0;
}

long kbench_splice(int from, int to, uint64_t most) {
    return splice(from, NULL, to, NULL, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
}
