#include "sys/loop.h"

#include <signal.h>
#include <unistd.h>

#include "check.h"

struct seen {
    struct loop *l;
    struct loop_watch *self;
    int fd;
    int calls;
    int idles;
    int last;
};

static void on_ready(void *context, int ready)
{
    struct seen *s = context;
    char byte;
    s->calls++;
    s->last = ready;
    if ((ready & LOOP_READ) != 0 && read(s->fd, &byte, 1) != 1)
        s->last = -1;
}

static void on_once(void *context, int ready)
{
    struct seen *s = context;
    s->calls++;
    s->last = ready;
    loop_unwatch(s->self);
    s->self = NULL;
}

static void on_stop(void *context, int ready)
{
    (void)ready;
    struct seen *s = context;
    s->calls++;
    loop_stop(s->l);
}

static void on_idle(void *context, int ready)
{
    (void)ready;
    ((struct seen *)context)->idles++;
}

static void ends_when_nothing_is_watched(void **state)
{
    (void)state;
    struct loop *l = NULL;
    assert_ok(loop_new(&l));
    assert_ok(loop_run(l));
    assert_ok(loop_once(l, 0));
    loop_free(l);
    loop_free(NULL);
    loop_unwatch(NULL);
}

static void watches_readiness_and_pauses(void **state)
{
    (void)state;
    struct seen s = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_ok(loop_new(&s.l));
    s.fd = ends[0];
    loop_idle(s.l, on_idle, &s);
    struct loop_watch *w = NULL;
    assert_ok(loop_watch_fd(s.l, ends[0], LOOP_READ, on_ready, &s, &w));
    assert_ok(loop_once(s.l, 0));
    assert_int_equal(s.calls, 0);
    assert_int_equal(s.idles, 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    assert_ok(loop_once(s.l, 1000));
    assert_ok(loop_once(s.l, 1000));
    assert_int_equal(s.calls, 2); /* level triggered */
    assert_int_equal(s.idles, 2);
    assert_int_equal(s.last, LOOP_READ);
    loop_watch_change(w, 0);
    assert_ok(loop_once(s.l, 0));
    assert_int_equal(s.calls, 2);
    loop_watch_change(w, LOOP_READ);
    assert_ok(loop_once(s.l, 1000));
    assert_int_equal(s.calls, 3);
    loop_unwatch(w);
    assert_ok(loop_watch_fd(s.l, ends[1], LOOP_WRITE, on_ready, &s, &w));
    assert_ok(loop_once(s.l, 1000));
    assert_int_equal(s.last, LOOP_WRITE);
    loop_unwatch(w);
    close(ends[0]);
    close(ends[1]);
    loop_free(s.l);
}

static void a_watch_may_end_itself(void **state)
{
    (void)state;
    struct seen s = {0};
    assert_ok(loop_new(&s.l));
    assert_ok(loop_timer(s.l, 1, on_once, &s, &s.self));
    assert_ok(loop_once(s.l, 5000));
    assert_int_equal(s.calls, 1);
    assert_null(s.self);
    loop_free(s.l);
}

static void timers_signals_and_stop(void **state)
{
    (void)state;
    struct seen s = {0};
    struct loop_watch *signal_watch = NULL;
    struct loop_watch *timer = NULL;
    assert_ok(loop_new(&s.l));
    int64_t before = loop_now_ms(s.l);
    assert_ok(loop_timer(s.l, 3600 * 1000, on_stop, &s, &timer));
    loop_timer_set(timer, 20);
    assert_ok(loop_run(s.l));
    assert_int_equal(s.calls, 1);
    assert_true(loop_now_ms(s.l) >= before + 19);
    assert_ok(loop_signal(s.l, SIGUSR1, on_stop, &s, &signal_watch));
    raise(SIGUSR1);
    assert_ok(loop_run(s.l));
    assert_int_equal(s.calls, 2);
    loop_unwatch(signal_watch);
    loop_unwatch(timer);
    loop_free(s.l);
}

static struct err make_and_watch(struct loop **l, struct loop_watch **w)
{
    TRY(loop_new(l));
    return loop_timer(*l, 1, on_idle, NULL, w);
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    struct loop *l = NULL;
    struct loop_watch *w = NULL;
    FAULT_PASS(make_and_watch(&l, &w), (loop_unwatch(w), loop_free(l), l = NULL, w = NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_when_nothing_is_watched),     cmocka_unit_test(watches_readiness_and_pauses),
        cmocka_unit_test(a_watch_may_end_itself),           cmocka_unit_test(timers_signals_and_stop),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("sys/loop", tests, NULL, NULL);
}
