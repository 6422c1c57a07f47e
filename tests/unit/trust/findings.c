/* proves: R32 */
/* What a context lowers, and what it does not: a doubt lowers nothing. */
#include "base/clock.h"
#include "base/limits.h"
#include "trust/rules.h"

#include "check.h"

#define ALL(more_)                                                                                                     \
    "{\"NA\":{\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"2026-06-01\"},"                                       \
    "\"OO\":{\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"2027-01-01\"},\"IO\":{" more_ "}}"

static const struct {
    const char *name, *threat, *personas, *severity;
} rows[] = {
    {"nobody is declared", "T-SEC-08", "{}", "high"},
    {"one of three is missing", "T-SEC-08", ALL(""), "high"},
    {"not trusted", "T-SEC-08", ALL("\"trust\":\"untrusted\",\"reason\":\"r\",\"until\":\"2027-01-01\""), "high"},
    {"no reason", "T-SEC-08", ALL("\"trust\":\"trusted\",\"until\":\"2027-01-01\""), "high"},
    {"no end", "T-SEC-08", ALL("\"trust\":\"trusted\",\"reason\":\"r\""), "high"},
    {"over since yesterday", "T-SEC-08", ALL("\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"2026-05-31\""),
     "high"},
    {"the end is a word", "T-SEC-08", ALL("\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"not-a-date\""), "high"},
    {"the end is no day", "T-SEC-08", ALL("\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"2027-02-30\""), "high"},
    {"the agent's interface is not lowered", "T-API-02",
     ALL("\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"2027-01-01\""), "critical"},
    {"all trusted, one until today", "T-SEC-08", ALL("\"trust\":\"trusted\",\"reason\":\"r\",\"until\":\"2027-01-01\""),
     "medium"},
};

static const struct json *parse(struct arena *a, struct bytes text)
{
    const struct json *v;
    assert_ok(json_decode(a, text, NULL, NULL, &v));
    return v;
}

static void trusted_personas_lower_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena a;
        struct assess_request r = {.now = BYTES_LIT("2026-06-01"), .context = BYTES_EMPTY};
        struct model m = {.arena = &a, .request = &r, .context = {.layout = BYTES_LIT("kata-vm")}};
        const struct json *found, *good, *silent;
        struct bytes facts, results;
        ROW(rows[i].name);
        arena_init(&a, MIB);
        assert_ok(clock_parse_day(r.now, &m.now_sec));
        assert_ok(tree_format(&a, &facts, "{\"context\":{\"personas\":%s}}", rows[i].personas));
        assert_ok(tree_format(&a, &results, "{\"%s\":{\"finding\":[{\"artefact\":\"a\",\"evidence\":\"e\"}]}}",
                              rows[i].threat));
        assert_ok(findings_make(&m, parse(&a, facts), parse(&a, results), &found, &good, &silent));
        assert_int_equal(found->count, 1);
        assert_text(tree_text(found->items[0], "severity"), rows[i].severity);
        arena_clear(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(trusted_personas_lower_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
