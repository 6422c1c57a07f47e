/* Only in builds with -Dinsecure_sample=true. */
#include "base/limits.h"
#include "check.h"
#include "verifier/appraise.h"

static struct err verify(struct arena *a, const char *text, struct bytes report_data, struct verified *out)
{
    const struct endorsements trust = {0};
    const struct verifier_options options = {0};
    const struct session_binding binding = {.has_report_data = true, .report_data = report_data};
    const struct json *evidence;
    TRY(json_decode(a, bytes_of_text(text), NULL, NULL, &evidence));
    return verifier_find(TEE_SAMPLE)->verify(a, evidence, &trust, &options, &binding, 0, out);
}

static void refuses_other_report_data(void **state)
{
    (void)state;
    struct arena a;
    struct verified out;
    struct appraisal judged;
    arena_init(&a, MIB);
    const char good[] = "{\"svn\":\"1\",\"report_data\":\"YWJj\"}"; /* abc */
    assert_refused(verify(&a, good, BYTES_LIT("ab"), &out), REASON_KEY_BINDING);
    assert_refused(verify(&a, good, BYTES_LIT("abc\0"), &out), REASON_KEY_BINDING);
    assert_refused(verify(&a, "{\"svn\":\"1\"}", BYTES_LIT("abc"), &out), REASON_KEY_BINDING);
    assert_refused(verify(&a, "{\"report_data\":\"YWJj\"}", BYTES_LIT("abc"), &out), REASON_EVIDENCE_MALFORMED);
    assert_ok(verify(&a, good, BYTES_LIT("abc"), &out));
    assert_non_null(json_at(out.claims, "insecure_sample"));
    assert_ok(appraise_native(&a, TEE_SAMPLE, &out, false, NULL, &judged));
    assert_int_equal(judged.verdict, VERDICT_CONTRAINDICATED);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_other_report_data)};
    return cmocka_run_group_tests_name("verifier/sample", tests, NULL, NULL);
}
