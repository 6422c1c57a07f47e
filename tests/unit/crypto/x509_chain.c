/* proves: R10 M-END T-ATT-13 */
#include "base/limits.h"
#include "pki.h"

/* One key for each of root, intermediate and leaf, and an RSA pair for PSS. */
static struct key *root_key, *middle_key, *leaf_key, *rsa;

static const struct plan ROOT = {.subject = "root", .ca = true, .serial = 1};
static const struct plan MIDDLE = {.subject = "middle", .issuer = "root", .ca = true, .serial = 2};
static const struct plan LEAF = {.subject = "leaf", .issuer = "middle", .serial = 3};

static int make_keys(void **state)
{
    (void)state;
    assert_ok(key_generate(KEY_EC_P256, &root_key));
    assert_ok(key_generate(KEY_EC_P256, &middle_key));
    assert_ok(key_generate(KEY_EC_P256, &leaf_key));
    assert_ok(key_generate(KEY_RSA, &rsa));
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    key_free(root_key);
    key_free(middle_key);
    key_free(leaf_key);
    key_free(rsa);
    return 0;
}

/* Verify a path of three that is made by these plans. */
static struct err path(struct plan root_plan, struct plan middle_plan, struct plan leaf_plan, int64_t at,
                       const char *const *known)
{
    SCOPED_CERT struct cert *root = pki_cert(&root_plan, root_key, root_key);
    SCOPED_CERT struct cert *middle = pki_cert(&middle_plan, middle_key, root_key);
    SCOPED_CERT struct cert *leaf = pki_cert(&leaf_plan, leaf_key, middle_key);
    return cert_verify_chain(leaf, &middle, 1, &root, 1, at, known);
}

static struct plan with(struct plan p, struct plan change)
{
    if (change.subject != NULL)
        p.subject = change.subject;
    if (change.issuer != NULL)
        p.issuer = change.issuer;
    p.path_len = change.path_len;
    p.critical = change.critical;
    p.usage = change.usage;
    p.from = change.from;
    p.to = change.to;
    p.md = change.md;
    return p;
}

static void accepts_a_good_path(void **state)
{
    (void)state;
    assert_ok(path(ROOT, MIDDLE, LEAF, PKI_NOW, NULL));
    assert_ok(path(ROOT, with(MIDDLE, (struct plan){.path_len = 1}), LEAF, PKI_NOW, NULL));
    assert_ok(path(ROOT, with(MIDDLE, (struct plan){.usage = "critical,keyCertSign"}), LEAF, PKI_NOW, NULL));
    struct plan far = LEAF;
    far.to = 253402300799; /* 9999-12-31T23:59:59Z */
    assert_ok(path(ROOT, MIDDLE, far, PKI_NOW, NULL));
}

static void refuses_broken_paths(void **state)
{
    (void)state;
    struct plan no_ca = MIDDLE;
    no_ca.ca = false;
    assert_code(path(ROOT, no_ca, LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
    struct plan root_no_ca = ROOT;
    root_no_ca.ca = false;
    assert_code(path(root_no_ca, MIDDLE, LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
    /* RFC 5280 6.1.4 (k): a key usage alone makes no authority. */
    struct plan bare = {.subject = "middle", .issuer = "root", .serial = 2, .no_constraints = true};
    assert_code(path(ROOT, bare, LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
    bare.usage = "critical,keyCertSign";
    assert_code(path(ROOT, bare, LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(path(with(ROOT, (struct plan){.path_len = 0, .subject = "r"}), MIDDLE, LEAF, PKI_NOW, NULL),
                ERR_UNVERIFIED);
    assert_code(path(with(ROOT, (struct plan){.path_len = 1}), MIDDLE, LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(path(ROOT, with(MIDDLE, (struct plan){.usage = "digitalSignature"}), LEAF, PKI_NOW, NULL),
                ERR_UNVERIFIED);
    assert_code(path(ROOT, MIDDLE, with(LEAF, (struct plan){.issuer = "else"}), PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(path(ROOT, MIDDLE, with(LEAF, (struct plan){.md = "SHA1"}), PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(path(ROOT, with(MIDDLE, (struct plan){.md = "SHA1"}), LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
}

static void refuses_missing_and_foreign_parts(void **state)
{
    (void)state;
    SCOPED_CERT struct cert *root = pki_cert(&ROOT, root_key, root_key);
    SCOPED_CERT struct cert *middle = pki_cert(&MIDDLE, middle_key, root_key);
    SCOPED_CERT struct cert *leaf = pki_cert(&LEAF, leaf_key, middle_key);
    SCOPED_CERT struct cert *forged = pki_cert(&LEAF, leaf_key, leaf_key);
    SCOPED_CERT struct cert *same_name = pki_cert(&ROOT, leaf_key, leaf_key);
    assert_ok(cert_verify_chain(leaf, &middle, 1, &root, 1, PKI_NOW, NULL));
    assert_ok(cert_verify_chain(middle, NULL, 0, &root, 1, PKI_NOW, NULL));
    assert_code(cert_verify_chain(leaf, NULL, 0, &root, 1, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(cert_verify_chain(leaf, &middle, 1, NULL, 0, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(cert_verify_chain(leaf, &middle, 1, &same_name, 1, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(cert_verify_chain(forged, &middle, 1, &root, 1, PKI_NOW, NULL), ERR_UNVERIFIED);
    /* A root among the intermediates is not trusted, and an intermediate among the roots ends no path. */
    struct cert *both[] = {middle, root};
    assert_code(cert_verify_chain(leaf, both, 2, NULL, 0, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(cert_verify_chain(leaf, NULL, 0, &middle, 1, PKI_NOW, NULL), ERR_UNVERIFIED);
    struct cert *many[CERT_CHAIN_MAX + 1];
    for (size_t i = 0; i < CERT_CHAIN_MAX + 1; i++)
        many[i] = middle;
    assert_code(cert_verify_chain(leaf, many, CERT_CHAIN_MAX + 1, &root, 1, PKI_NOW, NULL), ERR_LIMIT);
}

static void refuses_every_time_crossed(void **state)
{
    (void)state;
    assert_code(path(ROOT, MIDDLE, LEAF, PKI_NOW - PKI_DAY - 1, NULL), ERR_STALE);
    assert_code(path(ROOT, MIDDLE, LEAF, PKI_NOW + PKI_DAY + 1, NULL), ERR_STALE);
    const struct plan old = {.to = PKI_NOW - 1}, young = {.from = PKI_NOW + 1};
    assert_code(path(with(ROOT, old), MIDDLE, LEAF, PKI_NOW, NULL), ERR_STALE);
    assert_code(path(ROOT, with(MIDDLE, old), LEAF, PKI_NOW, NULL), ERR_STALE);
    assert_code(path(ROOT, MIDDLE, with(LEAF, old), PKI_NOW, NULL), ERR_STALE);
    assert_code(path(with(ROOT, young), MIDDLE, LEAF, PKI_NOW, NULL), ERR_STALE);
    assert_code(path(ROOT, with(MIDDLE, young), LEAF, PKI_NOW, NULL), ERR_STALE);
    assert_code(path(ROOT, MIDDLE, with(LEAF, young), PKI_NOW, NULL), ERR_STALE);
}

static void refuses_critical_extensions_that_nobody_knows(void **state)
{
    (void)state;
    static const char *const known[] = {"1.2.3.4", "1.2.3.5", NULL};
    static const char *const none[] = {NULL};
    static const char *const longer[] = {"1.2.3.4.1", "1.2.3", NULL};
    const struct plan critical = {.critical = "1.2.3.4"};
    assert_code(path(ROOT, MIDDLE, with(LEAF, critical), PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_code(path(ROOT, MIDDLE, with(LEAF, critical), PKI_NOW, none), ERR_UNVERIFIED);
    assert_code(path(ROOT, MIDDLE, with(LEAF, critical), PKI_NOW, longer), ERR_UNVERIFIED);
    assert_code(path(ROOT, with(MIDDLE, critical), LEAF, PKI_NOW, NULL), ERR_UNVERIFIED);
    assert_ok(path(ROOT, MIDDLE, with(LEAF, critical), PKI_NOW, known));
    assert_ok(path(ROOT, with(MIDDLE, critical), with(LEAF, critical), PKI_NOW, known));
    /* A known extension does not make up for anything else. */
    struct plan both = with(LEAF, critical);
    both.to = PKI_NOW - 1;
    assert_code(path(ROOT, MIDDLE, both, PKI_NOW, known), ERR_STALE);
    SCOPED_CERT struct cert *root = pki_cert(&ROOT, root_key, root_key);
    both.to = 0;
    SCOPED_CERT struct cert *forged = pki_cert(&both, leaf_key, leaf_key);
    SCOPED_CERT struct cert *middle = pki_cert(&MIDDLE, middle_key, root_key);
    assert_code(cert_verify_chain(forged, &middle, 1, &root, 1, PKI_NOW, known), ERR_UNVERIFIED);
}

static void pss_is_exact(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct plan plan;
        bool good, good_without;
    } rows[] = {
        {"pss sha384 salt 48", {.md = "SHA384", .pss_salt = 48}, true, true},
        {"pss sha384 salt 32", {.md = "SHA384", .pss_salt = 32}, false, true},
        {"pss sha384 mgf sha256", {.md = "SHA384", .pss_salt = 48, .mgf = "SHA256"}, false, true},
        {"pss sha256 salt 48", {.md = "SHA256", .pss_salt = 48}, false, true},
        {"pss sha512 salt 48", {.md = "SHA512", .pss_salt = 48}, false, true},
        {"pkcs1 sha384", {.md = "SHA384"}, false, true},
        {"pkcs1 sha1", {.md = "SHA1"}, false, false},
    };
    struct plan root = ROOT;
    SCOPED_CERT struct cert *issuer = pki_cert(&root, rsa, rsa);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct plan p = rows[i].plan;
        p.subject = "vcek";
        p.issuer = "root";
        SCOPED_CERT struct cert *c = pki_cert(&p, leaf_key, rsa);
        assert_code(cert_issued_by(c, issuer, true), rows[i].good ? ERR_OK : ERR_UNVERIFIED);
        assert_code(cert_issued_by(c, issuer, false), rows[i].good_without ? ERR_OK : ERR_UNVERIFIED);
    }
    /* The right key under another name: two authorities may share one. */
    struct plan elsewhere = rows[0].plan;
    elsewhere.subject = "vcek";
    elsewhere.issuer = "else";
    SCOPED_CERT struct cert *renamed = pki_cert(&elsewhere, leaf_key, rsa);
    assert_code(cert_issued_by(renamed, issuer, true), ERR_UNVERIFIED);
    assert_code(cert_issued_by(renamed, issuer, false), ERR_UNVERIFIED);
    SCOPED_CERT struct cert *ec_signed = pki_cert(&MIDDLE, middle_key, root_key);
    assert_code(cert_issued_by(ec_signed, issuer, false), ERR_UNVERIFIED);
    assert_code(cert_issued_by(ec_signed, issuer, true), ERR_UNVERIFIED);
}

static struct err check_list(struct crl_plan p, const struct plan *algorithm, const struct key *by, bool pss)
{
    SCOPED_CERT struct cert *issuer = pki_cert(&ROOT, rsa, rsa);
    SCOPED_CERT struct cert *middle = pki_cert(&MIDDLE, middle_key, rsa);
    SCOPED(buf) struct buf der = {0};
    pki_crl(&p, algorithm, by, &der);
    return crl_check(buf_view(&der), issuer, pss, PKI_NOW, &middle, 1);
}

static void refuses_revocation_lists(void **state)
{
    (void)state;
    const struct plan pkcs1 = {0}, pss = {.md = "SHA384", .pss_salt = 48}, sha1 = {.md = "SHA1"};
    const struct crl_plan good = {.issuer = "root", .revoked = 77};
    assert_ok(check_list(good, &pkcs1, rsa, false));
    assert_ok(check_list(good, &pss, rsa, true));
    assert_ok(check_list((struct crl_plan){.issuer = "root", .revoked = -1}, &pss, rsa, true));
    assert_code(check_list(good, &pkcs1, rsa, true), ERR_UNVERIFIED);
    assert_code(check_list(good, &sha1, rsa, false), ERR_UNVERIFIED);
    assert_code(check_list(good, &pkcs1, leaf_key, false), ERR_UNVERIFIED);
    struct crl_plan p = good;
    p.revoked = 2;
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_UNVERIFIED);
    p = good;
    p.issuer = "another";
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_UNVERIFIED);
    p = good;
    p.from = PKI_NOW + 10;
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_STALE);
    p = good;
    p.to = PKI_NOW - 10;
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_STALE);
    p.to = -1;
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_STALE);
    p = good;
    p.critical = true;
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_UNVERIFIED);
    p = good;
    p.extra_nid = NID_delta_crl;
    assert_code(check_list(p, &pkcs1, rsa, false), ERR_UNVERIFIED);
}

static void refuses_malformed_revocation_lists(void **state)
{
    (void)state;
    SCOPED_CERT struct cert *issuer = pki_cert(&ROOT, root_key, root_key);
    const struct plan ecdsa = {0};
    SCOPED(buf) struct buf der = {0};
    pki_crl(&(struct crl_plan){.issuer = "root", .revoked = 9}, &ecdsa, root_key, &der);
    assert_ok(crl_check(buf_view(&der), issuer, false, PKI_NOW, NULL, 0));
    for (size_t n = 0; n < der.n; n++)
        assert_code(crl_check(bytes_of(der.p, n), issuer, false, PKI_NOW, NULL, 0), ERR_FORMAT);
    for (size_t bit = 0; bit < der.n * 8; bit++) {
        der.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(failed(crl_check(buf_view(&der), issuer, false, PKI_NOW, NULL, 0)));
        der.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    buf_u8(&der, 0);
    assert_code(crl_check(buf_view(&der), issuer, false, PKI_NOW, NULL, 0), ERR_FORMAT);
}

/* What a refusal leaves in libcrypto's queue would be taken for the failure of a later TLS call. */
static void refusals_leave_no_error_behind(void **state)
{
    (void)state;
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_broken_paths),
        cmocka_unit_test(refuses_missing_and_foreign_parts),
        cmocka_unit_test(refuses_every_time_crossed),
        cmocka_unit_test(refuses_critical_extensions_that_nobody_knows),
        cmocka_unit_test(accepts_a_good_path),
        cmocka_unit_test(pss_is_exact),
        cmocka_unit_test(refuses_revocation_lists),
        cmocka_unit_test(refuses_malformed_revocation_lists),
        cmocka_unit_test(refusals_leave_no_error_behind),
    };
    return cmocka_run_group_tests_name("crypto/x509_chain", tests, make_keys, free_keys);
}
