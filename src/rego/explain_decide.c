/*
 * Which rule made the result, and which literal is at fault.
 */
#include "rego/explain.h"

const struct record_fail *explain_best(const struct record_rule *rule)
{
    const struct record_fail *best = NULL;
    for (const struct record_clause *c = rule->clauses; c != NULL; c = c->next)
        for (const struct record_branch *b = c->branches; b != NULL; b = b->next)
            if (!b->is_solved && b->fail != NULL && (best == NULL || b->fail->passed > best->passed))
                best = b->fail;
    return best;
}

const struct record_clause *explain_maker(const struct record_rule *rule)
{
    for (const struct record_clause *c = rule->clauses; c != NULL; c = c->next)
        for (const struct record_branch *b = c->branches; b != NULL; b = b->next)
            if (b->is_solved)
                return c;
    return NULL;
}

/* Whether the step failed because of what a rule says. */
static bool blames_rule(const struct record_fail *f, const struct record_rule *rule)
{
    if (rule->result != NULL && !(rule->result->type == JSON_BOOL && !rule->result->as_bool))
        return false;
    if (f->step->kind == STEP_CALL)
        return f->step->function->node == rule->node;
    return f->step->kind == STEP_SELECT || f->step->kind == STEP_VALUE || f->step->kind == STEP_TEST;
}

const struct record_fail *explain_leaf(const struct record_fail *fail, const struct node **rule)
{
    for (unsigned depth = 0; depth < EXPLAIN_DEPTH; depth++) {
        const struct record_fail *next = fail->inner;
        const struct node *owner = *rule;
        for (size_t i = fail->rule_count; next == NULL && i > 0; i--) {
            if (!blames_rule(fail, fail->rules[i - 1]))
                continue;
            next = explain_best(fail->rules[i - 1]);
            owner = fail->rules[i - 1]->node;
        }
        if (next == NULL)
            return fail;
        fail = next;
        *rule = owner;
    }
    return fail;
}

static bool made(const struct record_branch *b, const struct json *result)
{
    return b->is_solved && (b->value == NULL || result == NULL || json_equal(b->value, result));
}

static void decide_by_rule(struct rego_report *report, const struct record_rule *rule)
{
    struct rego_decision *d = &report->decision;
    for (const struct record_clause *c = rule->clauses; c != NULL; c = c->next)
        for (const struct record_branch *b = c->branches; b != NULL; b = b->next) {
            if (!made(b, rule->result))
                continue;
            bool is_else = b->branch != c->clause->branches;
            d->origin = c->clause->rule->is_default ? REGO_FROM_DEFAULT : is_else ? REGO_FROM_ELSE : REGO_FROM_RULE;
            d->at = explain_spot(is_else ? b->branch->at : c->clause->at);
            return;
        }
}

/* The rule that the query asked last; its value is the result where the query is that rule's name. */
static const struct record_rule *asked_rule(const struct record_clause *query)
{
    return query == NULL || query->asked_count == 0 ? NULL : query->asked[query->asked_count - 1];
}

static bool is_no(const struct json *v)
{
    return v == NULL || (v->type == JSON_BOOL && !v->as_bool);
}

static const struct record_fail *find_failure(const struct rego_report *report, const struct record_rule *rule,
                                              const struct node **owner)
{
    const struct record_clause *query = report->record.query;
    const struct record_branch *b = query == NULL ? NULL : query->branches;
    if (report->result == NULL && b != NULL && b->fail != NULL)
        return explain_leaf(b->fail, owner);
    if (rule == NULL || (!is_no(report->result) && report->decision.origin == REGO_FROM_RULE))
        return NULL;
    const struct record_fail *best = explain_best(rule);
    *owner = rule->node;
    return best == NULL ? NULL : explain_leaf(best, owner);
}

struct err explain_decide(struct rego_report *report)
{
    struct record *r = &report->record;
    struct rego_decision *d = &report->decision;
    const struct record_rule *rule = asked_rule(r->query);
    bool is_rule =
        rule != NULL && report->result != NULL && rule->result != NULL && json_equal(rule->result, report->result);
    struct bytes name = BYTES_EMPTY;
    const struct node *owner = NULL;
    d->origin = report->result == NULL ? REGO_FROM_NOTHING : REGO_FROM_QUERY;
    d->at = (struct rego_spot){"query", 1, 1};
    if (is_rule)
        decide_by_rule(report, rule);
    if (d->origin > REGO_FROM_QUERY)
        TRY(explain_rule_name(r, rule->node, &name));
    d->rule = explain_text_of(name);
    const struct record_fail *fail = find_failure(report, rule, &owner);
    if (fail == NULL)
        return OK;
    TRY(explain_failure(r, fail, owner, &report->failure));
    d->failure = &report->failure;
    return OK;
}
