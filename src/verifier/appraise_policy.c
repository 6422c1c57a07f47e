#include "verifier/appraise_policy.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "verifier/policy_call.h"

#define EXTENSIONS_MAX 32

struct attestation_policy {
    struct rego_policy *rego;
};

struct appraising { /* one evaluation */
    struct arena *a;
    const struct json *references;
    struct appraisal *out;
    struct err failed; /* of the function, where an enum is too little */
};

/* A name that was asked and is not there: most often the cause of a refusal. */
static void note_missing(struct appraising *x, struct bytes name)
{
    struct appraisal *out = x->out;
    char text[sizeof(out->findings[0].reference)];
    if (out->finding_count == APPRAISAL_FINDINGS_MAX || name.n >= sizeof(text))
        return;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    for (size_t i = 0; i < out->finding_count; i++)
        if (strcmp(out->findings[i].reference, text) == 0)
            return;
    struct appraisal_finding *f = &out->findings[out->finding_count++];
    *f = (struct appraisal_finding){.reason = REASON_APPRAISAL_NO_REFERENCE, .found = BYTES_EMPTY};
    memcpy(f->reference, text, name.n + 1);
}

static struct err reference_value(struct appraising *x, struct rego_text arg, struct rego_reply *reply)
{
    const struct json *name;
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    TRY(json_decode(x->a, bytes_of(arg.p, arg.n), NULL, NULL, &name));
    if (!json_is(name, JSON_STRING))
        return FAIL(ERR_FORMAT, "the name of a reference value is a string");
    const struct json *value = json_find(x->references, name->text);
    if (value == NULL)
        note_missing(x, name->text);
    buf_init(&text, JSON_TEXT_MAX);
    if (value != NULL)
        json_encode(value, &text);
    else
        buf_text(&text, "null");
    TRY(buf_end(&text, &view));
    rego_reply_json(reply, (const char *)view.p, view.n);
    return OK;
}

static enum rego_status query_reference_value(void *context, const struct rego_text *args, size_t count,
                                              struct rego_reply *reply)
{
    struct appraising *x = context;
    if (count != 1)
        return REGO_ERR_EVAL;
    struct err e = reference_value(x, args[0], reply);
    if (!failed(e))
        return REGO_OK;
    x->failed = e;
    return e.code == ERR_FORMAT ? REGO_ERR_EVAL : REGO_ERR_LIMIT;
}

static const struct rego_extension functions[] = {
    {.name = "query_reference_value", .arity = 1, .call = query_reference_value}};

struct err attestation_policy_new(const char *name, struct bytes text, struct attestation_policy **out,
                                  struct policy_fault *fault)
{
    struct policy_text source = {.name = name, .text = text, .rule = "data.policy.trust_claims"};
    struct attestation_policy *p = mem_new(sizeof(*p));
    *fault = (struct policy_fault){0};
    if (p == NULL)
        return FAIL(ERR_NOMEM, "no memory for a policy");
    struct err e = policy_compile(&source, BYTES_EMPTY, functions, 1, &p->rego, fault);
    if (failed(e)) {
        mem_free(p);
        return e;
    }
    *out = p;
    return OK;
}

void attestation_policy_free(struct attestation_policy *p)
{
    if (p == NULL)
        return;
    rego_policy_free(p->rego);
    mem_free(p);
}

static bool find_claim(struct bytes name, enum ear_claim *out)
{
    for (int i = 0; i < EAR_CLAIM_COUNT; i++)
        if (bytes_is(name, ear_claim_name((enum ear_claim)i))) {
            *out = (enum ear_claim)i;
            return true;
        }
    return false;
}

/* source: spec/kbs.md 2.4; a value past eight bits must not come around as another one */
static struct err read_vector(const struct json *v, struct ear_vector *out)
{
    if (!json_is(v, JSON_OBJECT) || v->count == 0)
        return REFUSE(ERR_FORMAT, REASON_APPRAISAL_POLICY, "trust_claims is not an object with claims");
    for (size_t i = 0; i < v->count; i++) {
        const struct json_member *m = &v->members[i];
        enum ear_claim claim;
        if (m->name != NULL || !find_claim(m->key, &claim))
            return REFUSE(ERR_FORMAT, REASON_APPRAISAL_POLICY, "trust_claims has a claim of unknown name");
        if (!json_is(m->value, JSON_NUMBER) || !m->value->is_int || m->value->as_int < INT8_MIN ||
            m->value->as_int > INT8_MAX)
            return REFUSE(ERR_FORMAT, REASON_APPRAISAL_POLICY, "a trust claim is not an integer of eight bits");
        out->is_set[claim] = true;
        out->value[claim] = (int8_t)m->value->as_int;
    }
    return OK;
}

/* Members of the submodule that no extension may take the place of. */
static bool is_reserved(struct bytes name)
{
    static const char *const names[] = {"ear.status", "ear.trustworthiness-vector", "ear.appraisal-policy-id",
                                        "ear.veraison.annotated-evidence"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (bytes_is(name, names[i]))
            return true;
    return name.n == 0;
}

static struct err read_extension(const struct json *v, struct json_member *out, int64_t *key)
{
    struct err e = json_need_string(v, "name", &out->key);
    if (!failed(e))
        e = json_need_int(v, "key", INT32_MIN, INT32_MAX, key);
    out->value = json_at(v, "value");
    if (failed(e) || out->value == NULL || is_reserved(out->key))
        return REFUSE(ERR_FORMAT, REASON_APPRAISAL_POLICY, "an extension is not {name, key, value}");
    return OK;
}

static struct err read_extensions(struct arena *a, const struct json *list, const struct json **out)
{
    struct json_member members[EXTENSIONS_MAX] = {0};
    int64_t keys[EXTENSIONS_MAX];
    size_t count = 0;
    *out = NULL;
    if (list == NULL)
        return OK;
    if (!json_is(list, JSON_ARRAY) || list->count > EXTENSIONS_MAX)
        return REFUSE(ERR_FORMAT, REASON_APPRAISAL_POLICY, "extensions is not a list of at most 32");
    for (size_t i = 0; i < list->count; i++) {
        TRY(read_extension(list->items[i], &members[count], &keys[i]));
        for (size_t j = 0; j < i; j++)
            if (keys[j] == keys[i])
                return REFUSE(ERR_FORMAT, REASON_APPRAISAL_POLICY, "two extensions have one key");
        count += !json_is(members[count].value, JSON_NULL); /* upstream leaves a null out */
    }
    TRY_AS(REASON_APPRAISAL_POLICY, json_new_object(a, members, count, out)); /* refuses a name given twice */
    return OK;
}

/* The verifier's word on who vouches for the hardware stays the upper bound of what a policy may claim. */
static void bound_identity(enum verdict identity, struct ear_vector *v)
{
    if (identity == VERDICT_AFFIRMING)
        return;
    int8_t limit = identity == VERDICT_WARNING ? 32 : 97;
    int8_t *claim = &v->value[EAR_INSTANCE_IDENTITY];
    enum verdict said = v->is_set[EAR_INSTANCE_IDENTITY] ? ear_tier(*claim) : VERDICT_NONE;
    /* A claim of no tier worsens nothing in the status: it says as little as none. */
    if (said == VERDICT_NONE || verdict_worst(said, ear_tier(limit)) != said)
        *claim = limit;
    v->is_set[EAR_INSTANCE_IDENTITY] = true;
}

static void conclude(const struct verified *verified, struct appraisal *out)
{
    bound_identity(verified->identity, &out->vector);
    out->verdict = ear_status(&out->vector);
    if (out->verdict == VERDICT_AFFIRMING)
        out->finding_count = 0;
    else if (verified->identity != VERDICT_AFFIRMING)
        out->reason = verified->identity_reason;
    else
        out->reason = out->finding_count != 0 ? out->findings[0].reason : (uint16_t)REASON_APPRAISAL_POLICY;
}

static struct err ask(struct appraising *x, const struct attestation_policy *p, const char *query, struct bytes input,
                      int64_t now_sec, const struct json **out)
{
    struct rego_call call = {.query = query,
                             .input = (const char *)input.p,
                             .input_length = input.n,
                             .context = x,
                             .now_ns = now_sec * 1000000000};
    struct err e = policy_ask(x->a, p->rego, call, out);
    return failed(e) && failed(x->failed) && x->failed.code != ERR_FORMAT ? x->failed : e;
}

struct err appraise_policy(struct arena *a, const struct attestation_policy *p, const struct verified *verified,
                           const struct json *input, const struct json *references, int64_t now_sec,
                           struct appraisal *out)
{
    struct appraisal made = {.verdict = VERDICT_CONTRAINDICATED};
    struct appraising x = {.a = a, .references = references, .out = &made, .failed = OK};
    SCOPED(buf) struct buf text;
    struct bytes input_text;
    const struct json *vector;
    const struct json *extensions;
    *out = (struct appraisal){.verdict = VERDICT_CONTRAINDICATED};
    buf_init(&text, JSON_TEXT_MAX);
    json_encode(input, &text);
    TRY(buf_end(&text, &input_text));
    TRY(ask(&x, p, "data.policy.trust_claims", input_text, now_sec, &vector));
    TRY(ask(&x, p, "data.policy.extensions", input_text, now_sec, &extensions));
    TRY(read_vector(vector, &made.vector));
    TRY(read_extensions(a, extensions, &made.extensions));
    conclude(verified, &made);
    *out = made;
    return OK;
}
