// System calls that Swift cannot see through Glibc, each under the shim's prefix.
#ifndef KBENCH_CPOSIXSHIMS_H
#define KBENCH_CPOSIXSHIMS_H

// Asks the kernel to send `signal` to this process when its parent dies; returns 0 or an errno.
int kbench_set_parent_death_signal(int signal);

#endif
