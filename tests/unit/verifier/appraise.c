/* proves: R7 R11 M-APPR M-REF M-MEAS T-BOOT-02 T-BOOT-03 T-BOOT-04 T-BOOT-06 T-BOOT-07 T-ATT-10 T-INIT-02 */
#include "tpm_fixture.h"

#include "verifier/appraise_default.h"

/* The claims of good evidence, and reference values for all of it. */
struct judged {
    struct fixture f;
    struct verified verified;
    struct appraisal appraisal;
};

static struct arena arena;

/* References for the claims as they are; `except` is left out. */
static const struct json *references_of(const struct json *claims, const char *except)
{
    const char *const names[] = {"pcr00", "pcr01", "pcr02", "pcr03",     "pcr04",     "pcr05",       "pcr06",
                                 "pcr07", "pcr09", "pcr11", "uki_linux", "uki_osrel", "uki_cmdline", "uki_initrd"};
    static char keys[16][32];
    struct json_object o;
    const struct json *out;
    json_object_init(&o, &arena);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct json *value = json_at(claims, names[i]);
        const struct json *list;
        if (value == NULL || strcmp(names[i], except) == 0)
            continue;
        (void)snprintf(keys[i], sizeof(keys[i]), "tpm_%s", names[i]);
        assert_ok(json_new_array(&arena, &value, 1, &list));
        json_object_add(&o, keys[i], list);
    }
    assert_ok(json_object_end(&o, &out));
    return out;
}

/* The claims with one of them replaced (or added, or left out where value is NULL). */
static const struct json *claims_with(const struct json *claims, const char *key, const char *value)
{
    struct json_member members[128];
    const struct json *text;
    const struct json *out;
    size_t n = 0;
    for (size_t i = 0; i < claims->count; i++)
        if (!bytes_is(claims->members[i].key, key))
            members[n++] = claims->members[i];
    if (value != NULL) {
        assert_ok(json_new_string(&arena, bytes_of_text(value), &text));
        members[n++] = (struct json_member){bytes_of_text(key), text};
    }
    assert_ok(json_new_object(&arena, members, n, &out));
    return out;
}

static int setup(void **state)
{
    static struct judged j;
    arena_clear(&arena);
    arena_init(&arena, 8 * MIB);
    fixture_init(&j.f);
    assert_ok(fixture_verify(&j.f, &j.verified));
    *state = &j;
    return 0;
}

static int teardown(void **state)
{
    struct judged *j = *state;
    fixture_clear(&j->f);
    arena_clear(&arena);
    return 0;
}

/* The built-in policy is a second account of the native rules: every row here is judged by both. */
static void judge_by_default(struct judged *j, const struct json *refs, bool has_initdata, struct appraisal *out)
{
    const struct json *claims;
    struct json_object o;
    static struct attestation_policy *policy;
    if (policy == NULL)
        assert_ok(builtin_attestation_policy("cpu", &policy));
    assert_ok(json_new_object(&arena, NULL, 0, &claims));
    json_object_init(&o, &arena);
    json_object_add(&o, "tpm", j->verified.claims);
    if (has_initdata)
        json_object_add(&o, "init_data_claims", claims);
    const struct json *input;
    assert_ok(json_object_end(&o, &input));
    assert_ok(appraise_policy(&arena, policy, &j->verified, input, refs, 0, out));
    assert_int_equal(ear_status(&out->vector), out->verdict);
    const struct default_appraisal x = {policy, TEE_TPM, &j->verified, has_initdata, input, refs, 0};
    struct appraisal both;
    assert_ok(appraise_default(&arena, &x, &both));
    assert_int_equal(both.verdict, verdict_worst(out->verdict, j->appraisal.verdict));
}

static void expect(struct judged *j, const struct json *refs, bool has_initdata, enum verdict verdict,
                   enum reason reason)
{
    assert_ok(appraise_native(&arena, TEE_TPM, &j->verified, has_initdata, refs, &j->appraisal));
    if (j->appraisal.verdict != verdict || j->appraisal.reason != reason)
        fail_msg("row '%s': %s %s, first finding %s", check_row, verdict_name(j->appraisal.verdict),
                 reason_code(j->appraisal.reason), j->appraisal.findings[0].claim);
    enum verdict status = ear_status(&j->appraisal.vector);
    assert_int_equal(status, verdict);
    struct appraisal by_policy;
    judge_by_default(j, refs, has_initdata, &by_policy);
    if (by_policy.verdict != verdict)
        fail_msg("row '%s': the built-in policy says %s: hardware %d executables %d configuration %d", check_row,
                 verdict_name(by_policy.verdict), by_policy.vector.value[EAR_HARDWARE],
                 by_policy.vector.value[EAR_EXECUTABLES], by_policy.vector.value[EAR_CONFIGURATION]);
}

#define OTHER "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void nothing_registered_is_contraindicated(void **state)
{
    struct judged *j = *state;
    expect(j, NULL, true, VERDICT_CONTRAINDICATED, REASON_APPRAISAL_NO_REFERENCE);
    const char *const names[] = {"pcr00", "pcr01", "pcr02", "pcr03", "pcr04",
                                 "pcr05", "pcr06", "pcr07", "pcr09", "pcr11"};
    for (size_t i = 0; i < 10; i++) {
        ROW(names[i]);
        expect(j, references_of(j->verified.claims, names[i]), true, VERDICT_CONTRAINDICATED,
               REASON_APPRAISAL_NO_REFERENCE);
        assert_string_equal(j->appraisal.findings[0].claim, names[i]);
        assert_null(j->appraisal.findings[0].expected);
    }
}

static void a_changed_part_is_named(void **state)
{
    struct judged *j = *state;
    const struct json *good = j->verified.claims;
    const struct json *refs = references_of(good, "");
    const struct {
        const char *pcr, *part;
        enum reason reason;
    } rows[] = {{"pcr00", "", REASON_APPRAISAL_FIRMWARE},
                {"pcr07", "", REASON_APPRAISAL_FIRMWARE},
                {"pcr04", "", REASON_APPRAISAL_KERNEL},
                {"pcr04", "uki_linux", REASON_APPRAISAL_KERNEL},
                {"pcr04", "uki_cmdline", REASON_APPRAISAL_COMMAND_LINE},
                {"pcr04", "uki_initrd", REASON_APPRAISAL_INITRAMFS},
                {"pcr11", "uki_cmdline", REASON_APPRAISAL_COMMAND_LINE},
                {"pcr11", "", REASON_APPRAISAL_KERNEL},
                {"pcr09", "", REASON_APPRAISAL_COMMAND_LINE},
                {"pcr09", "linux_initrd", REASON_APPRAISAL_INITRAMFS},
                {"pcr12", "", REASON_APPRAISAL_COMMAND_LINE},
                {"pcr10", "", REASON_APPRAISAL_MEASUREMENT},
                {"pcr13", "", REASON_APPRAISAL_NO_REFERENCE},
                {"pcr15", "", REASON_APPRAISAL_NO_REFERENCE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].pcr);
        const struct json *claims = claims_with(good, rows[i].pcr, OTHER);
        if (rows[i].part[0] != 0)
            claims = claims_with(claims, rows[i].part, OTHER);
        j->verified.claims = claims;
        expect(j, refs, true, VERDICT_CONTRAINDICATED, rows[i].reason);
        assert_text(j->appraisal.findings[0].found, OTHER);
        j->verified.claims = good;
    }
}

static void a_pcr_that_was_not_quoted_is_not_held(void **state)
{
    struct judged *j = *state;
    const struct json *good = j->verified.claims;
    for (unsigned i = 0; i < 16; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "pcr%02u", i);
        ROW(name);
        j->verified.claims = claims_with(good, name, NULL);
        assert_ok(appraise_native(&arena, TEE_TPM, &j->verified, true, references_of(good, ""), &j->appraisal));
        assert_int_equal(j->appraisal.verdict, VERDICT_CONTRAINDICATED);
        struct appraisal by_policy;
        judge_by_default(j, references_of(good, ""), true, &by_policy);
        assert_int_equal(by_policy.verdict, VERDICT_CONTRAINDICATED);
    }
}

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

/* A machine whose firmware measures nothing leaves every register as it was: with nothing registered that is no match.
 */
static void a_machine_that_measured_nothing_is_refused(void **state)
{
    struct judged *j = *state;
    const struct json *good = j->verified.claims, *claims = good;
    const struct json *rest = references_of(claims_with(claims_with(good, "pcr00", NULL), "pcr04", NULL), "");
    for (unsigned i = 0; i < 16; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "pcr%02u", i);
        claims = claims_with(claims, name, ZERO);
    }
    j->verified.claims = claims;
    expect(j, NULL, false, VERDICT_CONTRAINDICATED, REASON_APPRAISAL_NO_REFERENCE);
    assert_string_equal(j->appraisal.findings[0].claim, "pcr00");
    j->verified.claims = claims_with(claims_with(good, "pcr00", ZERO), "pcr04", ZERO);
    expect(j, rest, true, VERDICT_CONTRAINDICATED, REASON_APPRAISAL_NO_REFERENCE);
}

static void a_part_alone_decides_nothing(void **state)
{
    struct judged *j = *state;
    const struct json *refs = references_of(j->verified.claims, "");
    j->verified.claims = claims_with(j->verified.claims, "uki_cmdline", OTHER);
    expect(j, refs, true, VERDICT_AFFIRMING, REASON_NONE);
    assert_int_equal(j->appraisal.finding_count, 0);
}

static void initdata_that_nobody_checked_is_refused(void **state)
{
    struct judged *j = *state;
    const struct json *refs = references_of(j->verified.claims, "");
    expect(j, refs, false, VERDICT_CONTRAINDICATED, REASON_INITDATA_ABSENT);
    j->verified.claims = claims_with(j->verified.claims, "pcr08", ZERO);
    expect(j, refs, false, VERDICT_AFFIRMING, REASON_NONE);
}

static void identity_bounds_the_verdict(void **state)
{
    struct judged *j = *state;
    const struct json *refs = references_of(j->verified.claims, "");
    expect(j, refs, true, VERDICT_AFFIRMING, REASON_NONE);
    j->verified.identity = VERDICT_WARNING;
    j->verified.identity_reason = REASON_TPM_EK_UNENROLLED;
    expect(j, refs, true, VERDICT_WARNING, REASON_TPM_EK_UNENROLLED);
    j->verified.identity = VERDICT_CONTRAINDICATED;
    j->verified.identity_reason = REASON_TPM_AK_UNBOUND;
    expect(j, refs, true, VERDICT_CONTRAINDICATED, REASON_TPM_AK_UNBOUND);
    j->verified.identity = VERDICT_NONE;
    assert_ok(appraise_native(&arena, TEE_TPM, &j->verified, true, refs, &j->appraisal));
    assert_int_not_equal(j->appraisal.verdict, VERDICT_AFFIRMING);
}

static void knows_no_other_tee(void **state)
{
    struct judged *j = *state;
    assert_refused(appraise_native(&arena, TEE_TDX, &j->verified, true, NULL, &j->appraisal), REASON_EVIDENCE_TEE);
    assert_int_equal(j->appraisal.verdict, VERDICT_CONTRAINDICATED);
    assert_null(verifier_find(TEE_TDX));
    /* The sample TEE is there exactly in the builds that say so. */
    assert_int_equal(verifier_find(TEE_SAMPLE) != NULL, strstr(CASEMATE_VERSION, "sample") != NULL);
    assert_null(verifier_find(TEE_NONE));
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(nothing_registered_is_contraindicated), T(a_changed_part_is_named),
        T(a_pcr_that_was_not_quoted_is_not_held), T(a_machine_that_measured_nothing_is_refused),
        T(a_part_alone_decides_nothing),          T(initdata_that_nobody_checked_is_refused),
        T(identity_bounds_the_verdict),           T(knows_no_other_tee),
    };
    return cmocka_run_group_tests_name("verifier/appraise", tests, NULL, NULL);
}
