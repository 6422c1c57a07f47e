#include "broker/keys/policy.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/rd.h"
#include "broker/keys/resource_path.h"
#include "codec/hex.h"
#include "verifier/builtin_policy.h"
#include "verifier/policy_call.h"

#define ALLOW   "data.policy.allow"
#define REFUSAL "data.policy.refusal"

void policies_drop(struct keys *k)
{
    rego_policy_free(k->policies.release);
    arena_clear(&k->policies.arena);
    k->policies.release = NULL;
    k->policies.rule = "none";
    k->policies.only_rule = NULL;
    k->policies.digests = NULL;
    k->policies.token_floor = UINT64_MAX;
}

/* {"workloads":{claim:[path, ...]}} */
struct err release_workloads(struct keys *k, struct arena *a, struct buf *out)
{
    const struct store_entry *entries;
    size_t count;
    struct bytes unused;
    TRY(store_list(k->store, a, STORE_WORKLOAD, &entries, &count));
    buf_text(out, "{\"workloads\":{");
    for (size_t i = 0; i < count; i++) {
        struct bytes value;
        uint64_t version;
        TRY(store_get_public(k->store, a, STORE_WORKLOAD, entries[i].name, &value, &version));
        buf_text(out, i == 0 ? "" : ",");
        json_quote(entries[i].name, out);
        buf_text(out, ":");
        buf_add(out, value);
    }
    buf_text(out, "}}");
    return buf_end(out, &unused);
}

static struct err rule_at(const struct keys *k, struct arena *a, const struct rego_spot *at, struct bytes *out)
{
    char text[160];
    int n = snprintf(text, sizeof(text), "%s:%u:%u", k->policies.rule, at->row, at->column);
    return arena_copy(a, bytes_of(text, n > 0 ? (size_t)n : 0), out);
}

/* Where one rule alone can allow, nothing has to be asked to say which one did. */
static struct err find_only_rule(struct keys *k, struct arena *a)
{
    struct rego_spot at;
    struct bytes text;
    char *kept;
    if (rego_policy_rules(k->policies.release, ALLOW, &at, 1) != 1)
        return OK;
    TRY(rule_at(k, a, &at, &text));
    TRY(arena_text(a, text, &kept));
    k->policies.only_rule = kept;
    return OK;
}

static struct err load_release(struct keys *k, struct arena *a, struct bytes *text)
{
    SCOPED(buf) struct buf data = {0};
    struct policy_fault fault;
    uint64_t version = 0;
    char rule[64];
    char *kept;
    struct err e = store_get_public(k->store, a, STORE_POLICY, BYTES_LIT(POLICY_RELEASE), text, &version);
    (void)snprintf(rule, sizeof(rule), POLICY_RELEASE "@%llu", (unsigned long long)version);
    if (e.code == ERR_ABSENT) {
        *text = builtin_policy(BYTES_LIT(POLICY_RELEASE));
        (void)snprintf(rule, sizeof(rule), POLICY_RELEASE "@built-in");
    } else {
        TRY(e);
    }
    TRY(arena_text(a, bytes_of_text(rule), &kept));
    buf_init(&data, 16 * MIB);
    TRY(release_workloads(k, a, &data));
    TRY(release_compile(*text, buf_view(&data), &k->policies.release, &fault));
    k->policies.rule = kept;
    return find_only_rule(k, a);
}

static struct err put_digest(struct arena *a, struct bytes name, struct bytes text, struct json_member *out)
{
    struct digest digest;
    struct bytes hex;
    TRY(hash_of(HASH_SHA256, text, &digest));
    TRY(hex_encode_arena(a, digest_view(&digest), &hex));
    out->key = name;
    return json_new_string(a, hex, &out->value);
}

/* An attestation policy runs in the workers; here it is only checked, so that a broken one never gets there. */
static struct err load_digests(struct keys *k, struct arena *a, struct bytes release)
{
    const struct store_entry *entries;
    size_t count;
    size_t used = 0;
    struct json_member *members;
    struct policy_fault fault;
    TRY(store_list(k->store, a, STORE_POLICY, &entries, &count));
    TRY(arena_array(a, count + 1, &members));
    TRY(put_digest(a, BYTES_LIT(POLICY_RELEASE), release, &members[used++]));
    for (size_t i = 0; i < count; i++) {
        struct bytes text;
        uint64_t version;
        if (bytes_is(entries[i].name, POLICY_RELEASE))
            continue;
        TRY(store_get_public(k->store, a, STORE_POLICY, entries[i].name, &text, &version));
        TRY(policy_check(entries[i].name, text, &fault));
        TRY(put_digest(a, entries[i].name, text, &members[used++]));
    }
    return json_new_object(a, members, used, &k->policies.digests);
}

/* Tokens of a generation before the last revocation are refused. */
static struct err load_token_floor(struct keys *k, struct arena *a)
{
    const struct store_entry *entries;
    size_t count;
    uint64_t floor = 0;
    TRY(store_list(k->store, a, STORE_REVOCATION, &entries, &count));
    for (size_t i = 0; i < count; i++)
        floor = entries[i].generation > floor ? entries[i].generation : floor;
    k->policies.token_floor = floor;
    return OK;
}

static struct err load(struct keys *k, struct arena *a)
{
    struct bytes release;
    TRY(load_release(k, a, &release));
    TRY(load_digests(k, a, release));
    return load_token_floor(k, a);
}

struct err policies_load(struct keys *k)
{
    policies_drop(k);
    struct err e = load(k, &k->policies.arena);
    if (failed(e))
        policies_drop(k);
    return e;
}

static void put_path(struct bytes path, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i <= path.n; i++) {
        if (i < path.n && path.p[i] != '/')
            continue;
        buf_text(out, from == 0 ? "" : ",");
        json_quote(bytes_of(path.p + from, i - from), out);
        from = i + 1;
    }
}

/* A name that stands twice: the last one counts, as with upstream. */
static struct err put_query(struct arena *a, struct bytes pairs, struct buf *out)
{
    struct rd r = rd_of(pairs);
    struct json_member members[64] = {0};
    size_t count = 0;
    const struct json *object;
    while (rd_left(&r) != 0) {
        uint32_t n;
        size_t i = 0;
        struct bytes name;
        struct bytes value;
        TRY(rd_u32le(&r, &n));
        TRY(rd_take(&r, n, &name));
        TRY(rd_u32le(&r, &n));
        TRY(rd_take(&r, n, &value));
        while (i < count && !bytes_equal(members[i].key, name))
            i++;
        if (i == sizeof(members) / sizeof(members[0]))
            return REFUSE(ERR_LIMIT, REASON_REQUEST_MALFORMED, "too many names in the query");
        count += i == count;
        members[i].key = name;
        TRY_AS(REASON_REQUEST_MALFORMED, json_new_string(a, value, &members[i].value));
    }
    TRY_AS(REASON_REQUEST_MALFORMED, json_new_object(a, members, count, &object));
    json_encode(object, out);
    return OK;
}

static struct err question_data(struct arena *a, const struct release_question *q, struct buf *out)
{
    struct bytes unused;
    buf_text(out, "{\"plugin\":");
    json_quote(q->plugin, out);
    buf_text(out, ",\"resource-path\":[");
    put_path(q->path, out);
    buf_text(out, "],\"query\":");
    TRY(put_query(a, q->query, out));
    buf_text(out, "}");
    return buf_end(out, &unused);
}

static struct rego_call call_of(const struct keys *k, const char *rule, const struct release_question *q,
                                const struct buf *data)
{
    return (struct rego_call){.query = rule,
                              .input = (const char *)q->claims.p,
                              .input_length = q->claims.n,
                              .data = (const char *)data->p,
                              .data_length = data->n,
                              .now_ns = keys_now_sec(k) * 1000000000};
}

/* Only reasons of a release may be given: a policy cannot make a refusal look like another role's. */
static enum reason refusal_of(const struct json *v)
{
    char code[64];
    if (!json_is(v, JSON_STRING) || v->text.n >= sizeof(code) || !bytes_starts(v->text, BYTES_LIT("release.")))
        return REASON_RELEASE_POLICY;
    memcpy(code, v->text.p, v->text.n);
    code[v->text.n] = '\0';
    enum reason reason = reason_find(code);
    return reason == REASON_NONE ? REASON_RELEASE_POLICY : reason;
}

static struct err ask(const struct keys *k, const struct rego_policy *policy, struct arena *a,
                      const struct release_question *q, const struct buf *data)
{
    const struct json *answer;
    TRY(policy_ask(a, policy, call_of(k, ALLOW, q, data), &answer));
    if (json_is(answer, JSON_BOOL) && answer->as_bool)
        return OK;
    TRY(policy_ask(a, policy, call_of(k, REFUSAL, q, data), &answer));
    return REFUSE(ERR_DENIED, refusal_of(answer), "the release policy does not allow it");
}

struct err release_ask(const struct keys *k, const struct rego_policy *policy, struct arena *a,
                       const struct release_question *q)
{
    SCOPED(buf) struct buf data;
    buf_init(&data, 256 * KIB);
    TRY(question_data(a, q, &data));
    return ask(k, policy, a, q, &data);
}

static struct err failure_json(struct arena *a, const struct rego_failure *f, const struct json **out)
{
    char at[160];
    struct json_object o;
    (void)snprintf(at, sizeof(at), "%s:%u:%u", f->at.file, f->at.row, f->at.column);
    json_object_init(&o, a);
    json_object_text(&o, "at", at);
    json_object_string(&o, "rule", bytes_of(f->rule.p, f->rule.n));
    json_object_string(&o, "literal", bytes_of(f->literal.p, f->literal.n));
    json_object_string(&o, "message", bytes_of(f->message.p, f->message.n));
    return json_object_end(&o, out);
}

/* Which rule decided, from the evaluation itself. It explains only: an evaluation that ends early leaves the answer as
 * it is. Where there is no memory to say which rule allowed, nothing is released. */
static struct err explain(const struct keys *k, struct arena *a, const struct release_question *q,
                          const struct buf *data, struct release_answer *out)
{
    struct rego_report *report = NULL;
    struct rego_error error;
    struct rego_call call = call_of(k, ALLOW, q, data);
    call.limits = POLICY_LIMITS;
    enum rego_status status = rego_explain(k->policies.release, &call, NULL, &report, &error);
    if (status != REGO_OK && status != REGO_UNDEFINED)
        return OK;
    const struct rego_decision *d = rego_report_decision(report);
    struct err e = OK;
    if (d->origin == REGO_FROM_RULE || d->origin == REGO_FROM_ELSE)
        e = rule_at(k, a, &d->at, &out->rule);
    if (!failed(e) && d->failure != NULL)
        e = failure_json(a, d->failure, &out->reason);
    rego_report_free(report);
    return e;
}

struct err release_allows(const struct keys *k, struct arena *a, const struct release_question *q,
                          struct release_answer *out)
{
    SCOPED(buf) struct buf data = {0};
    *out = (struct release_answer){.rule = bytes_of_text(k->policies.rule)};
    if (k->policies.release == NULL)
        return REFUSE(ERR_DENIED, REASON_RELEASE_NO_POLICY, "no release policy is in force");
    buf_init(&data, 256 * KIB);
    TRY(question_data(a, q, &data));
    struct err e = ask(k, k->policies.release, a, q, &data);
    if (!failed(e) && k->policies.only_rule != NULL)
        out->rule = bytes_of_text(k->policies.only_rule);
    else if (!failed(e) || e.code == ERR_DENIED)
        TRY(explain(k, a, q, &data, out));
    return e;
}
