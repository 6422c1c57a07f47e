#include "base/limits.h"
#include "broker/keys/admin.h"
#include "broker/keys/policy.h"
#include "broker/keys/resource_path.h"
#include "codec/base64.h"
#include "jose/jwe.h"
#include "rats/reference.h"
#include "verifier/builtin_policy.h"

/* Upstream's administrative endpoints. source: spec/kbs.md 1.2 */

/* A body of type application/jose+json is a JWE to our upload key: then the front never saw the secret. */
static struct err put_resource(struct admin *x, struct bytes body)
{
    if (!bytes_is(x->request->content_type, "application/jose+json"))
        return admin_change(x, STORE_RESOURCE, x->rest, &body);
    const struct json *header;
    SCOPED(secret) struct secret plain = {0};
    TRY(jwe_decrypt(x->a, x->caller->keys->upload_key, body, &header, &plain));
    const struct json *path = json_at(header, "casemate.path");
    if (!json_is(path, JSON_STRING) || !bytes_equal(path->text, x->rest))
        return REFUSE(ERR_UNVERIFIED, REASON_JWE_HEADER, "the sealed upload names another path");
    struct bytes value = secret_borrow(&plain);
    return admin_change(x, STORE_RESOURCE, x->rest, &value);
}

struct err admin_resource_set(struct admin *x)
{
    x->content = KEYS_CONTENT_XML;
    TRY(resource_path_check(x->rest));
    if (x->request->body.n > RESOURCE_MAX)
        return REFUSE(ERR_LIMIT, REASON_REQUEST_TOO_LARGE, "the resource is too large");
    return put_resource(x, x->request->body);
}

struct err admin_resource_delete(struct admin *x)
{
    x->content = KEYS_CONTENT_XML;
    TRY(resource_path_check(x->rest));
    struct err e = admin_change(x, STORE_RESOURCE, x->rest, NULL);
    if (e.code == ERR_ABSENT)
        return REFUSE(ERR_ABSENT, REASON_RESOURCE_ABSENT, "no such resource");
    return e;
}

/* The member `policy` of the body, decoded. source: spec/kbs.md 1.2 */
static struct err read_policy(struct admin *x, const struct json **message, struct bytes *text)
{
    struct bytes encoded;
    TRY_AS(REASON_REQUEST_MALFORMED, json_decode(x->a, x->request->body, NULL, NULL, message));
    x->detail = BYTES_LIT("No `policy` field inside SetPolicy Request Json");
    TRY_AS(REASON_REQUEST_MALFORMED, json_need_string(*message, "policy", &encoded));
    x->detail = BYTES_LIT("Failed to decode policy: not base64url without padding");
    TRY_AS(REASON_REQUEST_MALFORMED, base64_decode(x->a, BASE64_URL, encoded, text));
    x->detail = BYTES_EMPTY;
    return OK;
}

struct err admin_release_policy_set(struct admin *x)
{
    const struct json *message;
    struct bytes text;
    x->error = KBS_ERROR_PARSE_POLICY;
    TRY(read_policy(x, &message, &text));
    x->error = KBS_ERROR_POLICY_ENGINE;
    TRY(admin_policy_try(x, BYTES_LIT(POLICY_RELEASE), text));
    return admin_change(x, STORE_POLICY, BYTES_LIT(POLICY_RELEASE), &text);
}

struct err admin_attestation_policy_set(struct admin *x)
{
    const struct json *message;
    struct bytes text;
    struct bytes id;
    SCOPED(buf) struct buf name = {0};
    TRY(read_policy(x, &message, &text));
    TRY_AS(REASON_REQUEST_MALFORMED, json_need_string(message, "policy_id", &id));
    buf_init(&name, 300);
    buf_text(&name, POLICY_ATTESTATION);
    buf_add(&name, id);
    struct bytes record;
    TRY_AS(REASON_REQUEST_MALFORMED, buf_end(&name, &record));
    TRY(admin_policy_try(x, record, text));
    return admin_change(x, STORE_POLICY, record, &text);
}

struct err admin_release_policy_list(struct admin *x)
{
    x->content = KEYS_CONTENT_JSON;
    buf_text(x->body, "[\"" POLICY_RELEASE "\"]");
    return OK;
}

struct err admin_reference_set(struct admin *x)
{
    const struct json *values;
    x->content = KEYS_CONTENT_JSON;
    x->detail = BYTES_LIT("Failed to register reference value: register reference value");
    TRY_AS(REASON_REQUEST_MALFORMED, reference_message_decode(x->a, x->request->body, &values));
    for (size_t i = 0; i < values->count; i++)
        if (values->members[i].key.n == 0 || values->members[i].key.n > 256)
            return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "a name that is empty or too long");
    for (size_t i = 0; i < values->count; i++) {
        SCOPED(buf) struct buf text;
        buf_init(&text, HTTP_BODY_MAX);
        json_encode(values->members[i].value, &text);
        struct bytes value;
        TRY(buf_end(&text, &value));
        TRY(admin_change(x, STORE_REFERENCE, values->members[i].key, &value));
    }
    return OK;
}

struct err admin_reference_get(struct admin *x)
{
    struct bytes value;
    uint64_t version;
    SCOPED(buf) struct buf detail;
    buf_init(&detail, 1 * KIB);
    struct err e = store_get_public(x->caller->keys->store, x->a, STORE_REFERENCE, x->rest, &value, &version);
    if (failed(e)) {
        buf_text(&detail, "Failed to get reference_values: No reference value found for the given id: ");
        buf_add(&detail, x->rest);
        TRY(arena_copy(x->a, buf_view(&detail), &x->detail));
        return e;
    }
    x->content = KEYS_CONTENT_JSON;
    buf_add(x->body, value);
    return OK;
}
