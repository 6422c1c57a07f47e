/*
 * One clause through all of its passes.
 */
#include "rego/machine/machine.h"
#include "rego/names.h"
#include "rego/passes.h"
#include "rego/value.h"

bool compile_spend(struct compiler *c, uint64_t work)
{
    uint64_t *left = &c->policy->work_left;
    bool enough = *left > work;
    *left = enough ? *left - work : 0;
    return enough;
}

struct err compile_spent(const struct compiler *c)
{
    return c->policy->work_left == 0 ? FAIL(ERR_LIMIT, "the policy takes too long to compile") : OK;
}

static bool is_plain_pattern(const struct term *t)
{
    return t->kind != TERM_CALL && t->kind != TERM_REF && t->kind < TERM_ARRAY_OF;
}

/* An argument that is an expression: a variable takes its place, and each body compares it first. */
static struct err settle_arg(struct compiler *c, size_t i, struct list *tests)
{
    struct term **arg = &c->clause->args[i];
    if (is_plain_pattern(*arg))
        return names_declare(c, *arg);
    struct term *v;
    struct literal *l;
    TRY(names_new_var(c, (*arg)->at, &v));
    TRY(arena_new(c->arena, &l));
    l->at = (*arg)->at;
    TRY(ast_operator(c->arena, "equal", v, *arg, &l->term));
    *arg = v;
    return list_add(tests, l);
}

static struct err settle_args(struct compiler *c, struct list *tests)
{
    struct clause *clause = c->clause;
    for (size_t i = 0; i < clause->arg_count; i++) {
        /* the same name twice is the same variable */
        bool again = false;
        for (size_t j = 0; j < i && clause->args[i]->kind == TERM_VAR; j++)
            again = again || (clause->args[j]->kind == TERM_VAR && !bytes_is(clause->args[i]->name, "_") &&
                              bytes_equal(clause->args[j]->name, clause->args[i]->name));
        if (!again)
            TRY(settle_arg(c, i, tests));
    }
    for (size_t i = 0; i < clause->arg_count; i++)
        TRY(names_term(c, clause->args[i]));
    return OK;
}

static struct err with_tests(struct compiler *c, struct body *b, const struct list *tests, struct body **out)
{
    struct list items = {.arena = c->arena};
    *out = b;
    if (tests->count == 0)
        return OK;
    for (size_t i = 0; i < tests->count; i++) {
        struct literal *copy;
        struct term *t;
        struct term *arg; /* each branch resolves and flattens its own */
        const struct literal *test = tests->items[i];
        TRY(arena_new(c->arena, &copy));
        TRY(ast_copy(c->arena, test->term->items[1], &arg));
        TRY(ast_operator(c->arena, "equal", test->term->items[0], arg, &t));
        *copy = *test;
        copy->term = t;
        TRY(list_add(&items, copy));
    }
    for (size_t i = 0; b != NULL && i < b->count; i++)
        TRY(list_add(&items, b->items[i]));
    TRY(arena_new(c->arena, out));
    **out = (struct body){(struct literal **)items.items, items.count};
    return OK;
}

/* What a solution of a branch yields: the keys behind the constant part of the head, then the value or element. */
static struct err collect_heads(struct compiler *c, const struct branch *b, struct list *heads)
{
    const struct clause *clause = c->clause;
    struct term *value = clause->element != NULL ? clause->element : b->value;
    for (size_t i = 0; i < clause->rest_count; i++)
        TRY(list_add(heads, clause->rest[i]));
    if (value == NULL)
        TRY(ast_const(c->arena, value_bool(true), b->at, &value));
    return list_add(heads, value);
}

static struct err resolve_branch(struct compiler *c, struct body *body, const struct list *heads)
{
    struct term *const *terms = (struct term *const *)heads->items;
    TRY(scope_enter(c));
    TRY(names_prepare(c, body, terms, heads->count));
    for (size_t i = 0; body != NULL && i < body->count; i++)
        TRY(names_literal(c, body->items[i]));
    for (size_t i = 0; i < heads->count; i++)
        TRY(names_term(c, terms[i]));
    scope_leave(c);
    return OK;
}

static struct err flatten_branch(struct compiler *c, struct body *body, const struct list *heads, struct place at,
                                 struct flat_branch **out)
{
    TRY(arena_new(c->arena, out));
    (*out)->at = at;
    TRY(scope_enter(c));
    TRY(flat_body_of(c, body, (struct term **)heads->items, heads->count, &(*out)->body));
    scope_leave(c);
    return OK;
}

static struct err compile_branches(struct compiler *c, const struct list *tests)
{
    struct flat_branch **end = &c->clause->branches;
    for (struct branch *b = &c->clause->rule->branch; b != NULL; b = b->next) {
        struct list heads = {.arena = c->arena};
        struct body *body;
        TRY(with_tests(c, b->body, tests, &body));
        TRY(collect_heads(c, b, &heads));
        TRY(resolve_branch(c, body, &heads));
        TRY(flatten_branch(c, body, &heads, b->at, end));
        end = &(*end)->next;
    }
    return OK;
}

static void mark_args(const struct term *t, bool *safe)
{
    if (t->kind == TERM_VAR)
        safe[t->var->id] = true;
    for (size_t i = 0; i < t->count; i++)
        mark_args(t->items[i], safe);
}

static struct err order_and_plan(struct compiler *c)
{
    bool *safe;
    bool *bound;
    struct clause *clause = c->clause;
    TRY(arena_array(c->scratch, clause->var_count, &safe));
    TRY(arena_array(c->scratch, clause->var_count, &bound));
    TRY(arena_array(c->scratch, clause->var_count, &c->marked));
    for (size_t i = 0; i < clause->arg_count; i++)
        mark_args(clause->args[i], safe);
    for (struct flat_branch *b = clause->branches; b != NULL; b = b->next)
        TRY(order_body(c, b->body, safe));
    c->variables = clause->var_count;
    clause->scene_count = 1;
    TRY(plan_args(c, bound));
    for (struct flat_branch *b = clause->branches; b != NULL; b = b->next)
        TRY(plan_body(c, b->body, bound));
    clause->compiled = true;
    return machine_emit(c->policy, c->arena, clause);
}

struct err compile_clause(struct policy *p, struct clause *clause)
{
    struct node *package = p->root;
    struct compiler c = {.policy = p, .arena = &p->arena, .scratch = &p->scratch, .error = p->error, .clause = clause};
    c.module = clause->module;
    for (size_t i = 1; clause->module != NULL && i < clause->module->package->count; i++)
        package = node_child(package, clause->module->package->items[i]->value);
    c.package = clause->module == NULL ? NULL : package;
    struct list tests = {.arena = c.arena};
    TRY(scope_enter(&c));
    TRY(settle_args(&c, &tests));
    TRY(compile_branches(&c, &tests));
    return order_and_plan(&c);
}

static bool is_plain_expression(const struct literal *l)
{
    if (l->kind != LITERAL_EXPRESSION || l->negated || l->term->kind == TERM_CONST)
        return l->kind == LITERAL_EXPRESSION && !l->negated;
    return !(l->term->kind == TERM_CALL && l->term->callee == NULL &&
             (bytes_is(l->term->name, "eq") || bytes_is(l->term->name, "assign")));
}

/* plus(1, 2, x): the call gives its result to x, and has none itself. */
static struct err names_its_result(struct compiler *c, const struct literal *l, bool *out)
{
    const struct function *f = NULL;
    *out = false;
    if (l->kind != LITERAL_EXPRESSION || l->term->kind != TERM_CALL || l->term->callee == NULL)
        return OK;
    TRY(names_function(c, l->term->callee, &f));
    *out = f != NULL && l->term->count == f->arity + 1 && (f->builtin == NULL || !f->builtin->variadic);
    return OK;
}

#define VALUE_NAME "value of the query" /* no variable of a text has blanks in its name */

/* The expression keeps its value, even if that is false: a variable becomes equal to it. */
static struct err keep_value(struct compiler *c, struct literal *l, size_t index, struct term **out)
{
    char name[sizeof(VALUE_NAME) + 24];
    struct bytes copy;
    struct term *var;
    bool names_result;
    TRY(names_its_result(c, l, &names_result));
    if (names_result || !is_plain_expression(l))
        return ast_const(c->arena, value_bool(true), l->at, out);
    (void)snprintf(name, sizeof(name), VALUE_NAME " %zu", index);
    TRY(arena_copy(c->arena, bytes_of_text(name), &copy));
    TRY(ast_var(c->arena, copy, l->at, &var));
    TRY(ast_var(c->arena, copy, l->at, out));
    return ast_operator(c->arena, "eq", var, l->term, &l->term);
}

/* Whether the term goes through a collection by a variable. Depth: that of the text. */
static bool iterates(const struct term *t)
{
    for (size_t i = 1; t->kind == TERM_REF && i < t->count; i++)
        if (t->items[i]->kind == TERM_VAR)
            return true;
    for (size_t i = 0; t->kind < TERM_ARRAY_OF && i < t->count; i++)
        if (iterates(t->items[i]))
            return true;
    return false;
}

/* The values that a solution has; of several expressions, each must hold. */
static struct err keep_values(struct compiler *c, struct body *body, enum query_form form, struct list *heads)
{
    size_t count = body->count;
    bool must_hold = count > 1;
    struct list items = {.arena = c->arena};
    struct term *value;
    if (form == QUERY_BINDINGS) {
        TRY(ast_const(c->arena, value_bool(true), body->items[0]->at, &value));
        return list_add(heads, value);
    }
    for (size_t i = 0; i < count; i++) {
        must_hold = must_hold || (body->items[i]->term != NULL && iterates(body->items[i]->term));
        TRY(list_add(&items, body->items[i]));
    }
    for (size_t i = form == QUERY_VALUE ? count - 1 : 0; i < count; i++) {
        struct literal *test;
        TRY(keep_value(c, body->items[i], i, &value));
        TRY(list_add(heads, value));
        if (form == QUERY_VALUE || !must_hold || value->kind != TERM_VAR)
            continue;
        TRY(arena_new(c->arena, &test));
        test->at = body->items[i]->at;
        TRY(ast_var(c->arena, value->name, value->at, &test->term));
        TRY(list_add(&items, test));
    }
    body->items = (struct literal **)items.items;
    body->count = items.count;
    return OK;
}

static struct err bind_names(struct compiler *c, const struct scope *s, struct list *heads)
{
    for (size_t i = 0; i < s->vars.count; i++) {
        struct term *t;
        struct var *v = s->vars.items[i];
        if (v->wildcard || v->made || bytes_starts(v->name, BYTES_LIT(VALUE_NAME)))
            continue;
        TRY(ast_var(c->arena, v->name, v->at, &t));
        t->var = v;
        TRY(list_add(heads, t));
    }
    return OK;
}

struct err compile_query(struct policy *p, struct arena *a, struct rego_error *error, struct body *body,
                         enum query_form form, struct clause *clause)
{
    struct list heads = {.arena = a};
    struct compiler c = {.policy = p, .arena = a, .scratch = &p->scratch, .error = error, .clause = clause};
    TRY(scope_enter(&c));
    TRY(keep_values(&c, body, form, &heads));
    TRY(scope_enter(&c));
    TRY(names_prepare(&c, body, NULL, 0));
    for (size_t i = 0; i < body->count; i++)
        TRY(names_literal(&c, body->items[i]));
    for (size_t i = 0; i < heads.count; i++)
        TRY(names_term(&c, heads.items[i]));
    TRY(names_refused(p, error));
    const struct scope *scope = c.scope;
    scope_leave(&c);
    if (form != QUERY_VALUE)
        TRY(bind_names(&c, scope, &heads));
    TRY(flatten_branch(&c, body, &heads, body->items[0]->at, &clause->branches));
    return order_and_plan(&c);
}
