/* A really booted guest with a software TPM, which is not part of the project. */
#include "codec/base64.h"
#include "codec/hex.h"
#include "rats/initdata.h"
#include "rats/tpm_attest.h"
#include "rats/tpm_public.h"
#include "vectors.h"
#include "verifier/appraise.h"
#include "verifier/tpm.h"

#include "base/limits.h"

#define NOW  1800000000 /* 2027-01-15: the certificates of the software TPM begin in 2026 */
#define BOOT "evidence/tpm/qemu-ovmf-6.12.117/"

static struct arena arena;

static struct bytes keep(const char *name)
{
    struct bytes out;
    char path[128];
    (void)snprintf(path, sizeof(path), BOOT "%s", name);
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

static void add(struct json_object *o, const char *key, struct bytes v)
{
    struct bytes text;
    assert_ok(base64_encode_arena(&arena, BASE64_PADDED, v, &text));
    json_object_string(o, key, text);
}

/* The PCR of the boot, or zero where its file does not have it (uki/ has no 10). */
static const struct json *pcr(const struct json *pcrs, unsigned i)
{
    char key[4];
    const struct json *zero;
    (void)snprintf(key, sizeof(key), "%u", i % 100);
    const struct json *v = json_path(pcrs, "sha256", key, NULL);
    assert_ok(
        json_new_string(&arena, BYTES_LIT("0000000000000000000000000000000000000000000000000000000000000000"), &zero));
    return v == NULL ? zero : v;
}

struct boot {
    const char *dir, *kind; /* "a", "ecc" */
    const char *log_dir, *pcr_dir, *ek_dir;
};

static struct bytes part(const char *dir, const char *name, const char *kind, const char *end)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "%s/%s%s%s", dir, name, kind, end);
    return keep(path);
}

static const struct json *evidence_of(const struct boot *b)
{
    const struct json *pcrs;
    const struct json *list;
    const struct json *quote;
    const struct json *out;
    const struct json *values[10];
    struct json_object o;
    assert_ok(json_decode(&arena, part(b->pcr_dir, "pcrs", "", ".json"), NULL, NULL, &pcrs));
    for (unsigned i = 0; i < 10; i++)
        values[i] = pcr(pcrs, i);
    assert_ok(json_new_array(&arena, values, 10, &list));
    json_object_init(&o, &arena);
    add(&o, "signature", part(b->dir, "quote_", b->kind, ".sig"));
    add(&o, "message", part(b->dir, "quote_", b->kind, ".msg"));
    json_object_add(&o, "pcrs", list);
    assert_ok(json_object_end(&o, &quote));
    struct bytes ak = part(b->dir, "ak_", b->kind, ".tpm2b");
    struct tpm_public public;
    SCOPED_KEY struct key *key = NULL;
    SCOPED(buf) struct buf spki = {0};
    buf_init(&spki, 1024);
    assert_ok(tpm_public_decode(ak, &public));
    assert_ok(tpm_public_key(&public, &key));
    assert_ok(key_spki(key, &spki));
    json_object_init(&o, &arena);
    json_object_add(&o, "tpm_quote", quote);
    add(&o, "ak_public", buf_view(&spki));
    add(&o, "ak", ak);
    add(&o, "ek_cert", part(b->ek_dir, "ek_", "rsa", ".der"));
    add(&o, "event_log", part(b->log_dir, "eventlog", "", ".bin"));
    assert_ok(json_object_end(&o, &out));
    return out;
}

static struct err verify(const struct boot *b, struct bytes nonce, struct verified *out)
{
    struct cert *roots[2] = {0};
    size_t n = 0;
    assert_ok(cert_decode_pem(keep("ca_root.pem"), &roots[0], 1, &n));
    assert_ok(cert_decode_pem(keep("ca_issuer.pem"), &roots[1], 1, &n));
    struct endorsements trust = {.insecure_software_tpm_roots = roots, .insecure_software_tpm_root_count = 2};
    struct verifier_options options = {0};
    struct session_binding binding = {.has_report_data = true, .report_data = nonce};
    struct err e = verifier_find(TEE_TPM)->verify(&arena, evidence_of(b), &trust, &options, &binding, NOW, out);
    cert_free(roots[0]);
    cert_free(roots[1]);
    return e;
}

static void both_boots_are_authentic(void **state)
{
    (void)state;
    const char *const dirs[] = {"a", "b"};
    const char *const kinds[] = {"ecc", "rsa"};
    for (int i = 0; i < 4; i++) {
        struct verified out;
        const char *dir = dirs[i / 2];
        struct boot b = {dir, kinds[i % 2], dir, dir, dir};
        ROW(dir);
        assert_ok(verify(&b, part(dir, "nonce", "", ".bin"), &out));
        assert_int_equal(out.identity, VERDICT_CONTRAINDICATED);
        assert_int_equal(out.identity_reason, REASON_TPM_AK_UNBOUND);
        assert_text(json_at(out.claims, "ek_chain")->text, "insecure-software-root");
        assert_text(json_at(out.claims, "pcr_selection")->text, "ff0300");
        struct appraisal judged;
        assert_ok(appraise_native(&arena, TEE_TPM, &out, false, NULL, &judged));
        assert_int_equal(judged.verdict, VERDICT_CONTRAINDICATED);
    }
}

static void parts_of_another_boot_are_refused(void **state)
{
    (void)state;
    struct verified out;
    struct boot nonce = {"a", "ecc", "a", "a", "a"};
    assert_refused(verify(&nonce, keep("b/nonce.bin"), &out), REASON_KEY_BINDING);
    struct boot log = {"a", "ecc", "b", "a", "a"};
    assert_refused(verify(&log, keep("a/nonce.bin"), &out), REASON_TPM_EVENTLOG_REPLAY);
    struct boot pcrs = {"a", "ecc", "a", "b", "a"};
    assert_refused(verify(&pcrs, keep("a/nonce.bin"), &out), REASON_TPM_PCR_DIGEST);
}

static void names_are_those_of_the_tpm(void **state)
{
    (void)state;
    const char *const names[] = {"a/ak_ecc", "a/ak_rsa", "b/ak_ecc", "b/ak_rsa"};
    for (size_t i = 0; i < 4; i++) {
        struct tpm_public public;
        struct digest name;
        ROW(names[i]);
        assert_ok(tpm_public_decode(part(".", names[i], "", ".tpm2b"), &public));
        assert_ok(tpm_public_check_ak(&public));
        assert_ok(tpm_public_name(&public, &name));
        assert_bytes(digest_view(&name), part(".", names[i], "", ".name"));
    }
    struct tpm_public ek;
    assert_ok(tpm_public_decode(keep("a/ek_rsa.tpm2b"), &ek));
    assert_refused(tpm_public_check_ak(&ek), REASON_TPM_AK_ATTRIBUTES);
    assert_ok(tpm_public_decode(keep("a/ek_ecc.tpm2b"), &ek));
    assert_refused(tpm_public_check_ak(&ek), REASON_TPM_AK_ATTRIBUTES);
}

/* The claims that a quote over all PCRs of this boot would give, and references for them. */
static struct json_object claims_of(const char *dir, const struct json **pcrs)
{
    static char names[16][2][16];
    struct digest values[TPM_PCR_COUNT] = {0};
    struct eventlog log;
    struct json_object o;
    assert_ok(json_decode(&arena, part(dir, "pcrs", "", ".json"), NULL, NULL, pcrs));
    json_object_init(&o, &arena);
    for (unsigned i = 0; i < 16; i++) {
        (void)snprintf(names[i][0], sizeof(names[i][0]), "pcr%02u", i % 100);
        json_object_add(&o, names[i][0], pcr(*pcrs, i));
        values[i].n = TPM_PCR_SIZE;
        assert_ok(hex_decode_fixed(pcr(*pcrs, i)->text, values[i].p, TPM_PCR_SIZE));
    }
    assert_ok(tpm_log_verify(&arena, part(dir, "eventlog", "", ".bin"), values, 0xffff, &log));
    struct bytes digest;
    assert_ok(eventlog_uki_part(&log, "cmdline", &digest));
    if (digest.n != 0)
        json_object_hex(&o, "uki_cmdline", digest);
    assert_ok(eventlog_uki_part(&log, "initrd", &digest));
    if (digest.n != 0)
        json_object_hex(&o, "uki_initrd", digest);
    json_object_hex(&o, "linux_initrd", eventlog_tagged(&log, EVENTLOG_TAG_INITRD));
    return o;
}

static void appraise_boot(const char *claims_dir, const char *reference_dir, struct appraisal *out)
{
    static const unsigned registered[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 11};
    static char keys[16][16];
    const struct json *pcrs;
    const struct json *refs;
    struct verified v = {.identity = VERDICT_AFFIRMING};
    struct json_object o = claims_of(claims_dir, &pcrs);
    assert_ok(json_object_end(&o, &v.claims));
    assert_ok(json_decode(&arena, part(reference_dir, "pcrs", "", ".json"), NULL, NULL, &pcrs));
    json_object_init(&o, &arena);
    for (size_t i = 0; i < 10; i++) {
        (void)snprintf(keys[i], sizeof(keys[i]), "tpm_pcr%02u", registered[i] % 100);
        json_object_add(&o, keys[i], pcr(pcrs, registered[i]));
    }
    assert_ok(json_object_end(&o, &refs));
    assert_ok(appraise_native(&arena, TEE_TPM, &v, false, refs, out));
}

static void a_boot_holds_against_itself(void **state)
{
    (void)state;
    const char *const dirs[] = {"a", "b", "uki"};
    for (size_t i = 0; i < 3; i++) {
        struct appraisal out;
        ROW(dirs[i]);
        appraise_boot(dirs[i], dirs[i], &out);
        /* a and b also show that PCR 10 is computed right: it is not registered, and not zero. */
        if (out.verdict != VERDICT_AFFIRMING)
            fail_msg("%s: %s at %s", dirs[i], reason_code(out.reason), out.findings[0].claim);
    }
}

static void the_hosts_command_line_is_refused(void **state)
{
    (void)state;
    struct appraisal out;
    appraise_boot("uki-cmdline-override", "uki-cmdline-override", &out);
    assert_int_equal(out.verdict, VERDICT_CONTRAINDICATED);
    assert_int_equal(out.reason, REASON_APPRAISAL_COMMAND_LINE);
    assert_string_equal(out.findings[0].claim, "pcr12");
    appraise_boot("uki-cmdline-override", "uki", &out);
    assert_int_equal(out.reason, REASON_APPRAISAL_COMMAND_LINE);
}

static void an_old_nonce_of_64_bytes_is_refused(void **state)
{
    (void)state;
    const struct json *evidence;
    struct verified out;
    struct endorsements trust = {0};
    struct verifier_options options = {0};
    struct session_binding binding = {.nonce = BYTES_EMPTY};
    assert_ok(json_decode(&arena, vector("evidence/tpm/tpm_evidence.json"), NULL, NULL, &evidence));
    assert_ok(verifier_find(TEE_TPM)->verify(&arena, evidence, &trust, &options, &binding, NOW, &out));
    binding.has_report_data = true;
    uint8_t nonce[48];
    assert_ok(hex_decode_fixed(bytes_of(out.report_data->text.p, 96), nonce, 48));
    binding.report_data = BYTES_OF(nonce);
    assert_refused(verifier_find(TEE_TPM)->verify(&arena, evidence, &trust, &options, &binding, NOW, &out),
                   REASON_KEY_BINDING);
}

int main(void)
{
    VECTORS_OR_SKIP();
#define T(name_) cmocka_unit_test_setup_teardown(name_, clear, clear)
    const struct CMUnitTest tests[] = {
        T(both_boots_are_authentic),    T(parts_of_another_boot_are_refused), T(names_are_those_of_the_tpm),
        T(a_boot_holds_against_itself), T(the_hosts_command_line_is_refused), T(an_old_nonce_of_64_bytes_is_refused),
    };
    return cmocka_run_group_tests_name("verifier/tpm_vectors", tests, NULL, NULL);
}
