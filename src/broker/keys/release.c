#include "base/limits.h"
#include "broker/keys/group.h"
#include "broker/keys/policy.h"
#include "broker/keys/resource_path.h"
#include "broker/keys/token.h"
#include "codec/hex.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "rats/ear.h"

/*
 * GET resource: token, then the rule, then the path, then the store, then the JWE; the reply waits for its audit
 * record. The order decides what a stranger learns: a denied name and a missing one look alike until the rule allows.
 */

struct release { /* one request on its way */
    const struct caller *caller;
    struct arena *a;
    const struct keys_resource *request;
    struct bytes plugin;
    struct bytes rest; /* path behind the plugin's name */
    const struct json *claims;
    struct bytes claims_text;
    struct bytes session_hex;
    uint16_t error; /* enum kbs_error of the step that failed */
    struct release_answer answer;
};

static struct err token_of_session(struct release *r)
{
    struct keys *k = r->caller->keys;
    struct session s;
    TRY(session_open(&k->sessions, r->a, r->request->cookie, keys_now_sec(k), &s));
    if (s.state != SESSION_ATTESTED)
        return REFUSE(ERR_STATE, REASON_SESSION_STATE, "the session has not attested");
    struct bytes digest;
    struct bytes token;
    struct err e = store_spent_find(k->store, r->a, BYTES_OF(s.id), &digest, &token);
    if (e.code == ERR_ABSENT)
        return REFUSE(ERR_STALE, REASON_SESSION_EXPIRED, "the session's row is gone");
    TRY(e);
    return token_read(k, r->a, token, &r->claims, &r->claims_text);
}

/* The session first, then the bearer token: as upstream's broker looks. */
static struct err find_token(struct release *r)
{
    struct err e = REFUSE(ERR_ABSENT, REASON_TOKEN_ABSENT, "no session and no token");
    r->error = KBS_ERROR_TOKEN_NOT_FOUND;
    if (r->request->cookie.n != 0) {
        e = token_of_session(r);
        if (!failed(e) || e.code == ERR_IO)
            return e;
    }
    if (r->request->bearer.n == 0)
        return e;
    r->error = KBS_ERROR_TOKEN_VERIFIER;
    return token_check(r->caller->keys, r->a, r->request->bearer, &r->claims, &r->claims_text);
}

static struct err tee_key(struct release *r, struct key **key, struct bytes *alg)
{
    const struct json *runtime =
        json_path(r->claims, "submods", "cpu0", "ear.veraison.annotated-evidence", "runtime_data_claims", NULL);
    const struct json *jwk = json_at(runtime, "tee-pubkey");
    r->error = KBS_ERROR_JWE;
    TRY_AS(REASON_TOKEN_KEY, jwk_decode(jwk, key, alg));
    TRY_AS(REASON_TOKEN_KEY, jwe_key_usable(*key, *alg));
    struct bytes nonce;
    struct digest session;
    TRY_AS(REASON_TOKEN_KEY, json_need_string(runtime, "nonce", &nonce));
    TRY(hash_of(HASH_SHA256, nonce, &session));
    return hex_encode_arena(r->a, digest_view(&session), &r->session_hex);
}

/* Our guest requires path and version in the protected header: a JWE alone has no sender. */
static struct err seal(struct release *r, const struct key *key, struct bytes alg, const struct secret *value,
                       uint64_t version, struct buf *out)
{
    char number[24];
    snprintf(number, sizeof(number), "%llu", (unsigned long long)version);
    const struct jwe_extra extra[] = {{"casemate.path", r->rest}, {"casemate.version", bytes_of_text(number)}};
    r->error = KBS_ERROR_JWE;
    return jwe_encrypt(key, alg, extra, 2, secret_borrow(value), out);
}

static struct err record(struct release *r)
{
    struct audit_event event = {.kind = "release",
                                .session = r->session_hex,
                                .subject = r->rest,
                                .evidence = BYTES_EMPTY,
                                .rule = r->answer.rule};
    r->error = KBS_ERROR_UNAVAILABLE;
    return group_audit(r->caller->keys, &event);
}

/* A token that was issued before the last revocation stands for rules that are no longer in force. */
static struct err check_generation(struct release *r)
{
    int64_t generation;
    const struct json *own = json_at(r->claims, "casemate");
    TRY_AS(REASON_TOKEN_MALFORMED, json_need_int(own, "generation", 0, INT64_MAX, &generation));
    if ((uint64_t)generation < r->caller->keys->policies.token_floor)
        return REFUSE(ERR_STALE, REASON_TOKEN_REVOKED, "tokens of this age were revoked");
    return OK;
}

static struct err ask_policy(struct release *r)
{
    struct release_question q = {
        .claims = r->claims_text, .plugin = r->plugin, .path = r->rest, .query = r->request->query};
    struct err e = release_allows(r->caller->keys, r->a, &q, &r->answer);
    if (failed(e) && e.code != ERR_DENIED)
        r->error = KBS_ERROR_POLICY_ENGINE;
    return e;
}

static struct err release(struct release *r, struct buf *jwe)
{
    struct bytes alg = BYTES_EMPTY;
    SCOPED_KEY struct key *key = NULL;
    SCOPED(secret) struct secret value = {0};
    uint64_t version = 0;
    TRY(find_token(r));
    TRY(tee_key(r, &key, &alg));
    r->error = KBS_ERROR_POLICY_DENY;
    TRY(check_generation(r));
    TRY(ask_policy(r));
    r->error = KBS_ERROR_PLUGIN_INTERNAL;
    if (!bytes_is(r->request->method, "GET"))
        return REFUSE(ERR_UNSUPPORTED, REASON_REQUEST_MALFORMED, "a resource can only be read with a token");
    TRY(resource_path_check(r->rest));
    struct err e = store_get(r->caller->keys->store, STORE_RESOURCE, r->rest, &value, &version);
    if (e.code == ERR_ABSENT) {
        r->error = KBS_ERROR_RESOURCE_NOT_FOUND;
        return REFUSE(ERR_ABSENT, REASON_RESOURCE_ABSENT, "no such resource");
    }
    r->error = KBS_ERROR_UNAVAILABLE;
    TRY(e);
    TRY(seal(r, key, alg, &value, version, jwe));
    return record(r);
}

static bool split_plugin(struct bytes path, struct bytes *plugin, struct bytes *rest)
{
    const uint8_t *slash = memchr(path.p, '/', path.n);
    size_t n = slash == NULL ? path.n : (size_t)(slash - path.p);
    *plugin = bytes_of(path.p, n);
    *rest = slash == NULL ? BYTES_EMPTY : bytes_of(slash + 1, path.n - n - 1);
    return bytes_is(*plugin, "resource");
}

void keys_on_resource(const struct caller *c, struct arena *a, const struct keys_resource *m)
{
    struct release r = {.caller = c, .a = a, .request = m, .session_hex = BYTES_EMPTY};
    if (!split_plugin(m->path, &r.plugin, &r.rest)) {
        reply_error(c, KBS_ERROR_PLUGIN_NOT_FOUND, REASON_NONE, r.plugin);
        return;
    }
    SCOPED(buf) struct buf jwe;
    buf_init(&jwe, 2 * RESOURCE_MAX);
    struct err e = release(&r, &jwe);
    if (failed(e)) {
        refusal_audit(c, "release", r.session_hex, BYTES_EMPTY, r.rest, e, r.answer.reason);
        bool ours = e.code == ERR_IO || e.code == ERR_NOMEM || e.code == ERR_BUG;
        reply_error(c, ours ? KBS_ERROR_UNAVAILABLE : r.error, e.reason, BYTES_EMPTY);
        return;
    }
    group_reply(
        c, &(struct keys_reply){
               .content = KEYS_CONTENT_JSON, .cookie = BYTES_EMPTY, .detail = BYTES_EMPTY, .body = buf_view(&jwe)});
}
