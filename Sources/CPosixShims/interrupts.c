// SIGINT and SIGTERM: noted in a flag, and in a pipe that threads can wait on.
#define _GNU_SOURCE
#include "CPosixShims.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupting_signal = 0;
static int wake[2] = {-1, -1};

static void note(int signal) {
    int saved = errno;
    interrupting_signal = signal;
    // The byte stays in the pipe, so that every waiter, also a later one, finds the pipe readable.
    if (write(wake[1], "!", 1) < 0) {}
    errno = saved;
}

int kbench_install_interrupts(void) {
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
    // SA_RESETHAND: whoever asks twice is not kept waiting for an orderly end.
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART | SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, 0) != 0 || sigaction(SIGTERM, &action, 0) != 0) return errno;
    return 0;
}

int kbench_interrupting_signal(void) { return interrupting_signal; }

int kbench_wait_for_interrupt(void) {
    struct pollfd readable = {.fd = wake[0], .events = POLLIN};
    while (poll(&readable, 1, -1) < 0)
        if (errno != EINTR) return errno;
    return 0;
}
