/* proves: R4 M-EVID */
#include "rats/evidence.h"

#include "base/limits.h"
#include "check.h"

#define RUNTIME "\"runtime-data\":{\"nonce\":\"bg==\",\"tee-pubkey\":{\"kty\":\"EC\"}}"
#define TEE_EV  "\"tee-evidence\":{\"primary_evidence\":{\"q\":1},\"additional_evidence\":\"\"}"

static struct err decode(struct bytes text, struct evidence *e)
{
    static struct arena a;
    arena_clear(&a);
    arena_init(&a, 4 * MIB);
    return evidence_decode(&a, text, e);
}

static void refuses_what_is_not_complete(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum reason reason;
    } rows[] = {
        {"", REASON_EVIDENCE_MALFORMED},
        {"[]", REASON_EVIDENCE_MALFORMED},
        {"{" RUNTIME "}", REASON_EVIDENCE_MALFORMED},
        {"{" TEE_EV "}", REASON_EVIDENCE_MALFORMED},
        {"{" RUNTIME "," TEE_EV "," TEE_EV "}", REASON_EVIDENCE_MALFORMED},
        {"{" RUNTIME "," TEE_EV "} ,", REASON_EVIDENCE_MALFORMED},
        {"{\"runtime-data\":{\"nonce\":7,\"tee-pubkey\":{}}," TEE_EV "}", REASON_EVIDENCE_MALFORMED},
        {"{\"runtime-data\":{\"nonce\":\"\",\"tee-pubkey\":\"\"}," TEE_EV "}", REASON_EVIDENCE_MALFORMED},
        {"{" RUNTIME ",\"tee-evidence\":{\"primary_evidence\":null,\"additional_evidence\":\"\"}}",
         REASON_EVIDENCE_MALFORMED},
        {"{" RUNTIME ",\"tee-evidence\":{\"primary_evidence\":{}}}", REASON_EVIDENCE_MALFORMED},
        {"{" RUNTIME "," TEE_EV ",\"init-data\":{}}", REASON_INITDATA_MALFORMED},
        {"{" RUNTIME "," TEE_EV ",\"init-data\":\"x\"}", REASON_INITDATA_MALFORMED},
        {"{" RUNTIME "," TEE_EV ",\"init-data\":{\"format\":\"json\",\"body\":\"\"}}", REASON_INITDATA_MALFORMED},
        {"{" RUNTIME "," TEE_EV ",\"init-data\":{\"format\":\"toml\",\"body\":1}}", REASON_INITDATA_MALFORMED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct evidence e = {.device_count = 77};
        assert_refused(decode(bytes_of_text(rows[i].text), &e), rows[i].reason);
        assert_int_equal(e.device_count, 77);
    }
}

static void refuses_devices_that_it_does_not_know(void **state)
{
    (void)state;
    const char *const rows[] = {"{", "[]", "{}", "7", "{\\\"gpu\\\":{}}", "{\\\"nvidia\\\":{},\\\"none\\\":{}}"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i]);
        char text[512];
        (void)snprintf(text, sizeof(text),
                       "{" RUNTIME ",\"tee-evidence\":{\"primary_evidence\":{},\"additional_evidence\":\"%s\"}}",
                       rows[i]);
        struct evidence e;
        assert_refused(decode(bytes_of_text(text), &e), REASON_EVIDENCE_DEVICE);
    }
}

static const char whole[] =
    "{" RUNTIME ",\"init-data\":{\"format\":\"toml\",\"body\":\"a\\nb\"},\"tee-evidence\":{\"primary_evidence\":"
    "{\"q\":1},\"additional_evidence\":\"{\\\"nvidia\\\":{\\\"e\\\":1},\\\"hygondcu\\\":[]}\"}}";

static void takes_every_part(void **state)
{
    (void)state;
    struct evidence e;
    assert_ok(decode(bytes_of(whole, sizeof(whole) - 1), &e));
    assert_text(e.nonce, "bg==");
    assert_true(e.has_initdata);
    assert_text(e.initdata_text, "a\nb");
    assert_text(e.additional_text, "{\"nvidia\":{\"e\":1},\"hygondcu\":[]}");
    assert_int_equal(e.device_count, 2);
    assert_int_equal(e.devices[0].tee, TEE_HYGONDCU);
    assert_int_equal(e.devices[1].tee, TEE_NVIDIA);
    assert_ok(decode(BYTES_LIT("{" RUNTIME "," TEE_EV ",\"init-data\":null}"), &e));
    assert_false(e.has_initdata);
    assert_int_equal(e.device_count, 0);
}

static void refuses_every_truncation(void **state)
{
    (void)state;
    struct evidence e;
    for (size_t n = 0; n < sizeof(whole) - 1; n++)
        assert_refused(decode(bytes_of(whole, n), &e), REASON_EVIDENCE_MALFORMED);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    struct evidence e;
    FAULT_PASS(decode(bytes_of(whole, sizeof(whole) - 1), &e), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_complete),
        cmocka_unit_test(refuses_devices_that_it_does_not_know),
        cmocka_unit_test(takes_every_part),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("rats/evidence", tests, NULL, NULL);
}
