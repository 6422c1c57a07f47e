#include "trust/assess.h"

#include "trust/accept.h"
#include "trust/facts.h"
#include "trust/rules.h"

#define SCHEMA "casemate-assess/1"

static struct err tool_facts(struct arena *a, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "version", CASEMATE_VERSION);
    json_object_text(&o, "catalogue", CATALOGUE_VERSION);
    json_object_text(&o, "catalogue_sha256", catalogue_sha256);
    return json_object_end(&o, out);
}

struct counts {
    int64_t by_severity[SEVERITY_CRITICAL + 1];
    int64_t accepted;
    int64_t not_shown;
};

static struct err summary(struct arena *a, const struct json *findings, const struct json **out)
{
    struct counts c = {0};
    struct json_object o;
    for (TREE_EACH(i, findings)) {
        struct bytes status = tree_text(findings->items[i], "status");
        bool is_accepted = bytes_is(status, "accepted"), is_open = bytes_is(status, "not-shown");
        c.accepted += is_accepted;
        c.not_shown += is_open;
        c.by_severity[finding_severity(findings->items[i])] += !is_accepted && !is_open;
    }
    json_object_init(&o, a);
    json_object_int(&o, "critical", c.by_severity[SEVERITY_CRITICAL]);
    json_object_int(&o, "high", c.by_severity[SEVERITY_HIGH]);
    json_object_int(&o, "medium", c.by_severity[SEVERITY_MEDIUM]);
    json_object_int(&o, "low", c.by_severity[SEVERITY_LOW]);
    json_object_int(&o, "info", c.by_severity[SEVERITY_INFO]);
    json_object_int(&o, "accepted", c.accepted);
    json_object_int(&o, "not_shown", c.not_shown);
    return json_object_end(&o, out);
}

static int exit_status(const struct model *m, const struct json *findings)
{
    if (m->is_over_limit)
        return 4;
    if (m->failures.count > 0)
        return 3;
    return m->is_empty && m->request->is_strict ? 1 : findings_exit(m->request, findings);
}

static struct err append(struct model *m, const struct json *list)
{
    for (TREE_EACH(i, list))
        tree_list_add(&m->notes, list->items[i]);
    return m->notes.bad;
}

static struct err outside(struct arena *a, const struct json *results, const struct json **out)
{
    struct tree_list l;
    const struct json *touched = json_path(results, "outside", "touched", NULL);
    tree_list_init(&l, a);
    for (TREE_EACH(i, touched))
        tree_list_add(&l, touched->items[i]);
    return tree_list_end(&l, out);
}

static struct err add_stages(struct model *m, const struct json *facts, struct json_object *o, int *exit_code)
{
    const struct json *results, *findings, *answered, *silent, *notes, *v, *fixed = NULL;
    TRY(rules_run(m, facts, &results));
    TRY(findings_make(m, facts, results, &findings, &answered, &silent));
    TRY(accept_apply(m->arena, findings, json_at(m->context.given, "accepted"), m->request->now, &findings, &notes));
    TRY(append(m, notes));
    if (m->request->baseline != NULL)
        TRY(accept_baseline(m->arena, findings, m->request->baseline, &findings, &fixed));
    json_object_add(o, "findings", findings);
    json_object_add(o, "answered", answered);
    json_object_add(o, "not_applicable", silent);
    TRY(outside(m->arena, results, &v));
    json_object_add(o, "out_of_scope", v);
    if (fixed != NULL)
        json_object_add(o, "fixed", fixed);
    TRY(summary(m->arena, findings, &v));
    json_object_add(o, "summary", v);
    *exit_code = exit_status(m, findings);
    return OK;
}

static struct err add_rest(struct model *m, const struct json *facts, struct json_object *o)
{
    static const char *const copied[] = {"inputs", "context", "bindings"};
    const struct json *v;
    enum severity least = m->request->fail_on == SEVERITY_NONE ? SEVERITY_MEDIUM : m->request->fail_on;
    json_object_text(o, "schema", SCHEMA);
    TRY(tool_facts(m->arena, &v));
    json_object_add(o, "tool", v);
    json_object_string(o, "now", m->request->now);
    json_object_text(o, "fail_on", m->request->fails_never ? "none" : severity_name(least));
    for (size_t i = 0; i < 3; i++)
        json_object_add(o, copied[i], json_at(facts, copied[i]));
    const struct json *assumed = json_at(m->tee, "assumptions");
    if (assumed != NULL)
        json_object_add(o, "assumptions", assumed);
    TRY(tree_list_end(&m->probes, &v));
    json_object_add(o, "probes", v);
    TRY(tree_list_end(&m->notes, &v));
    json_object_add(o, "notes", v);
    return OK;
}

struct err trust_assess(struct arena *a, const struct assess_request *request, struct assess_result *out)
{
    struct model m = {.arena = a, .request = request, .fault = BYTES_EMPTY};
    struct json_object o;
    struct assess_result made = {0};
    struct err e = facts_build(&m, &made.model);
    json_object_init(&o, a);
    if (!failed(e))
        e = add_stages(&m, made.model, &o, &made.exit_status);
    out->fault = m.fault;
    TRY(e);
    TRY(add_rest(&m, made.model, &o));
    json_object_int(&o, "exit", made.exit_status);
    TRY(json_object_end(&o, &made.document));
    *out = made;
    return OK;
}

struct err trust_model(struct arena *a, const struct assess_request *request, struct assess_result *out)
{
    struct model m = {.arena = a, .request = request, .fault = BYTES_EMPTY};
    struct assess_result made = {0};
    struct err e = facts_build(&m, &made.model);
    out->fault = m.fault;
    TRY(e);
    made.exit_status = m.is_over_limit ? 4 : m.failures.count > 0 ? 3 : 0;
    *out = made;
    return OK;
}
