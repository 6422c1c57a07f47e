/* proves: R14 M-AUD T-KBS-07 */
#include "log.h"

#include <signal.h>
#include <sys/resource.h>

#include "json/json.h"

static struct audit *reopen(struct log *l)
{
    struct audit *a;
    assert_ok(audit_open(l->dir, l->key, 1 << 20, &a));
    return a;
}

/* A file that may grow to `n` bytes only, in place of a full disk. */
static void limit_files(rlim_t n)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit r;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
    r.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static size_t file_size(const struct log *l)
{
    struct stat st;
    return stat(l->path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void a_full_disk_fails_the_group_and_nothing_else(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit *a = reopen(&l);
    assert_ok(log_add(a, "first"));
    assert_ok(audit_sync(a, LOG_NOW));
    size_t size = file_size(&l);
    struct audit_head head = audit_head(a);
    for (size_t room = 0; room < 500; room += 50) {
        assert_ok(log_add(a, "does not count"));
        limit_files(size + room);
        struct err e = audit_sync(a, LOG_NOW);
        limit_files(RLIM_INFINITY);
        if (!failed(e))
            fail_msg("a group was written into %zu bytes", room);
        assert_refused(e, REASON_AUDIT_DOWN);
        assert_int_equal(e.code, ERR_IO);
        assert_int_equal(file_size(&l), size);
        assert_int_equal(audit_head(a).seq, head.seq);
        assert_false(audit_pending(a));
        struct audit_report report;
        assert_ok(log_verify(&l, &report));
        assert_int_equal(report.lines, 2);
    }
    assert_ok(log_add(a, "second"));
    assert_ok(audit_sync(a, LOG_NOW));
    assert_int_equal(audit_head(a).seq, 4);
    audit_close(a);
    struct audit_report report;
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 4);
    log_take(&l);
    assert_null(memmem(l.bytes, l.n, "does not count", 14));
    log_clear(&l);
}

static void a_segment_that_cannot_begin_fails_the_group(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit *a;
    assert_ok(audit_open(l.dir, l.key, 1, &a));
    assert_ok(log_add(a, "first"));
    assert_ok(audit_sync(a, LOG_NOW));
    log_segment(&l, 2);
    assert_int_equal(mkdir(l.path, 0700), 0);
    for (int i = 0; i < 2; i++) {
        assert_ok(log_add(a, "refused"));
        assert_refused(audit_sync(a, LOG_NOW), REASON_AUDIT_DOWN);
    }
    assert_int_equal(rmdir(l.path), 0);
    assert_ok(log_add(a, "second"));
    assert_ok(audit_sync(a, LOG_NOW));
    audit_close(a);
    struct audit_report report;
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 4);
    log_clear(&l);
}

/* Wherever a crash cut the last group, the log goes on behind the last signed head and says what was lost. */
static void a_torn_group_is_cut_and_recorded(void **state)
{
    (void)state;
    static struct log l;
    size_t s[21];
    log_new(&l);
    log_fill(&l);
    log_lines(&l, s);
    for (size_t n = s[15]; n < s[20]; n += 7) {
        log_put(&l, l.bytes, n);
        struct audit *a = reopen(&l);
        assert_int_equal(audit_head(a).seq, 15);
        assert_false(audit_pending(a));
        assert_ok(log_add(a, "after the crash"));
        assert_ok(audit_sync(a, LOG_NOW));
        audit_close(a);
        struct audit_report report;
        assert_ok(log_verify(&l, &report));
        assert_int_equal(report.lines, n == s[15] ? 17 : 18);
        static struct log again;
        again = l;
        log_take(&again);
        char want[64];
        snprintf(want, sizeof(want), "\"detail\":{\"bytes\":%zu},\"kind\":\"audit.cut\"", n - s[15]);
        assert_int_equal(memmem(again.bytes, again.n, want, strlen(want)) != NULL, n != s[15]);
    }
    log_clear(&l);
}

static void a_tail_that_was_altered_refuses_the_start(void **state)
{
    (void)state;
    static struct log l;
    static uint8_t copy[LOG_BYTES];
    size_t s[21];
    log_new(&l);
    log_fill(&l);
    log_lines(&l, s);
    for (size_t i = 0; i < s[19]; i += 11) {
        memcpy(copy, l.bytes, l.n);
        copy[i] ^= 4;
        log_put(&l, copy, l.n);
        struct audit *a = NULL;
        assert_refused(audit_open(l.dir, l.key, 1 << 20, &a), REASON_AUDIT_BROKEN);
        assert_null(a);
    }
    /* In the very last head a change is refused, or it no longer is one: then it is cut, as a rest of a crash is. */
    for (size_t i = s[19]; i < l.n; i++) {
        memcpy(copy, l.bytes, l.n);
        copy[i] ^= 4;
        log_put(&l, copy, l.n);
        struct audit *a = NULL;
        struct err e = audit_open(l.dir, l.key, 1 << 20, &a);
        if (failed(e))
            assert_refused(e, REASON_AUDIT_BROKEN);
        else
            assert_int_equal(audit_head(a).seq, 15);
        audit_close(a);
    }
    log_clear(&l);
}

static void the_log_goes_on_over_segments_and_starts(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    for (int i = 0; i < 8; i++) {
        struct audit *a;
        assert_ok(audit_open(l.dir, l.key, 700, &a));
        assert_int_equal(audit_head(a).seq, 2 * i);
        assert_int_equal(audit_head(a).generation, i == 0 ? 0 : 7);
        assert_ok(log_add(a, "x"));
        assert_ok(audit_sync(a, LOG_NOW + i));
        audit_close(a);
    }
    struct audit_report report;
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 16);
    struct audit *a;
    log_segment(&l, 4);
    ROW("the next segment was begun and no group reached it");
    log_put(&l, "", 0);
    assert_ok(audit_open(l.dir, l.key, 700, &a));
    audit_close(a);
    ROW("a group was torn at its start");
    log_put(&l, "{\"at\":\"2026", 11);
    assert_ok(audit_open(l.dir, l.key, 700, &a));
    assert_ok(log_add(a, "y"));
    assert_ok(audit_sync(a, LOG_NOW));
    audit_close(a);
    assert_ok(log_verify(&l, &report));
    log_segment(&l, 3);
    log_take(&l);
    static const char *const ends[] = {"", "{", "{}\n", "null\n", "{\"prev\":\"00\",\"seq\":1}\n"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        ROW("the segment before ends with something else");
        log_put(&l, ends[i], strlen(ends[i]));
        assert_refused(audit_open(l.dir, l.key, 700, &a), REASON_AUDIT_BROKEN);
    }
    ROW("the segment before ends with a line that is no head");
    size_t head = l.n - 1;
    while (l.bytes[head - 1] != '\n')
        head--;
    log_put(&l, l.bytes, head);
    assert_refused(audit_open(l.dir, l.key, 700, &a), REASON_AUDIT_BROKEN);
    ROW("the segment before is gone");
    unlink(l.path);
    assert_refused(audit_open(l.dir, l.key, 700, &a), REASON_AUDIT_BROKEN);
    log_clear(&l);
}

static void a_second_writer_and_a_wrong_key_are_refused(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit *a = reopen(&l), *b = NULL;
    assert_code(audit_open(l.dir, l.key, 1 << 20, &b), ERR_IO);
    assert_ok(log_add(a, "x"));
    assert_ok(audit_sync(a, LOG_NOW));
    audit_close(a);
    struct key *other;
    assert_ok(key_generate(KEY_ED25519, &other));
    assert_refused(audit_open(l.dir, other, 1 << 20, &b), REASON_AUDIT_BROKEN);
    key_free(other);
    SCOPED(buf) struct buf pem;
    buf_init(&pem, 4096);
    assert_ok(key_pem_public(l.key, &pem));
    assert_ok(key_from_pem(buf_view(&pem), false, &other));
    assert_code(audit_open(l.dir, other, 1 << 20, &b), ERR_STATE);
    key_free(other);
    assert_code(audit_open("/nonexistent/log", l.key, 1 << 20, &b), ERR_IO);
    assert_null(b);
    log_clear(&l);
}

static void a_line_holds_what_was_decided(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit *a = reopen(&l);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct json_object o;
    json_object_init(&o, &arena);
    json_object_text(&o, "pcr09", "differs");
    const struct json *detail;
    assert_ok(json_object_end(&o, &detail));
    static const uint8_t root[32] = {0xab};
    struct audit_event e = {
        .kind = "attest",
        .session = BYTES_LIT("aa"),
        .subject = BYTES_LIT("127.0.0.1"),
        .evidence = BYTES_LIT("bb"),
        .has_verdict = true,
        .verdict = VERDICT_CONTRAINDICATED,
        .reason = REASON_APPRAISAL_INITRAMFS,
        .rule = BYTES_LIT("pcr09 == tpm_pcr09"),
        .count = 3,
        .generation = 12,
        .root = root,
        .detail = detail,
    };
    uint64_t seq;
    assert_ok(audit_append(a, &e, 0, &seq));
    assert_int_equal(seq, 1);
    assert_true(audit_pending(a));
    assert_int_equal(audit_head(a).seq, 0);
    assert_ok(audit_sync(a, 0));
    assert_ok(audit_sync(a, 0)); /* nothing open: nothing written */
    assert_int_equal(audit_head(a).seq, 2);
    assert_int_equal(audit_head(a).generation, 12);
    assert_int_equal(audit_head(a).root[0], 0xab);
    audit_close(a);
    log_take(&l);
    static const char want[] =
        "{\"at\":\"1970-01-01T00:00:00Z\",\"count\":3,\"detail\":{\"pcr09\":\"differs\"},\"evidence\":\"bb\","
        "\"generation\":12,\"kind\":\"attest\","
        "\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"reason\":\"appraisal.initramfs\","
        "\"root\":\"ab00000000000000000000000000000000000000000000000000000000000000\","
        "\"rule\":\"pcr09 == tpm_pcr09\",\"seq\":1,\"session\":\"aa\",\"subject\":\"127.0.0.1\","
        "\"threat\":\"T-BOOT-04\",\"verdict\":\"contraindicated\"}\n";
    assert_bytes(bytes_of(l.bytes, sizeof(want) - 1), bytes_of_text(want));
    arena_clear(&arena);
    log_clear(&l);
}

static void hostile_texts_are_escaped_and_cut(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit *a = reopen(&l);
    static uint8_t text[70000];
    struct arena arena;
    arena_init(&arena, 1 << 20);
    const struct json *big;
    struct json_object o;
    memset(text, 'x', sizeof(text));
    json_object_init(&o, &arena);
    json_object_string(&o, "big", BYTES_OF(text));
    assert_ok(json_object_end(&o, &big));

    const struct bytes texts[] = {
        BYTES_LIT("\",\"kind\":\"head\"\n{"),
        BYTES_LIT("a\0b"),
        BYTES_LIT("\xff\xfe ok \x80"),
        BYTES_OF(text),
    };
    for (size_t i = 0; i < 4; i++) {
        struct audit_event e = {.kind = "refused", .subject = texts[i], .rule = texts[i]};
        assert_ok(audit_append(a, &e, LOG_NOW, NULL));
    }
    for (size_t shift = 0; shift < 4; shift++) { /* the cut meets every byte of a four-byte character */
        for (size_t i = 0; i + 4 < 600; i += 4)
            memcpy(text + shift + i, "\xf0\x9f\x98\x80", 4);
        struct audit_event e = {.kind = "refused", .subject = bytes_of(text, 600)};
        assert_ok(audit_append(a, &e, LOG_NOW, NULL));
    }
    assert_ok(audit_append(a, &(struct audit_event){.kind = "attest", .detail = big}, LOG_NOW, NULL));
    assert_ok(audit_sync(a, LOG_NOW));
    audit_close(a);
    arena_clear(&arena);
    struct audit_report report;
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 10);
    log_take(&l);
    assert_non_null(memmem(l.bytes, l.n, "?? ok ?", 7));
    assert_non_null(memmem(l.bytes, l.n, "{\"omitted\":true}", 16));
    log_clear(&l);
}

static void both_kinds_of_key_sign(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    key_free(l.key);
    assert_ok(key_generate(KEY_EC_P256, &l.key));
    log_fill(&l);
    struct audit_report report;
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 20);
    struct audit *a = reopen(&l);
    assert_int_equal(audit_head(a).seq, 20);
    audit_close(a);
    log_clear(&l);
}

static struct err open_add_sync(struct log *l)
{
    struct audit *a = NULL;
    struct err e = audit_open(l->dir, l->key, 1 << 20, &a);
    if (!failed(e))
        e = log_add(a, "x");
    if (!failed(e))
        e = audit_sync(a, LOG_NOW);
    audit_close(a);
    return e;
}

static void faults_leave_a_whole_log(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit_report report;
    assert_ok(open_add_sync(&l));
    FAULT_PASS(open_add_sync(&l), assert_ok(log_verify(&l, &report)));

    struct audit *a = reopen(&l);
    struct audit_head before = audit_head(a);
    mem_fault_at(1);
    struct err e = log_add(a, "x");
    bool fired = mem_fault_fired();
    mem_fault_at(0);
    if (fired) {
        assert_refused(e, REASON_AUDIT_DOWN);
        assert_ok(log_add(a, "y"));
        assert_refused(audit_sync(a, LOG_NOW), REASON_AUDIT_DOWN);
        assert_int_equal(audit_head(a).seq, before.seq);
    }
    assert_ok(log_add(a, "z"));
    assert_ok(audit_sync(a, LOG_NOW));
    audit_close(a);
    assert_ok(log_verify(&l, &report));
    log_clear(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_fails_the_group_and_nothing_else),
        cmocka_unit_test(a_segment_that_cannot_begin_fails_the_group),
        cmocka_unit_test(a_torn_group_is_cut_and_recorded),
        cmocka_unit_test(a_tail_that_was_altered_refuses_the_start),
        cmocka_unit_test(the_log_goes_on_over_segments_and_starts),
        cmocka_unit_test(a_second_writer_and_a_wrong_key_are_refused),
        cmocka_unit_test(a_line_holds_what_was_decided),
        cmocka_unit_test(hostile_texts_are_escaped_and_cut),
        cmocka_unit_test(both_kinds_of_key_sign),
        cmocka_unit_test(faults_leave_a_whole_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
