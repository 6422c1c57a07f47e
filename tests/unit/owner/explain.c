/* `casemate explain` over an audit log of its own. */
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "run.h"
#include "sys/file.h"

static const char detail_text[] =
    "{\"findings\":["
    "{\"claim\":\"pcr04\",\"expected\":[\"1111\"],\"found\":\"2222\\u001b[2J\",\"reason\":\"appraisal.kernel\","
    "\"reference\":\"tpm_pcr04\",\"threat\":\"T-BOOT-02\"},"
    "{\"claim\":\"pcr09\",\"found\":\"\",\"reason\":\"appraisal.no-reference\",\"reference\":\"tpm_pcr09\"},"
    "7]}";

static void write_log(void)
{
    static const uint8_t root[32];
    SCOPED_KEY struct key *k = NULL;
    SCOPED(secret) struct secret pem = {0};
    struct arena arena;
    const struct json *detail;
    struct audit *a;
    arena_init(&arena, 1 << 20);
    assert_ok(json_decode(&arena, bytes_of_text(detail_text), NULL, NULL, &detail));
    assert_ok(file_read_secret("b/keys/audit.key", &pem));
    assert_ok(key_from_pem(secret_borrow(&pem), true, &k));
    const struct audit_event events[] = {
        {.kind = "attest",
         .session = BYTES_LIT("aaaa11"),
         .subject = BYTES_LIT("tpm"),
         .has_verdict = true,
         .verdict = VERDICT_CONTRAINDICATED,
         .reason = REASON_APPRAISAL_KERNEL,
         .detail = detail,
         .root = root},
        {.kind = "attest",
         .session = BYTES_LIT("aaaa22"),
         .has_verdict = true,
         .verdict = VERDICT_AFFIRMING,
         .root = root},
        {.kind = "release", .session = BYTES_LIT("aaaa22"), .subject = BYTES_LIT("x\033[2J"), .root = root},
        {.kind = "release", .session = BYTES_LIT("bbbb"), .reason = REASON_RELEASE_POLICY, .root = root},
    };
    assert_ok(audit_open("b/audit", k, 1 << 20, &a));
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        assert_ok(audit_append(a, &events[i], 1790000000, NULL));
    assert_ok(audit_sync(a, 1790000000));
    audit_close(a);
    arena_clear(&arena);
}

static int enter_with_log(void **state)
{
    if (enter(state) != 0)
        return 1;
    assert_int_equal(RUN("broker", "init", "b", "--name", "localhost"), 0);
    write_log();
    return 0;
}

static void what_is_not_there_is_a_no(void **state)
{
    (void)state;
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "cccc"), 1);
    assert_non_null(strstr(err_text, "no line of this session"));
    assert_string_equal(out_text, "");
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "aaaa11ff"), 1);
    assert_int_equal(RUN("explain", "--audit", "nowhere", "--session", "aaaa", "--key", "b/keys/audit.pub"), 3);
    assert_int_equal(RUN("explain", "--audit", "b/keys", "--session", "aaaa", "--key", "b/keys/audit.pub"), 3);
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "aaaa", "--key", "nowhere"), 3);
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "AAAA"), 2);
}

static void another_key_shows_a_broken_log(void **state)
{
    (void)state;
    assert_int_equal(RUN("broker", "init", "other", "--name", "localhost"), 0);
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "aaaa", "--key", "other/keys/audit.pub"), 1);
    assert_non_null(strstr(err_text, "broken at line"));
}

static void a_refused_session_is_told_in_plain_words(void **state)
{
    (void)state;
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "aaaa1"), 0);
    static const char *const says[] = {"line 1: the evidence was verified, but is not affirming\n",
                                       "verdict: contraindicated\n",
                                       "reason: appraisal.kernel\n",
                                       "threat: T-BOOT-02\n",
                                       "not as registered: pcr04\n    reference: tpm_pcr04\n",
                                       "expected:  [\"1111\"]\n    found:     2222?[2J\n",
                                       "expected:  nothing is registered\n    found:     nothing\n"};
    for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
        ROW(says[i]);
        if (strstr(out_text, says[i]) == NULL)
            fail_msg("'%s' does not say '%s'", out_text, says[i]);
    }
    assert_null(strchr(out_text, '\033'));
    assert_null(strstr(out_text, "line 2"));
}

static void a_release_is_told(void **state)
{
    (void)state;
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "aaaa22"), 0);
    assert_non_null(strstr(out_text, "line 2: the evidence was accepted"));
    assert_non_null(strstr(out_text, "line 3: the resource was released"));
    assert_null(strchr(out_text, '\033'));
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "bbbb"), 0);
    assert_non_null(strstr(out_text, "line 4: the release was refused"));
}

static void the_json_form_parses(void **state)
{
    (void)state;
    struct arena a;
    const struct json *v;
    arena_init(&a, 1 << 20);
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "aaaa", "--format", "json"), 0);
    assert_ok(json_decode(&a, bytes_of_text(out_text), NULL, NULL, &v));
    assert_text(json_at(v, "format")->text, "casemate-explain/1");
    assert_int_equal(json_at(v, "decisions")->count, 3);
    assert_true(json_at(v, "verified")->as_bool);
    const struct json *first = json_at(v, "decisions")->items[0];
    assert_text(json_path(first, "line", "reason", NULL)->text, "appraisal.kernel");
    assert_text(json_at(first, "means")->text, reason_text(REASON_APPRAISAL_KERNEL));
    assert_int_equal(RUN("explain", "--audit", "b/audit", "--session", "cccc", "--format", "json"), 1);
    assert_ok(json_decode(&a, bytes_of_text(out_text), NULL, NULL, &v));
    assert_int_equal(json_at(v, "decisions")->count, 0);
    arena_clear(&a);
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, enter_with_log, leave)
    const struct CMUnitTest tests[] = {
        T(what_is_not_there_is_a_no), T(another_key_shows_a_broken_log), T(a_refused_session_is_told_in_plain_words),
        T(a_release_is_told),         T(the_json_form_parses),
    };
    return cmocka_run_group_tests_name("owner/explain", tests, NULL, NULL);
}
