#include "crypto/x509.h"

#include "sample.h"
#include "vectors.h"

#define CLOCK_2025 1748736000 /* 2025-06-01 */

struct snp_roots { /* in the order of the files */
    struct cert *ask, *ark, *asvk;
};

static struct snp_roots snp_roots(const char *name)
{
    char path_text[96];
    (void)snprintf(path_text, sizeof(path_text), "evidence/snp/roots/%s_ask_ark_asvk.pem", name);
    struct cert *c[3] = {NULL};
    size_t count = 0;
    assert_ok(cert_decode_pem(vector(path_text), c, 3, &count));
    assert_int_equal(count, 3);
    return (struct snp_roots){c[0], c[1], c[2]};
}

static void free_roots(struct snp_roots *r)
{
    cert_free(r->ask);
    cert_free(r->ark);
    cert_free(r->asvk);
}

static void amd_roots_hold(void **state)
{
    (void)state;
    static const struct {
        const char *name, *cn, *ark;
    } rows[] = {
        {"milan", "ARK-Milan", "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"},
        {"genoa", "ARK-Genoa", "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"},
        {"turin", "ARK-Turin", "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"},
    };
    for (size_t i = 0; i < 3; i++) {
        ROW(rows[i].name);
        __attribute__((cleanup(free_roots))) struct snp_roots r = snp_roots(rows[i].name);
        struct digest d;
        assert_ok(cert_digest(r.ark, &d));
        assert_bytes(digest_view(&d), hex(rows[i].ark));
        assert_text(cert_common_name(r.ark), rows[i].cn);
        assert_ok(cert_issued_by(r.ark, r.ark, true));
        assert_ok(cert_issued_by(r.ask, r.ark, true));
        assert_ok(cert_issued_by(r.asvk, r.ark, true));
        assert_code(cert_issued_by(r.ark, r.ask, true), ERR_UNVERIFIED);
        assert_ok(cert_verify_chain(r.ask, NULL, 0, &r.ark, 1, CLOCK_2025, NULL));
    }
}

static void amd_chip_keys_hold(void **state)
{
    (void)state;
    __attribute__((cleanup(free_roots))) struct snp_roots milan = snp_roots("milan");
    __attribute__((cleanup(free_roots))) struct snp_roots genoa = snp_roots("genoa");
    SCOPED_CERT struct cert *vcek = NULL, *vlek = NULL, *genoa_vcek = NULL, *forged = NULL;
    struct bytes der = vector("evidence/snp/test-vcek.der");
    assert_ok(cert_decode(der, &vcek));
    assert_ok(cert_decode(vector("evidence/snp/test-vlek.der"), &vlek));
    assert_ok(cert_decode(vector("evidence/snp/genoa-e2e-vcek.der"), &genoa_vcek));
    assert_ok(cert_decode(vector("evidence/snp/test-vcek-invalid-legacy.der"), &forged));
    assert_ok(cert_issued_by(vcek, milan.ask, true));
    assert_code(cert_issued_by(vcek, milan.asvk, true), ERR_UNVERIFIED);
    assert_code(cert_issued_by(vcek, genoa.ask, true), ERR_UNVERIFIED);
    assert_code(cert_issued_by(forged, milan.ask, true), ERR_UNVERIFIED);
    assert_ok(cert_issued_by(vlek, milan.asvk, true));
    assert_ok(cert_issued_by(genoa_vcek, genoa.ask, true));
    /* Serial number 0, and a path through libcrypto too. */
    assert_ok(cert_verify_chain(vcek, &milan.ask, 1, &milan.ark, 1, CLOCK_2025, NULL));
    assert_code(cert_verify_chain(vcek, &milan.ask, 1, &milan.ark, 1, 1674000000, NULL), ERR_STALE);
    assert_code(cert_verify_chain(vlek, &milan.asvk, 1, &milan.ark, 1, 1790000000, NULL), ERR_STALE);
    SCOPED_KEY struct key *k = NULL;
    assert_ok(cert_key(vcek, &k));
    assert_int_equal(key_kind_of(k), KEY_EC_P384);
    struct bytes hwid = BYTES_EMPTY;
    assert_ok(cert_extension(vcek, "1.3.6.1.4.1.3704.1.4", &hwid));
    assert_int_equal(hwid.n, 64);
    uint8_t *changed = changeable(der);
    changed[42]++;
    SCOPED_CERT struct cert *c = NULL;
    if (!failed(cert_decode(bytes_of(changed, der.n), &c)))
        assert_code(cert_issued_by(c, milan.ask, true), ERR_UNVERIFIED);
}

static void swtpm_endorsement_keys_hold(void **state)
{
    (void)state;
    SCOPED_CERT struct cert *root = NULL, *issuer = NULL;
    size_t count;
    assert_ok(cert_decode_pem(vector("evidence/tpm/qemu-ovmf-6.12.117/ca_root.pem"), &root, 1, &count));
    assert_ok(cert_decode_pem(vector("evidence/tpm/qemu-ovmf-6.12.117/ca_issuer.pem"), &issuer, 1, &count));
    static const char *const names[] = {
        "evidence/tpm/qemu-ovmf-6.12.117/a/ek_rsa.der", "evidence/tpm/qemu-ovmf-6.12.117/b/ek_rsa.der",
        "evidence/tpm/qemu-ovmf-6.12.117/a/ek_ecc.der", "evidence/tpm/qemu-ovmf-6.12.117/b/ek_ecc.der"};
    for (size_t i = 0; i < 4; i++) {
        ROW(names[i]);
        SCOPED_CERT struct cert *ek = NULL;
        assert_ok(cert_decode(vector(names[i]), &ek));
        int64_t from, to;
        cert_times(ek, &from, &to);
        assert_int_equal(to, 253402300799);
        assert_ok(cert_verify_chain(ek, &issuer, 1, &root, 1, from + 3600, NULL));
        assert_code(cert_verify_chain(ek, NULL, 0, &root, 1, from + 3600, NULL), ERR_UNVERIFIED);
        assert_code(cert_verify_chain(ek, &issuer, 1, &root, 1, from - 3600, NULL), ERR_STALE);
        SCOPED_KEY struct key *k = NULL;
        assert_ok(cert_key(ek, &k));
        assert_int_equal(key_kind_of(k), i < 2 ? KEY_RSA : KEY_EC_P384);
    }
}

int main(void)
{
    VECTORS_OR_SKIP();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amd_roots_hold),
        cmocka_unit_test(amd_chip_keys_hold),
        cmocka_unit_test(swtpm_endorsement_keys_hold),
    };
    return cmocka_run_group_tests_name("crypto/x509_vectors", tests, NULL, NULL);
}
