// The signals that ask for an end: noted in a flag, and in pipes that threads can wait on.
#define _GNU_SOURCE
#include "CPosixShims.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupting_signal = 0;
// One keeps a byte for ever once a signal came; the other has a byte for each signal, taken out by its one reader.
static int wake[2] = {-1, -1};
static int each[2] = {-1, -1};

static void note(int signal) {
    int saved = errno;
    interrupting_signal = signal;
    // The byte stays in the pipe, so that every waiter, also a later one, finds the pipe readable.
    if (write(wake[1], "!", 1) < 0) {}
    if (write(each[1], "!", 1) < 0) {}
    errno = saved;
}

// A handler, not SIG_IGN: programs that are started inherit what is ignored, and not a handler.
static void pass(int signal) { (void)signal; }

int kbench_tell_broken_pipes_by_errors(void) {
    struct sigaction quiet = {.sa_handler = pass, .sa_flags = SA_RESTART};
    sigemptyset(&quiet.sa_mask);
    return sigaction(SIGPIPE, &quiet, 0) == 0 ? 0 : errno;
}

int kbench_install_interrupts(void) {
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0 || pipe2(each, O_CLOEXEC) != 0) return errno;
    if (fcntl(each[1], F_SETFL, O_NONBLOCK) != 0) return errno;
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    struct sigaction hangup;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, 0) != 0 || sigaction(SIGTERM, &action, 0) != 0) return errno;
    // Whoever was started with nohup outlives its terminal.
    if (sigaction(SIGHUP, 0, &hangup) != 0) return errno;
    if (hangup.sa_handler != SIG_IGN && sigaction(SIGHUP, &action, 0) != 0) return errno;
    return kbench_tell_broken_pipes_by_errors();
}

int kbench_interrupting_signal(void) { return interrupting_signal; }

int kbench_wait_for_interrupt(void) {
    struct pollfd readable = {.fd = wake[0], .events = POLLIN};
    while (poll(&readable, 1, -1) < 0)
        if (errno != EINTR) return errno;
    return 0;
}

int kbench_take_interrupt(void) {
    char byte;
    while (read(each[0], &byte, 1) < 0)
        if (errno != EINTR) return errno;
    return 0;
}
