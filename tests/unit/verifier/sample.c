/* Only in builds with -Dinsecure_sample=true. */
#include "base/limits.h"
#include "check.h"
#include "verifier/appraise.h"

static struct err verify(struct arena *a, enum tee tee, const char *text, struct bytes report_data,
                         struct verified *out)
{
    const struct endorsements trust = {0};
    const struct verifier_options options = {0};
    const struct session_binding binding = {.has_report_data = true, .report_data = report_data};
    const struct json *evidence;
    TRY(json_decode(a, bytes_of_text(text), NULL, NULL, &evidence));
    return verifier_find(tee)->verify(a, evidence, &trust, &options, &binding, 0, out);
}

static void refuses_other_report_data(void **state)
{
    (void)state;
    static const struct {
        enum tee tee;
        const char *reference;
    } rows[] = {{TEE_SAMPLE, "svn"}, {TEE_SAMPLEDEVICE, "device_svn"}};
    const char good[] = "{\"svn\":\"1\",\"report_data\":\"YWJj\"}"; /* abc */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum tee tee = rows[i].tee;
        struct arena a;
        struct verified out;
        struct appraisal judged;
        arena_init(&a, MIB);
        ROW(tee_wire(tee));
        assert_refused(verify(&a, tee, good, BYTES_LIT("ab"), &out), REASON_KEY_BINDING);
        assert_refused(verify(&a, tee, good, BYTES_LIT("abc\0"), &out), REASON_KEY_BINDING);
        assert_refused(verify(&a, tee, "{\"svn\":\"1\"}", BYTES_LIT("abc"), &out), REASON_KEY_BINDING);
        assert_refused(verify(&a, tee, "{\"svn\":\"1\",\"report_data\":\"YWJ\"}", BYTES_LIT("abc"), &out),
                       REASON_EVIDENCE_MALFORMED);
        assert_refused(verify(&a, tee, "{\"report_data\":\"YWJj\"}", BYTES_LIT("abc"), &out),
                       REASON_EVIDENCE_MALFORMED);
        assert_ok(verify(&a, tee, good, BYTES_LIT("abc"), &out));
        assert_non_null(json_at(out.claims, "insecure_sample"));
        assert_ok(appraise_native(&a, tee, &out, false, NULL, &judged));
        assert_int_equal(judged.verdict, VERDICT_CONTRAINDICATED);
        bool named = false;
        for (size_t j = 0; j < judged.finding_count; j++)
            named = named || strcmp(judged.findings[j].reference, rows[i].reference) == 0;
        assert_true(named);
        arena_clear(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_other_report_data)};
    return cmocka_run_group_tests_name("verifier/sample", tests, NULL, NULL);
}
