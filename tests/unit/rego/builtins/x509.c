/*
 * Certificates: refusals first. All keys and certificates are made here.
 */
#include "../../crypto/pki.h"
#include "call_check.h"

#include "codec/base64.h"

#include <openssl/pem.h>

#define NOW 1700000000 /* of call_once */
#define DAY 86400

static struct buf input;

static void put_member(const char *name, struct bytes v)
{
    buf_text(&input, input.n == 1 ? "\"" : ",\"");
    buf_text(&input, name);
    buf_text(&input, "\":");
    json_quote(v, &input);
}

static void add_pem(struct buf *out, const char *label, struct bytes der)
{
    buf_text(out, "-----BEGIN ");
    buf_text(out, label);
    buf_text(out, "-----\n");
    base64_encode(BASE64_PADDED, der, out);
    buf_text(out, "\n-----END ");
    buf_text(out, label);
    buf_text(out, "-----\n");
}

static void put_cert(const char *name, const struct plan *plan, const struct key *k, const struct key *by)
{
    SCOPED(buf) struct buf der = {0};
    SCOPED(buf) struct buf pem = {0};
    struct plan p = *plan;
    p.from = p.from == 0 ? NOW - DAY : p.from;
    p.to = p.to == 0 ? NOW + DAY : p.to;
    buf_init(&pem, 1 << 16);
    pki_der(&p, k, by, &der);
    add_pem(&pem, "CERTIFICATE", buf_view(&der));
    put_member(name, buf_view(&pem));
    if (strcmp(name, "leaf") != 0)
        return;
    buf_reset(&pem);
    base64_encode(BASE64_PADDED, buf_view(&der), &pem);
    put_member("leaf_der", buf_view(&pem));
    buf_reset(&pem);
    base64_encode(BASE64_PADDED, bytes_of(der.p, der.n - 1), &pem);
    put_member("leaf_cut", buf_view(&pem));
}

static void put_private(const char *name, const struct key *k)
{
    SCOPED(secret) struct secret pem = {0};
    assert_ok(key_pem_private(k, &pem));
    put_member(name, secret_borrow(&pem));
}

static void put_request(const char *name, const struct key *k)
{
    SCOPED(buf) struct buf pem = {0};
    X509_REQ *r = X509_REQ_new();
    unsigned char *der = NULL;
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    pki_name(X509_REQ_get_subject_name(r), "asks");
    X509_REQ_set_pubkey(r, k->pkey);
    sk_X509_EXTENSION_push(list, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:a.example,IP:::1"));
    X509_REQ_add_extensions(r, list);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    assert_true(X509_REQ_sign(r, k->pkey, EVP_sha256()) > 0);
    int n = i2d_X509_REQ(r, &der);
    assert_true(n > 0);
    buf_init(&pem, 1 << 16);
    add_pem(&pem, "CERTIFICATE REQUEST", bytes_of(der, (size_t)n));
    put_member(name, buf_view(&pem));
    OPENSSL_free(der);
    X509_REQ_free(r);
}

static int make_input(void **state)
{
    (void)state;
    SCOPED_KEY struct key *root = NULL;
    SCOPED_KEY struct key *ca = NULL;
    SCOPED_KEY struct key *leaf = NULL;
    SCOPED_KEY struct key *rsa = NULL;
    SCOPED_KEY struct key *ed = NULL;
    assert_ok(key_generate(KEY_EC_P256, &root));
    assert_ok(key_generate(KEY_EC_P384, &ca));
    assert_ok(key_generate(KEY_EC_P256, &leaf));
    assert_ok(key_generate(KEY_RSA, &rsa));
    assert_ok(key_generate(KEY_ED25519, &ed));
    static const char san[] = "DNS:*.example.org,DNS:host.test,IP:10.0.0.1,URI:spiffe://x/y,email:a@b.c";
    buf_init(&input, 1 << 20);
    buf_text(&input, "{");
    put_cert("root", &(struct plan){.subject = "root", .ca = true}, root, root);
    put_cert("other", &(struct plan){.subject = "root", .ca = true}, leaf, leaf);
    put_cert("ca", &(struct plan){.subject = "ca", .issuer = "root", .ca = true, .path_len = 1}, ca, root);
    put_cert("no_ca", &(struct plan){.subject = "ca", .issuer = "root"}, ca, root);
    put_cert("leaf",
             &(struct plan){.subject = "leaf",
                            .issuer = "ca",
                            .san = san,
                            .serial = 258,
                            .usage = "digitalSignature",
                            .eku = "serverAuth,clientAuth"},
             leaf, ca);
    put_cert("signer", &(struct plan){.subject = "leaf", .issuer = "ca", .eku = "codeSigning,1.2.3.4"}, leaf, ca);
    put_cert("old", &(struct plan){.subject = "leaf", .issuer = "ca", .to = NOW - 1}, leaf, ca);
    put_cert("critical", &(struct plan){.subject = "leaf", .issuer = "ca", .critical = "1.2.3.5"}, leaf, ca);
    put_cert("rsa_leaf", &(struct plan){.subject = "leaf", .issuer = "ca"}, rsa, ca);
    put_cert("ed_leaf", &(struct plan){.subject = "leaf", .issuer = "ca"}, ed, ca);
    put_request("request", leaf);
    put_private("leaf_key", leaf);
    put_private("rsa_key", rsa);
    put_private("ed_key", ed);
    buf_text(&input, ",\"number\":1}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_clear(&input);
    return 0;
}

#define LIST(parts_)   "concat(\"\", [" parts_ "])"
#define VERIFY(parts_) "crypto.x509.parse_and_verify_certificates(" LIST(parts_) ")"
#define VERIFY_WITH(parts_, options_)                                                                                  \
    "crypto.x509.parse_and_verify_certificates_with_options(" LIST(parts_) ", " options_ ")[0]"
#define CHAIN "input.root, input.ca, input.leaf"

static const struct row refusals[] = {
    {"crypto.x509.parse_certificates(input.number)", TYPE_ERROR, "operand 1 must be string"},
    {"crypto.x509.parse_certificates(\"foobar\")", BUILTIN_ERROR, "illegal base64 data at input byte 6"},
    {"crypto.x509.parse_certificates(\"fo!bar==\")", BUILTIN_ERROR, "illegal base64 data at input byte 2"},
    {"crypto.x509.parse_certificates(\"YmFkc3RyaW5n\")", BUILTIN_ERROR, "x509: malformed certificate"},
    {"crypto.x509.parse_certificates(input.leaf_cut)", BUILTIN_ERROR, "x509: malformed certificate"},
    {"crypto.x509.parse_certificates(input.request)", BUILTIN_ERROR, "PEM data contains 'CERTIFICATE REQUEST'"},
    {"crypto.x509.parse_certificates(replace(input.leaf, \"-----END\", \"-----ENDE\"))", BUILTIN_ERROR, "malformed"},
    {"crypto.x509.parse_certificate_request(input.leaf)", BUILTIN_ERROR, "PEM data contains 'CERTIFICATE'"},
    {"crypto.x509.parse_certificate_request(input.leaf_der)", BUILTIN_ERROR, "asn1: structure error"},
    {"crypto.x509.parse_certificate_request(\"\")", BUILTIN_ERROR, "asn1: structure error"},
    {"crypto.x509.parse_certificate_request(" LIST("input.request, input.request") ")", BUILTIN_ERROR, "asn1"},
    {VERIFY_WITH(CHAIN, "{\"DNSname\": \"x\"}"), BUILTIN_ERROR, "invalid option or type of it: DNSname"},
    {VERIFY_WITH(CHAIN, "{\"CurrentTime\": 1.5}"), BUILTIN_ERROR, "invalid option or type of it: CurrentTime"},
    {VERIFY_WITH(CHAIN, "{\"KeyUsages\": [\"All\"]}"), BUILTIN_ERROR, "invalid entries for 'KeyUsages'"},
    {VERIFY_WITH(CHAIN, "input.number"), TYPE_ERROR, "operand 2 must be object"},
    {"crypto.x509.parse_keypair(input.leaf, input.rsa_key)", BUILTIN_ERROR, "private key does not match public key"},
    {"crypto.x509.parse_keypair(input.leaf, input.leaf)", BUILTIN_ERROR, "failed to find"},
    {"crypto.x509.parse_keypair(\"\", input.leaf_key)", BUILTIN_ERROR, "failed to find"},
    {"crypto.x509.parse_keypair(input.leaf, replace(input.leaf_key, \"MI\", \"MJ\"))", BUILTIN_ERROR,
     "PEM private key"},
    {"crypto.x509.parse_rsa_private_key(input.leaf_key)", BUILTIN_ERROR, "no RSA private key"},
    {"crypto.x509.parse_rsa_private_key(\"\")", BUILTIN_ERROR, "no RSA private key"},
    {"crypto.parse_private_keys(\"!\")", BUILTIN_ERROR, "illegal base64"},
};

/* A path that does not hold. */
static const struct row denials[] = {
    {VERIFY("input.root"), "[false,[]]", NULL},
    {VERIFY("input.root, input.leaf"), "[false,[]]", NULL},
    {VERIFY("input.ca, input.root, input.other"), "[false,[]]", NULL},
    {VERIFY("input.other, input.ca, input.leaf"), "[false,[]]", NULL},
    {VERIFY("input.other, input.root, input.ca, input.leaf"), "[false,[]]", NULL},
    {VERIFY("input.root, input.no_ca, input.leaf"), "[false,[]]", NULL},
    {VERIFY("input.root, input.ca, input.old"), "[false,[]]", NULL},
    {VERIFY("input.root, input.ca, input.critical"), "[false,[]]", NULL},
    {VERIFY("input.root, input.ca, input.signer"), "[false,[]]", NULL},
    {VERIFY("input.root, input.ca, input.request"), "[false,[]]", NULL},
    {"crypto.x509.parse_and_verify_certificates(\"!\")", "[false,[]]", NULL},
    {VERIFY_WITH(CHAIN, "{\"CurrentTime\": 1600000000000000000}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"KeyUsages\": [\"KeyUsageCodeSigning\", \"KeyUsageEmailProtection\"]}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"example.org\"}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"a.b.example.org\"}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \".example.org\"}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"*.example.org\"}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"leaf\"}"), "false", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"10.0.0.2\"}"), "false", NULL},
};

static const struct row rows[] = {
    {"[c.Subject.CommonName | some c in " VERIFY(CHAIN) "[1]]", "[\"leaf\",\"ca\",\"root\"]", NULL},
    {"[c.Subject.CommonName | some c in " VERIFY("input.root, input.no_ca, input.old, input.ca, input.leaf") "[1]]",
     "[\"leaf\",\"ca\",\"root\"]", NULL},
    {VERIFY_WITH("input.root, input.ca, input.signer", "{\"KeyUsages\": [\"KeyUsageCodeSigning\"]}"), "true", NULL},
    {VERIFY_WITH("input.root, input.ca, input.signer", "{\"KeyUsages\": [\"KeyUsageAny\"]}"), "true", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"A.Example.org\", \"MaxConstraintComparisons\": 5}"), "true", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"HOST.test\", \"KeyUsages\": []}"), "true", NULL},
    {VERIFY_WITH(CHAIN, "{\"DNSName\": \"10.0.0.1\"}"), "true", NULL},
    {VERIFY_WITH("input.root, input.ca, input.old", "{\"CurrentTime\": 1699999990000000000}"), "true", NULL},
    {"count(crypto.x509.parse_certificates(input.leaf_der))", "1", NULL},
    {"crypto.x509.parse_certificates(input.leaf_der) == crypto.x509.parse_certificates(input.leaf)", "true", NULL},
    {"[[c.SerialNumber, c.Version, c.IsCA, c.MaxPathLen, c.KeyUsage, c.ExtKeyUsage, c.SignatureAlgorithm, "
     "c.PublicKeyAlgorithm, c.NotBefore] | c := crypto.x509.parse_certificates(input.leaf)[0]]",
     "[[258,3,false,-1,1,[1,2],10,3,\"2023-11-13T22:13:20Z\"]]", NULL},
    {"[[c.DNSNames, c.IPAddresses, c.URIStrings, c.EmailAddresses] | c := "
     "crypto.x509.parse_certificates(input.leaf)[0]]",
     "[[[\"*.example.org\",\"host.test\"],[\"10.0.0.1\"],[\"spiffe://x/y\"],[\"a@b.c\"]]]", NULL},
    {"[[c.IsCA, c.MaxPathLen, c.MaxPathLenZero, c.Issuer.CommonName, c.Issuer.Names[0].Type, c.DNSNames] | c := "
     "crypto.x509.parse_certificates(input.ca)[0]]",
     "[[true,0,true,\"root\",[2,5,4,3],null]]", NULL},
    {"[[c.ExtKeyUsage, c.UnknownExtKeyUsage] | c := crypto.x509.parse_certificates(input.signer)[0]]",
     "[[[3],[[1,2,3,4]]]]", NULL},
    {"[[c.UnhandledCriticalExtensions, c.Extensions[1]] | c := crypto.x509.parse_certificates(input.critical)[0]]",
     "[[[[1,2,3,5]],{\"Critical\":true,\"Id\":[1,2,3,5],\"Value\":\"BAIBAg==\"}]]", NULL},
    {"[[c.PublicKey.E, c.PublicKey.N > 0] | c := crypto.x509.parse_certificates(input.rsa_leaf)[0]]", "[[65537,true]]",
     NULL},
    {"crypto.x509.parse_certificates(input.ed_leaf)[0].PublicKeyAlgorithm", "4", NULL},
    {"[[r.Subject.CommonName, r.DNSNames, r.IPAddresses, r.Version] | r := "
     "crypto.x509.parse_certificate_request(input.request)]",
     "[[\"asks\",[\"a.example\"],[\"::1\"],0]]", NULL},
    {"[[k.Leaf.Subject.CommonName, count(k.Certificate)] | k := crypto.x509.parse_keypair(" LIST(
         "input.leaf, input.ca") ", input.leaf_key)]",
     "[[\"leaf\",2]]", NULL},
    {"object.keys(crypto.x509.parse_rsa_private_key(input.rsa_key))",
     "[\"d\",\"dp\",\"dq\",\"e\",\"kty\",\"n\",\"p\",\"q\",\"qi\"]", NULL},
    {"[k.kty | some k in crypto.parse_private_keys(" LIST("input.leaf_key, input.ca, input.rsa_key, input.ed_key") ")]",
     "[\"EC\",\"RSA\",\"OKP\"]", NULL},
    {"crypto.parse_private_keys(input.leaf)", "[]", NULL},
    {"crypto.parse_private_keys(\"\")", "null", NULL},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, buf_view(&input));
}

static void test_denials(void **state)
{
    (void)state;
    CALL_DEAR_ROWS(denials, 5, buf_view(&input));
}

static void test_rows(void **state)
{
    (void)state;
    CALL_DEAR_ROWS(rows, 2, buf_view(&input));
}

/* No change of a byte may crash the reader; a change of what is signed never verifies. */
static void test_every_flip(void **state)
{
    (void)state;
    SCOPED(buf) struct buf der = {0};
    SCOPED_KEY struct key *k = NULL;
    assert_ok(key_generate(KEY_EC_P256, &k));
    const struct plan p = {.subject = "leaf", .ca = true, .san = "DNS:a,IP:::1,URI:x:y", .eku = "serverAuth"};
    pki_der(&p, k, k, &der);
    struct rego_policy *policy = call_policy();
    for (size_t i = 0; i < der.n; i++) {
        SCOPED(buf) struct buf text = {0};
        struct rego_error error = {0};
        struct rego_result *result = NULL;
        buf_init(&text, 1 << 16);
        der.p[i] ^= 0x41;
        buf_text(&text, "\"");
        base64_encode(BASE64_PADDED, buf_view(&der), &text);
        buf_text(&text, "\"");
        der.p[i] ^= 0x41;
        struct rego_call call = {.query = "crypto.x509.parse_certificates(input)",
                                 .input = (const char *)text.p,
                                 .input_length = text.n,
                                 .now_ns = (int64_t)PKI_NOW * 1000000000};
        enum rego_status status = rego_eval(policy, &call, &result, &error);
        assert_true(status == REGO_OK || status == REGO_UNDEFINED);
        rego_result_free(result);
    }
    rego_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_denials),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_every_flip),
    };
    return cmocka_run_group_tests(tests, make_input, end);
}
