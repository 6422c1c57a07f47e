/*
 * A step that did not hold: which literal it belongs to, how many held before it, and the values that it looked at.
 * Values are read again from the registers, without running a closure a second time.
 */
#include "rego/record.h"

static bool is_plain(const struct term *t)
{
    if (t == NULL || t->kind >= TERM_ARRAY_OF)
        return t != NULL && t->kind == TERM_BIND;
    if (t->kind == TERM_ROOT || t->kind == TERM_REF || t->kind == TERM_CALL)
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (!is_plain(t->items[i]))
            return false;
    return true;
}

/* NULL where the term has no value, or would need an evaluation. */
static const struct json *peek(struct frame *f, const struct term *t)
{
    const struct json *v = NULL;
    struct arena *own = f->eval->arena;
    if (!is_plain(t))
        return NULL;
    f->eval->arena = &f->eval->record->arena;
    struct err e = eval_term(f, t, &v);
    f->eval->arena = own;
    return record_trouble(f->eval->record, e) ? NULL : v;
}

static const struct step *writer_of(const struct flat_body *b, int32_t pc, uint32_t slot)
{
    for (int32_t i = pc - 1; i >= 0; i--) {
        enum step_kind kind = b->steps[i].kind;
        bool writes = kind == STEP_ROOT || kind == STEP_MOVE || kind == STEP_SELECT || kind == STEP_SCAN;
        if (writes && b->steps[i].to == slot)
            return &b->steps[i];
    }
    return NULL;
}

/* The name of a rule's value: where it stands. */
static struct err name_node(struct record *r, const struct node *n, struct bytes *out)
{
    if (n->parent == NULL) {
        *out = BYTES_LIT("data");
        return OK;
    }
    TRY(name_node(r, n->parent, out));
    return record_path_key(r, *out, n->key, out);
}

/* The name of what is in a slot: a place in a document or of a rule, else the reference as it was written. */
static struct err name_slot(struct frame *f, const struct flat_body *b, int32_t pc, uint32_t slot, struct bytes *out)
{
    struct record *r = f->eval->record;
    const struct record_place *place = record_place(r, f->slots[slot].value);
    *out = BYTES_EMPTY;
    if (place != NULL && place->root != NULL)
        return record_path(r, place, out);
    if (f->slots[slot].node != NULL)
        return name_node(r, f->slots[slot].node, out);
    const struct step *s = writer_of(b, pc, slot);
    if (s == NULL)
        return OK;
    if (s->kind == STEP_ROOT)
        *out = s->term->name;
    else if (s->kind == STEP_MOVE)
        *out = s->term->kind == TERM_VAR ? s->term->var->name : BYTES_EMPTY;
    const struct json *key = s->kind == STEP_SELECT || s->kind == STEP_SCAN ? peek(f, s->term) : NULL;
    if (key == NULL)
        return OK;
    TRY(name_slot(f, b, (int32_t)(s - b->steps), s->from, out));
    return out->n == 0 ? OK : record_path_below(r, f->slots[s->from].value, *out, key, out);
}

static struct err describe_path(struct frame *f, const struct flat_body *b, int32_t pc, struct record_fail *fail)
{
    const struct step *s = &b->steps[pc];
    if (s->kind == STEP_ROOT) {
        fail->path = s->term->name;
        return OK;
    }
    fail->from = f->slots[s->from].value;
    TRY(name_slot(f, b, pc, s->from, &fail->prefix));
    fail->path = fail->prefix;
    if (s->kind != STEP_SELECT)
        return OK;
    fail->key = peek(f, s->term);
    if (fail->key == NULL || fail->prefix.n == 0)
        return OK;
    return record_path_below(f->eval->record, fail->from, fail->prefix, fail->key, &fail->path);
}

static void add_arg(struct record_fail *fail, const struct json *v)
{
    if (fail->arg_count < sizeof(fail->args) / sizeof(fail->args[0]))
        fail->args[fail->arg_count++] = v;
}

static const struct record_fail *nested_fail(const struct record *r, const struct flat_body *b)
{
    for (size_t i = 0; i < r->current->nested_count; i++)
        if (r->current->nested[i].body == b)
            return r->current->nested[i].fail;
    return NULL;
}

/* The values that a negated body held with: those of its last step. */
static void describe_negation(struct frame *f, const struct flat_body *b, struct record_fail *fail)
{
    const struct step *s = b->step_count == 0 ? NULL : &b->steps[b->step_count - 1];
    for (size_t i = 0; s != NULL && s->kind == STEP_CALL && i < s->arg_count; i++)
        add_arg(fail, peek(f, s->args[i]));
    if (s != NULL && (s->kind == STEP_TEST || s->kind == STEP_MATCH))
        add_arg(fail, peek(f, s->term));
    if (s != NULL && s->kind == STEP_MATCH)
        add_arg(fail, peek(f, s->other));
}

static struct err describe(struct frame *f, const struct flat_body *b, int32_t pc, struct record_fail *fail)
{
    const struct step *s = &b->steps[pc];
    switch (s->kind) {
    case STEP_ROOT:
    case STEP_SELECT:
    case STEP_SCAN:
    case STEP_VALUE:
        return describe_path(f, b, pc, fail);
    case STEP_CALL:
    case STEP_WALK:
        for (size_t i = 0; i < s->arg_count; i++)
            add_arg(fail, peek(f, s->args[i]));
        return OK;
    case STEP_MATCH:
        add_arg(fail, peek(f, s->term));
        add_arg(fail, peek(f, s->other));
        return OK;
    case STEP_TEST:
    case STEP_MOVE:
        add_arg(fail, peek(f, s->term));
        return OK;
    case STEP_EVERY:
        add_arg(fail, s->key == NULL ? NULL : peek(f, s->key));
        add_arg(fail, peek(f, s->term));
        fail->from = peek(f, s->other);
        fail->inner = nested_fail(f->eval->record, s->body);
        return OK;
    case STEP_NOT:
        describe_negation(f, s->body, fail);
        return OK;
    case STEP_WITH:
        break;
    }
    return OK;
}

/* Literals, in the order in which they run: how many there are, and how many come before the step. */
static void count_literals(const struct flat_body *b, int32_t pc, struct record_fail *fail)
{
    const struct literal *last = NULL;
    for (size_t i = 0; i < b->step_count; i++) {
        const struct literal *l = b->steps[i].literal;
        if (l == NULL || l == last)
            continue;
        last = l;
        fail->total++;
        fail->passed += (int32_t)i < pc && l != b->steps[pc].literal;
    }
}

static struct err make(struct frame *f, const struct flat_body *b, int32_t pc, struct record_fail **out)
{
    struct record *r = f->eval->record;
    const struct record_clause *c = r->current;
    const struct step *s = &b->steps[pc];
    TRY(arena_new(&r->arena, out));
    **out = (struct record_fail){.step = s, .literal = s->literal, .note = c->note};
    (*out)->at = s->literal != NULL ? s->literal->at : s->at;
    (*out)->path = BYTES_EMPTY;
    (*out)->prefix = BYTES_EMPTY;
    count_literals(b, pc, *out);
    TRY(arena_array(&r->arena, c->asked_count, &(*out)->rules));
    for (size_t i = 0; i < c->asked_count; i++)
        (*out)->rules[i] = c->asked[i];
    (*out)->rule_count = c->asked_count;
    return describe(f, b, pc, *out);
}

const struct record_fail *record_fail(struct frame *f, const struct flat_body *b, int32_t pc)
{
    struct record *r = f->eval->record;
    struct record_fail *fail = NULL;
    struct err e = make(f, b, pc, &fail);
    if (!failed(e))
        return fail;
    return record_trouble(r, e) ? NULL : fail;
}
