#include "sys/loop.h"

#include <event2/event.h>
#include <time.h>

#include "base/mem.h"

struct loop {
    struct event_base *base;
    struct loop_watch *watches;
    struct loop_watch *dead; /* ended in this round; freed at its end */
    loop_fn *idle;
    void *idle_context;
    struct event *wait; /* bounds loop_once */
    bool served;        /* a callback ran in this round */
    bool stopped;
};

struct loop_watch {
    struct loop *loop;
    struct loop_watch *next;
    struct loop_watch **back; /* the pointer that points here */
    struct event *event;
    loop_fn *fn;
    void *context;
    int fd;
    int signo;
    bool is_dead;
};

struct err loop_new(struct loop **out)
{
    struct loop *l = mem_new(sizeof(*l));
    if (l == NULL)
        return FAIL(ERR_NOMEM, "no memory for a loop");
    struct event_config *config = event_config_new();
    if (config != NULL) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
        l->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (l->base == NULL) {
        mem_free(l);
        return FAIL(ERR_NOMEM, "no event base");
    }
    *out = l;
    return OK;
}

static void free_watch(struct loop_watch *w)
{
    if (w->event != NULL)
        event_free(w->event);
    mem_free(w);
}

static void bury(struct loop *l)
{
    while (l->dead != NULL) {
        struct loop_watch *next = l->dead->next;
        free_watch(l->dead);
        l->dead = next;
    }
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    while (l->watches != NULL) {
        struct loop_watch *next = l->watches->next;
        free_watch(l->watches);
        l->watches = next;
    }
    bury(l);
    if (l->wait != NULL)
        event_free(l->wait);
    event_base_free(l->base);
    mem_free(l);
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    struct loop_watch *w = context;
    if (w->is_dead)
        return;
    w->loop->served = true;
    int ready = ((what & EV_READ) != 0 ? LOOP_READ : 0) | ((what & EV_WRITE) != 0 ? LOOP_WRITE : 0);
    w->fn(w->context, w->signo != 0 ? w->signo : ready);
}

static struct err watch_new(struct loop *l, loop_fn *fn, void *context, struct loop_watch **out)
{
    struct loop_watch *w = mem_new(sizeof(*w));
    if (w == NULL)
        return FAIL(ERR_NOMEM, "no memory for a watch");
    *w = (struct loop_watch){.loop = l, .fn = fn, .context = context, .fd = -1, .next = l->watches};
    w->back = &l->watches;
    if (l->watches != NULL)
        l->watches->back = &w->next;
    l->watches = w;
    *out = w;
    return OK;
}

static struct err arm(struct loop_watch *w, int fd, short what, const struct timeval *after)
{
    w->event = event_new(w->loop->base, fd, what, on_event, w);
    if (w->event == NULL || event_add(w->event, after) != 0) {
        loop_unwatch(w);
        return FAIL(ERR_IO, "an event cannot be watched");
    }
    return OK;
}

static short what_of(int ready)
{
    return (short)(EV_PERSIST | ((ready & LOOP_READ) != 0 ? EV_READ : 0) | ((ready & LOOP_WRITE) != 0 ? EV_WRITE : 0));
}

struct err loop_watch_fd(struct loop *l, int fd, int ready, loop_fn *fn, void *context, struct loop_watch **out)
{
    struct loop_watch *w;
    TRY(watch_new(l, fn, context, &w));
    w->fd = fd;
    TRY(arm(w, fd, what_of(ready), NULL));
    *out = w;
    return OK;
}

void loop_watch_change(struct loop_watch *w, int ready)
{
    event_del(w->event);
    if (ready == 0)
        return;
    event_assign(w->event, w->loop->base, w->fd, what_of(ready), on_event, w);
    event_add(w->event, NULL);
}

static struct timeval after_ms(int64_t delay_ms)
{
    if (delay_ms < 0)
        delay_ms = 0;
    return (struct timeval){.tv_sec = delay_ms / 1000, .tv_usec = (delay_ms % 1000) * 1000};
}

struct err loop_timer(struct loop *l, int64_t delay_ms, loop_fn *fn, void *context, struct loop_watch **out)
{
    struct loop_watch *w;
    struct timeval after = after_ms(delay_ms);
    TRY(watch_new(l, fn, context, &w));
    TRY(arm(w, -1, EV_TIMEOUT, &after));
    *out = w;
    return OK;
}

void loop_timer_set(struct loop_watch *w, int64_t delay_ms)
{
    struct timeval after = after_ms(delay_ms);
    event_add(w->event, &after);
}

struct err loop_signal(struct loop *l, int signo, loop_fn *fn, void *context, struct loop_watch **out)
{
    struct loop_watch *w;
    TRY(watch_new(l, fn, context, &w));
    w->signo = signo;
    TRY(arm(w, signo, EV_SIGNAL | EV_PERSIST, NULL));
    *out = w;
    return OK;
}

void loop_idle(struct loop *l, loop_fn *fn, void *context)
{
    l->idle = fn;
    l->idle_context = context;
}

/* The event is disarmed now; the memory goes at the end of the round, since its callback may be running. */
void loop_unwatch(struct loop_watch *w)
{
    if (w == NULL || w->is_dead)
        return;
    if (w->event != NULL)
        event_del(w->event);
    w->is_dead = true;
    *w->back = w->next;
    if (w->next != NULL)
        w->next->back = w->back;
    w->next = w->loop->dead;
    w->loop->dead = w;
}

static struct err round_of(struct loop *l, int flags)
{
    l->served = false;
    int status = event_base_loop(l->base, flags);
    if (status < 0)
        return FAIL(ERR_IO, "the event loop failed");
    if (l->idle != NULL && l->served)
        l->idle(l->idle_context, 0);
    bury(l);
    if (status == 1)
        l->stopped = true; /* nothing is watched any more */
    return OK;
}

struct err loop_run(struct loop *l)
{
    l->stopped = false;
    while (!l->stopped)
        TRY(round_of(l, EVLOOP_ONCE));
    return OK;
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
}

struct err loop_once(struct loop *l, int wait_ms)
{
    if (wait_ms == 0)
        return round_of(l, EVLOOP_NONBLOCK);
    struct timeval after = after_ms(wait_ms);
    if (l->wait == NULL)
        l->wait = event_new(l->base, -1, 0, on_wake, NULL);
    if (l->wait == NULL || event_add(l->wait, &after) != 0)
        return FAIL(ERR_NOMEM, "no timer");
    struct err e = round_of(l, EVLOOP_ONCE);
    event_del(l->wait); /* or it would wake a later round */
    return e;
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
    event_base_loopbreak(l->base);
}

int64_t loop_now_ms(const struct loop *l)
{
    (void)l;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
