/*
 * Flattened JWE JSON. The broker's keys role encrypts to the attested key, the guest opens. The content key and the key
 * that wraps it exist only in struct secret, for the length of one call. When opening, the whole text is hostile.
 */
#include "jose/jwe.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "crypto/aead.h"
#include "jose/jwk.h"

#define ENC             "A256GCM"
#define ALG_ECDH        "ECDH-ES+A256KW"
#define ALG_OAEP        "RSA-OAEP-256"

#define CEK_LEN         AEAD_KEY
#define HEADER_MAX      (16 * KIB)
#define WRAPPED_KEY_MAX 1024

/* OtherInfo of the concat KDF: the algorithm's name, no party info, 256 bits (RFC 7518 4.6.2). */
static const uint8_t OTHER_INFO[] = "\0\0\0\x0e" ALG_ECDH "\0\0\0\0\0\0\0\0\0\0\1";
#define OTHER_INFO_LEN (4 + 14 + 4 + 4 + 4)
static_assert(sizeof(OTHER_INFO) == OTHER_INFO_LEN, "the NUL of the literal is the last byte of the length");

static bool is_ec(const struct key *k)
{
    enum key_kind kind = key_kind_of(k);
    return kind == KEY_EC_P256 || kind == KEY_EC_P384 || kind == KEY_EC_P521;
}

struct err jwe_key_usable(const struct key *k, struct bytes alg)
{
    if (is_ec(k) && bytes_is(alg, ALG_ECDH))
        return OK;
    if (key_kind_of(k) == KEY_RSA && bytes_is(alg, ALG_OAEP))
        return OK;
    return FAIL(ERR_UNSUPPORTED, "no key wrap for this key and algorithm");
}

/* The key that wraps the content key, from one side's pair and the other side's point. */
static struct err agree(const struct key *mine, const struct key *theirs, struct secret *kek)
{
    SCOPED(secret) struct secret z = {0};
    TRY(key_agree(mine, theirs, &z));
    return concat_kdf(secret_borrow(&z), bytes_of(OTHER_INFO, OTHER_INFO_LEN), CEK_LEN, kek);
}

/* One member of the epk. Its values are ASCII of our own making. */
static void put_epk_member(const struct json *jwk, const char *name, const char *before, struct buf *out)
{
    const struct json *v = json_at(jwk, name);
    buf_text(out, before);
    json_quote(bytes_of_text(name), out);
    buf_text(out, ":");
    json_quote(v->text, out);
}

/* The client reads the header into its own type and writes it again to get the AAD: the order is part of the format. */
static struct err put_epk(const struct key *ephemeral, struct buf *out)
{
    struct arena a;
    arena_init(&a, HEADER_MAX);
    const struct json *jwk;
    struct err e = jwk_encode(&a, ephemeral, NULL, &jwk);
    if (!failed(e)) {
        buf_text(out, ",\"epk\":");
        put_epk_member(jwk, "crv", "{", out);
        put_epk_member(jwk, "kty", ",", out);
        put_epk_member(jwk, "x", ",", out);
        put_epk_member(jwk, "y", ",", out);
        buf_text(out, "}");
    }
    arena_clear(&a);
    return e;
}

/* The compact header; `ephemeral` is NULL for RSA. */
static struct err put_header(struct bytes alg, const struct key *ephemeral, const struct jwe_extra *extra,
                             size_t extra_count, struct buf *out)
{
    const char *before = "";
    bool epk_due = ephemeral != NULL;
    buf_text(out, "{\"alg\":");
    json_quote(alg, out);
    buf_text(out, ",\"enc\":\"" ENC "\"");
    for (size_t i = 0; i < extra_count; i++) {
        const char *name = extra[i].name;
        if (strcmp(name, before) <= 0 || strcmp(name, "alg") == 0 || strcmp(name, "enc") == 0 ||
            strcmp(name, "epk") == 0)
            return FAIL(ERR_BUG, "extra header members out of order, or standard ones");
        if (epk_due && strcmp(name, "epk") > 0) {
            TRY(put_epk(ephemeral, out));
            epk_due = false;
        }
        buf_text(out, ",");
        json_quote(bytes_of_text(name), out);
        buf_text(out, ":");
        json_quote(extra[i].value, out);
        before = name;
    }
    if (epk_due)
        TRY(put_epk(ephemeral, out));
    buf_text(out, "}");
    struct bytes whole;
    return buf_end(out, &whole);
}

static struct err wrap(const struct key *k, const struct key *ephemeral, const struct secret *cek, struct buf *out)
{
    if (ephemeral == NULL)
        return key_oaep_encrypt(k, HASH_SHA256, BYTES_EMPTY, secret_borrow(cek), out);
    SCOPED(secret) struct secret kek = {0};
    TRY(agree(ephemeral, k, &kek));
    return key_wrap(secret_borrow(&kek), secret_borrow(cek), out);
}

static void put_member(const char *lead, struct bytes v, struct buf *out)
{
    buf_text(out, lead);
    base64_encode(BASE64_URL, v, out);
}

/* Encrypt under a new content key and append everything. `text` is the base64url of the protected header. */
static struct err seal(const struct key *k, const struct key *ephemeral, struct bytes text, struct bytes plain,
                       struct buf *out)
{
    SCOPED(secret) struct secret cek = {0};
    SCOPED(buf) struct buf wrapped = {0};
    SCOPED(buf) struct buf sealed = {0};
    uint8_t iv[AEAD_IV], tag[AEAD_TAG];
    buf_init(&wrapped, WRAPPED_KEY_MAX);
    buf_init(&sealed, SECRET_SIZE_MAX);
    TRY(secret_new(CEK_LEN, &cek));
    TRY(random_bytes(cek.p, cek.n));
    TRY(random_bytes(iv, sizeof(iv)));
    TRY(wrap(k, ephemeral, &cek, &wrapped));
    TRY(aead_seal(secret_borrow(&cek), BYTES_OF(iv), text, plain, &sealed, tag));
    buf_text(out, "{\"protected\":\"");
    buf_add(out, text);
    put_member("\",\"encrypted_key\":\"", buf_view(&wrapped), out);
    put_member("\",\"iv\":\"", BYTES_OF(iv), out);
    put_member("\",\"ciphertext\":\"", buf_view(&sealed), out);
    put_member("\",\"tag\":\"", BYTES_OF(tag), out);
    buf_text(out, "\"}");
    struct bytes whole;
    return buf_end(out, &whole);
}

struct err jwe_encrypt(const struct key *k, struct bytes alg, const struct jwe_extra *extra, size_t extra_count,
                       struct bytes plain, struct buf *out)
{
    TRY(jwe_key_usable(k, alg));
    SCOPED_KEY struct key *ephemeral = NULL;
    if (is_ec(k))
        TRY(key_generate(key_kind_of(k), &ephemeral));
    SCOPED(buf) struct buf header = {0};
    SCOPED(buf) struct buf text = {0};
    buf_init(&header, HEADER_MAX);
    buf_init(&text, 2 * HEADER_MAX);
    TRY(put_header(alg, ephemeral, extra, extra_count, &header));
    base64_encode(BASE64_URL, buf_view(&header), &text);
    struct bytes whole;
    TRY(buf_end(&text, &whole));
    return seal(k, ephemeral, whole, plain, out);
}

struct parts { /* views into the document and the arena */
    struct bytes protected_text;
    const struct json *header;
    struct bytes wrapped;
    struct bytes sealed;
    uint8_t iv[AEAD_IV];
    uint8_t tag[AEAD_TAG];
};

static struct err refuse_any(const struct json *object, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (json_at(object, *names) != NULL)
            return FAIL(ERR_UNSUPPORTED, "a member of JWE that we do not speak");
    }
    return OK;
}

static struct err need_decoded(struct arena *a, const struct json *doc, const char *name, struct bytes *out)
{
    struct bytes text;
    TRY(json_need_string(doc, name, &text));
    return base64_decode(a, BASE64_URL, text, out);
}

static struct err need_fixed(const struct json *doc, const char *name, uint8_t *out, size_t n)
{
    struct bytes text;
    TRY(json_need_string(doc, name, &text));
    return base64_decode_fixed(BASE64_URL, text, out, n);
}

static struct err decode_header(struct arena *a, struct bytes text, const struct json **out)
{
    /* What changes the keys or the content, and what only a reader who knows it may skip. */
    static const char *const unknown[] = {"crit", "zip", "apu", "apv", NULL};
    struct bytes plain;
    TRY(base64_decode(a, BASE64_URL, text, &plain));
    TRY(json_decode(a, plain, NULL, NULL, out));
    if (!json_is(*out, JSON_OBJECT))
        return FAIL(ERR_FORMAT, "the protected header is no object");
    return refuse_any(*out, unknown);
}

static struct err decode_parts(struct arena *a, struct bytes text, struct parts *p)
{
    /* Several recipients, unprotected headers and additional data are forms of the general syntax. */
    static const char *const unknown[] = {"recipients", "header", "unprotected", "aad", NULL};
    const struct json *doc;
    TRY(json_decode(a, text, NULL, NULL, &doc));
    TRY(json_need_string(doc, "protected", &p->protected_text));
    TRY(refuse_any(doc, unknown));
    TRY(decode_header(a, p->protected_text, &p->header));
    TRY(need_decoded(a, doc, "encrypted_key", &p->wrapped));
    TRY(need_fixed(doc, "iv", p->iv, sizeof(p->iv)));
    TRY(need_decoded(a, doc, "ciphertext", &p->sealed));
    return need_fixed(doc, "tag", p->tag, sizeof(p->tag));
}

/* The algorithm must be the one for the kind of our key; the header cannot choose another. */
static struct err check_header(const struct json *header, const struct key *k)
{
    struct bytes alg, enc;
    TRY(json_need_string(header, "alg", &alg));
    TRY(json_need_string(header, "enc", &enc));
    TRY(jwe_key_usable(k, alg));
    return bytes_is(enc, ENC) ? OK : FAIL(ERR_UNSUPPORTED, "another content encryption");
}

static struct err unwrap(const struct key *k, const struct parts *p, struct secret *cek)
{
    if (!is_ec(k))
        return key_oaep_decrypt(k, HASH_SHA256, BYTES_EMPTY, p->wrapped, cek);
    const struct json *epk;
    TRY(json_need_object(p->header, "epk", &epk));
    SCOPED_KEY struct key *theirs = NULL;
    TRY(jwk_decode(epk, &theirs, NULL));
    if (p->wrapped.n != CEK_LEN + 8)
        return FAIL(ERR_FORMAT, "a wrapped key of another size");
    SCOPED(secret) struct secret kek = {0};
    TRY(agree(k, theirs, &kek));
    return key_unwrap(secret_borrow(&kek), p->wrapped, cek);
}

struct err jwe_decrypt(struct arena *a, const struct key *k, struct bytes text, const struct json **header,
                       struct secret *plain)
{
    struct parts p = {0};
    TRY(decode_parts(a, text, &p));
    TRY(check_header(p.header, k));
    SCOPED(secret) struct secret cek = {0};
    TRY(unwrap(k, &p, &cek));
    if (cek.n != CEK_LEN)
        return FAIL(ERR_UNVERIFIED, "a content key of another size");
    TRY(aead_open(secret_borrow(&cek), BYTES_OF(p.iv), p.protected_text, p.sealed, BYTES_OF(p.tag), plain));
    *header = p.header;
    return OK;
}
