/* proves: R12 M-ASS M-REL T-SEC-02 T-SEC-03 T-INIT-01 T-INIT-02 T-ATT-09 T-ATT-11 */
/* Each probe alone: a policy that opens one door and no other is found by the probe that stands at that door. */
#include "keys_place.h"

static struct place p;

static int setup(void **state)
{
    (void)state;
    place_new(&p);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    place_clear(&p);
    return 0;
}

static struct err try(const char *name, const char *rules, struct policy_trial *t)
{
    char text[2048];
    (void)snprintf(text, sizeof(text), "package policy\n%s\n", rules);
    *t = (struct policy_trial){.name = bytes_of_text(name)};
    TRY(arena_copy(&p.arena, bytes_of_text(text), &t->text));
    return policy_try(p.keys, &p.arena, t);
}

static const struct probe_finding *finding_of(const struct policy_trial *t, const char *threat)
{
    for (size_t i = 0; i < t->findings.count; i++)
        if (strcmp(t->findings.list[i].row.threat, threat) == 0)
            return &t->findings.list[i];
    return NULL;
}

/* The ids are those of the catalogue: the row of the threat names the probe. */
static bool is_probe_of(const char *threat, const char *probe)
{
    const struct threat *t = threat_find(bytes_of_text(threat));
    for (const char *const *id = t == NULL ? NULL : t->probes; id != NULL && *id != NULL; id++)
        if (strcmp(*id, probe) == 0)
            return true;
    return false;
}

static void found(const char *name, const char *rules, const char *probe, const char *threat, bool is_critical)
{
    struct policy_trial t;
    ROW(rules);
    struct err e = try(name, rules, &t);
    const struct probe_finding *f = finding_of(&t, threat);
    if (f == NULL || strcmp(f->row.probe, probe) != 0)
        fail_msg("row '%s': %s found %s, expected %s", rules, threat, f == NULL ? "nothing" : f->row.probe, probe);
    assert_true(is_probe_of(threat, probe));
    assert_int_equal(f->row.severity == SEVERITY_CRITICAL, is_critical);
    if (is_critical)
        assert_true(failed(e) && e.reason == REASON_POLICY_CRITICAL);
    else
        assert_ok(e);
}

#define STATUS "input.submods.cpu0[\"ear.status\"]"
#define CLAIM  "input.submods.cpu0[\"ear.veraison.annotated-evidence\"].init_data"
#define BOUND                                                                                                          \
    "some claim, paths in data.workloads; " CLAIM " == claim; data[\"resource-path\"] == split(paths[_], \"/\"); "

static void each_door_of_a_release_has_its_probe(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *probe, *threat;
        bool is_critical;
    } rows[] = {
        {"allow if input == {}", "Q05", "T-SEC-02", true},
        {"allow if input.submods == {}", "Q05", "T-SEC-02", true},
        {"allow if { " STATUS " == \"affirming\"; startswith(" CLAIM ", \"5a\") }", "Q06", "T-INIT-01", true},
        {"allow if { " STATUS " == \"affirming\"; startswith(" CLAIM ", \"0000\") }", "Q07", "T-INIT-02", true},
        {"allow if { " STATUS " == \"affirming\"; not " CLAIM " }", "Q07", "T-INIT-02", true},
        {"allow if { " STATUS " == \"contraindicated\"; count(input.submods) == 1 }", "Q02", "T-SEC-02", true},
        {"allow if { " STATUS " == \"contraindicated\"; startswith(" CLAIM ", \"5a\"); count(input.submods) == 1 }",
         "Q02", "T-SEC-02", true},
        {"allow if { " BOUND STATUS " == \"contraindicated\"; count(input.submods) == 1 }", "Q02", "T-SEC-02", true},
        {"allow if " STATUS " == \"warning\"", "Q02", "T-ATT-11", false},
        {"allow if { " BOUND STATUS " == \"warning\" }", "Q02", "T-ATT-11", false},
        {"allow if " STATUS " == \"none\"", "Q02", "T-ATT-11", false},
        {"allow if { some m in input.submods; m[\"ear.status\"] == \"affirming\"; count(input.submods) > 1 }", "Q13",
         "T-SEC-02", true},
        {"allow if data[\"resource-path\"][1] == \"stored\"", "Q05", "T-SEC-02", true},
        {"allow if { " CLAIM " in object.keys(data.workloads); " STATUS
         " == \"affirming\"; data.plugin == \"resource\" }",
         "Q30", "T-SEC-03", false},
        {"allow if { " STATUS " == \"affirming\"; " CLAIM
         " in object.keys(data.workloads); data.plugin != \"resource\" }",
         "Q28", "T-SEC-03", false},
    };
    place_put(&p, STORE_RESOURCE, "default/stored/alone", SECRET);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        found(POLICY_RELEASE, rows[i].rules, rows[i].probe, rows[i].threat, rows[i].is_critical);
}

#define CPU           POLICY_ATTESTATION "default_cpu"
#define AFFIRM(when_) "trust_claims := {\"executables\": 3} if " when_

static void each_door_of_an_appraisal_has_its_probe(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *probe;
    } rows[] = {
        {AFFIRM("{ input.tpm.pcr11; input.tpm.ek_enrolled }"), "A01"},
        {AFFIRM("{ input.snp.measurement; not input.snp.policy_debug_allowed }"), "A01"},
        {AFFIRM("input.tpm == {}"), "A14"},
        {AFFIRM("input.snp == {}"), "A14"},
        {AFFIRM("input[\"unknown-tee\"]"), "A13"},
        {AFFIRM("input == {}"), "A12"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        found(CPU, rows[i].rules, rows[i].probe, "T-ATT-09", true);
}

static void a_closed_policy_has_no_findings(void **state)
{
    (void)state;
    struct policy_trial t;
    assert_ok(try(POLICY_RELEASE, "allow if { " BOUND STATUS " == \"affirming\"; data.plugin == \"resource\" }", &t));
    assert_int_equal(t.findings.count, 0);
    assert_ok(try(CPU, AFFIRM("input.tpm.pcr11 in query_reference_value(\"tpm_pcr11\")"), &t));
    assert_int_equal(t.findings.count, 0);
}

static void a_threat_is_accepted_by_its_name_alone(void **state)
{
    (void)state;
    static const char open[] = "package policy\nallow := true\n";
    static const struct {
        const char *accepted;
        bool passes;
    } rows[] = {
        {"[]", false},
        {"[\"T-SEC-02\"]", false},
        {"[\"T-SEC-02\",\"T-INIT-01\",\"T-INIT-0\",2]", false},
        {"\"T-SEC-02 T-INIT-01 T-INIT-02\"", false},
        {"[\"T-SEC-02\",\"T-INIT-01\",\"T-INIT-02\"]", false},
        {"[\"T-SEC-02\",\"T-INIT-01\",\"T-INIT-02\",\"T-ATT-08\"]", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policy_trial t = {.name = BYTES_LIT(POLICY_RELEASE), .text = bytes_of_text(open)};
        ROW(rows[i].accepted);
        assert_ok(json_decode(&p.arena, bytes_of_text(rows[i].accepted), NULL, NULL, &t.accepted));
        if (rows[i].passes)
            assert_ok(policy_try(p.keys, &p.arena, &t));
        else
            assert_refused(policy_try(p.keys, &p.arena, &t), REASON_POLICY_CRITICAL);
    }
}

/* What the catalogue alone finds: a debug guest. Whatever allocation fails, the policy is not taken. */
static void a_trial_without_memory_takes_nothing(void **state)
{
    (void)state;
    static const char debug[] = "trust_claims := {\"executables\": 3} if {"
                                "input.snp.measurement in query_reference_value(\"snp_launch_measurement\") }";
    place_put(&p, STORE_REFERENCE, "snp_launch_measurement", "[\"aabb\"]");
    for (unsigned long n = 1;; n += 1 + n / 4) {
        struct policy_trial t;
        mem_fault_at(n);
        struct err e = try(CPU, debug, &t);
        bool fired = mem_fault_fired();
        mem_fault_at(0);
        arena_reset(&p.arena);
        assert_true(failed(e));
        if (!fired) {
            assert_int_equal(e.reason, REASON_POLICY_CRITICAL);
            return;
        }
    }
}

static void a_text_past_the_limit_is_refused(void **state)
{
    (void)state;
    uint8_t *text = mem_new(POLICY_TEXT_MAX + 1);
    struct policy_fault fault;
    assert_non_null(text);
    memset(text, '\n', POLICY_TEXT_MAX + 1);
    memcpy(text, "package policy\nallow := false\n", 30);
    assert_ok(policy_check(BYTES_LIT(POLICY_RELEASE), bytes_of(text, POLICY_TEXT_MAX), &fault));
    assert_refused(policy_check(BYTES_LIT(POLICY_RELEASE), bytes_of(text, POLICY_TEXT_MAX + 1), &fault),
                   REASON_REQUEST_TOO_LARGE);
    mem_free(text);
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(each_door_of_a_release_has_its_probe), T(each_door_of_an_appraisal_has_its_probe),
        T(a_closed_policy_has_no_findings),      T(a_threat_is_accepted_by_its_name_alone),
        T(a_trial_without_memory_takes_nothing), T(a_text_past_the_limit_is_refused),
    };
    return cmocka_run_group_tests_name("broker/policy_try", tests, NULL, NULL);
}
