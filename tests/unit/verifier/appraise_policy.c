/* proves: R7 R11 M-APPR T-ATT-09 T-ATT-10 */
/* Attestation policies: what is refused when one is made, and when it answers. */
#include "verifier/appraise_policy.h"
#include "base/limits.h"
#include "check.h"

struct judge {
    struct arena arena;
    struct verified verified;
    const struct json *input;
    const struct json *references;
};

static const struct json *decode(struct judge *j, const char *text)
{
    const struct json *v = NULL;
    assert_ok(json_decode(&j->arena, bytes_of_text(text), NULL, NULL, &v));
    return v;
}

static int setup(void **state)
{
    static struct judge j;
    j = (struct judge){.verified = {.identity = VERDICT_AFFIRMING}};
    arena_init(&j.arena, 64 * MIB);
    j.input = decode(&j, "{\"tpm\":{\"pcr11\":\"aa\"},\"init_data\":\"00\"}");
    j.references = decode(&j, "{\"pcr11\":[\"aa\"],\"level\":3}");
    *state = &j;
    return 0;
}

static int teardown(void **state)
{
    struct judge *j = *state;
    arena_clear(&j->arena);
    return 0;
}

static struct err make(const char *rules, struct attestation_policy **out, struct policy_fault *fault)
{
    char text[2048];
    (void)snprintf(text, sizeof(text), "package policy\n%s\n", rules);
    return attestation_policy_new("default_cpu", bytes_of_text(text), out, fault);
}

static struct err judge(struct judge *j, const char *rules, struct appraisal *out)
{
    struct attestation_policy *p = NULL;
    struct policy_fault fault;
    assert_ok(make(rules, &p, &fault));
    struct err e = appraise_policy(&j->arena, p, &j->verified, j->input, j->references, 0, out);
    attestation_policy_free(p);
    return e;
}

static void what_is_no_policy_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *says;
    } rows[] = {
        {"trust_claims := ", "default_cpu:"},
        {"other := 1", "data.policy.trust_claims"},
        {"trust_claim := {\"executables\": 2}", "data.policy.trust_claims"},
        {"trust_claims := {\"executables\": x}", "x"},
        {"trust_claims := {\"executables\": http.send({})}", "http.send"},
        {"trust_claims := trust_claims", "recursive"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct attestation_policy *p = NULL;
        struct policy_fault fault;
        ROW(rows[i].rules);
        assert_refused(make(rows[i].rules, &p, &fault), REASON_POLICY_INVALID);
        assert_null(p);
        if (strstr(fault.message, rows[i].says) == NULL)
            fail_msg("row '%s': the fault says '%s'", check_row, fault.message);
    }
}

static void an_unusable_answer_refuses_the_evidence(void **state)
{
    static const struct {
        const char *rules;
        enum reason reason;
    } rows[] = {
        {"trust_claims := {}", REASON_APPRAISAL_POLICY},
        {"trust_claims := []", REASON_APPRAISAL_POLICY},
        {"trust_claims := true", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3} if false", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": \"x\"}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 2.5}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 128}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 258}", REASON_APPRAISAL_POLICY}, /* 2 if it were cut */
        {"trust_claims := {\"executables\": -129}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"nosuch\": 1}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3, 4: 2}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": query_reference_value(3)}", REASON_POLICY_INVALID},
        {"trust_claims := {\"executables\": 1}\ntrust_claims := {\"executables\": 2}", REASON_POLICY_INVALID},
        {"trust_claims := {\"executables\": count([1 | numbers.range(1, 9999)[_]; numbers.range(1, 9999)[_]])}",
         REASON_POLICY_LIMIT},
        {"trust_claims := {\"executables\": 3}\nextensions := {}", REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3}\nextensions := [{\"name\": \"x\", \"key\": 1}]",
         REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3}\nextensions := [{\"name\": \"x\", \"key\": 3000000000, \"value\": 1}]",
         REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 33}\n"
         "extensions := [{\"name\": \"ear.status\", \"key\": 1, \"value\": \"affirming\"}]",
         REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3}\n"
         "extensions := [{\"name\": \"x\", \"key\": 1, \"value\": 1}, {\"name\": \"x\", \"key\": 2, \"value\": 1}]",
         REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3}\n"
         "extensions := [{\"name\": \"x\", \"key\": 1, \"value\": 1}, {\"name\": \"y\", \"key\": 1, \"value\": 1}]",
         REASON_APPRAISAL_POLICY},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct appraisal ap;
        ROW(rows[i].rules);
        assert_refused(judge(*state, rows[i].rules, &ap), rows[i].reason);
        assert_int_equal(ap.verdict, VERDICT_CONTRAINDICATED);
        assert_int_equal(ear_status(&ap.vector), VERDICT_NONE);
    }
}

static void the_vector_is_the_verdict(void **state)
{
    static const struct {
        const char *rules;
        enum verdict verdict;
        enum reason reason;
    } rows[] = {
        {"trust_claims := {\"executables\": 3, \"hardware\": 2}", VERDICT_AFFIRMING, REASON_NONE},
        {"trust_claims := {\"executables\": 33, \"hardware\": 2}", VERDICT_WARNING, REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 97}", VERDICT_CONTRAINDICATED, REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 0}", VERDICT_NONE, REASON_APPRAISAL_POLICY},
        {"trust_claims := {\"executables\": 3} if input.tpm.pcr11 in query_reference_value(\"pcr11\")",
         VERDICT_AFFIRMING, REASON_NONE},
        {"trust_claims := {\"executables\": query_reference_value(\"level\")}", VERDICT_AFFIRMING, REASON_NONE},
        {"default trust_claims := {\"executables\": 33}\n"
         "trust_claims := {\"executables\": 3} if input.tpm.pcr11 in query_reference_value(\"absent\")",
         VERDICT_WARNING, REASON_APPRAISAL_NO_REFERENCE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct appraisal ap;
        ROW(rows[i].rules);
        assert_ok(judge(*state, rows[i].rules, &ap));
        assert_int_equal(ap.verdict, rows[i].verdict);
        assert_int_equal(ap.reason, rows[i].reason);
    }
    struct appraisal ap;
    assert_ok(judge(*state, rows[6].rules, &ap));
    assert_int_equal(ap.finding_count, 1);
    assert_string_equal(ap.findings[0].reference, "absent");
}

/* A policy that affirms everything does not make an unknown machine a known one. */
static void the_identity_bounds_what_a_policy_can_say(void **state)
{
    struct judge *j = *state;
    struct appraisal ap;
    static const char rules[] = "trust_claims := {\"executables\": 3, \"instance-identity\": 2}";
    j->verified.identity = VERDICT_WARNING;
    j->verified.identity_reason = REASON_TPM_EK_UNENROLLED;
    assert_ok(judge(j, rules, &ap));
    assert_int_equal(ap.verdict, VERDICT_WARNING);
    assert_int_equal(ap.reason, REASON_TPM_EK_UNENROLLED);
    assert_int_equal(ap.vector.value[EAR_INSTANCE_IDENTITY], 32);
    assert_ok(judge(j, "trust_claims := {\"instance-identity\": 97}", &ap));
    assert_int_equal(ap.vector.value[EAR_INSTANCE_IDENTITY], 97);
    j->verified.identity = VERDICT_CONTRAINDICATED;
    assert_ok(judge(j, rules, &ap));
    assert_int_equal(ap.verdict, VERDICT_CONTRAINDICATED);
    j->verified.identity = VERDICT_NONE;
    assert_ok(judge(j, "trust_claims := {\"executables\": 3}", &ap));
    assert_int_equal(ap.verdict, VERDICT_CONTRAINDICATED);
}

/* A claim of no tier does not count in the status, so it must not stand where the verifier's word belongs. */
static void a_claim_that_says_nothing_is_no_way_around_the_identity(void **state)
{
    struct judge *j = *state;
    static const enum verdict identities[] = {VERDICT_NONE, VERDICT_CONTRAINDICATED, VERDICT_WARNING};
    for (int value = -1; value <= 1; value++)
        for (size_t i = 0; i < 3; i++) {
            struct appraisal ap;
            char rules[96];
            snprintf(rules, sizeof(rules), "trust_claims := {\"executables\": 3, \"instance-identity\": %d}", value);
            j->verified.identity = identities[i];
            assert_ok(judge(j, rules, &ap));
            assert_int_equal(ap.verdict, identities[i] == VERDICT_WARNING ? VERDICT_WARNING : VERDICT_CONTRAINDICATED);
            assert_int_equal(ap.vector.value[EAR_INSTANCE_IDENTITY], identities[i] == VERDICT_WARNING ? 32 : 97);
        }
}

static void extensions_become_members(void **state)
{
    struct appraisal ap;
    assert_ok(judge(*state,
                    "trust_claims := {\"executables\": 3}\n"
                    "extensions := [{\"name\": \"my.ext\", \"key\": -70001, \"value\": {\"a\": [1, 2]}},\n"
                    "{\"name\": \"none\", \"key\": 2, \"value\": null}]",
                    &ap));
    assert_int_equal(ap.extensions->count, 1);
    assert_non_null(json_path(ap.extensions, "my.ext", "a", NULL));
}

static struct err whole(struct judge *j)
{
    struct attestation_policy *p = NULL;
    struct policy_fault fault;
    struct appraisal ap;
    TRY(make("trust_claims := {\"executables\": 3} if input.tpm.pcr11 in query_reference_value(\"pcr11\")", &p,
             &fault));
    struct err e = appraise_policy(&j->arena, p, &j->verified, j->input, j->references, 0, &ap);
    attestation_policy_free(p);
    return e;
}

static void every_allocation_may_fail(void **state)
{
    FAULT_PASS(whole(*state), (void)0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_no_policy_is_refused_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unusable_answer_refuses_the_evidence, setup, teardown),
        cmocka_unit_test_setup_teardown(the_vector_is_the_verdict, setup, teardown),
        cmocka_unit_test_setup_teardown(the_identity_bounds_what_a_policy_can_say, setup, teardown),
        cmocka_unit_test_setup_teardown(a_claim_that_says_nothing_is_no_way_around_the_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(extensions_become_members, setup, teardown),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, setup, teardown),
    };
    return cmocka_run_group_tests_name("verifier/appraise_policy", tests, NULL, NULL);
}
