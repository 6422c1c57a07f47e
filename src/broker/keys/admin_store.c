#include "base/clock.h"
#include "base/limits.h"
#include "broker/keys/admin.h"
#include "broker/keys/policy.h"
#include "codec/base64.h"
#include "jose/jwk.h"

/* Our own endpoints, where upstream has none: status, lists, single records. source: docs/openapi.yaml */

struct kind_row {
    const char *name;
    enum store_kind kind;
    bool readable; /* a resource's value never leaves to an administrator */
    bool is_text;  /* no JSON: an answer has it as a string */
    struct err (*check)(struct admin *x, struct bytes name, struct bytes value);
};

static struct err check_reference(struct admin *x, struct bytes name, struct bytes value)
{
    (void)name;
    const struct json *v;
    return json_decode(x->a, value, NULL, NULL, &v);
}

static struct err check_workload(struct admin *x, struct bytes name, struct bytes value)
{
    (void)name;
    return workload_check(x->a, value);
}

static struct err check_ek(struct admin *x, struct bytes name, struct bytes value)
{
    bool hex = name.n == 64;
    for (size_t i = 0; hex && i < name.n; i++)
        hex = (name.p[i] >= '0' && name.p[i] <= '9') || (name.p[i] >= 'a' && name.p[i] <= 'f');
    if (!hex)
        return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "the name is no SHA-256 in lower-case hex");
    return check_reference(x, name, value);
}

static struct err check_admin(struct admin *x, struct bytes name, struct bytes value)
{
    const struct json *record;
    const struct json *jwk;
    struct bytes role;
    struct bytes kid;
    SCOPED_KEY struct key *key = NULL;
    TRY(json_decode(x->a, value, NULL, NULL, &record));
    TRY(json_need_string(record, "role", &role));
    TRY(json_need_object(record, "jwk", &jwk));
    TRY(jwk_decode(jwk, &key, NULL));
    TRY(jwk_thumbprint(x->a, key, &kid));
    if (!bytes_equal(kid, name))
        return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "the name is not the thumbprint of the key");
    return OK;
}

static const struct kind_row kinds[] = {
    {"resource", STORE_RESOURCE, false, false, NULL},
    {"workload", STORE_WORKLOAD, true, false, check_workload},
    {"policy", STORE_POLICY, true, true, admin_policy_try},
    {"reference", STORE_REFERENCE, true, false, check_reference},
    {"ek", STORE_EK, true, false, check_ek},
    {"admin", STORE_ADMIN, true, false, check_admin},
};

/* Splits "kind/name" and finds the kind; a list has no name. */
static const struct kind_row *kind_of(struct bytes path, struct bytes *name)
{
    const uint8_t *slash = memchr(path.p, '/', path.n);
    size_t n = slash == NULL ? path.n : (size_t)(slash - path.p);
    *name = slash == NULL ? BYTES_EMPTY : bytes_of(slash + 1, path.n - n - 1);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (bytes_is(bytes_of(path.p, n), kinds[i].name))
            return &kinds[i];
    return NULL;
}

struct err admin_status(struct admin *x)
{
    struct keys *k = x->caller->keys;
    struct store_head store = store_head(k->store);
    struct audit_head audit = audit_head(k->audit);
    const struct json *status;
    const struct store_entry *unused;
    size_t workloads;
    TRY(store_list(k->store, x->a, STORE_WORKLOAD, &unused, &workloads));
    struct json_object o;
    json_object_init(&o, x->a);
    json_object_text(&o, "version", CASEMATE_VERSION);
    json_object_int(&o, "generation", (int64_t)store.generation);
    json_object_hex(&o, "root", BYTES_OF(store.root));
    json_object_int(&o, "audit_seq", (int64_t)audit.seq);
    json_object_hex(&o, "audit_hash", BYTES_OF(audit.hash));
    json_object_int(&o, "workloads", (int64_t)workloads);
    json_object_text(&o, "release_policy", k->policies.rule);
    TRY(json_object_end(&o, &status));
    x->content = KEYS_CONTENT_JSON;
    json_encode(status, x->body);
    return OK;
}

struct err admin_upload_key(struct admin *x)
{
    const struct json *jwk;
    TRY(jwk_encode(x->a, x->caller->keys->upload_key, "ECDH-ES+A256KW", &jwk));
    x->content = KEYS_CONTENT_JSON;
    json_encode(jwk, x->body);
    return OK;
}

static struct err entry_json(struct admin *x, const struct store_entry *entry, const struct json **out)
{
    char at[RFC3339_LEN + 1];
    clock_format(entry->changed_at_sec, at);
    struct json_object o;
    json_object_init(&o, x->a);
    json_object_string(&o, "name", entry->name);
    json_object_int(&o, "version", (int64_t)entry->version);
    json_object_text(&o, "changed_at", at);
    json_object_string(&o, "changed_by", entry->changed_by);
    return json_object_end(&o, out);
}

struct err admin_list(struct admin *x)
{
    struct bytes name;
    const struct kind_row *row = kind_of(x->rest, &name);
    if (row == NULL || name.n != 0)
        return REFUSE(ERR_ABSENT, REASON_REQUEST_MALFORMED, "no such kind of record");
    const struct store_entry *entries;
    size_t count;
    TRY(store_list(x->caller->keys->store, x->a, row->kind, &entries, &count));
    x->content = KEYS_CONTENT_JSON;
    buf_text(x->body, "[");
    for (size_t i = 0; i < count; i++) {
        const struct json *entry;
        TRY(entry_json(x, &entries[i], &entry));
        if (i != 0)
            buf_text(x->body, ",");
        json_encode(entry, x->body);
    }
    buf_text(x->body, "]");
    return OK;
}

struct err admin_read(struct admin *x)
{
    struct bytes name;
    struct bytes value;
    uint64_t version;
    const struct kind_row *row = kind_of(x->rest, &name);
    if (row == NULL || !row->readable)
        return REFUSE(ERR_DENIED, REASON_ADMIN_ROLE, "records of this kind cannot be read");
    struct err e = store_get_public(x->caller->keys->store, x->a, row->kind, name, &value, &version);
    if (e.code == ERR_ABSENT)
        x->error = KBS_ERROR_RESOURCE_NOT_FOUND;
    TRY(e);
    x->content = KEYS_CONTENT_JSON;
    if (row->is_text)
        json_quote(value, x->body);
    else
        buf_add(x->body, value);
    return OK;
}

struct err admin_put(struct admin *x)
{
    struct bytes name;
    const struct kind_row *row = kind_of(x->rest, &name);
    if (row == NULL || row->check == NULL || name.n == 0 || name.n > 256)
        return REFUSE(ERR_ABSENT, REASON_REQUEST_MALFORMED, "no record of this kind can be put here");
    struct err e = row->check(x, name, x->request->body);
    if (failed(e) && e.reason == REASON_NONE)
        e.reason = REASON_REQUEST_MALFORMED;
    TRY(e);
    return admin_change(x, row->kind, name, x->has_value ? &x->value : &x->request->body);
}

/* The change and the end of all older tokens are one: nothing is released under the old rules afterwards. */
struct err admin_put_revoking(struct admin *x)
{
    struct bytes nothing = BYTES_EMPTY;
    TRY(admin_put(x));
    return admin_change(x, STORE_REVOCATION, BYTES_LIT("tokens"), &nothing);
}

struct err admin_delete(struct admin *x)
{
    struct bytes name;
    const struct kind_row *row = kind_of(x->rest, &name);
    if (row == NULL || name.n == 0)
        return REFUSE(ERR_ABSENT, REASON_REQUEST_MALFORMED, "no such record");
    struct err e = admin_change(x, row->kind, name, NULL);
    if (e.code == ERR_ABSENT) {
        x->error = KBS_ERROR_RESOURCE_NOT_FOUND;
        return REFUSE(ERR_ABSENT, REASON_RESOURCE_ABSENT, "no such record");
    }
    return e;
}
