// Calls that change files, told to another process by seccomp's user notification.
#define _GNU_SOURCE
#include "CFileWatch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// Since Linux 5.19: a signal that does not kill lets the watched thread wait on, so that no call is told of twice.
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
// Since Linux 6.6: the watched thread and its watcher take turns on one processor.
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

// How a call names its file.
enum naming {
    BY_DESCRIPTOR,
    BY_PATH,
    BY_PATH_AT,
    BY_PATHS,
    BY_PATHS_AT,
};

// `place` is the argument of the descriptor, else unused.
static const struct {
    int number;
    uint32_t kind;
    enum naming naming;
    int place;
} calls[] = {
    {SYS_write, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 0},
    {SYS_writev, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 0},
    {SYS_pwrite64, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 0},
    {SYS_pwritev, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 0},
    {SYS_pwritev2, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 0},
    {SYS_sendfile, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 0},
    {SYS_copy_file_range, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 2},
    {SYS_splice, KBENCH_FILE_WRITE, BY_DESCRIPTOR, 2},
    {SYS_fsync, KBENCH_FILE_SYNC, BY_DESCRIPTOR, 0},
    {SYS_fdatasync, KBENCH_FILE_SYNC, BY_DESCRIPTOR, 0},
#ifdef SYS_rename
    {SYS_rename, KBENCH_FILE_RENAME, BY_PATHS, 0},
#endif
#ifdef SYS_renameat
    {SYS_renameat, KBENCH_FILE_RENAME, BY_PATHS_AT, 0},
#endif
    {SYS_renameat2, KBENCH_FILE_RENAME, BY_PATHS_AT, 0},
#ifdef SYS_unlink
    {SYS_unlink, KBENCH_FILE_UNLINK, BY_PATH, 0},
#endif
    {SYS_unlinkat, KBENCH_FILE_UNLINK, BY_PATH_AT, 0},
};
enum { call_count = sizeof calls / sizeof calls[0] };

// The filter, which its thread hands on to all that it starts.
static int install(uint32_t kinds) {
#ifdef OUR_ARCHITECTURE
    struct sock_filter code[2 * call_count + 8];
    unsigned short length = 0;
#define ADD(...) code[length++] = (struct sock_filter)__VA_ARGS__
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    // The numbers are those of this architecture only; a program of another one is not seen.
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0));
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    // What a ring is told to do cannot be seen, so there is none, as on an older kernel.
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1));
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    for (int i = 0; i < call_count; i++) {
        if (!(calls[i].kind & kinds)) continue;
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
    }
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
#undef ADD
    struct sock_fprog program = {length, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -errno;
    long listener = syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER,
        SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    return listener < 0 ? -errno : (int)listener;
#else
    (void)kinds;
    return -ENOSYS;
#endif
}

static void *try_it(void *result) {
    // A thread's filter ends with it.
    int listener = install(0);
    if (listener >= 0) close(listener);
    *(int *)result = listener < 0 ? -listener : 0;
    return NULL;
}

int kbench_file_watch_allowed(void) {
    struct seccomp_notif_sizes sizes;
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return errno;
    if (sizes.seccomp_notif > sizeof(struct seccomp_notif)) return E2BIG;
    if (sizes.seccomp_notif_resp > sizeof(struct seccomp_notif_resp)) return E2BIG;
    int result = 0;
    pthread_t thread;
    int failed = pthread_create(&thread, NULL, try_it, &result);
    if (failed) return failed;
    pthread_join(thread, NULL);
    return result;
}

int kbench_file_stop_allowed(void) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        // Nothing is left of it, whatever becomes of its parent.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
    int result = ptrace(PTRACE_SEIZE, child, NULL, NULL) == 0 ? 0 : errno;
    kill(child, SIGKILL);
    while (waitpid(child, NULL, __WALL) < 0 && errno == EINTR) {}
    return result;
}

// MARK: The meeting of the two

// An address that begins with a zero lies in no folder, and nothing is left of it.
static socklen_t address_of(const char *name, struct sockaddr_un *address) {
    size_t length = strlen(name);
    if (length > sizeof address->sun_path - 1) length = sizeof address->sun_path - 1;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path + 1, name, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
}

int kbench_file_watch_open(const char *name) {
    struct sockaddr_un address;
    socklen_t length = address_of(name, &address);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (bind(descriptor, (struct sockaddr *)&address, length) == 0 && listen(descriptor, 1) == 0) return descriptor;
    int failed = errno;
    close(descriptor);
    return -failed;
}

int kbench_file_watch_make_bell(void) {
    int bell = eventfd(0, EFD_CLOEXEC);
    return bell < 0 ? -errno : bell;
}

void kbench_file_watch_ring(int bell) {
    // It can only fail when it has been rung very often.
    eventfd_write(bell, 1);
}

// Returns 1 when `descriptor` is readable, 0 when nothing will come or `wake` is readable, or a negative errno.
static int wait_for(int descriptor, int wake) {
    struct pollfd both[2] = {{.fd = descriptor, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
    while (poll(both, 2, -1) < 0)
        if (errno != EINTR) return -errno;
    if (both[1].revents) return 0;
    return both[0].revents & POLLIN ? 1 : 0;
}

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

static int received(int connection, int wake) {
    char byte;
    union control control;
    struct iovec piece = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    int ready = wait_for(connection, wake);
    if (ready <= 0) return ready < 0 ? ready : -ECANCELED;
    ssize_t count;
    do count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -errno;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (count == 0 || !header || header->cmsg_type != SCM_RIGHTS) return -EPROTO;
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

int kbench_file_watch_accept(int socket, int wake) {
    for (;;) {
        int ready = wait_for(socket, wake);
        if (ready <= 0) return ready < 0 ? ready : -ECANCELED;
        int connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            return -errno;
        }
        // Another user of the machine may know the name.
        struct ucred other;
        socklen_t length = sizeof other;
        int listener = -EPERM;
        if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &other, &length) == 0 && other.uid == getuid())
            listener = received(connection, wake);
        close(connection);
        if (listener == -EPERM) continue;
        if (listener >= 0) ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
        return listener;
    }
}

static int handed_over(int connection, int listener) {
    char byte = '!';
    union control control;
    struct iovec piece = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    memset(&control, 0, sizeof control);
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &listener, sizeof listener);
    ssize_t count;
    do count = sendmsg(connection, &message, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count < 0 ? errno : 0;
}

int kbench_file_watch_become(const char *name, uint32_t kinds, char *const words[], const char **step) {
    struct sockaddr_un address;
    socklen_t length = address_of(name, &address);
    *step = "connect to its watcher";
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, length) != 0) return errno;
    *step = "be watched";
    int listener = install(kinds);
    if (listener < 0) return -listener;
    // The kernel closes it when the program is changed.
    int failed = handed_over(connection, listener);
    if (failed) return failed;
    close(listener);
    close(connection);
    *step = "be started";
    // Threads of the language's runtime hear no signals; the program does.
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    execvp(words[0], words);
    return errno;
}

// MARK: The calls

// The path that a descriptor stands for, or the current folder; the number of its bytes, 0 for none.
static size_t link_of(int32_t thread, int number, char *path, size_t room) {
    char link[64];
    if (number == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/%d/cwd", thread);
    else
        snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, number);
    ssize_t length = readlink(link, path, room - 1);
    path[length < 0 ? 0 : length] = 0;
    return length < 0 ? 0 : (size_t)length;
}

// A string of another process; what cannot be read ends it. Returns whether there is one.
static int string_at(int32_t thread, uint64_t place, char *text, size_t room) {
    size_t length = 0;
    while (length < room) {
        // Up to the end of a page: the next one may not be there.
        size_t count = 4096 - (place + length) % 4096;
        if (count > room - length) count = room - length;
        struct iovec here = {text + length, count}, there = {(void *)(uintptr_t)(place + length), count};
        if (process_vm_readv(thread, &here, 1, &there, 1, 0) != (ssize_t)count) return 0;
        if (memchr(text + length, 0, count)) return 1;
        length += count;
    }
    return 0;
}

// The whole path of a name that a call gives, without links in its folder.
static void whole(int32_t thread, int folder, uint64_t place, char *path) {
    char name[KBENCH_FILE_PATH_ROOM], joined[2 * KBENCH_FILE_PATH_ROOM];
    path[0] = 0;
    if (!string_at(thread, place, name, sizeof name)) return;
    size_t start = 0;
    if (name[0] != '/') {
        start = link_of(thread, folder, joined, KBENCH_FILE_PATH_ROOM);
        if (start == 0) return;
        joined[start++] = '/';
    }
    strcpy(joined + start, name);
    char *last = strrchr(joined, '/'), resolved[KBENCH_FILE_PATH_ROOM];
    // A name that ends with a slash is no file's.
    if (!last || !last[1]) return;
    *last = 0;
    if (!realpath(last == joined ? "/" : joined, resolved)) return;
    const char *parent = strcmp(resolved, "/") == 0 ? "" : resolved;
    if (snprintf(path, KBENCH_FILE_PATH_ROOM, "%s/%s", parent, last + 1) >= KBENCH_FILE_PATH_ROOM) path[0] = 0;
}

static void describe(const struct seccomp_notif *notice, struct kbench_file_call *call) {
    const __u64 *given = notice->data.args;
    for (int i = 0; i < call_count; i++) {
        if (calls[i].number != notice->data.nr) continue;
        call->kind = calls[i].kind;
        switch (calls[i].naming) {
        case BY_DESCRIPTOR:
            link_of(call->thread, (int)given[calls[i].place], call->path, KBENCH_FILE_PATH_ROOM);
            break;
        case BY_PATH: whole(call->thread, AT_FDCWD, given[0], call->path); break;
        case BY_PATH_AT:
            // It removes a folder.
            if (!(given[2] & AT_REMOVEDIR)) whole(call->thread, (int)given[0], given[1], call->path);
            break;
        case BY_PATHS:
            whole(call->thread, AT_FDCWD, given[0], call->path);
            whole(call->thread, AT_FDCWD, given[1], call->second);
            break;
        case BY_PATHS_AT:
            whole(call->thread, (int)given[0], given[1], call->path);
            whole(call->thread, (int)given[2], given[3], call->second);
            break;
        }
        // Sockets and pipes have names without a slash.
        if (call->path[0] != '/') call->kind = 0;
        return;
    }
}

int kbench_file_watch_next(int listener, int wake, struct kbench_file_call *call) {
    for (;;) {
        int ready = wait_for(listener, wake);
        if (ready <= 0) return ready;
        struct seccomp_notif notice;
        memset(&notice, 0, sizeof notice);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) != 0) {
            // The thread was killed meanwhile.
            if (errno == ENOENT || errno == EINTR) continue;
            return -errno;
        }
        call->id = notice.id;
        call->thread = (int32_t)notice.pid;
        call->kind = 0;
        call->path[0] = call->second[0] = 0;
        describe(&notice, call);
        return 1;
    }
}

int kbench_file_watch_waits(int listener, uint64_t id) {
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void kbench_file_watch_let(int listener, uint64_t id) {
    struct seccomp_notif_resp answer = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    while (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) != 0 && errno == EINTR) {}
}

int kbench_file_watch_let_and_stop(int listener, uint64_t id, int32_t thread) {
    if (!kbench_file_watch_waits(listener, id)) return KBENCH_FILE_GONE;
    // Its process ends with the thread that asks this, if nobody has killed it before: it must not go on.
    void *options = (void *)PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, thread, NULL, options) != 0) return errno == ESRCH ? KBENCH_FILE_GONE : -errno;
    // It stops on its way back from the call, which it has not begun yet and does not leave before it is done.
    if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) != 0) return errno == ESRCH ? KBENCH_FILE_GONE : -errno;
    kbench_file_watch_let(listener, id);
    int status;
    pid_t found;
    do found = waitpid(thread, &status, __WALL);
    while (found < 0 && errno == EINTR);
    if (found < 0 || !WIFSTOPPED(status)) return KBENCH_FILE_GONE;
    // The kernel's own numbers for a call that it begins anew: one over a network may be disturbed.
    uint64_t registers[64];
    struct iovec place = {registers, sizeof registers};
    // NT_PRSTATUS
    if (ptrace(PTRACE_GETREGSET, thread, (void *)1, &place) != 0) return KBENCH_FILE_GONE;
#if defined(__x86_64__)
    int64_t result = (int64_t)registers[10];
#else
    int64_t result = (int64_t)registers[0];
#endif
    if (result == -EINTR || (result <= -512 && result >= -516)) {
        ptrace(PTRACE_DETACH, thread, NULL, NULL);
        return KBENCH_FILE_AGAIN;
    }
    return KBENCH_FILE_DONE;
}
