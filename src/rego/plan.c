/*
 * From ordered literals to steps. What is bound at each step is known here, so the machine never has to find out which
 * side of a unification gets its value.
 */
#include "rego/builtins/builtin.h"
#include "rego/names.h"
#include "rego/regex/cache.h"

#define SLOTS_MAX 60000 /* scenes and iterators of one clause */

struct planner {
    struct compiler *c;
    struct flat_body *body;
    bool *bound; /* by register */
    uint16_t scene;
    struct place at;
    const struct literal *literal;
};

static struct err plan_inner(struct planner *outer, struct flat_body *b);
static struct err plan_term(struct planner *p, struct term *t, struct term **out);

static struct err push_step(struct compiler *c, const struct step *step)
{
    if (c->step_count == c->step_cap) {
        size_t cap = c->step_cap == 0 ? 8 : c->step_cap * 2;
        struct step *grown;
        TRY(arena_array(c->scratch, cap, &grown));
        for (size_t i = 0; i < c->step_count; i++)
            grown[i] = c->steps[i];
        c->steps = grown;
        c->step_cap = cap;
    }
    c->steps[c->step_count++] = *step;
    return OK;
}

static struct err plan_step(struct planner *p, struct step step)
{
    struct flat_body *b = p->body;
    step.scene = p->scene;
    step.at = p->at;
    step.literal = p->literal;
    step.back = b->last;
    if (step.kind == STEP_SCAN || step.kind == STEP_WALK) {
        if (p->c->clause->iterator_count >= SLOTS_MAX)
            return FAIL(ERR_LIMIT, "a rule with too many iterations");
        step.iterator = p->c->clause->iterator_count++;
        b->last = (int32_t)b->step_count;
    }
    b->step_count++;
    return push_step(p->c, &step);
}

static bool is_bound(const struct planner *p, const struct var *v)
{
    return v->id >= p->c->variables || p->bound[v->id];
}

static uint32_t new_register(struct planner *p)
{
    return p->c->clause->var_count++;
}

static struct err register_term(struct planner *p, struct place at, struct term **out)
{
    struct var *v;
    TRY(arena_new(p->c->arena, &v));
    *v = (struct var){.name = BYTES_EMPTY, .at = at, .id = new_register(p), .made = true};
    TRY(ast_var(p->c->arena, v->name, at, out));
    (*out)->var = v;
    return OK;
}

/* Whether a term has a value once the references in it are planned. */
static bool has_value(const struct planner *p, const struct term *t)
{
    if (t->kind == TERM_VAR)
        return is_bound(p, t->var);
    if (t->kind == TERM_REF)
        return has_value(p, t->items[0]);
    if (t->kind == TERM_ARRAY || t->kind == TERM_SET || t->kind == TERM_OBJECT)
        for (size_t i = 0; i < t->count; i++)
            if (!has_value(p, t->items[i]))
                return false;
    return true;
}

/* A pattern: variables without a value get it here; keys of objects are no patterns. */
static struct err plan_pattern(struct planner *p, struct term *t, struct term **out)
{
    *out = t;
    if (t->kind == TERM_VAR && !is_bound(p, t->var)) {
        TRY(ast_term(p->c->arena, TERM_BIND, t->at, out));
        (*out)->var = t->var;
        p->bound[t->var->id] = true;
        return OK;
    }
    if (t->kind != TERM_ARRAY && t->kind != TERM_OBJECT)
        return OK;
    TRY(ast_term(p->c->arena, t->kind, t->at, out));
    TRY(ast_items(p->c->arena, *out, t->items, t->count));
    size_t step = t->kind == TERM_OBJECT ? 2 : 1;
    for (size_t i = step - 1; i < t->count; i += step)
        TRY(plan_pattern(p, t->items[i], &(*out)->items[i]));
    return OK;
}

/* The first register of a path. */
static struct err plan_head(struct planner *p, struct term *head, uint32_t *out)
{
    *out = new_register(p);
    if (head->kind == TERM_ROOT)
        return plan_step(p, (struct step){.kind = STEP_ROOT, .term = head, .to = *out});
    return plan_step(p, (struct step){.kind = STEP_MOVE, .term = head, .to = *out});
}

static struct err plan_reference(struct planner *p, struct term *t, struct term **out)
{
    uint32_t from;
    TRY(plan_head(p, t->items[0], &from));
    for (size_t i = 1; i < t->count; i++) {
        struct term *key;
        TRY(plan_term(p, t->items[i], &key));
        uint32_t to = new_register(p);
        enum step_kind kind = has_value(p, key) ? STEP_SELECT : STEP_SCAN;
        if (kind == STEP_SCAN)
            TRY(plan_pattern(p, key, &key));
        TRY(plan_step(p, (struct step){.kind = kind, .term = key, .from = from, .to = to}));
        from = to;
    }
    TRY(register_term(p, t->at, out));
    return plan_step(p, (struct step){.kind = STEP_VALUE, .from = from, .to = (*out)->var->id});
}

static struct err plan_term(struct planner *p, struct term *t, struct term **out)
{
    *out = t;
    switch (t->kind) {
    case TERM_REF:
        return plan_reference(p, t, out);
    case TERM_ARRAY_OF:
    case TERM_SET_OF:
    case TERM_OBJECT_OF:
        return plan_inner(p, t->flat);
    case TERM_ARRAY:
    case TERM_SET:
    case TERM_OBJECT:
        break;
    case TERM_CONST:
    case TERM_VAR:
    case TERM_ROOT:
    case TERM_CALL:
    case TERM_BIND:
        return OK;
    }
    struct term *copy;
    TRY(ast_term(p->c->arena, t->kind, t->at, &copy));
    TRY(ast_items(p->c->arena, copy, t->items, t->count));
    for (size_t i = 0; i < t->count; i++)
        TRY(plan_term(p, t->items[i], &copy->items[i]));
    *out = copy;
    return OK;
}

/* Two sides that must become equal. */
struct pair {
    struct term *left;
    struct term *right;
};

static struct err add_pair(struct planner *p, struct list *pairs, struct term *left, struct term *right);

static bool same_key(const struct term *a, const struct term *b)
{
    if (a->kind == TERM_CONST && b->kind == TERM_CONST)
        return json_equal(a->value, b->value);
    return a->kind == TERM_VAR && b->kind == TERM_VAR && a->var == b->var;
}

static size_t find_key(const struct term *object, const struct term *key)
{
    size_t i = 0;
    while (i < object->count && !same_key(object->items[i], key))
        i += 2;
    return i;
}

static struct err split_objects(struct planner *p, struct list *pairs, struct term *a, struct term *b, bool *split)
{
    *split = a->count == b->count;
    if (*split && !compile_spend(p->c, (uint64_t)a->count * b->count))
        return compile_spent(p->c);
    for (size_t i = 0; *split && i < a->count; i += 2)
        *split = find_key(b, a->items[i]) < b->count;
    for (size_t i = 0; *split && i < a->count; i += 2)
        TRY(add_pair(p, pairs, a->items[i + 1], b->items[find_key(b, a->items[i]) + 1]));
    return OK;
}

static struct err add_pair(struct planner *p, struct list *pairs, struct term *left, struct term *right)
{
    if (left->kind == TERM_ARRAY && right->kind == TERM_ARRAY && left->count == right->count) {
        for (size_t i = 0; i < left->count; i++)
            TRY(add_pair(p, pairs, left->items[i], right->items[i]));
        return OK;
    }
    bool split = false;
    if (left->kind == TERM_OBJECT && right->kind == TERM_OBJECT)
        TRY(split_objects(p, pairs, left, right, &split));
    if (split)
        return OK;
    struct pair *pair;
    TRY(arena_new(p->c->arena, &pair));
    *pair = (struct pair){left, right};
    return list_add(pairs, pair);
}

/* The references of a pattern can be planned: each of their heads has a value. */
static bool heads_ready(const struct planner *p, const struct term *t)
{
    if (t->kind == TERM_REF)
        return has_value(p, t->items[0]);
    if (t->kind == TERM_ARRAY || t->kind == TERM_OBJECT || t->kind == TERM_SET)
        for (size_t i = 0; i < t->count; i++)
            if (!heads_ready(p, t->items[i]))
                return false;
    return true;
}

static struct err plan_pair(struct planner *p, const struct pair *pair)
{
    struct term *left;
    struct term *right;
    TRY(plan_term(p, pair->left, &left));
    TRY(plan_term(p, pair->right, &right));
    bool right_is_value = has_value(p, right);
    struct term *pattern = right_is_value ? left : right;
    struct term *value = right_is_value ? right : left;
    TRY(plan_pattern(p, pattern, &pattern));
    return plan_step(p, (struct step){.kind = STEP_MATCH, .term = pattern, .other = value});
}

static struct err plan_unify(struct planner *p, const struct flat *f)
{
    struct list pairs = {.arena = p->c->arena};
    TRY(add_pair(p, &pairs, f->left, f->right));
    size_t left = pairs.count;
    while (left > 0) {
        size_t before = left;
        if (!compile_spend(p->c, pairs.count))
            return compile_spent(p->c);
        for (size_t i = 0; i < pairs.count; i++) {
            struct pair *pair = pairs.items[i];
            bool ready = pair != NULL && heads_ready(p, pair->left) && heads_ready(p, pair->right) &&
                         (has_value(p, pair->left) || has_value(p, pair->right));
            if (!ready)
                continue;
            TRY(plan_pair(p, pair));
            pairs.items[i] = NULL;
            left--;
        }
        if (left == before)
            return note_fail(p->c->error, REGO_ERR_COMPILE, "rego_unsafe_var_error", f->at, "expression is unsafe");
    }
    return OK;
}

/* A regular expression that is a constant is compiled with the policy; a query has no room of its own for that. */
static struct err plan_regex(struct planner *p, const struct builtin *b, struct term *const *args, size_t count)
{
    const struct term *t = b != NULL && b->pattern > 0 && b->pattern <= count ? args[b->pattern - 1] : NULL;
    if (t == NULL || t->kind != TERM_CONST || t->value->type != JSON_STRING || p->c->module == NULL)
        return OK;
    uint64_t work;
    TRY(regex_constant(p->c->arena, &p->c->policy->regexes, t->value->text, &work));
    return compile_spend(p->c, work) ? OK : compile_spent(p->c);
}

static struct err plan_call(struct planner *p, const struct flat *f)
{
    struct step step = {.kind = STEP_CALL, .function = f->function, .arg_count = f->arg_count};
    if (f->function->builtin != NULL && bytes_is(f->function->name, "walk"))
        step.kind = STEP_WALK;
    TRY(arena_array(p->c->arena, f->arg_count, &step.args));
    for (size_t i = 0; i < f->arg_count; i++)
        TRY(plan_term(p, f->args[i], &step.args[i]));
    TRY(plan_regex(p, f->function->builtin, step.args, step.arg_count));
    if (f->left != NULL) {
        TRY(plan_term(p, f->left, &step.term));
        TRY(plan_pattern(p, step.term, &step.term));
    }
    return plan_step(p, step);
}

static struct err plan_every(struct planner *p, struct flat *f)
{
    struct step step = {.kind = STEP_EVERY, .other = f->right, .body = f->body};
    TRY(plan_pattern(p, f->left, &step.term));
    if (f->key != NULL)
        TRY(plan_pattern(p, f->key, &step.key));
    TRY(plan_inner(p, f->body));
    return plan_step(p, step);
}

static struct err plan_one_with(struct planner *p, const struct with *w, struct step_with **out)
{
    struct step_with *s;
    const struct json **path;
    TRY(arena_new(p->c->arena, &s));
    s->value = w->value;
    s->replaced = w->replaced;
    s->function = w->function;
    *out = s;
    if (s->replaced != NULL)
        return OK;
    s->root = w->target->items[0]->name;
    s->path_count = w->target->count - 1;
    TRY(arena_array(p->c->arena, s->path_count, &path));
    s->node = bytes_is(s->root, "data") ? p->c->policy->root : NULL;
    for (size_t i = 0; i < s->path_count; i++) {
        path[i] = w->target->items[i + 1]->value;
        s->node = s->node == NULL ? NULL : node_child(s->node, path[i]);
    }
    s->path = path;
    return OK;
}

static struct err plan_withs(struct planner *p, const struct with *w)
{
    struct step step = {.kind = STEP_WITH};
    struct step_with **end = &step.withs;
    for (; w != NULL; w = w->next) {
        TRY(plan_one_with(p, w, end));
        end = &(*end)->next;
    }
    if (p->c->clause->scene_count >= SLOTS_MAX)
        return FAIL(ERR_LIMIT, "a rule with too many withs");
    uint16_t scene = p->c->clause->scene_count++;
    step.to = scene;
    TRY(plan_step(p, step));
    p->scene = scene;
    return OK;
}

static struct err plan_kind(struct planner *p, struct flat *f)
{
    struct term *t;
    switch (f->kind) {
    case FLAT_UNIFY:
        return plan_unify(p, f);
    case FLAT_CALL:
        return plan_call(p, f);
    case FLAT_EVERY:
        return plan_every(p, f);
    case FLAT_NOTHING:
        return OK;
    case FLAT_NOT:
        TRY(plan_inner(p, f->body));
        return plan_step(p, (struct step){.kind = STEP_NOT, .body = f->body});
    case FLAT_TEST:
        break;
    }
    TRY(plan_term(p, f->left, &t));
    return plan_step(p, (struct step){.kind = STEP_TEST, .term = t});
}

static struct err plan_flat(struct planner *p, struct flat *f)
{
    uint16_t scene = p->scene;
    p->at = f->at;
    p->literal = f->literal;
    if (f->withs != NULL)
        TRY(plan_withs(p, f->withs));
    TRY(plan_kind(p, f));
    p->scene = scene;
    return OK;
}

/* Those of inner bodies are kept already: what is left on top of the stack is this body's. */
static struct err keep_steps(struct compiler *c, struct flat_body *b)
{
    TRY(arena_array(c->arena, b->step_count, &b->steps));
    c->step_count -= b->step_count;
    for (size_t i = 0; i < b->step_count; i++)
        b->steps[i] = c->steps[c->step_count + i];
    return OK;
}

static struct err plan_all(struct planner *p)
{
    p->body->last = -1;
    for (size_t i = 0; i < p->body->count; i++)
        TRY(plan_flat(p, p->body->items[i]));
    for (size_t i = 0; i < p->body->head_count; i++) {
        p->at = p->body->head[i]->at;
        p->literal = NULL;
        TRY(plan_term(p, p->body->head[i], &p->body->head[i]));
    }
    return keep_steps(p->c, p->body);
}

static struct err plan_inner(struct planner *outer, struct flat_body *b)
{
    struct planner p = {.c = outer->c, .body = b, .bound = outer->bound, .scene = outer->scene, .at = outer->at};
    return plan_all(&p);
}

struct err plan_body(struct compiler *c, struct flat_body *b, bool *bound)
{
    struct planner p = {.c = c, .body = b, .bound = bound};
    return plan_all(&p);
}

struct err plan_args(struct compiler *c, bool *bound)
{
    struct planner p = {.c = c, .bound = bound};
    struct clause *clause = c->clause;
    for (size_t i = 0; i < clause->arg_count; i++)
        TRY(plan_pattern(&p, clause->args[i], &clause->args[i]));
    return OK;
}
