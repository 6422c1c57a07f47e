/*
 * crypto.x509.parse_keypair, crypto.x509.parse_rsa_private_key, crypto.parse_private_keys: for policies that hold keys.
 * Keys are shown as JWK. parse_keypair checks that key and certificate belong together and does not show the key.
 */
#include "rego/builtins/x509.h"
#include "rego/value.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/pem.h"
#include "crypto/key_pair.h"

#define COST_KEY (8 * 20000UL)

static bool is_private_label(struct bytes label)
{
    return bytes_is(label, "RSA PRIVATE KEY") || bytes_is(label, "EC PRIVATE KEY") || bytes_is(label, "PRIVATE KEY");
}

/* The next private key of a PEM text; blocks of other kinds are passed over. */
static struct err next_key(struct call *c, struct bytes *rest, struct key **out, bool *found)
{
    struct pem_block b;
    *found = true;
    while (*found) {
        TRY(pem_next(c->arena, rest, &b, found));
        if (!*found || !is_private_label(b.label))
            continue;
        TRY(builtin_cost(c, COST_KEY));
        return key_from_pem(b.text, true, out);
    }
    return OK;
}

static struct err add_member(struct json_object *o, const char *name, struct bytes v)
{
    struct bytes text;
    TRY(base64_encode_arena(o->arena, BASE64_URL, v, &text));
    json_object_string(o, name, text);
    return OK;
}

static struct err add_private(struct json_object *o, const char *name, const struct key *k, enum key_number which)
{
    SCOPED(buf) struct buf v = {0};
    struct bytes number = BYTES_EMPTY;
    buf_init(&v, 2 * KIB);
    struct err e = key_private_number(k, which, &v);
    if (!failed(e))
        e = buf_end(&v, &number);
    if (!failed(e))
        e = add_member(o, name, number);
    if (v.p != NULL)
        explicit_bzero(v.p, v.n);
    return e;
}

static struct err show_rsa(struct json_object *o, const struct key *k)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi"};
    SCOPED(buf) struct buf n = {0};
    SCOPED(buf) struct buf e = {0};
    buf_init(&n, 2 * KIB);
    buf_init(&e, 2 * KIB);
    json_object_text(o, "kty", "RSA");
    TRY(key_rsa(k, &n, &e));
    TRY(add_member(o, "n", buf_view(&n)));
    TRY(add_member(o, "e", buf_view(&e)));
    for (size_t i = 0; i < 6; i++)
        TRY(add_private(o, names[i], k, (enum key_number)i));
    return OK;
}

static struct err show_ec(struct json_object *o, const struct key *k)
{
    uint8_t x[66];
    uint8_t y[66];
    size_t n;
    TRY(key_point(k, x, y, &n));
    json_object_text(o, "kty", "EC");
    json_object_text(o, "crv", n == 32 ? "P-256" : n == 48 ? "P-384" : "P-521");
    TRY(add_member(o, "x", bytes_of(x, n)));
    TRY(add_member(o, "y", bytes_of(y, n)));
    return add_private(o, "d", k, KEY_NUMBER_D);
}

static struct err show_ed25519(struct json_object *o, const struct key *k)
{
    SCOPED(buf) struct buf spki = {0};
    struct bytes whole;
    buf_init(&spki, KIB);
    TRY(key_spki(k, &spki));
    TRY(buf_end(&spki, &whole));
    json_object_text(o, "kty", "OKP");
    json_object_text(o, "crv", "Ed25519");
    /* The key is the end of its SubjectPublicKeyInfo (RFC 8410 4). */
    TRY(add_member(o, "x", bytes_of(whole.p + whole.n - 32, 32)));
    return add_private(o, "d", k, KEY_NUMBER_D);
}

static struct err show_key(struct call *c, const struct key *k, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, c->arena);
    enum key_kind kind = key_kind_of(k);
    TRY(kind == KEY_RSA ? show_rsa(&o, k) : kind == KEY_ED25519 ? show_ed25519(&o, k) : show_ec(&o, k));
    return json_object_end(&o, out);
}

static struct err bi_parse_rsa(struct call *c, const struct json **out)
{
    SCOPED_KEY struct key *k = NULL;
    struct bytes text;
    bool found;
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(x509_unwrap(c, c->args[0]->text, &text));
    TRY(builtin_settle(c, next_key(c, &text, &k, &found), "failed to parse a PEM private key"));
    if (!found || key_kind_of(k) != KEY_RSA)
        return builtin_error(c, "PEM data contains no RSA private key");
    return builtin_settle(c, show_key(c, k, out), "an RSA private key without its factors");
}

static struct err bi_parse_all(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    struct bytes text;
    bool found = true;
    TRY(builtin_need(c, 1, JSON_STRING));
    *out = &value_null;
    if (c->args[0]->text.n == 0)
        return OK;
    TRY(x509_unwrap(c, c->args[0]->text, &text));
    while (found) {
        SCOPED_KEY struct key *k = NULL;
        const struct json *v;
        TRY(builtin_settle(c, next_key(c, &text, &k, &found), "failed to parse a PEM private key"));
        if (!found)
            break;
        TRY(builtin_settle(c, show_key(c, k, &v), "an RSA private key without its factors"));
        TRY(values_add(&all, v));
    }
    return value_array(c->arena, all.items, all.count, out);
}

/* Whether a certificate's key is the public part of k. */
static struct err check_pair(struct call *c, const struct cert *cert, const struct key *k)
{
    SCOPED_KEY struct key *theirs = NULL;
    SCOPED(buf) struct buf a = {0};
    SCOPED(buf) struct buf b = {0};
    buf_init(&a, 4 * KIB);
    buf_init(&b, 4 * KIB);
    TRY(builtin_settle(c, cert_key(cert, &theirs), "tls: unknown public key algorithm"));
    TRY(key_spki(theirs, &a));
    TRY(key_spki(k, &b));
    return bytes_equal(buf_view(&a), buf_view(&b)) ? OK
                                                   : builtin_error(c, "tls: private key does not match public key");
}

static struct err bi_parse_keypair(struct call *c, const struct json **out)
{
    SCOPED(x509_list) struct x509_list list = {0};
    SCOPED_KEY struct key *k = NULL;
    struct values ders = {.arena = c->arena};
    struct json_object o;
    struct bytes text;
    const struct json *v;
    bool found;
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(builtin_need(c, 2, JSON_STRING));
    TRY(x509_list(c, c->args[0]->text, &list));
    TRY(x509_unwrap(c, c->args[1]->text, &text));
    TRY(builtin_settle(c, next_key(c, &text, &k, &found), "failed to parse a PEM private key"));
    if (list.count == 0 || !found)
        return builtin_error(c, "tls: failed to find a certificate and a private key in PEM input");
    TRY(check_pair(c, list.items[0], k));
    for (size_t i = 0; i < list.count; i++) {
        struct bytes b64;
        TRY(base64_encode_arena(c->arena, BASE64_PADDED, cert_der(list.items[i]), &b64));
        TRY(json_new_string(c->arena, b64, &v));
        TRY(values_add(&ders, v));
    }
    json_object_init(&o, c->arena);
    TRY(x509_strings(&o, "Certificate", &ders));
    TRY(builtin_settle(c, x509_certificate(c->arena, cert_der(list.items[0]), &v), "x509: malformed certificate"));
    json_object_add(&o, "Leaf", v);
    return json_object_end(&o, out);
}

const struct builtin builtins_private_keys[] = {
    {"crypto.parse_private_keys", 1, false, bi_parse_all},
    {"crypto.x509.parse_keypair", 2, false, bi_parse_keypair},
    {"crypto.x509.parse_rsa_private_key", 1, false, bi_parse_rsa},
};
BUILTIN_ROWS(private_keys)
