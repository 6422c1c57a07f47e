/* proves: R4 M-INIT T-INIT-03 */
#include "rats/initdata.h"

#include "base/limits.h"
#include "check.h"
#include "codec/hex.h"

static struct arena arena;

static int clear(void **state)
{
    (void)state;
    arena_clear(&arena);
    arena_init(&arena, 8 * MIB);
    return 0;
}

#define HEAD "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n"

static void refuses_a_document_that_is_none(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum reason reason;
    } rows[] = {
        {"", REASON_INITDATA_MALFORMED},
        {"version = ", REASON_INITDATA_MALFORMED},
        {"algorithm = \"sha256\"\n[data]\n", REASON_INITDATA_MALFORMED},
        {"version = \"0.1.0\"\n[data]\n", REASON_INITDATA_MALFORMED},
        {"version = \"0.1.0\"\nalgorithm = \"sha256\"\n", REASON_INITDATA_MALFORMED},
        {"version = \"\"\nalgorithm = \"sha256\"\n[data]\n", REASON_INITDATA_MALFORMED},
        {"version = 1\nalgorithm = \"sha256\"\n[data]\n", REASON_INITDATA_MALFORMED},
        {"version = \"0.1.0\"\nalgorithm = \"sha-256\"\n[data]\n", REASON_INITDATA_ALGORITHM},
        {"version = \"0.1.0\"\nalgorithm = \"SHA256\"\n[data]\n", REASON_INITDATA_ALGORITHM},
        {"version = \"0.1.0\"\nalgorithm = \"sha1\"\n[data]\n", REASON_INITDATA_ALGORITHM},
        {"version = \"0.1.0\"\nalgorithm = \"sm3\"\n[data]\n", REASON_INITDATA_ALGORITHM},
        {HEAD "a = 1\n", REASON_INITDATA_MALFORMED},
        {HEAD "a = \"x\"\na = \"y\"\n", REASON_INITDATA_MALFORMED},
        {HEAD "[data.sub]\nx = \"y\"\n", REASON_INITDATA_MALFORMED},
        {HEAD "agent_policy_claims = \"x\"\n\"policy.rego\" = \"policy_data := {}\"\n", REASON_INITDATA_MALFORMED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct initdata d = {.algorithm = 77};
        assert_refused(initdata_decode(&arena, bytes_of_text(rows[i].text), &d), rows[i].reason);
        assert_int_equal(d.algorithm, 77);
    }
}

static void draws_the_claims_out(void **state)
{
    (void)state;
    struct initdata d;
    assert_ok(initdata_decode(&arena,
                              BYTES_LIT(HEAD "\"aa.toml\" = 'x = 1'\n\"cdh.toml\" = 'not toml'\nother = \"o\"\n"
                                             "\"policy.rego\" = '''package agent_policy\npolicy_data := {\"a\": [1]}\n"
                                             "'''\n"),
                              &d));
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, MIB);
    json_encode(d.claims, &text);
    assert_text(
        buf_view(&text),
        "{\"aa.toml\":{\"x\":1},\"agent_policy_claims\":{\"a\":[1]},\"cdh.toml\":\"not toml\",\"other\":\"o\"}");
    assert_int_equal(d.data->count, 4);
}

static void keeps_a_policy_whose_data_is_not_the_rest(void **state)
{
    (void)state;
    struct initdata d;
    assert_ok(initdata_decode(&arena, BYTES_LIT(HEAD "\"policy.rego\" = 'policy_data := {} x'\n"), &d));
    assert_non_null(json_at(d.claims, "policy.rego"));
    assert_null(json_at(d.claims, "agent_policy_claims"));
}

static void digests_the_text_as_delivered(void **state)
{
    (void)state;
    struct initdata a;
    struct initdata b;
    assert_ok(initdata_decode(&arena, BYTES_LIT(HEAD), &a));
    assert_ok(initdata_decode(&arena, BYTES_LIT(HEAD "# c\n"), &b));
    assert_int_equal(a.digest.n, 32);
    assert_false(bytes_equal(digest_view(&a.digest), digest_view(&b.digest)));
    assert_ok(initdata_decode(&arena, BYTES_LIT("version = \"1\"\nalgorithm = \"sha384\"\n[data]\n"), &b));
    assert_int_equal(b.digest.n, 48);
}

static void extends_pcr_8_once_from_zero(void **state)
{
    (void)state;
    struct digest in = {.n = 32};
    struct digest out = {0};
    uint8_t want[32];
    assert_ok(
        hex_decode_fixed(BYTES_LIT("8505e4e25e50a27c5dc8147af88efbece627fbea55291911eff832d9ee127781"), in.p, 32));
    assert_ok(
        hex_decode_fixed(BYTES_LIT("bddaccb9c52249e97a31baea61b7d91be8221a16e703d92148d04fb8e9c1dfdd"), want, 32));
    assert_ok(initdata_pcr8(&in, &out));
    assert_bytes(digest_view(&out), BYTES_OF(want));
    for (size_t n = 0; n <= 64; n++) {
        in.n = n;
        if (n != 32)
            assert_refused(initdata_pcr8(&in, &out), REASON_INITDATA_ALGORITHM);
    }
}

static void a_disk_goes_round(void **state)
{
    (void)state;
    SCOPED(buf) struct buf disk = {0};
    SCOPED(buf) struct buf text = {0};
    buf_init(&disk, MIB);
    buf_init(&text, INITDATA_MAX);
    assert_ok(initdata_disk_encode(BYTES_LIT(HEAD), &disk));
    assert_int_equal(disk.n % 512, 0);
    assert_ok(initdata_disk_decode(buf_view(&disk), &text));
    assert_text(buf_view(&text), HEAD);
    for (size_t i = 0; i < 8; i++) {
        disk.p[i] ^= 1;
        buf_reset(&text);
        assert_code(initdata_disk_decode(buf_view(&disk), &text), ERR_ABSENT);
        disk.p[i] ^= 1;
    }
}

static void refuses_a_broken_disk(void **state)
{
    (void)state;
    SCOPED(buf) struct buf disk = {0};
    SCOPED(buf) struct buf text = {0};
    buf_init(&disk, MIB);
    buf_init(&text, INITDATA_MAX);
    assert_ok(initdata_disk_encode(BYTES_LIT(HEAD), &disk));
    size_t packed = disk.p[8] | (size_t)disk.p[9] << 8;
    for (size_t n = 0; n < 16 + packed; n++) {
        buf_reset(&text);
        struct err e = initdata_disk_decode(bytes_of(disk.p, n), &text);
        assert_true(n < 8 ? e.code == ERR_ABSENT : e.reason == REASON_INITDATA_MALFORMED);
    }
    for (size_t i = 8; i < disk.n; i++) {
        buf_reset(&text);
        disk.p[i] ^= 0x80;
        struct err e = initdata_disk_decode(buf_view(&disk), &text);
        /* Of the gzip header, only time, flags and system may change without harm: the text is what is hashed. */
        assert_true(failed(e) ? e.reason == REASON_INITDATA_MALFORMED : bytes_is(buf_view(&text), HEAD));
        disk.p[i] ^= 0x80;
    }
}

static struct err whole(void)
{
    struct initdata d;
    return initdata_decode(&arena, BYTES_LIT(HEAD "\"aa.toml\" = 'x = 1'\n\"policy.rego\" = 'policy_data := {}'\n"),
                           &d);
}

static void survives_every_failing_allocation(void **state)
{
    FAULT_PASS(whole(), clear(state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_a_document_that_is_none, clear, clear),
        cmocka_unit_test_setup_teardown(draws_the_claims_out, clear, clear),
        cmocka_unit_test_setup_teardown(keeps_a_policy_whose_data_is_not_the_rest, clear, clear),
        cmocka_unit_test_setup_teardown(digests_the_text_as_delivered, clear, clear),
        cmocka_unit_test(extends_pcr_8_once_from_zero),
        cmocka_unit_test(a_disk_goes_round),
        cmocka_unit_test(refuses_a_broken_disk),
        cmocka_unit_test_setup_teardown(survives_every_failing_allocation, clear, clear),
    };
    return cmocka_run_group_tests_name("rats/initdata", tests, NULL, NULL);
}
