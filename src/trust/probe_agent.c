/*
 * The agent's side: what the host may ask of the guest under a policy.
 */
#include "base/limits.h"
#include "trust/agent_vars.h"
#include "trust/generated.h"
#include "trust/patch.h"
#include "trust/probe.h"
#include "trust/recorded.h"
#include "trust/subst.h"
#include "trust/words.h"

#define QUERY_MAX       128
#define PROBE_ARENA_MAX (128 * MIB)
#define RECORDS_MAX     64 /* recorded requests of one kind that are tried */

/* One answer of an agent policy. source: spec/agent.md 5.2 */
struct agent_answer {
    enum probe_result result;
    const struct json *state; /* the data document afterwards */
    bool changes_state;
    struct bytes why;
};

/* One accepted request, and the data document before and after it. */
struct baseline {
    struct bytes name; /* "container" */
    struct bytes entrypoint;
    struct bytes subject;
    const struct json *request;
    const struct json *shaped; /* one like the policy's own data, which was refused, or NULL */
    const struct json *vars;
    const struct json *before;
    const struct json *after;
    bool is_accepted;
};

#define BASELINES_MAX 512

struct prober {
    struct model *m;
    struct tested_policy *policy;
    const struct workload *w;
    const struct json *table;
    const struct json *data; /* the policy's own policy_data, or NULL */
    const struct json *empty_state;
    const struct json *after_sandbox;
    const struct json *after_all; /* every accepted baseline of containers in order */
    struct baseline list[BASELINES_MAX];
    size_t count;
    bool allows_failing;
    bool is_accepted; /* the pod as a whole starts: its containers' baselines are accepted */
    struct tree_list open;
    struct probe_table results;
    struct bytes why_not; /* the pod does not start */
    struct arena *kept;   /* what outlives a probe; the model's arena is that of one probe while it runs */
};

static struct err read_object(struct prober *p, const struct json *value, const struct json *state,
                              struct agent_answer *out)
{
    const struct json *ops = json_at(value, "ops"), *after = state;
    out->result = tree_flag(value, "allowed") ? PROBE_ALLOWED : PROBE_REFUSED;
    if (out->result != PROBE_ALLOWED || ops == NULL || ops->type == JSON_NULL)
        return OK;
    struct err e = patch_apply(p->m->arena, state, ops, &after);
    if (failed(e)) {
        out->result = PROBE_REFUSED;
        return e.code == ERR_NOMEM ? e : OK;
    }
    out->state = after;
    out->changes_state = !json_equal(after, state);
    return OK;
}

static struct err ask(struct prober *p, struct bytes entrypoint, const struct json *input, const struct json *state,
                      struct agent_answer *out)
{
    char query[QUERY_MAX];
    struct answer a;
    (void)snprintf(query, sizeof(query), "data.agent_policy.%.*s", (int)entrypoint.n, (const char *)entrypoint.p);
    struct question q = {query, input, state, NULL};
    *out = (struct agent_answer){.result = PROBE_REFUSED, .state = state, .why = BYTES_EMPTY};
    TRY(tested_ask(p->m, p->policy, &q, &a));
    if (a.state == ANSWER_ERROR) {
        out->result = PROBE_ERROR;
        out->why = a.why;
        return OK;
    }
    if (a.state == ANSWER_VALUE && json_is(a.value, JSON_BOOL) && a.value->as_bool)
        out->result = PROBE_ALLOWED;
    if (a.state == ANSWER_VALUE && json_is(a.value, JSON_OBJECT))
        TRY(read_object(p, a.value, state, out));
    if (p->allows_failing)
        out->result = PROBE_ALLOWED;
    return OK;
}

static struct err explain(struct prober *p, struct bytes entrypoint, const struct json *input, const struct json *state,
                          struct explained *out)
{
    char query[QUERY_MAX];
    (void)snprintf(query, sizeof(query), "data.agent_policy.%.*s", (int)entrypoint.n, (const char *)entrypoint.p);
    struct question q = {query, input, state, NULL};
    return tested_explain(p->m, p->policy, &q, out);
}

static struct err empty_state(struct arena *a, const struct json **out)
{
    struct json_object o, inner;
    const struct json *v;
    json_object_init(&inner, a);
    TRY(json_object_end(&inner, &v));
    json_object_init(&o, a);
    json_object_add(&o, "pstate", v);
    return json_object_end(&o, out);
}

/* D00: the empty input. What is true for it holds for every request. */
static struct err find_open(struct prober *p)
{
    const struct json *names = json_at(p->table, "entrypoints"), *empty;
    struct json_object o;
    struct agent_answer a;
    json_object_init(&o, p->m->arena);
    TRY(json_object_end(&o, &empty));
    TRY(ask(p, BYTES_LIT("AllowRequestsFailingPolicy"), empty, p->empty_state, &a));
    p->allows_failing = a.result == PROBE_ALLOWED;
    for (TREE_EACH(i, names)) {
        TRY(ask(p, names->items[i]->text, empty, p->empty_state, &a));
        if (a.result == PROBE_ALLOWED)
            tree_list_text(&p->open, names->items[i]->text);
    }
    return p->open.bad;
}

/* The data that a generator put beside its rules. */
static struct err find_data(struct prober *p)
{
    struct answer a;
    struct question q = {"data.agent_policy.policy_data", p->empty_state, NULL, NULL};
    p->data = NULL;
    if (!rego_policy_defines(p->policy->compiled, q.query))
        return OK;
    TRY(tested_ask(p->m, p->policy, &q, &a));
    if (a.state == ANSWER_VALUE)
        p->data = a.value;
    return OK;
}

static struct err add_baseline(struct prober *p, struct baseline b)
{
    if (p->count == BASELINES_MAX)
        return model_limit(p->m, p->w->input->path, 0, "not every container of a pod is probed: it has too many");
    p->list[p->count++] = b;
    return OK;
}

static struct err try_baseline(struct prober *p, struct baseline *b)
{
    struct agent_answer a;
    TRY(ask(p, b->entrypoint, b->request, b->before, &a));
    b->is_accepted = a.result == PROBE_ALLOWED;
    b->after = a.state;
    return OK;
}

/* A recorded request that is accepted goes before everything that we make up. */
static struct err from_records(struct prober *p, const struct json *row, struct baseline *b)
{
    bool is_made_up = json_at(row, "alone") != NULL || bytes_is(tree_text(row, "per"), "command");
    struct bytes container = bytes_is(b->name, "container") ? tree_text(b->vars, "container") : BYTES_EMPTY;
    for (size_t nth = 0; !is_made_up && nth < RECORDS_MAX; nth++) {
        struct baseline r = *b;
        r.request = recorded_find(p->m, b->entrypoint, container, nth);
        if (r.request == NULL)
            return OK;
        TRY(try_baseline(p, &r));
        if (!r.is_accepted)
            continue;
        *b = r;
        return recorded_vars(p->m->arena, r.vars, r.request, &b->vars);
    }
    return OK;
}

/* Then one in the shape of the policy's own data, if it was generated from a pod. */
static struct err from_data(struct prober *p, struct baseline *b)
{
    bool is_container = bytes_is(b->name, "container");
    struct bytes container = is_container ? tree_text(b->vars, "container") : BYTES_EMPTY;
    const struct json *row = generated_row(p->data, container);
    struct baseline r = *b;
    if (row == NULL || (!is_container && !bytes_is(b->name, "sandbox")))
        return OK;
    for (int is_shared = 0; is_shared < 2 && !r.is_accepted; is_shared++) {
        TRY(generated_request(p->m->arena, p->data, row, b->request, b->vars, is_shared == 1, &r.request));
        TRY(try_baseline(p, &r));
    }
    if (!r.is_accepted) {
        b->shaped = r.request;
        return OK;
    }
    *b = r;
    return is_container ? generated_vars(p->m->arena, r.vars, r.request, &b->vars) : OK;
}

static struct err make_baseline(struct prober *p, const char *name, const struct json *vars, const struct json *state,
                                struct baseline *out)
{
    const struct json *row = json_path(p->table, "baselines", name, NULL);
    *out = (struct baseline){.name = bytes_of_text(name), .vars = vars, .before = state, .subject = BYTES_EMPTY};
    out->entrypoint = tree_text(row, "entrypoint");
    TRY(from_records(p, row, out));
    if (out->is_accepted)
        return OK;
    TRY(subst_tree(p->m->arena, json_at(row, "request"), vars, &out->request));
    TRY(from_data(p, out));
    return out->is_accepted ? OK : try_baseline(p, out);
}

/* Where the policy said no to the pod itself: without that its other refusals show nothing. A generated policy would
 * refuse any other shape of a request at its first literals, which says nothing. */
static struct err note_refused(struct prober *p, const struct baseline *b)
{
    struct explained e;
    if (p->m->workload_count == 0)
        return OK;
    TRY(explain(p, b->entrypoint, b->shaped != NULL ? b->shaped : b->request, b->before, &e));
    return model_note(p->m, p->policy->artefact, e.failed_line,
                      "baseline not found: container %.*s is refused; the first literal that failed stands at line %zu",
                      (int)b->subject.n, (const char *)b->subject.p, e.failed_line);
}

/* The container as one of the runtimes would send it, in the state before and after the sandbox. */
static struct err container_baseline(struct prober *p, const struct json *container, struct baseline *out)
{
    const struct json *states[] = {p->empty_state, p->after_sandbox, p->after_all};
    struct baseline first = {0};
    for (unsigned variant = 0;; variant++) {
        const struct json *vars;
        bool more;
        TRY(agent_vars_container(p->m, p->w, container, p->policy->document, variant, &more, &vars));
        for (size_t s = 0; more && s < 3; s++) {
            if (s > 0 && json_equal(states[s], states[s - 1]))
                continue;
            TRY(make_baseline(p, "container", vars, states[s], out));
            out->subject = tree_text(container, "name");
            if (variant == 0 && s == 0)
                first = *out;
            if (out->is_accepted)
                return OK;
        }
        if (!more)
            break;
    }
    *out = first;
    return note_refused(p, out);
}

static struct err command_baselines(struct prober *p, const struct json *container, const struct baseline *of)
{
    const struct json *commands;
    struct baseline b;
    TRY(make_baseline(p, "exec", of->vars, of->after, &b));
    b.is_accepted = of->is_accepted;
    b.subject = of->subject;
    TRY(add_baseline(p, b));
    TRY(agent_vars_commands(p->m->arena, container, &commands));
    for (TREE_EACH(i, commands)) {
        const struct json *vars;
        TRY(agent_vars_command(p->m->arena, of->vars, commands->items[i], &vars));
        TRY(make_baseline(p, "probe", vars, of->after, &b));
        if (!b.is_accepted)
            TRY(model_note(p->m, p->policy->artefact, 0, "the command of a probe of container %.*s is not allowed",
                           (int)of->subject.n, (const char *)of->subject.p));
        b.subject = of->subject;
        b.is_accepted = of->is_accepted; /* a policy that refuses the command refuses what looks like it all the more */
        TRY(add_baseline(p, b));
    }
    return OK;
}

static struct err one_container(void *context, const struct json *container, const char *role)
{
    struct prober *p = context;
    struct baseline b, copy;
    (void)role;
    TRY(container_baseline(p, container, &b));
    p->is_accepted = p->is_accepted && b.is_accepted;
    if (!b.is_accepted && p->why_not.n == 0)
        p->why_not = b.subject;
    TRY(add_baseline(p, b));
    struct agent_answer a;
    TRY(ask(p, b.entrypoint, b.request, p->after_all, &a));
    if (a.result == PROBE_ALLOWED)
        p->after_all = a.state;
    TRY(make_baseline(p, "copy", b.vars, b.after, &copy));
    copy.subject = b.subject;
    TRY(add_baseline(p, copy));
    return command_baselines(p, container, &b);
}

static struct err pod_baselines(struct prober *p)
{
    static const char *const others[] = {"create-sandbox", "interface", "routes"};
    const struct json *vars;
    struct baseline b;
    TRY(agent_vars_pod(p->m, p->w, &vars));
    TRY(make_baseline(p, "sandbox", vars, p->empty_state, &b));
    p->after_sandbox = p->after_all = b.after;
    TRY(add_baseline(p, b));
    for (size_t i = 0; i < 3; i++) {
        TRY(make_baseline(p, others[i], vars, p->empty_state, &b));
        TRY(add_baseline(p, b));
    }
    p->is_accepted = true;
    return workload_containers(p->w, one_container, p);
}

/* What let it through: the default, or the body that held; a state of the house's own making stays out of the text. */
static struct err decided_by(struct prober *p, struct bytes entrypoint, const struct json *input,
                             const struct json *state, struct probe_outcome *o)
{
    char rule[QUERY_MAX];
    struct explained e;
    (void)snprintf(rule, sizeof(rule), "%.*s", (int)entrypoint.n, (const char *)entrypoint.p);
    TRY(explain(p, entrypoint, input, state, &e));
    bool is_open = tree_list_has(&p->open, entrypoint);
    o->line = e.line != 0 ? e.line : probe_rule_line(p->policy, rule, false);
    o->is_open = is_open;
    if (p->allows_failing)
        return tree_format(p->m->arena, &o->why, "AllowRequestsFailingPolicy is true");
    if (e.is_default)
        return tree_format(p->m->arena, &o->why, "default %s := true", rule);
    return tree_format(p->m->arena, &o->why, is_open ? "%s is true for every request" : "a body of %s holds", rule);
}

static struct err put(struct prober *p, const struct json *probe, struct bytes entrypoint, const struct json *input,
                      const struct json *state, struct probe_outcome o)
{
    struct agent_answer a;
    TRY(ask(p, entrypoint, input, state, &a));
    o.result = a.result;
    bool needs_effect = json_at(probe, "effect") != NULL;
    if (a.result == PROBE_ALLOWED && needs_effect && !a.changes_state)
        o.result = PROBE_REFUSED;
    o.why = a.why;
    TRY(probe_digest(p->m->arena, input, &o.input));
    if (o.result == PROBE_ALLOWED)
        TRY(decided_by(p, entrypoint, input, state, &o));
    TRY(arena_copy(p->kept, o.why, &o.why));
    TRY(arena_copy(p->kept, o.input, &o.input));
    return probe_record(&p->results, tree_text(probe, "id"), o);
}

static struct err skip(struct prober *p, const struct json *probe, const char *note)
{
    struct probe_outcome o = {.result = PROBE_SKIPPED, .note = note, .is_calibrated = true, .input = BYTES_EMPTY};
    o.subject = o.why = BYTES_EMPTY;
    return probe_record(&p->results, tree_text(probe, "id"), o);
}

static struct err against(struct prober *p, const struct json *probe, const struct baseline *b,
                          const struct json *variant)
{
    const struct json *patch, *input, *needed;
    struct bytes needs = tree_text(probe, "needs");
    bool after = bytes_is(tree_text(probe, "state"), "after");
    struct probe_outcome o = {.is_calibrated = b->is_accepted, .subject = b->subject, .why = BYTES_EMPTY};
    TRY(patch_find(p->m->arena, b->request, needs, &needed));
    if (needed == NULL)
        return skip(p, probe, "the request has no such part");
    TRY(subst_tree(p->m->arena, variant, b->vars, &patch));
    struct err e = patch_apply(p->m->arena, b->request, patch, &input);
    if (failed(e))
        return e.code == ERR_NOMEM ? e : skip(p, probe, "the request has no such part");
    if (patch->count > 0 && json_equal(input, b->request))
        return skip(p, probe, "the pod asks for this itself");
    return put(p, probe, b->entrypoint, input, after ? b->after : b->before, o);
}

static struct err run_on_baselines(struct prober *p, const struct json *probe)
{
    struct bytes name = tree_text(probe, "baseline");
    const struct json *variants = json_at(probe, "variants");
    TRY(skip(p, probe, "the pod has nothing that this probe differs from"));
    for (size_t i = 0; i < p->count; i++)
        for (TREE_EACH(v, variants))
            if (bytes_equal(p->list[i].name, name))
                TRY(against(p, probe, &p->list[i], variants->items[v]));
    return OK;
}

/* A request that has no harmless twin: a refusal counts where the pod as a whole starts. */
static struct err run_alone(struct prober *p, const struct json *probe)
{
    const struct json *input, *vars = NULL;
    struct probe_outcome o = {.is_calibrated = p->is_accepted, .subject = BYTES_EMPTY, .why = BYTES_EMPTY};
    bool after = bytes_is(tree_text(probe, "state"), "after");
    for (size_t i = 0; i < p->count && vars == NULL; i++)
        if (bytes_is(p->list[i].name, "container"))
            vars = p->list[i].vars;
    if (vars == NULL)
        TRY(agent_vars_pod(p->m, p->w, &vars));
    TRY(subst_tree(p->m->arena, json_at(probe, "request"), vars, &input));
    TRY(put(p, probe, tree_text(probe, "entrypoint"), input, p->empty_state, o));
    if (!json_equal(p->after_all, p->empty_state) || after)
        return put(p, probe, tree_text(probe, "entrypoint"), input, p->after_all, o);
    return OK;
}

static struct err run_one(struct prober *p, const struct json *probe)
{
    return json_at(probe, "request") != NULL ? run_alone(p, probe) : run_on_baselines(p, probe);
}

/* Each probe has memory of its own, so that a deployment of many pods needs no more than one of few. */
static struct err run_probes(struct prober *p)
{
    const struct json *probes = json_at(p->table, "agent");
    struct arena scratch;
    struct err e = OK;
    arena_init(&scratch, PROBE_ARENA_MAX);
    p->kept = p->m->arena;
    p->m->arena = &scratch;
    for (size_t i = 0; json_is(probes, JSON_ARRAY) && i < probes->count && !failed(e); i++) {
        e = run_one(p, probes->items[i]);
        arena_reset(&scratch);
    }
    p->m->arena = p->kept;
    arena_clear(&scratch);
    return e;
}

#define NAMELESS "{\"containers\":[{\"name\":\"container\",\"image\":\"registry.example.org/image:1\"}]}"

/* A pod of which nothing is known: what is open for every pod shows all the same. */
static struct err nameless(struct model *m, struct workload *out)
{
    out->name = BYTES_LIT("pod");
    out->namespace = BYTES_LIT("default");
    return json_decode(m->arena, BYTES_LIT(NAMELESS), NULL, NULL, &out->spec);
}

static struct err run_workload(struct prober *p, const struct workload *w, bool *is_accepted)
{
    p->w = w;
    p->count = 0;
    p->open.count = 0;
    p->allows_failing = false;
    TRY(find_open(p));
    TRY(find_data(p));
    TRY(pod_baselines(p));
    *is_accepted = *is_accepted && p->is_accepted;
    return run_probes(p);
}

static struct err run_all(struct prober *p, bool *is_accepted)
{
    struct model *m = p->m;
    const struct document *d = p->policy->document;
    bool in_force = d != NULL && d->workload_count > 0;
    size_t ran = 0;
    *is_accepted = true;
    for (size_t i = 0; i < m->workload_count; i++) {
        const struct workload *w = &m->workloads[i];
        if (in_force && w->document != d)
            continue;
        TRY(run_workload(p, w, is_accepted));
        ran++;
    }
    if (ran > 0)
        return OK;
    struct workload none = {.input = &m->inputs[0]};
    TRY(nameless(m, &none));
    TRY(run_workload(p, &none, is_accepted));
    *is_accepted = false;
    return OK;
}

static struct err baseline_fact(struct prober *p, bool is_accepted, struct json_object *o)
{
    struct json_object b;
    const struct json *v;
    json_object_init(&b, p->m->arena);
    json_object_text(&b, "state", is_accepted ? "accepted" : p->m->workload_count == 0 ? "none" : "refused");
    json_object_string(&b, "subject", p->why_not);
    TRY(json_object_end(&b, &v));
    json_object_add(o, "baseline", v);
    return OK;
}

static struct err agent_ids(struct prober *p, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, p->m->arena);
    for (size_t i = 0; i < p->m->workload_count; i++)
        if (p->policy->document != NULL && p->m->workloads[i].document == p->policy->document)
            tree_list_text(&l, p->m->workloads[i].id);
    return tree_list_end(&l, out);
}

/* Whether a string of the policy speaks of it; a comment proves nothing. */
static bool encrypts_disks(const struct document *d)
{
    for (size_t i = 0; d != NULL && i < d->string_count; i++)
        if (words_in(d->strings[i].text, "encryption_key="))
            return true;
    return false;
}

static struct err agent_fact(struct prober *p, const struct json **out)
{
    const struct tested_policy *t = p->policy;
    const struct json *v, *names = json_at(p->table, "entrypoints");
    struct json_object o;
    bool is_accepted = false;
    json_object_init(&o, p->m->arena);
    if (t->compiled != NULL)
        TRY(run_all(p, &is_accepted));
    json_object_string(&o, "artefact", t->artefact);
    json_object_string(&o, "path", t->path);
    json_object_bool(&o, "is_loose", t->document == NULL);
    json_object_string(&o, "document", t->document == NULL ? BYTES_EMPTY : t->document->path);
    json_object_bool(&o, "is_in_force", t->document != NULL && t->document->workload_count > 0);
    json_object_text(&o, "state", t->compiled == NULL ? "failed" : "compiled");
    json_object_string(&o, "why", t->why);
    json_object_int(&o, "line", (int64_t)t->why_line);
    json_object_bool(&o, "allows_failing", p->allows_failing);
    json_object_bool(&o, "encrypts_disks", t->compiled != NULL && encrypts_disks(t->document));
    json_object_int(&o, "open_share", names->count == 0 ? 0 : (int64_t)(p->open.count * 100 / names->count));
    TRY(agent_ids(p, &v));
    json_object_add(&o, "workloads", v);
    TRY(tree_list_end(&p->open, &v));
    json_object_add(&o, "open_entrypoints", v);
    TRY(baseline_fact(p, is_accepted, &o));
    TRY(probe_facts(p->m, &p->results, t->artefact, &v));
    json_object_add(&o, "probes", v);
    return json_object_end(&o, out);
}

struct err probe_agents(struct model *m, struct tested_policies *set, const struct json **agents)
{
    struct tree_list list;
    struct prober *p;
    tree_list_init(&list, m->arena);
    for (size_t i = 0; i < set->count; i++) {
        const struct json *v;
        if (set->list[i].role != POLICY_AGENT)
            continue;
        TRY(arena_new(m->arena, &p));
        *p = (struct prober){.m = m, .policy = &set->list[i], .table = m->probe_table, .why_not = BYTES_EMPTY};
        p->results.arena = m->arena;
        tree_list_init(&p->open, m->arena);
        TRY(empty_state(m->arena, &p->empty_state));
        TRY(agent_fact(p, &v));
        tree_list_add(&list, v);
    }
    return tree_list_end(&list, agents);
}
