#define _GNU_SOURCE
#include "CPosixShims.h"

#include <errno.h>
#include <sys/prctl.h>

int kbench_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal) == 0 ? 0 : errno;
}
