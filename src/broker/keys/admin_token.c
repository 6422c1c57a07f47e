#include "broker/keys/admin.h"
#include "codec/hex.h"
#include "jose/jwk.h"
#include "jose/jws.h"

#define LEEWAY_SEC 60

/* Who the administrators are stands in the store: name = key id, value = {"role","jwk","allow":[{"methods","prefix"}]}.
 */

static struct err record_of(struct admin *x, struct bytes kid, const struct json **out)
{
    struct bytes text;
    uint64_t version;
    struct err e = store_get_public(x->caller->keys->store, x->a, STORE_ADMIN, kid, &text, &version);
    if (e.code == ERR_ABSENT)
        return REFUSE(ERR_UNVERIFIED, REASON_ADMIN_TOKEN, "the key is not enrolled");
    TRY(e);
    return json_decode(x->a, text, NULL, NULL, out);
}

static struct err verify_with(struct admin *x, struct jws *jws, struct bytes kid, const struct json **record)
{
    TRY(record_of(x, kid, record));
    const struct json *jwk;
    SCOPED_KEY struct key *key = NULL;
    TRY(json_need_object(*record, "jwk", &jwk));
    TRY(jwk_decode(jwk, &key, NULL));
    TRY_AS(REASON_ADMIN_TOKEN, jws_verify(x->a, jws, key));
    x->who = kid;
    return json_need_string(*record, "role", &x->role);
}

/* A token without a key id, as upstream's tools have: each enrolled key in turn; there are few. */
static struct err verify_with_any(struct admin *x, struct jws *jws, const struct json **record)
{
    const struct store_entry *entries;
    size_t count;
    TRY(store_list(x->caller->keys->store, x->a, STORE_ADMIN, &entries, &count));
    for (size_t i = 0; i < count && i < 16; i++)
        if (!failed(verify_with(x, jws, entries[i].name, record)))
            return OK;
    return REFUSE(ERR_UNVERIFIED, REASON_ADMIN_TOKEN, "no enrolled key verifies the token");
}

/* Remembers a jti until its token expires; a full memory refuses rather than forgets. */
static struct err use_once(struct keys *k, struct bytes jti, int64_t expires_at_sec)
{
    struct digest d;
    TRY(hash_of(HASH_SHA256, jti, &d));
    int64_t now = keys_now_sec(k);
    size_t kept = 0;
    for (size_t i = 0; i < k->admin_seen_count; i++) {
        if (k->admin_seen[i].expires_at_sec + LEEWAY_SEC < now)
            continue;
        if (memcmp(k->admin_seen[i].digest, d.p, sizeof(k->admin_seen[i].digest)) == 0)
            return REFUSE(ERR_STALE, REASON_ADMIN_REPLAY, "this request was seen before");
        k->admin_seen[kept++] = k->admin_seen[i];
    }
    k->admin_seen_count = kept;
    if (kept == ADMIN_SEEN_MAX)
        return REFUSE(ERR_LIMIT, REASON_ADMIN_REPLAY, "too many administrative requests at once");
    struct admin_seen *row = &k->admin_seen[k->admin_seen_count++];
    memcpy(row->digest, d.p, sizeof(row->digest));
    row->expires_at_sec = expires_at_sec;
    return OK;
}

/* A token with a jti is bound to one request: method, path and body must be the ones that were signed. */
static struct err check_binding(struct admin *x, const struct json *claims, int64_t expires_at_sec)
{
    struct bytes jti;
    struct bytes method;
    struct bytes path;
    struct bytes body;
    struct digest digest;
    struct bytes hex;
    if (json_at(claims, "jti") == NULL)
        return OK;
    TRY_AS(REASON_ADMIN_TOKEN, json_need_string(claims, "jti", &jti));
    TRY_AS(REASON_ADMIN_REPLAY, json_need_string(claims, "htm", &method));
    TRY_AS(REASON_ADMIN_REPLAY, json_need_string(claims, "htu", &path));
    TRY_AS(REASON_ADMIN_REPLAY, json_need_string(claims, "body_sha256", &body));
    TRY(hash_of(HASH_SHA256, x->request->body, &digest));
    TRY(hex_encode_arena(x->a, digest_view(&digest), &hex));
    if (!bytes_equal(method, x->request->method) || !bytes_equal(path, x->request->path) || !bytes_equal(body, hex))
        return REFUSE(ERR_UNVERIFIED, REASON_ADMIN_REPLAY, "the token is bound to another request");
    return use_once(x->caller->keys, jti, expires_at_sec);
}

static bool method_listed(const struct json *methods, struct bytes method)
{
    if (!json_is(methods, JSON_ARRAY))
        return false;
    for (size_t i = 0; i < methods->count; i++)
        if (json_is(methods->items[i], JSON_STRING) && bytes_equal(methods->items[i]->text, method))
            return true;
    return false;
}

/* Role "admin" may do everything; any other role what its record lists: methods, and a path or a folder of paths. */
static struct err authorise(struct admin *x, const struct json *record)
{
    if (bytes_is(x->role, "admin"))
        return OK;
    const struct json *allow = json_at(record, "allow");
    for (size_t i = 0; json_is(allow, JSON_ARRAY) && i < allow->count; i++) {
        const struct json *prefix = json_at(allow->items[i], "prefix");
        if (!json_is(prefix, JSON_STRING) || prefix->text.n == 0 || !bytes_starts(x->request->path, prefix->text))
            continue;
        bool whole = x->request->path.n == prefix->text.n || prefix->text.p[prefix->text.n - 1] == '/';
        if (whole && method_listed(json_at(allow->items[i], "methods"), x->request->method))
            return OK;
    }
    return REFUSE(ERR_DENIED, REASON_ADMIN_ROLE, "the role does not list this method on this path");
}

struct err admin_authenticate(struct admin *x)
{
    struct jws jws;
    const struct json *record = NULL;
    struct bytes kid;
    if (x->request->bearer.n == 0)
        return REFUSE(ERR_UNVERIFIED, REASON_ADMIN_TOKEN, "no token");
    TRY_AS(REASON_ADMIN_TOKEN, jws_decode(x->a, x->request->bearer, &jws));
    if (json_at(jws.header, "kid") != NULL) {
        TRY_AS(REASON_ADMIN_TOKEN, json_need_string(jws.header, "kid", &kid));
        TRY_AS(REASON_ADMIN_TOKEN, verify_with(x, &jws, kid, &record));
    } else {
        TRY_AS(REASON_ADMIN_TOKEN, verify_with_any(x, &jws, &record));
    }
    int64_t expires_at_sec;
    TRY_AS(REASON_ADMIN_TOKEN, jwt_check_times(jws.payload, keys_now_sec(x->caller->keys), LEEWAY_SEC));
    TRY_AS(REASON_ADMIN_TOKEN, json_need_int(jws.payload, "exp", 0, INT64_MAX / 2, &expires_at_sec));
    TRY(check_binding(x, jws.payload, expires_at_sec));
    return authorise(x, record);
}
