/* Real reports and AMD's own certificates, which are not part of the project. */
#include "codec/base64.h"
#include "rats/snp_report.h"
#include "vectors.h"
#include "verifier/verifier.h"

#include "base/limits.h"

#define NOW 1748736000 /* 2025-06-01 */

static struct arena arena;

static struct bytes keep(const char *name)
{
    struct bytes out;
    char path[128];
    (void)snprintf(path, sizeof(path), "evidence/snp/%s", name);
    assert_ok(arena_copy(&arena, vector(path), &out));
    return out;
}

static int clear(void **state)
{
    (void)state;
    arena_clear(&arena);
    arena_init(&arena, 32 * MIB);
    return 0;
}

struct run {
    struct bytes certs[8];
    size_t count;
    struct verifier_options options;
    struct session_binding binding;
};

/* AMD's ASK, ARK and ASVK of one product line. */
static void add_roots(struct run *r, const char *product)
{
    struct cert *c[3];
    size_t n = 0;
    char name[64];
    (void)snprintf(name, sizeof(name), "roots/%s_ask_ark_asvk.pem", product);
    assert_ok(cert_decode_pem(keep(name), c, 3, &n));
    for (size_t i = 0; i < n; i++) {
        assert_ok(arena_copy(&arena, cert_der(c[i]), &r->certs[r->count++]));
        cert_free(c[i]);
    }
}

static struct err verify(struct run *r, const struct json *evidence, int64_t now, struct verified *out)
{
    struct endorsements trust = {.snp_certs = r->certs, .snp_cert_count = r->count};
    return verifier_find(TEE_SNP)->verify(&arena, evidence, &trust, &r->options, &r->binding, now, out);
}

static struct err verify_raw(struct run *r, struct bytes raw, struct verified *out)
{
    struct bytes text;
    const struct json *evidence;
    struct json_object o;
    TRY(base64_encode_arena(&arena, BASE64_PADDED, raw, &text));
    json_object_init(&o, &arena);
    json_object_string(&o, "attestation_report_raw", text);
    TRY(json_object_end(&o, &evidence));
    return verify(r, evidence, NOW, out);
}

static void genoa_end_to_end(void **state)
{
    (void)state;
    struct run r = {0};
    struct verified out;
    const struct json *evidence;
    assert_ok(json_decode(&arena, keep("genoa-e2e-evidence.json"), NULL, NULL, &evidence));
    assert_refused(verify(&r, evidence, NOW, &out), REASON_SNP_CHAIN);
    add_roots(&r, "milan");
    assert_refused(verify(&r, evidence, NOW, &out), REASON_SNP_CHAIN);
    add_roots(&r, "genoa");
    assert_ok(verify(&r, evidence, NOW, &out));
    assert_text(json_at(out.claims, "measurement")->text,
                "6a6519d757e68c2e939c9dbbbc1828498e8de35d2766dd05f1a2cca5059d0cf4ae62a36d75c837974dd50b315506e73e");
    assert_int_equal(json_at(out.claims, "reported_tcb_microcode")->as_int, 25);
    assert_int_equal(json_at(out.claims, "reported_tcb_snp")->as_int, 23);
    assert_int_equal(json_at(out.claims, "reported_tcb_bootloader")->as_int, 10);
    assert_refused(verify(&r, evidence, 1748000000, &out), REASON_SNP_CERT_TIME);
}

static void the_rendering_encodes_to_the_signed_bytes(void **state)
{
    (void)state;
    const struct json *evidence;
    SCOPED(buf) struct buf raw = {0};
    buf_init(&raw, SNP_REPORT_SIZE);
    assert_ok(json_decode(&arena, keep("genoa-e2e-evidence.json"), NULL, NULL, &evidence));
    assert_ok(snp_report_from_json(json_at(evidence, "attestation_report"), &raw));
    struct bytes want = keep("genoa-e2e-report.bin");
    assert_int_equal(raw.n, want.n);
    assert_true(bytes_equal(buf_view(&raw), want));
}

static void milan_version_2_by_option_only(void **state)
{
    (void)state;
    struct run r = {0};
    struct verified out;
    struct bytes report = keep("test-report.bin");
    add_roots(&r, "milan");
    r.certs[r.count++] = keep("test-vcek.der");
    assert_refused(verify_raw(&r, report, &out), REASON_SNP_VERSION);
    r.options.snp_allow_v2 = true;
    r.options.snp_v2_product = "Milan";
    assert_ok(verify_raw(&r, report, &out));
    uint8_t *p = (uint8_t *)(uintptr_t)report.p;
    p[42]++;
    assert_refused(verify_raw(&r, report, &out), REASON_SNP_SIGNATURE);
    p[42]--;
    p[384]++;
    assert_refused(verify_raw(&r, report, &out), REASON_SNP_SIGNATURE);
    p[384]--;
    p = (uint8_t *)(uintptr_t)r.certs[r.count - 1].p;
    p[42]++;
    assert_true(failed(verify_raw(&r, report, &out)));
}

static void forged_certificates_do_not_chain(void **state)
{
    (void)state;
    const char *const names[] = {"test-vcek-invalid-legacy.der", "test-vcek-invalid-new.der"};
    for (size_t i = 0; i < 2; i++) {
        struct run r = {0};
        struct verified out;
        add_roots(&r, "milan");
        r.options.snp_allow_v2 = true;
        r.options.snp_v2_product = "Milan";
        r.certs[r.count++] = keep(names[i]);
        assert_true(failed(verify_raw(&r, keep("test-report.bin"), &out)));
    }
}

static void a_vlek_report_at_vmpl_1(void **state)
{
    (void)state;
    struct run r = {0};
    struct verified out;
    add_roots(&r, "milan");
    r.certs[r.count++] = keep("test-vlek.der");
    assert_refused(verify_raw(&r, keep("test-vlek-report.bin"), &out), REASON_SNP_VMPL);
    r.options.snp_vmpl_max = 1;
    assert_ok(verify_raw(&r, keep("test-vlek-report.bin"), &out));
    assert_text(json_at(out.claims, "csp_id")->text, "CN=cc-us-east-2.amazonaws.com");
}

int main(void)
{
    VECTORS_OR_SKIP();
#define T(name_) cmocka_unit_test_setup_teardown(name_, clear, clear)
    const struct CMUnitTest tests[] = {
        T(genoa_end_to_end),
        T(the_rendering_encodes_to_the_signed_bytes),
        T(milan_version_2_by_option_only),
        T(forged_certificates_do_not_chain),
        T(a_vlek_report_at_vmpl_1),
    };
    return cmocka_run_group_tests_name("verifier/snp_vectors", tests, NULL, NULL);
}
