#include "crypto/x509.h"

#include "base/limits.h"
#include "pki.h"

static struct key *ec, *other;

static int make_keys(void **state)
{
    (void)state;
    assert_ok(key_generate(KEY_EC_P256, &ec));
    assert_ok(key_generate(KEY_EC_P384, &other));
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    key_free(ec);
    key_free(other);
    return 0;
}

static void refuses_malformed_der(void **state)
{
    (void)state;
    SCOPED(buf) struct buf der = {0};
    pki_der(&(struct plan){.subject = "leaf", .serial = 5, .plain = "1.3.6.1.4.1.3704.1.1"}, ec, ec, &der);
    struct cert *c = NULL;
    for (size_t n = 0; n < der.n; n++)
        assert_code(cert_decode(bytes_of(der.p, n), &c), ERR_FORMAT);
    assert_ok(cert_decode(buf_view(&der), &c));
    cert_free(c);
    c = NULL;
    buf_u8(&der, 0);
    assert_code(cert_decode(buf_view(&der), &c), ERR_FORMAT);
    buf_fill(&der, 0, 16384 - der.n);
    assert_code(cert_decode(buf_view(&der), &c), ERR_FORMAT);
    static uint8_t large[CERT_SIZE_MAX + 1];
    assert_code(cert_decode(BYTES_OF(large), &c), ERR_LIMIT);
    assert_null(c);
}

/* No bit may change without the signature, the names or the decoding saying so. */
static void refuses_every_changed_bit(void **state)
{
    (void)state;
    SCOPED_CERT struct cert *issuer = pki_cert(&(struct plan){.subject = "ca", .ca = true, .serial = 1}, ec, ec);
    SCOPED(buf) struct buf der = {0};
    pki_der(&(struct plan){.subject = "leaf", .issuer = "ca", .serial = 5, .plain = "1.2.3"}, other, ec, &der);
    for (size_t bit = 0; bit < der.n * 8; bit++) {
        der.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        SCOPED_CERT struct cert *c = NULL;
        if (!failed(cert_decode(buf_view(&der), &c)))
            assert_code(cert_issued_by(c, issuer, false), ERR_UNVERIFIED);
        der.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    SCOPED_CERT struct cert *c = NULL;
    assert_ok(cert_decode(buf_view(&der), &c));
    assert_ok(cert_issued_by(c, issuer, false));
}

static void refuses_doubled_extensions(void **state)
{
    (void)state;
    SCOPED(buf) struct buf der = {0};
    pki_der(&(struct plan){.subject = "leaf", .plain = "1.2.3", .twice = true}, ec, ec, &der);
    struct cert *c = NULL;
    assert_code(cert_decode(buf_view(&der), &c), ERR_FORMAT);
    assert_null(c);
}

static void reads_what_stands_in_it(void **state)
{
    (void)state;
    SCOPED(buf) struct buf der = {0};
    pki_der(&(struct plan){.subject = "SEV-VCEK", .serial = 0, .plain = "1.3.6.1.4.1.3704.1.3.1", .eku = "serverAuth"},
            other, ec, &der);
    SCOPED_CERT struct cert *c = NULL;
    assert_ok(cert_decode(buf_view(&der), &c));
    assert_bytes(cert_der(c), buf_view(&der));
    assert_text(cert_common_name(c), "SEV-VCEK");
    assert_false(cert_is_ca(c));
    int64_t from, to;
    cert_times(c, &from, &to);
    assert_int_equal(from, PKI_NOW - PKI_DAY);
    assert_int_equal(to, PKI_NOW + PKI_DAY);
    struct bytes value = BYTES_EMPTY;
    assert_ok(cert_extension(c, "1.3.6.1.4.1.3704.1.3.1", &value));
    assert_bytes(value, hex("04020102"));
    assert_code(cert_extension(c, "1.3.6.1.4.1.3704.1.3.2", &value), ERR_ABSENT);
    assert_code(cert_extension(c, "not an oid", &value), ERR_BUG);
    assert_true(cert_has_eku(c, "1.3.6.1.5.5.7.3.1"));
    assert_false(cert_has_eku(c, "1.3.6.1.5.5.7.3.2"));
    assert_false(cert_has_eku(c, "nonsense"));
    SCOPED_KEY struct key *k = NULL;
    assert_ok(cert_key(c, &k));
    assert_int_equal(key_kind_of(k), KEY_EC_P384);
    assert_false(key_is_private(k));
    struct digest have, want;
    SCOPED(buf) struct buf spki = {0};
    buf_init(&spki, 4096);
    assert_ok(key_spki(other, &spki));
    assert_ok(hash_of(HASH_SHA256, buf_view(&spki), &want));
    assert_ok(cert_spki_digest(c, &have));
    assert_bytes(digest_view(&have), digest_view(&want));
    assert_ok(hash_of(HASH_SHA256, buf_view(&der), &want));
    assert_ok(cert_digest(c, &have));
    assert_bytes(digest_view(&have), digest_view(&want));
    SCOPED_CERT struct cert *ca = pki_cert(&(struct plan){.subject = "ca", .ca = true}, ec, ec);
    assert_true(cert_is_ca(ca));
    assert_false(cert_has_eku(ca, "1.3.6.1.5.5.7.3.1"));
}

/* A certificate made by us, as the PEM text of `names`. */
static void make_pem(struct buf *out)
{
    static const char *const names[] = {"broker.example", "127.0.0.1", "::1"};
    assert_ok(cert_self_signed(ec, names, 3, PKI_NOW, 30, out));
}

static void refuses_malformed_pem(void **state)
{
    (void)state;
    SCOPED(buf) struct buf pem = {0};
    buf_init(&pem, 65536);
    make_pem(&pem);
    size_t one = pem.n;
    struct cert *c[4] = {NULL};
    size_t count = 9;
    for (size_t n = 0; n + 2 < one; n += 5)
        assert_code(cert_decode_pem(bytes_of(pem.p, n), c, 4, &count), ERR_FORMAT);
    make_pem(&pem);
    size_t two = pem.n; /* a signature's length varies */
    assert_code(cert_decode_pem(buf_view(&pem), c, 1, &count), ERR_LIMIT);
    assert_code(cert_decode_pem(bytes_of(pem.p, pem.n - 30), c, 4, &count), ERR_FORMAT);
    assert_ok(key_pem_public(ec, &pem));
    assert_code(cert_decode_pem(buf_view(&pem), c, 4, &count), ERR_FORMAT);
    assert_int_equal(count, 9);
    assert_null(c[0]);
    pem.n = two;
    assert_ok(cert_decode_pem(buf_view(&pem), c, 4, &count));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_text(cert_common_name(c[i]), "broker.example");
        cert_free(c[i]);
    }
}

static void refuses_malformed_names(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       ".",
                                       "a..b",
                                       "-a",
                                       "a-",
                                       "a.-b",
                                       "a b",
                                       "*.example",
                                       "a_b",
                                       "1.2.3.4/8",
                                       "a\n",
                                       "host:8080",
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 65536);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i]);
        assert_code(cert_self_signed(ec, &rows[i], 1, PKI_NOW, 30, &out), ERR_FORMAT);
    }
    static const char *const good[] = {"a"};
    assert_code(cert_self_signed(ec, good, 0, PKI_NOW, 30, &out), ERR_FORMAT);
    assert_code(cert_self_signed(ec, good, 1, PKI_NOW, 0, &out), ERR_FORMAT);
    assert_code(cert_self_signed(ec, good, 1, PKI_NOW, 1000000, &out), ERR_FORMAT);
    assert_code(cert_self_signed(other, good, 1, PKI_NOW, 30, &out), ERR_STATE);
    assert_int_equal(out.n, 0);
}

static void makes_a_server_certificate(void **state)
{
    (void)state;
    SCOPED(buf) struct buf pem = {0};
    buf_init(&pem, 65536);
    make_pem(&pem);
    struct cert *made[1] = {NULL};
    size_t count;
    assert_ok(cert_decode_pem(buf_view(&pem), made, 1, &count));
    SCOPED_CERT struct cert *c = made[0];
    assert_false(cert_is_ca(c));
    assert_true(cert_has_eku(c, "1.3.6.1.5.5.7.3.1"));
    assert_int_equal(X509_check_host(c->x, "broker.example", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(c->x, "other.example", 0, 0, NULL), 0);
    assert_int_equal(X509_check_ip_asc(c->x, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(c->x, "::1", 0), 1);
    assert_int_equal(X509_check_ip_asc(c->x, "127.0.0.2", 0), 0);
    /* It verifies when it is itself the root, as a client pins it, and not as anything else's issuer. */
    assert_ok(cert_verify_chain(c, NULL, 0, made, 1, PKI_NOW, NULL));
    assert_code(cert_verify_chain(c, NULL, 0, made, 1, PKI_NOW + 31 * PKI_DAY, NULL), ERR_STALE);
    SCOPED_CERT struct cert *child = pki_cert(&(struct plan){.subject = "x", .issuer = "broker.example"}, other, ec);
    assert_code(cert_verify_chain(child, NULL, 0, made, 1, PKI_NOW, NULL), ERR_UNVERIFIED);
}

static struct err make_and_decode(void)
{
    static const char *const names[] = {"host"};
    SCOPED(buf) struct buf pem = {0};
    buf_init(&pem, 65536);
    TRY(cert_self_signed(ec, names, 1, PKI_NOW, 1, &pem));
    struct cert *c[2] = {NULL};
    size_t count = 0;
    TRY(cert_decode_pem(buf_view(&pem), c, 2, &count));
    cert_free(c[0]);
    return OK;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    FAULT_PASS(make_and_decode(), (void)0);
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
        cmocka_unit_test(refuses_malformed_der),          cmocka_unit_test(refuses_every_changed_bit),
        cmocka_unit_test(refuses_doubled_extensions),     cmocka_unit_test(reads_what_stands_in_it),
        cmocka_unit_test(refuses_malformed_pem),          cmocka_unit_test(refuses_malformed_names),
        cmocka_unit_test(makes_a_server_certificate),     cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(refusals_leave_no_error_behind),
    };
    return cmocka_run_group_tests_name("crypto/x509", tests, make_keys, free_keys);
}
