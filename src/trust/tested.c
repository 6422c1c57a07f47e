#include "trust/tested.h"

#include "base/limits.h"

#define POLICIES_MAX 1000

struct reference_context {
    struct arena *arena;
    const struct json *references;
    struct tree_list *queried;
    bool no_memory;
};

/* query_reference_value(name): the registered value, or null, as brokers answer. source: spec/kbs.md 3.3 */
static enum rego_status query_reference(void *context, const struct rego_text *args, size_t count,
                                        struct rego_reply *reply)
{
    struct reference_context *c = context;
    const struct json *name, *value;
    struct bytes text = BYTES_LIT("null");
    if (count != 1)
        return REGO_ERR_EVAL;
    struct err e = json_decode(c->arena, bytes_of(args[0].p, args[0].n), NULL, NULL, &name);
    if (failed(e) || !json_is(name, JSON_STRING)) {
        c->no_memory = c->no_memory || e.code == ERR_NOMEM;
        return REGO_ERR_EVAL;
    }
    if (!tree_list_has(c->queried, name->text))
        tree_list_text(c->queried, name->text);
    value = json_find(c->references, name->text);
    if (value != NULL && failed(tree_encode(c->arena, value, &text))) {
        c->no_memory = true;
        return REGO_ERR_MEMORY;
    }
    rego_reply_json(reply, (const char *)text.p, text.n);
    return REGO_OK;
}

static const struct rego_extension extensions[] = {{"query_reference_value", 1, query_reference}};

static struct err compile(struct model *m, struct tested_policy *p)
{
    struct rego_error error = {0};
    struct rego_module module = {"policy.rego", (const char *)p->text.p, p->text.n, p->role == POLICY_AGENT};
    tree_list_init(&p->queried, m->arena);
    enum rego_status status = rego_policy_new(&module, 1, NULL, 0, extensions, 1, &p->compiled, &error);
    if (status == REGO_OK)
        return OK;
    p->compiled = NULL;
    if (status == REGO_ERR_MEMORY)
        return FAIL(ERR_NOMEM, "no memory for a policy");
    p->why_line = error.row == 0 ? 0 : error.row + p->line_before;
    TRY(tree_format(m->arena, &p->why, "%s", error.message));
    return model_note(m, p->path, p->why_line, "the policy does not compile: %s", error.message);
}

static struct err add(struct model *m, struct tested_policies *set, struct tested_policy p)
{
    if (set->count == POLICIES_MAX)
        return OK;
    TRY(compile(m, &p));
    set->list[set->count++] = p;
    return OK;
}

static bool role_of(enum input_kind kind, enum policy_role *out)
{
    *out = kind == INPUT_AGENT_POLICY         ? POLICY_AGENT
           : kind == INPUT_ATTESTATION_POLICY ? POLICY_ATTESTATION
                                              : POLICY_RELEASE;
    return kind == INPUT_AGENT_POLICY || kind == INPUT_ATTESTATION_POLICY || kind == INPUT_RESOURCE_POLICY;
}

static struct err open_all(struct model *m, struct tested_policies *out)
{
    for (size_t i = 0; i < m->document_count; i++) {
        struct document *d = &m->documents[i];
        struct tested_policy p = {
            POLICY_AGENT, d->path, d->policy_artefact, d->policy, d->policy_line, d, NULL, BYTES_EMPTY, 0, {0}};
        if (d->policy.n > 0)
            TRY(add(m, out, p));
    }
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        struct tested_policy p = {POLICY_AGENT, in->path, in->path, in->text, 0, NULL, NULL, BYTES_EMPTY, 0, {0}};
        if (role_of(in->kind, &p.role) && !in->has_failed)
            TRY(add(m, out, p));
    }
    return OK;
}

struct err tested_open(struct model *m, struct tested_policies *out)
{
    *out = (struct tested_policies){0};
    size_t most = m->document_count + m->input_count + 1;
    TRY(arena_array(m->arena, most < POLICIES_MAX ? most : POLICIES_MAX, &out->list));
    struct err e = open_all(m, out);
    if (failed(e))
        tested_policies_clear(out);
    return e;
}

void tested_policies_clear(struct tested_policies *p)
{
    for (size_t i = 0; i < p->count; i++) {
        rego_policy_free(p->list[i].compiled);
        p->list[i].compiled = NULL;
    }
}

static struct err keep(struct model *m, enum rego_status status, const struct rego_result *result,
                       const struct rego_error *error, struct answer *out)
{
    if (status == REGO_ERR_MEMORY)
        return FAIL(ERR_NOMEM, "no memory for a policy");
    if (status == REGO_UNDEFINED) {
        out->state = ANSWER_UNDEFINED;
        return OK;
    }
    if (status != REGO_OK) {
        out->state = ANSWER_ERROR;
        return tree_format(m->arena, &out->why, "%s", error->message);
    }
    struct rego_text text = rego_result_json(result);
    out->state = ANSWER_VALUE;
    return json_decode(m->arena, bytes_of(text.p, text.n), NULL, NULL, &out->value);
}

struct err tested_ask(struct model *m, struct tested_policy *p, const struct question *q, struct answer *out)
{
    SCOPED(buf) struct buf input = {0};
    SCOPED(buf) struct buf data = {0};
    struct bytes input_text, data_text;
    struct reference_context context = {m->arena, q->references, &p->queried, false};
    struct rego_result *result = NULL;
    struct rego_error error = {0};
    *out = (struct answer){.why = BYTES_EMPTY};
    buf_init(&input, JSON_TEXT_MAX);
    buf_init(&data, JSON_TEXT_MAX);
    json_encode(q->input, &input);
    if (q->data != NULL)
        json_encode(q->data, &data);
    TRY(buf_end(&input, &input_text));
    TRY(buf_end(&data, &data_text));
    struct rego_call call = {.query = q->query,
                             .input = (const char *)input_text.p,
                             .input_length = input_text.n,
                             .data = q->data == NULL ? NULL : (const char *)data_text.p,
                             .data_length = data_text.n,
                             .context = &context,
                             .now_ns = m->now_sec * 1000000000};
    enum rego_status status = rego_eval(p->compiled, &call, &result, &error);
    struct err e = keep(m, status, result, &error, out);
    rego_result_free(result);
    return context.no_memory ? FAIL(ERR_NOMEM, "no memory for a policy") : e;
}
