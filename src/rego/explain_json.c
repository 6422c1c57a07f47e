/*
 * A report as one JSON document.
 */
#include "rego/explain.h"

static struct bytes bytes_of_view(struct rego_text t)
{
    return bytes_of(t.p, t.n);
}

static void add_spot(struct json_object *o, struct rego_spot at)
{
    json_object_text(o, "file", at.file);
    json_object_int(o, "row", at.row);
    json_object_int(o, "column", at.column);
}

static void add_value(struct json_object *o, struct record *r, const char *name, const struct json *v)
{
    const struct json *shown;
    if (failed(o->bad) || v == NULL)
        return;
    o->bad = record_shown(r, v, &shown);
    if (!failed(o->bad))
        json_object_add(o, name, shown);
}

static struct err failure_json(struct record *r, const struct record_fail *fail, const struct node *rule,
                               const struct json **out)
{
    struct json_object o;
    struct rego_failure f;
    TRY(explain_failure(r, fail, rule, &f));
    json_object_init(&o, &r->arena);
    if (f.rule.n > 0)
        json_object_string(&o, "rule", bytes_of_view(f.rule));
    add_spot(&o, f.at);
    if (f.literal.n > 0)
        json_object_string(&o, "literal", bytes_of_view(f.literal));
    json_object_string(&o, "message", bytes_of_view(f.message));
    if (f.left.n > 0)
        add_value(&o, r, "left", fail->args[0]);
    if (f.right.n > 0)
        add_value(&o, r, "right", fail->args[1]);
    bool is_missing = fail->step->kind == STEP_SELECT || fail->step->kind == STEP_ROOT;
    if (is_missing && fail->path.n > 0)
        json_object_string(&o, "missing", record_shown_text(r, fail->path));
    return json_object_end(&o, out);
}

static struct err branch_json(struct record *r, const struct record_rule *rule, const struct record_branch *b,
                              const struct json **out)
{
    const struct json *fail = NULL;
    struct json_object o;
    if (!b->is_solved && b->fail != NULL)
        TRY(failure_json(r, b->fail, rule == NULL ? NULL : rule->node, &fail));
    json_object_init(&o, &r->arena);
    add_spot(&o, explain_spot(b->branch->at));
    json_object_bool(&o, "held", b->is_solved);
    if (!b->is_solved && b->fail != NULL) {
        json_object_int(&o, "reached", (int64_t)b->fail->passed);
        json_object_int(&o, "literals", (int64_t)b->fail->total);
    }
    if (fail != NULL)
        json_object_add(&o, "failed", fail);
    return json_object_end(&o, out);
}

static struct err clause_json(struct record *r, const struct record_rule *rule, const struct record_clause *c,
                              const struct json **out)
{
    struct values branches = {.arena = &r->arena};
    const struct json *v;
    struct json_object o;
    for (const struct record_branch *b = c->branches; b != NULL; b = b->next) {
        TRY(branch_json(r, rule, b, &v));
        TRY(values_add(&branches, v));
    }
    TRY(value_array(&r->arena, branches.items, branches.count, &v));
    json_object_init(&o, &r->arena);
    add_spot(&o, explain_spot(c->clause->at));
    json_object_bool(&o, "default", c->clause->rule->is_default);
    json_object_add(&o, "branches", v);
    return json_object_end(&o, out);
}

static struct err rule_json(struct record *r, const struct record_rule *rule, const struct json **out)
{
    struct values clauses = {.arena = &r->arena};
    const struct json *v;
    const struct json *args = NULL;
    struct bytes name;
    struct json_object o;
    for (const struct record_clause *c = rule->clauses; c != NULL; c = c->next) {
        TRY(clause_json(r, rule, c, &v));
        TRY(values_add(&clauses, v));
    }
    TRY(value_array(&r->arena, clauses.items, clauses.count, &v));
    TRY(explain_rule_name(r, rule->node, &name));
    if (rule->args != NULL)
        TRY(value_array(&r->arena, rule->args, rule->arg_count, &args));
    json_object_init(&o, &r->arena);
    json_object_string(&o, "rule", name);
    add_value(&o, r, "arguments", args);
    add_value(&o, r, "result", rule->result);
    json_object_add(&o, "clauses", v);
    return json_object_end(&o, out);
}

/* Every rule once, in the order in which the query's literals asked them. */
struct told {
    struct record *record;
    struct values rules;
    const struct record_rule *seen[EXPLAIN_RULES];
    size_t count;
};

static struct err tell(struct told *t, const struct record_rule *rule, unsigned depth);

static struct err tell_all(struct told *t, struct record_rule *const *rules, size_t count, unsigned depth)
{
    for (size_t i = 0; i < count; i++)
        TRY(tell(t, rules[i], depth));
    return OK;
}

static struct err tell(struct told *t, const struct record_rule *rule, unsigned depth)
{
    const struct json *v;
    for (size_t i = 0; i < t->count; i++)
        if (t->seen[i] == rule)
            return OK;
    if (t->count == EXPLAIN_RULES || depth == EXPLAIN_DEPTH) {
        t->record->is_cut = true;
        return OK;
    }
    t->seen[t->count++] = rule;
    TRY(rule_json(t->record, rule, &v));
    TRY(values_add(&t->rules, v));
    for (const struct record_clause *c = rule->clauses; c != NULL; c = c->next) {
        for (const struct record_branch *b = c->branches; b != NULL; b = b->next)
            if (b->fail != NULL && !b->is_solved)
                TRY(tell_all(t, b->fail->rules, b->fail->rule_count, depth + 1));
        TRY(tell_all(t, c->asked, c->asked_count, depth + 1));
    }
    return OK;
}

static struct err rules_json(struct record *r, const struct json **out)
{
    struct told t = {.record = r, .rules = {.arena = &r->arena}};
    if (r->query != NULL)
        TRY(tell_all(&t, r->query->asked, r->query->asked_count, 0));
    return value_array(&r->arena, t.rules.items, t.rules.count, out);
}

static struct err calls_json(struct rego_report *report, const struct json **out)
{
    struct record *r = &report->record;
    struct values list = {.arena = &r->arena};
    for (const struct record_call *c = r->calls; c != NULL; c = c->next) {
        const struct json *v;
        struct json_object o;
        json_object_init(&o, &r->arena);
        json_object_string(&o, "function", c->function->name);
        add_value(&o, r, "arguments", c->args);
        add_value(&o, r, "result", c->result);
        add_spot(&o, explain_spot(c->at));
        TRY(json_object_end(&o, &v));
        TRY(values_add(&list, v));
    }
    return value_array(&r->arena, list.items, list.count, out);
}

static struct err lookups_json(struct rego_report *report, bool found, const struct json **out)
{
    struct record *r = &report->record;
    struct values list = {.arena = &r->arena};
    for (size_t i = 0; i < report->lookup_count; i++) {
        const struct rego_lookup *l = &report->lookups[i];
        const struct json *v;
        struct json_object o;
        if (l->found != found)
            continue;
        if (found) {
            TRY(value_string(&r->arena, bytes_of_view(l->path), &v));
        } else {
            json_object_init(&o, &r->arena);
            json_object_string(&o, "path", bytes_of_view(l->path));
            if (l->similar.n > 0)
                json_object_string(&o, "similar", bytes_of_view(l->similar));
            add_spot(&o, l->at);
            TRY(json_object_end(&o, &v));
        }
        TRY(values_add(&list, v));
    }
    return value_array(&r->arena, list.items, list.count, out);
}

static const char *const origins[] = {"nothing", "query", "rule", "else", "default"};

static struct err decision_json(struct rego_report *report, const struct json **out)
{
    const struct rego_decision *d = &report->decision;
    struct record *r = &report->record;
    struct json_object o;
    json_object_init(&o, &r->arena);
    json_object_text(&o, "made_by", origins[d->origin]);
    if (d->rule.n > 0)
        json_object_string(&o, "rule", bytes_of_view(d->rule));
    add_spot(&o, d->at);
    if (d->failure != NULL) {
        struct json_object f;
        const struct json *v;
        json_object_init(&f, &r->arena);
        json_object_string(&f, "rule", bytes_of_view(d->failure->rule));
        add_spot(&f, d->failure->at);
        json_object_string(&f, "literal", bytes_of_view(d->failure->literal));
        json_object_string(&f, "message", bytes_of_view(d->failure->message));
        TRY(json_object_end(&f, &v));
        json_object_add(&o, "failed", v);
    }
    return json_object_end(&o, out);
}

static struct err change_json(struct record *r, const struct explain_change *change, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, &r->arena);
    json_object_bool(&o, "found", change->is_found);
    json_object_int(&o, "tried", (int64_t)change->tried);
    if (change->is_found) {
        json_object_string(&o, "path", change->path);
        add_value(&o, r, "from", change->from);
        add_value(&o, r, "to", change->to);
        add_value(&o, r, "result", change->gives);
    }
    return json_object_end(&o, out);
}

struct err explain_document(struct rego_report *report, const struct rego_call *call,
                            const struct explain_change *change)
{
    struct record *r = &report->record;
    struct json_object o;
    struct json_object looked;
    const struct json *parts[6] = {NULL};
    TRY(decision_json(report, &parts[0]));
    TRY(rules_json(r, &parts[1]));
    TRY(calls_json(report, &parts[2]));
    TRY(lookups_json(report, true, &parts[3]));
    TRY(lookups_json(report, false, &parts[4]));
    json_object_init(&looked, &r->arena);
    json_object_add(&looked, "found", parts[3]);
    json_object_add(&looked, "missing", parts[4]);
    TRY(json_object_end(&looked, &parts[3]));
    if (change != NULL)
        TRY(change_json(r, change, &parts[5]));
    json_object_init(&o, &r->arena);
    json_object_text(&o, "format", "casemate-rego-explain/1");
    json_object_text(&o, "query", call->query);
    add_value(&o, r, "result", report->result);
    json_object_add(&o, "decision", parts[0]);
    json_object_add(&o, "rules", parts[1]);
    json_object_add(&o, "calls", parts[2]);
    json_object_add(&o, "lookups", parts[3]);
    if (parts[5] != NULL)
        json_object_add(&o, "what_if", parts[5]);
    json_object_bool(&o, "complete", !r->is_cut);
    return json_object_end(&o, &report->document);
}
