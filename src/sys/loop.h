/*
 * The one event loop of a process, on libevent_core: readiness, timers, signals. One thread, no callback ever blocks.
 */
#pragma once

#include "base/err.h"

struct loop;
struct loop_watch; /* a file descriptor, timer or signal under watch */

enum loop_ready { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_fn(void *context, int ready);

/*
 * loop_new, loop_free - one loop. loop_run - serve until loop_stop, or until nothing is watched. loop_once - serve what
 * is ready now, at most wait_ms, then return. loop_watch_fd - call fn when fd is ready (level triggered);
 * loop_watch_change - other readiness (0 pauses). loop_timer - call fn once after delay_ms; loop_timer_set - start it
 * anew; loop_signal - call fn on a signal. loop_idle - call fn once at the end of each round in which something was
 * served: for group commit. loop_unwatch - end a watch of any kind (NULL is fine); it may be called from its own
 * callback. loop_now_ms - monotonic milliseconds.
 *
 * out      *out only on success; owned
 * errors   NOMEM, IO
 */
MUST_CHECK struct err loop_new(struct loop **out);
void loop_free(struct loop *l);
MUST_CHECK struct err loop_run(struct loop *l);
MUST_CHECK struct err loop_once(struct loop *l, int wait_ms);
void loop_stop(struct loop *l);
MUST_CHECK struct err loop_watch_fd(struct loop *l, int fd, int ready, loop_fn *fn, void *context,
                                    struct loop_watch **out);
void loop_watch_change(struct loop_watch *w, int ready);
MUST_CHECK struct err loop_timer(struct loop *l, int64_t delay_ms, loop_fn *fn, void *context, struct loop_watch **out);
void loop_timer_set(struct loop_watch *w, int64_t delay_ms);
MUST_CHECK struct err loop_signal(struct loop *l, int signo, loop_fn *fn, void *context, struct loop_watch **out);
void loop_idle(struct loop *l, loop_fn *fn, void *context);
void loop_unwatch(struct loop_watch *w);
int64_t loop_now_ms(const struct loop *l);
