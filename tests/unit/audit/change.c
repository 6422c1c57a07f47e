/* proves: R14 R23 M-AUD T-KBS-07 */
#include "log.h"

#include "audit/chain.h"

#include <signal.h>
#include <sys/resource.h>

struct two { /* a log, and a second key for it */
    struct log log;
    struct key *next;
};

static struct two t;

static int enter(void **state)
{
    (void)state;
    log_new(&t.log);
    assert_ok(key_generate(KEY_EC_P256, &t.next));
    return 0;
}

static int leave(void **state)
{
    (void)state;
    log_clear(&t.log);
    key_free(t.next);
    return 0;
}

static void add(struct audit *a, const char *subject)
{
    assert_ok(log_add(a, subject));
    assert_ok(audit_sync(a, LOG_NOW));
}

/* Two lines by the first key, the three of the change, two lines by the next key. */
static void changed_log(uint64_t segment_max)
{
    struct audit *a;
    assert_ok(audit_open(t.log.dir, t.log.key, segment_max, &a));
    add(a, "by the first");
    assert_ok(audit_change_key(a, t.next, LOG_NOW));
    add(a, "by the next");
    audit_close(a);
    log_take(&t.log);
}

static struct err verify_by(const struct key *k)
{
    struct audit_report report;
    struct err e = audit_verify(t.log.dir, k, 0, NULL, &report);
    if (failed(e))
        assert_true(report.bad_what[0] != '\0' && report.bad_line > 0);
    return e;
}

static void what_is_no_audit_key_changes_nothing(void **state)
{
    (void)state;
    struct audit *a;
    SCOPED_KEY struct key *other = NULL;
    SCOPED_KEY struct key *public = NULL;
    SCOPED(buf) struct buf spki;
    buf_init(&spki, 1024);
    assert_ok(key_generate(KEY_EC_P384, &other));
    assert_ok(key_spki(t.next, &spki));
    assert_ok(key_from_spki(buf_view(&spki), &public));
    assert_ok(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    assert_code(audit_change_key(a, other, LOG_NOW), ERR_UNSUPPORTED);
    assert_code(audit_change_key(a, public, LOG_NOW), ERR_STATE);
    assert_ok(log_add(a, "an open group"));
    assert_code(audit_change_key(a, t.next, LOG_NOW), ERR_STATE);
    assert_ok(audit_sync(a, LOG_NOW));
    assert_int_equal(audit_head(a).seq, 2);
    audit_close(a);
    assert_ok(verify_by(t.log.key));
    assert_refused(verify_by(t.next), REASON_AUDIT_BROKEN);
}

static void either_key_shows_the_whole_log_and_no_third_one(void **state)
{
    (void)state;
    struct audit_report report;
    SCOPED_KEY struct key *third = NULL;
    assert_ok(key_generate(KEY_ED25519, &third));
    changed_log(1 << 20);
    assert_ok(audit_verify(t.log.dir, t.log.key, 0, NULL, &report));
    assert_int_equal(report.lines, 7);
    assert_ok(audit_verify(t.log.dir, t.next, 0, NULL, &report));
    assert_int_equal(report.lines, 7);
    assert_refused(verify_by(third), REASON_AUDIT_BROKEN);
}

static void the_log_goes_on_with_the_next_key_alone(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1, 1 << 20}; /* each group a segment of its own, or all in one */
    for (size_t i = 0; i < 2; i++) {
        struct audit *a;
        changed_log(sizes[i]);
        assert_refused(audit_open(t.log.dir, t.log.key, sizes[i], &a), REASON_AUDIT_BROKEN);
        assert_ok(audit_open(t.log.dir, t.next, sizes[i], &a));
        add(a, "after a start");
        assert_ok(audit_change_key(a, t.log.key, LOG_NOW));
        add(a, "by the first again");
        audit_close(a);
        assert_refused(audit_open(t.log.dir, t.next, sizes[i], &a), REASON_AUDIT_BROKEN);
        assert_ok(verify_by(t.log.key));
        assert_ok(verify_by(t.next));
        assert_int_equal(leave(state), 0);
        assert_int_equal(enter(state), 0);
    }
}

static void every_changed_byte_shows_to_either_key(void **state)
{
    (void)state;
    static uint8_t copy[LOG_BYTES];
    changed_log(1 << 20);
    for (size_t i = 0; i < t.log.n; i++) {
        struct audit_report report;
        memcpy(copy, t.log.bytes, t.log.n);
        copy[i] ^= (uint8_t)(1u << (i % 8));
        log_put(&t.log, copy, t.log.n);
        assert_refused(audit_verify(t.log.dir, t.log.key, 0, NULL, &report), REASON_AUDIT_BROKEN);
        assert_refused(audit_verify(t.log.dir, t.next, 0, NULL, &report), REASON_AUDIT_BROKEN);
    }
}

/* A chain that stands on the last line of the log as it is in the file, with a key that may not be in force. */
struct forgery {
    struct audit_chain chain;
    struct audit_position at;
    struct buf text;
};

static void forgery_begin(struct forgery *f, const struct key *k, uint64_t seq)
{
    struct digest d;
    log_take(&t.log);
    const uint8_t *before = memrchr(t.log.bytes, '\n', t.log.n - 1);
    assert_ok(hash_of(HASH_SHA256, bytes_of(before + 1, (size_t)(t.log.bytes + t.log.n - before) - 2), &d));
    f->at = (struct audit_position){.seq = seq};
    memcpy(f->at.hash, d.p, sizeof(f->at.hash));
    buf_init(&f->text, LOG_BYTES);
    buf_add(&f->text, bytes_of(t.log.bytes, t.log.n));
    assert_ok(audit_chain_init(&f->chain, k));
}

static void forgery_line(struct forgery *f, const char *kind, const struct key *named)
{
    struct arena arena;
    const struct json *detail = NULL;
    arena_init(&arena, 65536);
    if (named != NULL)
        assert_ok(audit_change_detail(&arena, named, &detail));
    assert_ok(
        audit_chain_event(&f->chain, &f->at, &(struct audit_event){.kind = kind, .detail = detail}, LOG_NOW, &f->text));
    arena_clear(&arena);
}

static void forgery_head(struct forgery *f)
{
    assert_ok(audit_chain_head(&f->chain, &f->at, LOG_NOW, &f->text));
}

/* The log with what was forged behind it is refused; then the file is as it was. */
static void forgery_fails(struct forgery *f)
{
    struct audit *a;
    log_put(&t.log, f->text.p, f->text.n);
    assert_refused(verify_by(t.log.key), REASON_AUDIT_BROKEN);
    assert_refused(audit_open(t.log.dir, t.log.key, 1 << 20, &a), REASON_AUDIT_BROKEN);
    log_put(&t.log, t.log.bytes, t.log.n);
    audit_chain_clear(&f->chain);
    buf_clear(&f->text);
}

static void nobody_names_a_key_but_the_one_in_force(void **state)
{
    (void)state;
    struct audit *a;
    struct forgery f;
    assert_ok(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    add(a, "by the first");
    audit_close(a);
    for (int lines = 1; lines < 3; lines++) {
        forgery_begin(&f, t.next, 2);
        forgery_line(&f, AUDIT_KEY_CHANGE, t.next);
        if (lines == 2)
            forgery_line(&f, "release", NULL);
        forgery_head(&f);
        forgery_head(&f);
        forgery_fails(&f);
    }
}

/* A crash between the two heads: who names the next key has not gone over to it, and cannot any more. */
static void half_a_change_is_none(void **state)
{
    (void)state;
    struct audit *a;
    struct forgery f;
    changed_log(1 << 20);
    size_t n = 0;
    for (int line = 0; line < 4; line++)
        n += (size_t)((const uint8_t *)memchr(t.log.bytes + n, '\n', t.log.n - n) - (t.log.bytes + n)) + 1;
    log_put(&t.log, t.log.bytes, n);
    assert_ok(verify_by(t.log.key));
    assert_refused(audit_open(t.log.dir, t.next, 1 << 20, &a), REASON_AUDIT_BROKEN);
    forgery_begin(&f, t.next, 4);
    forgery_line(&f, "release", NULL);
    forgery_head(&f);
    forgery_fails(&f);

    assert_ok(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    add(a, "still by the first");
    audit_close(a);
    assert_ok(verify_by(t.log.key));
    assert_refused(verify_by(t.next), REASON_AUDIT_BROKEN);
    forgery_begin(&f, t.next, 6);
    forgery_head(&f);
    forgery_fails(&f);
}

/* Heads of others are taken in front of the first of ours, and never behind it. */
static void a_head_between_ours_is_refused(void **state)
{
    (void)state;
    struct audit *a;
    struct forgery f;
    struct audit_chain own;
    assert_ok(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    add(a, "by the first");
    audit_close(a);
    forgery_begin(&f, t.next, 2);
    forgery_line(&f, "release", NULL);
    forgery_head(&f);
    assert_ok(audit_chain_init(&own, t.log.key));
    assert_ok(audit_chain_event(&own, &f.at, &(struct audit_event){.kind = "release"}, LOG_NOW, &f.text));
    assert_ok(audit_chain_head(&own, &f.at, LOG_NOW, &f.text));
    audit_chain_clear(&own);
    forgery_fails(&f);
}

static void a_full_disk_leaves_the_old_key_in_force(void **state)
{
    (void)state;
    struct audit *a;
    struct rlimit r;
    assert_ok(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    add(a, "by the first");
    log_take(&t.log);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
    rlim_t all = r.rlim_cur;
    for (size_t room = 0; room < 900; room += 100) {
        r.rlim_cur = t.log.n + room;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
        assert_refused(audit_change_key(a, t.next, LOG_NOW), REASON_AUDIT_DOWN);
        r.rlim_cur = all;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
    }
    add(a, "still by the first");
    audit_close(a);
    assert_ok(verify_by(t.log.key));
    assert_refused(verify_by(t.next), REASON_AUDIT_BROKEN);
}

static struct err change_once(void)
{
    struct audit *a;
    TRY(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    struct err e = audit_change_key(a, t.next, LOG_NOW);
    if (!failed(e) && audit_head(a).seq != 5)
        e = FAIL(ERR_BUG, "another head than that of the change");
    audit_close(a);
    return e;
}

/* Each allocation fails in turn: the old key is in force, and the log is whole. */
static void faults_leave_the_old_key_in_force(void **state)
{
    (void)state;
    struct audit *a;
    assert_ok(audit_open(t.log.dir, t.log.key, 1 << 20, &a));
    add(a, "by the first");
    audit_close(a);
    FAULT_PASS(change_once(), assert_ok(verify_by(t.log.key)));
    assert_ok(verify_by(t.next));
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, enter, leave)
    const struct CMUnitTest tests[] = {
        T(what_is_no_audit_key_changes_nothing),    T(either_key_shows_the_whole_log_and_no_third_one),
        T(the_log_goes_on_with_the_next_key_alone), T(every_changed_byte_shows_to_either_key),
        T(nobody_names_a_key_but_the_one_in_force), T(half_a_change_is_none),
        T(a_head_between_ours_is_refused),          T(a_full_disk_leaves_the_old_key_in_force),
        T(faults_leave_the_old_key_in_force),
    };
    return cmocka_run_group_tests_name("audit/change", tests, NULL, NULL);
}
