#include "rats/ear.h"

#include "base/limits.h"
#include "check.h"

static void tiers_at_their_bounds(void **state)
{
    (void)state;
    const struct {
        int8_t value;
        enum verdict tier;
    } rows[] = {{-128, VERDICT_CONTRAINDICATED},
                {-97, VERDICT_CONTRAINDICATED},
                {-96, VERDICT_WARNING},
                {-33, VERDICT_WARNING},
                {-32, VERDICT_AFFIRMING},
                {-2, VERDICT_AFFIRMING},
                {-1, VERDICT_NONE},
                {0, VERDICT_NONE},
                {1, VERDICT_NONE},
                {2, VERDICT_AFFIRMING},
                {31, VERDICT_AFFIRMING},
                {32, VERDICT_WARNING},
                {95, VERDICT_WARNING},
                {96, VERDICT_CONTRAINDICATED},
                {127, VERDICT_CONTRAINDICATED}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(ear_tier(rows[i].value), rows[i].tier);
}

static void nothing_set_affirms_nothing(void **state)
{
    (void)state;
    struct ear_vector v = {0};
    assert_int_equal(ear_status(&v), VERDICT_NONE);
    v.is_set[EAR_HARDWARE] = true;
    assert_int_equal(ear_status(&v), VERDICT_NONE);
}

static void the_worst_claim_counts(void **state)
{
    (void)state;
    struct ear_vector v = {0};
    for (int i = 0; i < EAR_CLAIM_COUNT; i++) {
        v.is_set[i] = true;
        v.value[i] = 2;
    }
    assert_int_equal(ear_status(&v), VERDICT_AFFIRMING);
    for (int i = 0; i < EAR_CLAIM_COUNT; i++) {
        struct ear_vector w = v;
        w.value[i] = 36;
        assert_int_equal(ear_status(&w), VERDICT_WARNING);
        w.value[i] = 97;
        assert_int_equal(ear_status(&w), VERDICT_CONTRAINDICATED);
        w.value[i] = 0;
        assert_int_equal(ear_status(&w), VERDICT_AFFIRMING);
    }
}

static const struct ear_settings settings = {"us", "dev", "build 1", 1900000000, 300};

static struct err make(struct arena *a, const struct json *extra, const struct json **out)
{
    struct ear_submod m = {.name = "cpu0", .policy_id = "default"};
    const struct json *more;
    m.vector.is_set[EAR_EXECUTABLES] = m.vector.is_set[EAR_HARDWARE] = true;
    m.vector.value[EAR_EXECUTABLES] = 3;
    m.vector.value[EAR_HARDWARE] = 97;
    TRY(json_decode(a, BYTES_LIT("{\"ear.x\":{}}"), NULL, NULL, &more));
    m.annotated = more;
    m.extensions = more;
    return ear_payload(a, &settings, &m, 1, extra, out);
}

static void has_the_shape_that_relying_parties_read(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, MIB);
    const struct json *extra;
    const struct json *have;
    assert_ok(json_decode(&a, BYTES_LIT("{\"cm.gen\":7}"), NULL, NULL, &extra));
    assert_ok(make(&a, extra, &have));
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, MIB);
    json_encode(have, &text);
    assert_text(buf_view(&text),
                "{\"cm.gen\":7,\"ear.verifier-id\":{\"build\":\"build 1\",\"developer\":\"dev\"},"
                "\"eat_profile\":\"tag:github.com,2024:confidential-containers/Trustee\",\"exp\":1900000300,"
                "\"iat\":1900000000,\"iss\":\"us\",\"submods\":{\"cpu0\":{\"ear.appraisal-policy-id\":\"default\","
                "\"ear.status\":\"contraindicated\",\"ear.trustworthiness-vector\":{\"executables\":3,"
                "\"hardware\":97},\"ear.veraison.annotated-evidence\":{\"ear.x\":{}},\"ear.x\":{}}}}");
    arena_clear(&a);
}

static void refuses_to_replace_its_own_members(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, MIB);
    const struct json *extra;
    const struct json *have = NULL;
    assert_ok(json_decode(&a, BYTES_LIT("{\"iat\":7}"), NULL, NULL, &extra));
    assert_code(make(&a, extra, &have), ERR_FORMAT);
    assert_null(have);
    arena_clear(&a);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, MIB);
    const struct json *have;
    FAULT_PASS(make(&a, NULL, &have), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_at_their_bounds),
        cmocka_unit_test(nothing_set_affirms_nothing),
        cmocka_unit_test(the_worst_claim_counts),
        cmocka_unit_test(has_the_shape_that_relying_parties_read),
        cmocka_unit_test(refuses_to_replace_its_own_members),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("rats/ear", tests, NULL, NULL);
}
