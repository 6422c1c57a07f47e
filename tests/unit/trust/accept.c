/* proves: R32 M-ASS */
/* Acceptances and baselines: what does not cover comes first. */
#include "trust/accept.h"
#include "check.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

static const struct json *parse(const char *text)
{
    const struct json *v;
    assert_ok(json_decode(&arena, bytes_of_text(text), NULL, NULL, &v));
    return v;
}

static struct bytes text_of(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_STRING) ? v->text : BYTES_EMPTY;
}

#define FINDING(id_, status_, severity_)                                                                               \
    "{\"id\":\"" id_ "\",\"status\":\"" status_ "\",\"severity\":\"" severity_                                         \
    "\",\"artefact\":\"initdata.toml#policy.rego\",\"subject\":\"Exec\",\"fingerprint\":\"f1\"}"
#define OPEN        FINDING("T-API-10", "unanswered", "medium")
#define ROW_(more_) "[{\"threat\":\"T-API-10\",\"reason\":\"r\",\"until\":\"2027-01-31\",\"owner\":\"DO\"" more_ "}]"

static const struct {
    const char *name, *finding, *acceptances, *note;
    bool is_accepted;
} rows[] = {
    {"no reason", OPEN, "[{\"threat\":\"T-API-10\",\"until\":\"2027-01-31\",\"owner\":\"DO\"}]", "void", false},
    {"no end", OPEN, "[{\"threat\":\"T-API-10\",\"reason\":\"r\",\"owner\":\"DO\"}]", "void", false},
    {"no threat", OPEN, "[{\"reason\":\"r\",\"until\":\"2027-01-31\"}]", "unnamed", false},
    {"no object", OPEN, "[7]", "void", false},
    {"end is no day", OPEN, "[{\"threat\":\"T-API-10\",\"reason\":\"r\",\"until\":\"2027-02-30\"}]", "until is a day",
     false},
    {"unknown threat", OPEN, "[{\"threat\":\"T-API-99\",\"reason\":\"r\",\"until\":\"2027-01-31\"}]", "no such threat",
     false},
    {"expired yesterday", OPEN, "[{\"threat\":\"T-API-10\",\"reason\":\"r\",\"until\":\"2026-05-31\"}]", "has expired",
     false},
    {"another threat", FINDING("T-API-02", "unanswered", "critical"), ROW_(""), "matches nothing", false},
    {"another artefact", OPEN, ROW_(",\"artefact\":\"pod.yaml\""), "matches nothing", false},
    {"the artefact is only a prefix", OPEN, ROW_(",\"artefact\":\"initdata.tom\""), "matches nothing", false},
    {"another subject", OPEN, ROW_(",\"subject\":\"Read\""), "matches nothing", false},
    {"more severe than its row", FINDING("T-API-10", "unanswered", "high"), ROW_(""), "more severe than medium", false},
    {"more severe than allowed", OPEN, ROW_(",\"max_severity\":\"low\""), "more severe than low", false},
    {"max_severity is a number", OPEN, ROW_(",\"max_severity\":9"), "no severity", false},
    {"not shown", FINDING("T-API-10", "not-shown", "info"), ROW_(""), "matches nothing", false},
    {"holds", OPEN, ROW_(""), NULL, true},
    {"holds for a weak one", FINDING("T-API-10", "weak", "low"), ROW_(""), NULL, true},
    {"holds for the file of the entry", OPEN, ROW_(",\"artefact\":\"initdata.toml\",\"subject\":\"Exec\""), NULL, true},
    {"allows more than its row", FINDING("T-API-10", "unanswered", "high"), ROW_(",\"max_severity\":\"critical\""),
     NULL, true},
    {"last day", OPEN, "[{\"threat\":\"T-API-10\",\"reason\":\"r\",\"until\":\"2026-06-01\",\"owner\":\"DO\"}]",
     "ends within 30 days", true},
    {"no owner", OPEN, "[{\"threat\":\"T-API-10\",\"reason\":\"r\",\"until\":\"2027-01-31\"}]", "has no owner", true},
};

static const struct json *wrap(const char *finding)
{
    char text[1024];
    (void)snprintf(text, sizeof(text), "[%s]", finding);
    return parse(text);
}

static void acceptances_cover_what_they_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct json *out, *notes;
        ROW(rows[i].name);
        assert_ok(accept_apply(&arena, wrap(rows[i].finding), parse(rows[i].acceptances), BYTES_LIT("2026-06-01"), &out,
                               &notes));
        bool is_accepted = bytes_is(text_of(out->items[0], "status"), "accepted");
        if (is_accepted != rows[i].is_accepted)
            fail_msg("row '%s': accepted is %d", check_row, is_accepted);
        assert_int_equal(json_at(out->items[0], "acceptance") != NULL, rows[i].is_accepted);
        assert_int_equal(notes->count, rows[i].note == NULL ? 0 : 1);
        if (rows[i].note != NULL && strstr((const char *)text_of(notes->items[0], "text").p, rows[i].note) == NULL)
            fail_msg("row '%s': the note is '%s'", check_row, text_of(notes->items[0], "text").p);
    }
}

static void an_accepted_finding_keeps_its_severity(void **state)
{
    (void)state;
    const struct json *out, *notes;
    assert_ok(accept_apply(&arena, wrap(OPEN), parse(ROW_("")), BYTES_LIT("2026-06-01"), &out, &notes));
    assert_text(text_of(out->items[0], "severity"), "medium");
    const struct json *days = json_path(out->items[0], "acceptance", "days_left", NULL);
    assert_true(json_is(days, JSON_NUMBER));
    assert_int_equal(days->as_int, 244);
}

static void no_acceptances_change_nothing(void **state)
{
    (void)state;
    const struct json *out, *notes, *in = wrap(OPEN);
    assert_ok(accept_apply(&arena, in, NULL, BYTES_LIT("2026-06-01"), &out, &notes));
    assert_true(json_equal(in, out));
    assert_int_equal(notes->count, 0);
    assert_code(accept_apply(&arena, in, NULL, BYTES_LIT("today"), &out, &notes), ERR_FORMAT);
}

#define DOCUMENT(finding_) "{\"schema\":\"casemate-assess/1\",\"findings\":[" finding_ "]}"

static const struct {
    const char *name, *now, *before;
    bool is_known;
    size_t fixed;
} baselines[] = {
    {"nothing before", OPEN, DOCUMENT(""), false, 0},
    {"severity rose", FINDING("T", "unanswered", "high"), DOCUMENT(FINDING("T", "unanswered", "medium")), false, 0},
    {"was accepted", OPEN, DOCUMENT(FINDING("T-API-10", "accepted", "medium")), false, 0},
    {"was not shown", OPEN, DOCUMENT(FINDING("T-API-10", "not-shown", "medium")), false, 0},
    {"severity is no word", FINDING("T", "unanswered", "huge"), DOCUMENT(FINDING("T", "unanswered", "high")), false, 0},
    {"same", OPEN, DOCUMENT(OPEN), true, 0},
    {"severity fell", FINDING("T", "weak", "low"), DOCUMENT(OPEN), true, 0},
    {"still not shown", FINDING("T", "not-shown", "info"), DOCUMENT(FINDING("T", "not-shown", "info")), true, 0},
    {"another one is gone", OPEN,
     DOCUMENT(OPEN ",{\"id\":\"T-IMG-01\",\"status\":\"weak\",\"severity\":\"high\",\"fingerprint\":\"f2\"}"), true, 1},
    {"what was not shown is shown now", OPEN,
     DOCUMENT("{\"id\":\"T-IMG-01\",\"status\":\"not-shown\",\"severity\":\"info\",\"fingerprint\":\"f2\"}"), false, 0},
};

static void a_baseline_excuses_what_it_knew(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(baselines) / sizeof(baselines[0]); i++) {
        const struct json *out, *fixed;
        ROW(baselines[i].name);
        assert_ok(accept_baseline(&arena, wrap(baselines[i].now), parse(baselines[i].before), &out, &fixed));
        const struct json *known = json_at(out->items[0], "known");
        if ((json_is(known, JSON_BOOL) && known->as_bool) != baselines[i].is_known)
            fail_msg("row '%s': known is wrong", check_row);
        assert_int_equal(fixed->count, baselines[i].fixed);
    }
}

#define KBS(artefact_)                                                                                                 \
    "{\"id\":\"T-KBS-01\",\"status\":\"unanswered\",\"severity\":\"critical\",\"artefact\":\"" artefact_               \
    "\",\"fingerprint\":\"f3\"}"

/* A second file of the same kind has the fingerprints of the first: what was known of one excuses one. */
static void one_finding_before_excuses_one_now(void **state)
{
    (void)state;
    const struct json *out, *fixed, *one = parse(DOCUMENT(KBS("b.toml"))), *two = wrap(KBS("a.toml") "," KBS("b.toml"));
    assert_ok(accept_baseline(&arena, two, one, &out, &fixed));
    assert_null(json_at(out->items[0], "known"));
    assert_non_null(json_at(out->items[1], "known"));
    assert_int_equal(fixed->count, 0);
    assert_ok(accept_baseline(&arena, wrap(KBS("c.toml")), one, &out, &fixed)); /* the file was renamed */
    assert_non_null(json_at(out->items[0], "known"));
    assert_ok(
        accept_baseline(&arena, wrap(KBS("b.toml")), parse(DOCUMENT(KBS("a.toml") "," KBS("b.toml"))), &out, &fixed));
    assert_int_equal(fixed->count, 1);
    assert_text(text_of(fixed->items[0], "artefact"), "a.toml");
}

static void a_baseline_is_a_document(void **state)
{
    (void)state;
    static const char *const texts[] = {"7", "{}", "{\"schema\":\"casemate-assess/2\",\"findings\":[]}",
                                        "{\"schema\":\"casemate-assess/1\",\"findings\":{}}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct json *out, *fixed;
        ROW(texts[i]);
        assert_code(accept_baseline(&arena, wrap(OPEN), parse(texts[i]), &out, &fixed), ERR_FORMAT);
    }
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    const struct json *out, *notes, *in = wrap(OPEN), *accepted = parse(ROW_("")), *before = parse(DOCUMENT(OPEN));
    struct arena a;
    arena_init(&a, 1 << 20);
    FAULT_PASS(accept_apply(&a, in, accepted, BYTES_LIT("2026-06-01"), &out, &notes), arena_clear(&a));
    FAULT_PASS(accept_baseline(&a, in, before, &out, &notes), arena_clear(&a));
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acceptances_cover_what_they_name),
        cmocka_unit_test(an_accepted_finding_keeps_its_severity),
        cmocka_unit_test(no_acceptances_change_nothing),
        cmocka_unit_test(a_baseline_excuses_what_it_knew),
        cmocka_unit_test(one_finding_before_excuses_one_now),
        cmocka_unit_test(a_baseline_is_a_document),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("trust/accept", tests, begin, end);
}
