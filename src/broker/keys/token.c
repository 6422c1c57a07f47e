#include "broker/keys/token.h"

#include "base/limits.h"
#include "broker/keys/policy.h"
#include "codec/base64.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "rats/ear.h"

#define SUBMODS_MAX 9
#define SIGNATURE   64

struct err signer_header(const struct key *key, struct arena *a, struct bytes *out)
{
    const struct json *jwk;
    if (key_kind_of(key) != KEY_EC_P256)
        return FAIL(ERR_UNSUPPORTED, "the token key is not an EC key on P-256");
    TRY(jwk_encode(a, key, jws_alg_name(key_kind_of(key)), &jwk));
    struct bytes kid;
    TRY(jwk_thumbprint(a, key, &kid));
    struct json_object o;
    json_object_init(&o, a);
    json_object_add(&o, "jwk", jwk);
    json_object_string(&o, "kid", kid);
    const struct json *rest;
    TRY(json_object_end(&o, &rest));
    /* Signing anything shows the header's text once and for all. */
    SCOPED(buf) struct buf b;
    buf_init(&b, TOKEN_MAX);
    TRY(jws_sign(key, rest, BYTES_LIT("{}"), &b));
    const uint8_t *dot = memchr(b.p, '.', b.n);
    if (dot == NULL)
        return FAIL(ERR_BUG, "a token without a dot");
    return arena_copy(a, bytes_of(b.p, (size_t)(dot - b.p) + 1), out);
}

void signer_use(struct keys *k, struct key *key, struct bytes header_text)
{
    key_free(k->retired.key);
    k->retired =
        (struct retired_signer){.key = k->signer.key,
                                .header_text = k->signer.header_text,
                                .until_sec = keys_now_sec(k) + settings_int(k->settings, SETTING_TOKEN_LIFETIME)};
    memset(&k->signer, 0, sizeof(k->signer));
    k->signer.key = key;
    k->signer.header_text = header_text;
}

static struct err read_vector(const struct json *v, struct ear_vector *out)
{
    for (int i = 0; i < EAR_CLAIM_COUNT; i++) {
        if (json_at(v, ear_claim_name((enum ear_claim)i)) == NULL)
            continue;
        int64_t value;
        TRY(json_need_int(v, ear_claim_name((enum ear_claim)i), INT8_MIN, INT8_MAX, &value));
        out->is_set[i] = true;
        out->value[i] = (int8_t)value;
    }
    return OK;
}

static struct err read_submod(struct arena *a, const struct json *v, struct ear_submod *out)
{
    struct bytes name;
    struct bytes policy;
    char *policy_text;
    const struct json *vector;
    TRY(json_need_string(v, "name", &name));
    TRY(json_need_string(v, "policy", &policy));
    TRY(json_need_object(v, "vector", &vector));
    TRY(json_need_object(v, "annotated", &out->annotated));
    if (name.n == 0 || name.n >= sizeof(out->name))
        return FAIL(ERR_FORMAT, "a submodule's name is too long");
    memcpy(out->name, name.p, name.n);
    TRY(arena_text(a, policy, &policy_text));
    out->policy_id = policy_text;
    out->extensions = json_at(v, "extensions");
    return read_vector(vector, &out->vector);
}

/* What of our own stands beside upstream's claims: where in the audit log, and under which rules. */
static struct err own_claims(struct keys *k, struct arena *a, const struct json **out)
{
    struct audit_head head = audit_head(k->audit);
    struct json_object audit;
    struct json_object own;
    struct json_object top;
    const struct json *audit_claim;
    const struct json *own_claim;
    json_object_init(&audit, a);
    json_object_int(&audit, "seq", (int64_t)head.seq);
    json_object_hex(&audit, "hash", BYTES_OF(head.hash));
    TRY(json_object_end(&audit, &audit_claim));
    json_object_init(&own, a);
    json_object_add(&own, "audit", audit_claim);
    json_object_int(&own, "generation", (int64_t)k->trust_generation);
    json_object_text(&own, "rule", k->policies.rule);
    if (k->policies.digests != NULL)
        json_object_add(&own, "policies", k->policies.digests);
    TRY(json_object_end(&own, &own_claim));
    json_object_init(&top, a);
    json_object_add(&top, "casemate", own_claim);
    return json_object_end(&top, out);
}

static struct signed_row *row_of(struct signer *s, const struct digest *d)
{
    return &s->made[((size_t)d->p[0] << 8 | d->p[1]) % SIGNER_KEEPS];
}

/* The header is the same in every token, so it is not encoded again. */
static struct err sign(struct signer *s, struct arena *a, struct bytes payload, struct bytes *out)
{
    SCOPED(buf) struct buf token;
    SCOPED(buf) struct buf signature;
    struct bytes signing_input;
    struct digest d;
    buf_init(&token, 2 * TOKEN_MAX);
    buf_init(&signature, SIGNATURE);
    buf_add(&token, s->header_text);
    base64_encode(BASE64_URL, payload, &token);
    TRY(buf_end(&token, &signing_input));
    TRY(hash_of(HASH_SHA256, signing_input, &d));
    TRY(key_sign_digest(s->key, SIG_ECDSA_SHA256, &d, &signature));
    if (signature.n != SIGNATURE)
        return FAIL(ERR_BUG, "a signature of another size");
    buf_text(&token, ".");
    base64_encode(BASE64_URL, buf_view(&signature), &token);
    struct bytes whole;
    TRY(buf_end(&token, &whole));
    TRY(arena_copy(a, whole, out));
    struct signed_row *row = row_of(s, &d);
    *row = (struct signed_row){.is_set = true};
    memcpy(row->digest, d.p, sizeof(row->digest));
    memcpy(row->signature, signature.p, sizeof(row->signature));
    return OK;
}

static bool is_retired(const struct keys *k, struct bytes token)
{
    return k->retired.key != NULL && keys_now_sec(k) < k->retired.until_sec &&
           bytes_starts(token, k->retired.header_text);
}

/* What this process signed itself, bit by bit, holds; anything else is verified. */
static struct err check_signature(struct keys *k, struct bytes signing_input, struct bytes signature)
{
    struct signer *s = &k->signer;
    struct digest d;
    TRY(hash_of(HASH_SHA256, signing_input, &d));
    if (is_retired(k, signing_input))
        return key_verify_digest(k->retired.key, SIG_ECDSA_SHA256, &d, signature);
    const struct signed_row *row = row_of(s, &d);
    if (row->is_set && bytes_equal(BYTES_OF(row->digest), digest_view(&d)) &&
        bytes_equal_ct(BYTES_OF(row->signature), signature))
        return OK;
    return key_verify_digest(s->key, SIG_ECDSA_SHA256, &d, signature);
}

struct err token_issue(struct keys *k, struct arena *a, const struct json *submods, struct bytes *out)
{
    if (!json_is(submods, JSON_ARRAY) || submods->count == 0 || submods->count > SUBMODS_MAX)
        return FAIL(ERR_FORMAT, "a verdict without submodules");
    struct ear_submod *list;
    TRY(arena_array(a, submods->count, &list));
    for (size_t i = 0; i < submods->count; i++)
        TRY(read_submod(a, submods->items[i], &list[i]));
    struct ear_settings ear = {
        .issuer = settings_text(k->settings, SETTING_TOKEN_ISSUER),
        .developer = settings_text(k->settings, SETTING_TOKEN_DEVELOPER),
        .build = "casemate " CASEMATE_VERSION,
        .issued_at_sec = keys_now_sec(k),
        .lifetime_sec = settings_int(k->settings, SETTING_TOKEN_LIFETIME),
    };
    const struct json *own;
    const struct json *payload;
    TRY(own_claims(k, a, &own));
    TRY(ear_payload(a, &ear, list, submods->count, own, &payload));
    SCOPED(buf) struct buf text;
    buf_init(&text, TOKEN_MAX);
    json_encode(payload, &text);
    struct bytes payload_text;
    TRY(buf_end(&text, &payload_text));
    return sign(&k->signer, a, payload_text, out);
}

static struct err decode_payload(struct keys *k, struct arena *a, struct bytes part, const struct json **payload,
                                 struct bytes *payload_text)
{
    TRY(base64_decode(a, BASE64_URL, part, payload_text));
    TRY(json_decode(a, *payload_text, NULL, NULL, payload));
    struct err e = jwt_check_times(*payload, keys_now_sec(k), 0);
    if (e.code == ERR_STALE)
        return REFUSE(ERR_STALE, REASON_TOKEN_EXPIRED, "the token has expired");
    return e;
}

static struct err split(const struct keys *k, struct bytes token, struct bytes *signed_part, struct bytes *payload,
                        struct bytes *signature)
{
    struct bytes header = is_retired(k, token) ? k->retired.header_text : k->signer.header_text;
    if (token.n > TOKEN_MAX || !bytes_starts(token, header))
        return REFUSE(ERR_UNVERIFIED, REASON_TOKEN_SIGNATURE, "not a token of this broker");
    struct bytes rest = bytes_of(token.p + header.n, token.n - header.n);
    const uint8_t *dot = memchr(rest.p, '.', rest.n);
    if (dot == NULL)
        return REFUSE(ERR_FORMAT, REASON_TOKEN_MALFORMED, "a token without a signature");
    size_t payload_n = (size_t)(dot - rest.p);
    *payload = bytes_of(rest.p, payload_n);
    *signed_part = bytes_of(token.p, header.n + payload_n);
    *signature = bytes_of(dot + 1, rest.n - payload_n - 1);
    return OK;
}

struct err token_check(struct keys *k, struct arena *a, struct bytes token, const struct json **payload,
                       struct bytes *payload_text)
{
    struct bytes signed_part;
    struct bytes part;
    struct bytes signature_text;
    TRY(split(k, token, &signed_part, &part, &signature_text));
    uint8_t signature[SIGNATURE];
    TRY_AS(REASON_TOKEN_MALFORMED, base64_decode_fixed(BASE64_URL, signature_text, signature, sizeof(signature)));
    TRY_AS(REASON_TOKEN_SIGNATURE, check_signature(k, signed_part, BYTES_OF(signature)));
    TRY_AS(REASON_TOKEN_MALFORMED, decode_payload(k, a, part, payload, payload_text));
    return OK;
}

struct err token_read(struct keys *k, struct arena *a, struct bytes token, const struct json **payload,
                      struct bytes *payload_text)
{
    struct bytes signed_part;
    struct bytes part;
    struct bytes signature;
    TRY(split(k, token, &signed_part, &part, &signature));
    TRY_AS(REASON_TOKEN_MALFORMED, decode_payload(k, a, part, payload, payload_text));
    return OK;
}
