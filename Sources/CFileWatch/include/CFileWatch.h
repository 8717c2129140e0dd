// Tells one process of the calls by which another, and all that it starts, changes files; Linux only.
#ifndef KBENCH_CFILEWATCH_H
#define KBENCH_CFILEWATCH_H

#include <stdint.h>

// Kinds of calls, of which some can be joined.
enum {
    KBENCH_FILE_WRITE = 1,
    KBENCH_FILE_SYNC = 2,
    KBENCH_FILE_RENAME = 4,
    KBENCH_FILE_UNLINK = 8,
};

// The bytes that a path may need, with its end.
enum { KBENCH_FILE_PATH_ROOM = 4096 };

// A call that waits for an answer.
struct kbench_file_call {
    uint64_t id;
    // The thread that calls.
    int32_t thread;
    // One kind, 0 for a call that changes no file by its name, such as a write to a socket.
    uint32_t kind;
    // Whole paths, each ended by a zero; `second` is a rename's new one, else empty. The caller gives the room.
    char *path;
    char *second;
};

// What a call came to.
enum {
    // It has been done, or refused, and its thread does not go on.
    KBENCH_FILE_DONE = 0,
    // It is begun anew by the kernel, and will be told of once more.
    KBENCH_FILE_AGAIN = 1,
    // Its thread is gone.
    KBENCH_FILE_GONE = 2,
};

// Whether calls can be watched here: 0 or an errno.
int kbench_file_watch_allowed(void);

// Whether a thread of a process that this one has started can be stopped behind a call: 0 or an errno.
int kbench_file_stop_allowed(void);

// Opens a socket under a name that lies in no folder; returns it, or a negative errno.
int kbench_file_watch_open(const char *name);

// Makes what can be rung once, and is readable from then on; returns it, or a negative errno.
int kbench_file_watch_make_bell(void);
void kbench_file_watch_ring(int bell);

// Waits for the one process that is to be watched, or for `wake` to be readable. Returns what its calls come by,
// -ECANCELED for `wake`, or another negative errno.
int kbench_file_watch_accept(int socket, int wake);

// Has this process watched by the owner of the name, then becomes the program. Returns only on failure, with an errno;
// `step` says what failed.
int kbench_file_watch_become(const char *name, uint32_t kinds, char *const words[], const char **step);

// Waits for a call. Returns 1, 0 when no process is left or `wake` is readable, or a negative errno.
int kbench_file_watch_next(int listener, int wake, struct kbench_file_call *call);

// Lets a call be done. One whose thread is gone is left alone.
void kbench_file_watch_let(int listener, uint64_t id);

// Whether the thread of a call still waits.
int kbench_file_watch_waits(int listener, uint64_t id);

// Lets a call be done, and stops its thread before it learns of that, for as long as the thread that asks this lives.
// Returns what it came to, or a negative errno; then it has not been let.
int kbench_file_watch_let_and_stop(int listener, uint64_t id, int32_t thread);

#endif
