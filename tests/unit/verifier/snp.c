/* proves: R9 R10 R11 M-END M-APPR M-INIT T-BOOT-05 T-BOOT-06 T-HOST-04 T-ATT-03 T-ATT-13 */
#include "codec/base64.h"
#include "kept.h"
#include "verifier/verifier.h"

#define NOW 1748736000 /* 2025-06-01 */

static struct cert *roots[9];
static struct bytes endorsed[2];

/* A good report, everything of which a test may replace. */
struct sample {
    const char *report;
    const char *leaf;
    struct bytes raw;
    struct endorsements trust;
    struct verifier_options options;
    struct session_binding binding;
    int64_t now;
};

static int load_roots(void **state)
{
    (void)state;
    const char *const names[] = {"snp/milan_ark.der", "snp/milan_ask.der", "snp/milan_asvk.der",
                                 "snp/genoa_ark.der", "snp/genoa_ask.der", "snp/genoa_asvk.der",
                                 "snp/turin_ark.der", "snp/turin_ask.der", "snp/turin_asvk.der"};
    for (size_t i = 0; i < 9; i++)
        roots[i] = kept_cert(names[i]);
    return 0;
}

static int free_roots(void **state)
{
    (void)state;
    for (size_t i = 0; i < 9; i++)
        cert_free(roots[i]);
    return 0;
}

static struct bytes snp(const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "snp/%s", name);
    return kept(path);
}

static struct sample sample_of(const char *report, const char *leaf)
{
    static struct digest host_data;
    assert_ok(hash_of(HASH_SHA256, BYTES_LIT("initdata"), &host_data));
    static struct digest report_data;
    assert_ok(hash_of(HASH_SHA384, BYTES_LIT("runtime data"), &report_data));
    endorsed[0] = snp(leaf);
    return (struct sample){
        .raw = snp(report),
        .trust = {.snp_certs = endorsed, .snp_cert_count = 1, .snp_test_roots = roots, .snp_test_root_count = 9},
        .binding = {.has_report_data = true,
                    .report_data = digest_view(&report_data),
                    .has_init_data = true,
                    .init_data = digest_view(&host_data)},
        .now = NOW};
}

static struct err verify_json(struct sample *s, struct arena *a, const struct json *evidence, struct verified *out)
{
    return verifier_find(TEE_SNP)->verify(a, evidence, &s->trust, &s->options, &s->binding, s->now, out);
}

static struct err verify(struct sample *s, struct verified *out)
{
    static struct arena a;
    struct json_object o;
    const struct json *evidence;
    struct bytes text;
    arena_clear(&a);
    arena_init(&a, 4 * MIB);
    TRY(base64_encode_arena(&a, BASE64_PADDED, s->raw, &text));
    json_object_init(&o, &a);
    json_object_string(&o, "attestation_report_raw", text);
    TRY(json_object_end(&o, &evidence));
    return verify_json(s, &a, evidence, out);
}

/* Signs a changed report with the test chip's key. */
static void sign(uint8_t *report)
{
    SCOPED_KEY struct key *k = NULL;
    SCOPED(buf) struct buf sig = {0};
    buf_init(&sig, 128);
    assert_ok(key_from_pem(snp("key.pem"), true, &k));
    assert_ok(key_sign(k, SIG_ECDSA_SHA384, bytes_of(report, 672), &sig));
    for (size_t i = 0; i < 48; i++) {
        report[0x2a0 + i] = sig.p[47 - i];
        report[0x2e8 + i] = sig.p[95 - i];
    }
}

static void refuses_any_change_of_the_report(void **state)
{
    (void)state;
    uint8_t copy[1185] = {0};
    struct sample s = sample_of("milan.bin", "milan_vcek.der");
    struct verified out;
    assert_ok(verify(&s, &out));
    memcpy(copy, s.raw.p, 1184);
    for (size_t i = 0; i < 1184; i++) {
        copy[i] ^= (uint8_t)(1U << i % 8);
        s.raw = bytes_of(copy, 1184);
        struct err e = verify(&s, &out);
        if (!failed(e) || e.reason == REASON_NONE)
            fail_msg("byte %zu changed, and it gave %s", i, err_code_name(e));
        copy[i] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t n = 0; n <= 1185; n++) {
        s.raw = bytes_of(copy, n);
        if (n != 1184)
            assert_refused(verify(&s, &out), REASON_SNP_FORMAT);
    }
}

static void refuses_any_change_of_the_certificate(void **state)
{
    (void)state;
    uint8_t copy[2048];
    struct sample s = sample_of("milan.bin", "milan_vcek.der");
    struct verified out;
    size_t n = endorsed[0].n;
    assert_true(n < sizeof(copy));
    memcpy(copy, endorsed[0].p, n);
    for (size_t i = 0; i < n; i++) {
        copy[i] ^= (uint8_t)(1U << i % 8);
        endorsed[0] = bytes_of(copy, n);
        if (!failed(verify(&s, &out)))
            fail_msg("byte %zu of the certificate changed, and it verified", i);
        copy[i] ^= (uint8_t)(1U << i % 8);
    }
}

static void refuses_the_wrong_certificate(void **state)
{
    (void)state;
    const struct {
        const char *report, *leaf;
        enum reason reason;
    } rows[] = {
        {"milan.bin", "milan_vcek_other_key.der", REASON_SNP_SIGNATURE},
        {"milan.bin", "milan_vcek_other_chip.der", REASON_SNP_CHIP_ID},
        {"milan.bin", "milan_vcek_short_hwid.der", REASON_SNP_CHIP_ID},
        {"milan.bin", "milan_vcek_no_hwid.der", REASON_SNP_CHIP_ID},
        {"milan.bin", "milan_vcek_expired.der", REASON_SNP_CERT_TIME},
        {"milan.bin", "milan_vcek_ca.der", REASON_SNP_CERT_ROLE},
        {"milan.bin", "milan_vcek_genoa.der", REASON_SNP_PRODUCT},
        {"milan.bin", "milan_vcek_bootloader.der", REASON_SNP_TCB_MISMATCH},
        {"milan.bin", "milan_vcek_tee.der", REASON_SNP_TCB_MISMATCH},
        {"milan.bin", "milan_vcek_snp.der", REASON_SNP_TCB_MISMATCH},
        {"milan.bin", "milan_vcek_microcode.der", REASON_SNP_TCB_MISMATCH},
        {"milan.bin", "milan_vcek_by_asvk.der", REASON_SNP_CERT_ROLE},
        {"milan_vlek.bin", "milan_vlek_by_ask.der", REASON_SNP_CERT_ROLE},
        {"milan.bin", "milan_vcek_by_ark.der", REASON_SNP_CHAIN},
        {"milan.bin", "milan_vcek_fake.der", REASON_SNP_CHAIN},
        {"milan.bin", "genoa_vcek.der", REASON_SNP_CHAIN},
        {"milan.bin", "turin_vcek.der", REASON_SNP_CHAIN},
        {"genoa_v5.bin", "milan_vcek.der", REASON_SNP_CHAIN},
        {"milan.bin", "milan_vlek.der", REASON_SNP_CERT_ROLE},
        {"milan_vlek.bin", "milan_vcek.der", REASON_SNP_CERT_ROLE},
        {"milan.bin", "milan_ask.der", REASON_SNP_ENDORSEMENT_ABSENT},
        {"milan_masked.bin", "milan_vcek.der", REASON_SNP_CHIP_ID},
        {"venice.bin", "turin_vcek.der", REASON_SNP_PRODUCT},
        {"milan_v2.bin", "milan_vcek.der", REASON_SNP_VERSION},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].leaf);
        struct verified out;
        struct sample s = sample_of(rows[i].report, rows[i].leaf);
        assert_refused(verify(&s, &out), rows[i].reason);
    }
}

static void refuses_a_root_that_only_has_its_name(void **state)
{
    (void)state;
    struct verified out;
    struct sample s = sample_of("milan.bin", "milan_vcek_fake.der");
    struct bytes all[] = {snp("milan_vcek_fake.der"), snp("milan_fake_ask.der"), snp("milan_fake_ark.der")};
    s.trust.snp_certs = all;
    s.trust.snp_cert_count = 3;
    assert_refused(verify(&s, &out), REASON_SNP_CHAIN);
    /* Without test roots only AMD's pinned digest counts; our own test root must not. */
    struct bytes ours[] = {snp("milan_vcek.der"), snp("milan_ask.der"), snp("milan_ark.der")};
    s.trust.snp_certs = ours;
    s.trust.snp_test_root_count = 0;
    assert_refused(verify(&s, &out), REASON_SNP_CHAIN);
}

static void refuses_what_is_out_of_time(void **state)
{
    (void)state;
    struct verified out;
    struct sample s = sample_of("milan.bin", "milan_vcek.der");
    s.now = 1704067199; /* a second before the certificates begin */
    assert_refused(verify(&s, &out), REASON_SNP_CERT_TIME);
    s.now = 1704067200;
    assert_ok(verify(&s, &out));
    s.now = 2019686401; /* a second after they end */
    assert_refused(verify(&s, &out), REASON_SNP_CERT_TIME);
}

static void refuses_by_revocation_lists(void **state)
{
    (void)state;
    struct verified out;
    struct sample s = sample_of("milan.bin", "milan_vcek.der");
    struct bytes lists[1];
    s.trust.snp_crls = lists;
    s.trust.snp_crl_count = 1;
    lists[0] = snp("milan.crl");
    assert_ok(verify(&s, &out));
    const char *const bad[] = {"milan_revoked.crl", "milan_forged.crl", "milan_stale.crl", "milan.bin"};
    for (size_t i = 0; i < 4; i++) {
        ROW(bad[i]);
        lists[0] = snp(bad[i]);
        assert_refused(verify(&s, &out), REASON_SNP_REVOKED);
    }
    /* A list of another product line says nothing here. */
    s = sample_of("genoa_v5.bin", "genoa_vcek.der");
    s.trust.snp_crls = lists;
    s.trust.snp_crl_count = 1;
    lists[0] = snp("milan_revoked.crl");
    assert_ok(verify(&s, &out));
}

/* Reports that the chip really signed, and that we refuse for what they say. */
static void refuses_what_the_report_says(void **state)
{
    (void)state;
    const struct {
        const char *row;
        size_t at;
        uint8_t value;
        enum reason reason;
    } rows[] = {{"debug", 0x0a, 0x0b, REASON_SNP_DEBUG},
                {"migration", 0x0a, 0x07, REASON_SNP_MIGRATABLE},
                {"must be one", 0x0a, 0x01, REASON_SNP_POLICY},
                {"reserved policy", 0x0b, 0x04, REASON_SNP_POLICY},
                {"vmpl", 0x30, 1, REASON_SNP_VMPL},
                {"asked by the host", 0x33, 0xff, REASON_SNP_VMPL},
                {"algorithm", 0x34, 2, REASON_SNP_FORMAT},
                {"no signing key", 0x48, 7 << 2, REASON_SNP_CERT_ROLE},
                {"reserved key info", 0x48, 1 << 5, REASON_SNP_FORMAT},
                {"current below reported", 0x3f, 1, REASON_SNP_TCB_ROLLBACK},
                {"committed above current", 0x1e0, 200, REASON_SNP_TCB_ROLLBACK},
                {"reserved level", 0x3a, 1, REASON_SNP_FORMAT},
                {"report data", 0x50, 0, REASON_KEY_BINDING},
                {"padding of report data", 0x50 + 63, 1, REASON_KEY_BINDING},
                {"host data", 0xc0, 0, REASON_INITDATA_BINDING},
                {"version", 0, 6, REASON_SNP_VERSION},
                {"version", 0, 1, REASON_SNP_VERSION},
                {"mitigations before version 5", 0x1f8, 1, REASON_SNP_FORMAT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t copy[1184];
        struct verified out;
        struct sample s = sample_of("milan.bin", "milan_vcek.der");
        ROW(rows[i].row);
        memcpy(copy, s.raw.p, sizeof(copy));
        copy[rows[i].at] = rows[i].value;
        sign(copy);
        s.raw = BYTES_OF(copy);
        assert_refused(verify(&s, &out), rows[i].reason);
    }
}

static void options_open_exactly_one_door(void **state)
{
    (void)state;
    struct verified out;
    uint8_t copy[1184];
    struct sample s = sample_of("milan.bin", "milan_vcek.der");
    memcpy(copy, s.raw.p, sizeof(copy));
    copy[0x0a] = 0x0f; /* debug and migration */
    sign(copy);
    s.raw = BYTES_OF(copy);
    s.options.insecure_snp_allow_debug = true;
    assert_refused(verify(&s, &out), REASON_SNP_MIGRATABLE);
    s.options.insecure_snp_allow_migration = true;
    assert_ok(verify(&s, &out));
    s = sample_of("milan_masked.bin", "milan_vcek.der");
    s.options.insecure_snp_allow_masked_chip = true;
    assert_ok(verify(&s, &out));
    assert_int_equal(out.identity, VERDICT_WARNING);
    s = sample_of("milan_v2.bin", "milan_vcek.der");
    s.options.snp_allow_v2 = true;
    assert_refused(verify(&s, &out), REASON_SNP_PRODUCT);
    s.options.snp_v2_product = "Genoa";
    assert_refused(verify(&s, &out), REASON_SNP_CHAIN);
    s.options.snp_v2_product = "Milan";
    assert_ok(verify(&s, &out));
    s = sample_of("milan.bin", "milan_vcek.der");
    s.options.snp_min_microcode = 220;
    assert_refused(verify(&s, &out), REASON_SNP_TCB_ROLLBACK);
    s.options.snp_min_microcode = 219;
    s.options.snp_require_alias_check = true;
    assert_ok(verify(&s, &out));
}

static void takes_every_product_line(void **state)
{
    (void)state;
    const struct {
        const char *report, *leaf, *key;
    } rows[] = {{"milan.bin", "milan_vcek.der", "vcek"},         {"milan.bin", "milan_vcek_stepping.der", "vcek"},
                {"milan.bin", "milan_vcek_wrapped.der", "vcek"}, {"genoa_v5.bin", "genoa_vcek.der", "vcek"},
                {"turin.bin", "turin_vcek.der", "vcek"},         {"milan_vlek.bin", "milan_vlek.der", "vlek"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].leaf);
        struct verified out;
        struct sample s = sample_of(rows[i].report, rows[i].leaf);
        assert_ok(verify(&s, &out));
        assert_int_equal(out.identity, VERDICT_AFFIRMING);
        assert_text(json_at(out.claims, "signing_key")->text, rows[i].key);
        assert_int_equal(out.init_data->text.n, 64);
        assert_int_equal(json_at(out.claims, "csp_id") != NULL, rows[i].key[1] == 'l');
    }
}

static struct err verify_rendering(const char *report, const char *leaf, size_t drop, struct verified *out)
{
    static struct arena a;
    struct sample s = sample_of("milan.bin", leaf);
    const struct json *tree;
    const struct json *less;
    const struct json *evidence;
    struct json_object o;
    arena_clear(&a);
    arena_init(&a, 4 * MIB);
    TRY(json_decode(&a, snp(report), NULL, NULL, &tree));
    struct json_member members[64];
    size_t n = 0;
    for (size_t i = 0; i < tree->count; i++)
        if (i != drop)
            members[n++] = tree->members[i];
    TRY(json_new_object(&a, members, n, &less));
    json_object_init(&o, &a);
    json_object_add(&o, "attestation_report", less);
    json_object_null(&o, "cert_chain");
    TRY(json_object_end(&o, &evidence));
    return verify_json(&s, &a, evidence, out);
}

static void takes_upstreams_rendering(void **state)
{
    (void)state;
    struct verified out;
    assert_ok(verify_rendering("milan.json", "milan_vcek.der", SIZE_MAX, &out));
    assert_ok(verify_rendering("turin.json", "turin_vcek.der", SIZE_MAX, &out));
    assert_ok(verify_rendering("genoa_v5.json", "genoa_vcek.der", SIZE_MAX, &out));
    for (size_t i = 0; i < 29; i++) /* every member */
        assert_true(failed(verify_rendering("genoa_v5.json", "genoa_vcek.der", i, &out)));
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    struct verified out;
    struct sample s = sample_of("milan.bin", "milan_vcek.der");
    FAULT_PASS(verify(&s, &out), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_any_change_of_the_report),  cmocka_unit_test(refuses_any_change_of_the_certificate),
        cmocka_unit_test(refuses_the_wrong_certificate),     cmocka_unit_test(refuses_a_root_that_only_has_its_name),
        cmocka_unit_test(refuses_what_is_out_of_time),       cmocka_unit_test(refuses_by_revocation_lists),
        cmocka_unit_test(refuses_what_the_report_says),      cmocka_unit_test(options_open_exactly_one_door),
        cmocka_unit_test(takes_every_product_line),          cmocka_unit_test(takes_upstreams_rendering),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("verifier/snp", tests, load_roots, free_roots);
}
