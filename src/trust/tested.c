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

static enum input_kind kind_of(enum policy_role role)
{
    return role == POLICY_AGENT         ? INPUT_AGENT_POLICY
           : role == POLICY_ATTESTATION ? INPUT_ATTESTATION_POLICY
                                        : INPUT_RESOURCE_POLICY;
}

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
    TRY(model_failure(m, p->artefact, kind_of(p->role), p->why));
    return model_note(m, p->path, p->why_line, "the policy does not compile: %s", error.message);
}

static struct err add(struct model *m, struct tested_policies *set, struct tested_policy p)
{
    if (set->count == POLICIES_MAX)
        return model_limit(m, p.path, 0, "the policies from here on are not run: at most 1000 are");
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
            POLICY_AGENT, d->path, d->policy_artefact, d->policy, d->policy_line, d, NULL, BYTES_EMPTY, 0, {0}, 0};
        if (d->policy.n > 0)
            TRY(add(m, out, p));
    }
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        struct tested_policy p = {POLICY_AGENT, in->path, in->path, in->text, 0, NULL, NULL, BYTES_EMPTY, 0, {0}, 0};
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
    out->why = BYTES_EMPTY;
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

/* One evaluation: its texts, and what the engine calls back with. */
struct evaluation {
    struct buf input;
    struct buf data;
    struct reference_context context;
    struct rego_call call;
};

static void evaluation_clear(struct evaluation *e)
{
    buf_clear(&e->input);
    buf_clear(&e->data);
}

static struct err prepare(struct model *m, struct tested_policy *p, const struct question *q, struct evaluation *e)
{
    struct bytes input, data;
    e->context = (struct reference_context){m->arena, q->references, &p->queried, false};
    buf_init(&e->input, JSON_TEXT_MAX);
    buf_init(&e->data, JSON_TEXT_MAX);
    json_encode(q->input, &e->input);
    if (q->data != NULL)
        json_encode(q->data, &e->data);
    TRY(buf_end(&e->input, &input));
    TRY(buf_end(&e->data, &data));
    e->call = (struct rego_call){.query = q->query,
                                 .input = (const char *)input.p,
                                 .input_length = input.n,
                                 .data = q->data == NULL ? NULL : (const char *)data.p,
                                 .data_length = data.n,
                                 .context = &e->context,
                                 .now_ns = m->now_sec * 1000000000};
    return OK;
}

static struct err note_overrun(struct model *m, struct tested_policy *p)
{
    p->overruns++;
    m->is_over_limit = true;
    if (p->overruns > 1)
        return OK;
    return model_note(m, p->artefact, 0, "the policy passes the limits of an evaluation: 10 million steps, 64 MiB");
}

struct err tested_ask(struct model *m, struct tested_policy *p, const struct question *q, struct answer *out)
{
    SCOPED(evaluation) struct evaluation run = {0};
    struct rego_result *result = NULL;
    struct rego_error error = {0};
    *out = (struct answer){.state = ANSWER_ERROR, .why = BYTES_LIT("the policy passes the limits of an evaluation")};
    if (p->overruns == LIMIT_PATIENCE)
        return OK;
    TRY(prepare(m, p, q, &run));
    enum rego_status status = rego_eval(p->compiled, &run.call, &result, &error);
    if (status == REGO_ERR_LIMIT)
        TRY(note_overrun(m, p));
    struct err e = keep(m, status, result, &error, out);
    rego_result_free(result);
    return run.context.no_memory ? FAIL(ERR_NOMEM, "no memory for a policy") : e;
}

static struct err read_report(struct model *m, const struct tested_policy *p, const struct rego_report *report,
                              struct explained *out)
{
    const struct rego_decision *d = rego_report_decision(report);
    struct rego_text text = rego_report_json(report);
    out->is_default = d->origin == REGO_FROM_DEFAULT;
    bool is_own = d->origin != REGO_FROM_NOTHING && d->origin != REGO_FROM_QUERY;
    out->line = is_own ? d->at.row + p->line_before : 0;
    out->failed_line = d->failure == NULL ? 0 : d->failure->at.row + p->line_before;
    return json_decode(m->arena, bytes_of(text.p, text.n), NULL, NULL, &out->report);
}

struct err tested_explain(struct model *m, struct tested_policy *p, const struct question *q, struct explained *out)
{
    SCOPED(evaluation) struct evaluation run = {0};
    struct rego_report *report = NULL;
    struct rego_error error = {0};
    *out = (struct explained){0};
    if (p->overruns == LIMIT_PATIENCE)
        return OK;
    TRY(prepare(m, p, q, &run));
    enum rego_status status = rego_explain(p->compiled, &run.call, NULL, &report, &error);
    if (status == REGO_ERR_MEMORY || run.context.no_memory)
        return FAIL(ERR_NOMEM, "no memory for a policy");
    if (status != REGO_OK && status != REGO_UNDEFINED)
        return OK;
    struct err e = read_report(m, p, report, out);
    rego_report_free(report);
    if (failed(e) && e.code != ERR_NOMEM)
        return OK; /* a report too large to read explains nothing */
    return e;
}
