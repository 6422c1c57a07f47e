/* proves: R23 M-AUD T-KBS-07 */
#include "log.h"

#include <sys/wait.h>

#include "crypto/hash.h"

static void every_changed_byte_shows(void **state)
{
    (void)state;
    static struct log l;
    static uint8_t copy[LOG_BYTES];
    log_new(&l);
    log_fill(&l);
    struct audit_report report;
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 20);
    for (size_t i = 0; i < l.n; i++) {
        memcpy(copy, l.bytes, l.n);
        copy[i] ^= (uint8_t)(1u << (i % 8));
        log_put(&l, copy, l.n);
        assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
        assert_true(report.bad_line >= 1 && report.bad_line <= 21 && report.bad_what[0] != '\0');
    }
    log_clear(&l);
}

static void every_dropped_swapped_or_doubled_line_shows(void **state)
{
    (void)state;
    static struct log l;
    static uint8_t copy[LOG_BYTES];
    size_t s[21];
    struct audit_report report;
    log_new(&l);
    log_fill(&l);
    log_lines(&l, s);
    for (size_t i = 0; i < 20; i++) {
        ROW("dropped");
        memcpy(copy, l.bytes, s[i]);
        memcpy(copy + s[i], l.bytes + s[i + 1], l.n - s[i + 1]);
        log_put(&l, copy, l.n - (s[i + 1] - s[i]));
        assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);

        ROW("doubled");
        memcpy(copy, l.bytes, s[i + 1]);
        memcpy(copy + s[i + 1], l.bytes + s[i], l.n - s[i]);
        log_put(&l, copy, l.n + (s[i + 1] - s[i]));
        assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);

        for (size_t k = i + 1; k < 20; k++) {
            ROW("swapped");
            size_t n = s[i];
            memcpy(copy, l.bytes, n);
            for (size_t line = i; line < 20; line++) {
                size_t from = line == i ? k : line == k ? i : line;
                memcpy(copy + n, l.bytes + s[from], s[from + 1] - s[from]);
                n += s[from + 1] - s[from];
            }
            log_put(&l, copy, n);
            assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
        }
    }
    log_clear(&l);
}

/* A cut behind a signed head is a shorter log; only a copied head tells it from the whole one. */
static void a_cut_tail_shows_with_an_expected_head(void **state)
{
    (void)state;
    static struct log l;
    size_t s[21];
    struct audit_report whole, report;
    log_new(&l);
    log_fill(&l);
    log_lines(&l, s);
    assert_ok(log_verify(&l, &whole));
    assert_ok(audit_verify(l.dir, l.key, whole.last_seq, whole.last_hash, &report));
    assert_true(report.anchored);
    assert_int_equal(report.anchored_at, 20);
    for (size_t n = 0; n < l.n; n++) {
        log_put(&l, l.bytes, n);
        bool behind_head = n == 0 || n == s[5] || n == s[10] || n == s[15];
        struct err e = log_verify(&l, &report);
        assert_int_equal(failed(e), !behind_head);
        assert_false(report.anchored);
        assert_true(report.lines < 20);
        assert_refused(audit_verify(l.dir, l.key, whole.last_seq, whole.last_hash, &report), REASON_AUDIT_BROKEN);
    }
    whole.last_hash[0] ^= 1;
    log_put(&l, l.bytes, l.n);
    assert_refused(audit_verify(l.dir, l.key, whole.last_seq, whole.last_hash, &report), REASON_AUDIT_BROKEN);
    log_clear(&l);
}

/* A reader beside the writer may see half of a group. */
static void a_group_that_is_being_written_is_waited_for(void **state)
{
    (void)state;
    static struct log l;
    struct audit_report report;
    struct audit *a;
    log_new(&l);
    log_fill(&l);
    log_put(&l, l.bytes, l.n);
    assert_ok(audit_open(l.dir, l.key, 1 << 20, &a)); /* has the lock */
    log_put(&l, l.bytes, l.n - 10);
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    pid_t writer = fork();
    if (writer == 0) {
        usleep(150000);
        int fd = open(l.path, O_WRONLY);
        _exit(fd >= 0 && pwrite(fd, l.bytes + l.n - 10, 10, (off_t)l.n - 10) == 10 ? 0 : 1);
    }
    assert_ok(log_verify(&l, &report));
    assert_int_equal(report.lines, 20);
    int status;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    audit_close(a);
    log_clear(&l);
}

static void another_key_or_no_log_is_refused(void **state)
{
    (void)state;
    static struct log l;
    struct audit_report report;
    log_new(&l);
    assert_code(log_verify(&l, &report), ERR_ABSENT);
    log_fill(&l);
    struct key *other;
    assert_ok(key_generate(KEY_ED25519, &other));
    assert_refused(audit_verify(l.dir, other, 0, NULL, &report), REASON_AUDIT_BROKEN);
    key_free(other);
    assert_ok(key_generate(KEY_EC_P384, &other));
    assert_code(audit_verify(l.dir, other, 0, NULL, &report), ERR_UNSUPPORTED);
    key_free(other);
    assert_code(audit_verify("/nonexistent/log", l.key, 0, NULL, &report), ERR_IO);
    unlink(l.path);
    assert_int_equal(mkfifo(l.path, 0600), 0);
    assert_code(log_verify(&l, &report), ERR_IO);
    unlink(l.path);
    assert_int_equal(symlink("/etc/passwd", l.path), 0);
    assert_true(failed(log_verify(&l, &report)));
    log_clear(&l);
}

/* Lines that chain and are signed by the right key, and still are not what the writer writes. */
#define BEFORE "\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\""

/* Each for its own reason: that no head stands behind it would refuse them all. */
static void what_is_not_canonical_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *what;
    } rows[] = {
        {"\n", "not a JSON object"},
        {"{}\n", "a gap"},
        {"[]\n", "not a JSON object"},
        {"null\n", "not a JSON object"},
        {"{\"seq\":1}\n", "the line before"},
        {"\xff\n", "not a JSON object"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\"," BEFORE ",\"seq\":2}\n", "a gap"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\"," BEFORE ",\"seq\":0}\n", "a gap"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\",\"prev\":\"00\",\"seq\":1}\n", "the line before"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\"," BEFORE ",\"seq\":1.0}\n", "not in canonical form"},
        {" {\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\"," BEFORE ",\"seq\":1}\n", "not in canonical form"},
        {"{\"kind\":\"x\",\"at\":\"2026-01-01T00:00:00Z\"," BEFORE ",\"seq\":1}\n", "not in canonical form"},
        {"{\"at\":\"2026\",\"kind\":\"x\"," BEFORE ",\"seq\":1}\n", "no time or no kind"},
        {"{\"at\":\"2026-01-01T00:00:00Z\"," BEFORE ",\"seq\":1}\n", "no time or no kind"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\"," BEFORE ",\"seq\":1}\n", "a group without"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"x\"," BEFORE ",\"seq\":1}", "a line without an end"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"head\"," BEFORE ",\"seq\":1}\n", "without key or signature"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"key\":\"k\",\"kind\":\"head\"," BEFORE ",\"seq\":1,\"sig\":\"k\"}\n",
         "a malformed signature"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"audit.key\"," BEFORE ",\"seq\":1}\n", "that names none"},
        {"{\"at\":\"2026-01-01T00:00:00Z\",\"generation\":1,\"kind\":\"x\"," BEFORE ",\"seq\":1}\n",
         "root of the store"},
    };
    static struct log l;
    struct audit_report report;
    log_new(&l);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].line);
        log_put(&l, rows[i].line, strlen(rows[i].line));
        assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
        if (strstr(report.bad_what, rows[i].what) == NULL)
            fail_msg("'%s': '%s'", rows[i].line, report.bad_what);
    }
    static uint8_t big[200 * 1024];
    memset(big, 'x', sizeof(big));
    log_put(&l, big, sizeof(big));
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    log_clear(&l);
}

/* More members than any line of ours has room for. */
static void a_head_with_too_many_members_is_refused(void **state)
{
    (void)state;
    static struct log l;
    struct audit_report report;
    char line[2048];
    size_t n = (size_t)snprintf(line, sizeof(line), "{");
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(line + n, sizeof(line) - n, "\"a%02d\":0,", i);
    (void)snprintf(
        line + n, sizeof(line) - n,
        "\"at\":\"2026-01-01T00:00:00Z\",\"key\":\"k\",\"kind\":\"head\"," BEFORE ",\"seq\":1,\"sig\":\"%086d\"}\n", 0);
    log_new(&l);
    log_put(&l, line, strlen(line));
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    assert_string_equal(report.bad_what, "too many members");
    log_clear(&l);
}

/* No line behind the last one would show by its hash that another text stands there. */
static void the_last_head_has_one_text(void **state)
{
    (void)state;
    static struct log l;
    static uint8_t copy[LOG_BYTES];
    struct audit_report report;
    log_new(&l);
    log_fill(&l);
    size_t at = (size_t)((const uint8_t *)memrchr(l.bytes, '\n', l.n - 1) - l.bytes) + 2;
    memcpy(copy, l.bytes, at);
    copy[at] = ' ';
    memcpy(copy + at + 1, l.bytes + at, l.n - at);
    log_put(&l, copy, l.n + 1);
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    assert_string_equal(report.bad_what, "not in canonical form");
    log_clear(&l);
}

static void segments_are_one_chain(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    struct audit *a;
    struct audit_report whole, report;
    assert_ok(audit_open(l.dir, l.key, 1500, &a));
    for (int i = 0; i < 12; i++) {
        assert_ok(log_add(a, "a"));
        assert_ok(log_add(a, "b"));
        assert_ok(audit_sync(a, LOG_NOW));
    }
    audit_close(a);
    assert_ok(log_verify(&l, &whole));
    assert_int_equal(whole.lines, 36);
    log_segment(&l, 4);
    assert_int_equal(access(l.path, F_OK), 0);

    ROW("a segment in the middle is gone");
    log_segment(&l, 2);
    log_take(&l);
    unlink(l.path);
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    assert_string_equal(report.bad_what, "a segment is missing");
    ROW("it is empty");
    log_put(&l, "", 0);
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    ROW("it is another one");
    static struct log third;
    third = l;
    log_segment(&third, 3);
    log_take(&third);
    log_put(&l, third.bytes, third.n);
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    log_put(&l, l.bytes, l.n);
    assert_ok(log_verify(&l, &report));
    ROW("the first is gone");
    log_segment(&l, 1);
    log_take(&l);
    unlink(l.path);
    assert_refused(log_verify(&l, &report), REASON_AUDIT_BROKEN);
    log_put(&l, l.bytes, l.n);
    ROW("the last is gone");
    int last = 1;
    for (log_segment(&l, 2); access(l.path, F_OK) == 0; log_segment(&l, last + 1))
        last++;
    log_segment(&l, last);
    unlink(l.path);
    assert_ok(log_verify(&l, &report));
    assert_true(report.lines < 36);
    assert_refused(audit_verify(l.dir, l.key, whole.last_seq, whole.last_hash, &report), REASON_AUDIT_BROKEN);
    log_clear(&l);
}

struct seen {
    size_t count;
    size_t stop_at;
    char last[2048];
};

static struct err see(void *context, struct bytes line)
{
    struct seen *s = context;
    if (++s->count == s->stop_at)
        return FAIL(ERR_LIMIT, "enough");
    snprintf(s->last, sizeof(s->last), "%.*s", (int)line.n, (const char *)line.p);
    return OK;
}

static void a_walk_shows_every_line(void **state)
{
    (void)state;
    static struct log l;
    log_new(&l);
    log_fill(&l);
    struct seen s = {0};
    struct audit_report report;
    assert_ok(audit_walk(l.dir, l.key, see, &s, &report));
    assert_int_equal(s.count, 20);
    assert_non_null(strstr(s.last, "\"kind\":\"head\""));
    s = (struct seen){.stop_at = 3};
    assert_code(audit_walk(l.dir, l.key, see, &s, &report), ERR_LIMIT);
    assert_int_equal(s.count, 3);
    FAULT_PASS(log_verify(&l, &report), (void)0);
    log_clear(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_byte_shows),
        cmocka_unit_test(every_dropped_swapped_or_doubled_line_shows),
        cmocka_unit_test(a_cut_tail_shows_with_an_expected_head),
        cmocka_unit_test(a_group_that_is_being_written_is_waited_for),
        cmocka_unit_test(another_key_or_no_log_is_refused),
        cmocka_unit_test(what_is_not_canonical_is_refused),
        cmocka_unit_test(a_head_with_too_many_members_is_refused),
        cmocka_unit_test(the_last_head_has_one_text),
        cmocka_unit_test(segments_are_one_chain),
        cmocka_unit_test(a_walk_shows_every_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
