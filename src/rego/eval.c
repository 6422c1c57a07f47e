/*
 * The machine. `pc` walks over the steps of a body; on failure it goes back to the last step that iterates.
 */
#include "rego/eval.h"
#include "rego/record.h"

#include <stdarg.h>

#include "rego/machine/machine.h"

struct err eval_fail(struct eval *e, const char *code, struct place at, const char *format, ...)
{
    char message[sizeof(e->error->message)];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return note_fail(e->error, REGO_ERR_EVAL, code, at, "%s", message);
}

struct err eval_limit(struct eval *e, const char *what)
{
    return note_fail(e->error, REGO_ERR_LIMIT, "eval_limit_error", e->at, "%s", what);
}

static struct err next_frames(struct eval *e, size_t n)
{
    struct frames *s = e->frames;
    struct frames *next = s == NULL ? NULL : s->next;
    if (next == NULL || next->cap < n) {
        TRY(arena_new(e->arena, &next));
        next->cap = n > EVAL_STACK ? n : EVAL_STACK;
        TRY(arena_array(e->arena, next->cap, &next->bytes));
        if (s != NULL)
            s->next = next;
    }
    next->used = 0;
    e->frames = next;
    return OK;
}

struct err eval_frame(struct eval *e, const struct clause *c, struct frame *out)
{
    size_t slots = (e->reference ? c->var_count : c->slot_count) * sizeof(*out->slots);
    size_t iterators = c->iterator_count * sizeof(*out->iterators);
    size_t collectors = e->reference ? 0 : c->collector_count * sizeof(*out->collectors);
    size_t scenes = ((size_t)c->scene_count + 1) / 2 * 2 * sizeof(*out->scenes);
    size_t n = slots + iterators + collectors + scenes;
    if (e->frames == NULL || n > e->frames->cap - e->frames->used)
        TRY(next_frames(e, n));
    *out = (struct frame){.eval = e, .clause = c, .below = e->frames, .mark = e->frames->used};
    uint8_t *at = e->frames->bytes + e->frames->used;
    e->frames->used += n;
    memset(at, 0, n);
    out->slots = (void *)at;
    out->iterators = (void *)(at + slots);
    out->collectors = (void *)(at + slots + iterators);
    out->scenes = (void *)(at + slots + iterators + collectors);
    out->scenes[0] = e->scene;
    if (e->record != NULL)
        record_enter(e, c);
    return OK;
}

void eval_frame_end(struct frame *f)
{
    f->eval->frames = f->below;
    f->below->used = f->mark;
    if (f->eval->record != NULL)
        record_leave(f->eval);
}

/* Result of one step: it holds, or not. */
static struct err step_select(struct frame *f, const struct step *s, bool *holds)
{
    const struct json *key;
    struct slot *to = &f->slots[s->to];
    TRY(eval_term(f, s->term, &key));
    if (key == NULL)
        return OK;
    TRY(slot_select(f->eval, f->slots[s->from], key, to));
    *holds = to->value != NULL || to->node != NULL;
    return OK;
}

static struct err step_value(struct frame *f, const struct step *s, bool *holds)
{
    const struct json *v;
    TRY(slot_value(f->eval, f->slots[s->from], &v));
    f->slots[s->to] = (struct slot){.value = v};
    *holds = v != NULL;
    return OK;
}

static struct err step_move(struct frame *f, const struct step *s, bool *holds)
{
    const struct json *v;
    TRY(eval_term(f, s->term, &v));
    f->slots[s->to] = (struct slot){.value = v};
    *holds = v != NULL;
    return OK;
}

static struct err step_match(struct frame *f, const struct step *s, bool *holds)
{
    const struct json *v;
    TRY(eval_term(f, s->other, &v));
    return v == NULL ? OK : eval_match(f, s->term, v, holds);
}

static bool is_true(const struct json *v)
{
    return v != NULL && !(v->type == JSON_BOOL && !v->as_bool);
}

static struct err step_test(struct frame *f, const struct step *s, bool *holds)
{
    const struct json *v;
    TRY(eval_term(f, s->term, &v));
    *holds = is_true(v);
    return OK;
}

static struct err eval_args(struct frame *f, const struct step *s, const struct json ***out)
{
    const struct json **args;
    TRY(arena_array(f->eval->arena, s->arg_count, &args));
    *out = NULL;
    for (size_t i = 0; i < s->arg_count; i++) {
        TRY(eval_term(f, s->args[i], &args[i]));
        if (args[i] == NULL)
            return OK;
    }
    *out = args;
    return OK;
}

static struct err step_call(struct frame *f, const struct step *s, bool *holds)
{
    const struct json **args;
    const struct json *v = NULL;
    TRY(eval_args(f, s, &args));
    if (args == NULL)
        return OK;
    f->eval->at = s->at;
    TRY(call_function(f, s, args, &v));
    if (v == NULL)
        return OK;
    if (s->term != NULL)
        return eval_match(f, s->term, v, holds);
    *holds = is_true(v);
    return OK;
}

static struct err found_one(struct frame *f, void *state, bool *stop)
{
    (void)f;
    *(bool *)state = true;
    *stop = true;
    return OK;
}

static struct err step_not(struct frame *f, const struct step *s, bool *holds)
{
    bool found = false;
    TRY(eval_enter(f->eval));
    TRY(eval_run(f, s->body, found_one, &found));
    f->eval->depth--;
    *holds = !found;
    return OK;
}

static struct err every_element(struct frame *f, const struct step *s, struct iterator *it, bool *holds)
{
    const struct json *key;
    const struct json *value;
    struct slot slot;
    bool more;
    for (;;) {
        bool found = false;
        TRY(slot_next(f->eval, it, &key, &slot, &more));
        if (!more)
            break;
        TRY(slot_value(f->eval, slot, &value));
        if (value == NULL)
            continue;
        TRY(eval_charge(f->eval, 1));
        if (f->eval->record != NULL)
            record_key(f->eval, it->from.value, key);
        if (s->key != NULL)
            TRY(eval_match(f, s->key, key, &found));
        TRY(eval_match(f, s->term, value, &found));
        found = false;
        TRY(eval_run(f, s->body, found_one, &found));
        if (!found)
            return OK;
    }
    *holds = true;
    return OK;
}

static struct err step_every(struct frame *f, const struct step *s, bool *holds)
{
    const struct json *domain;
    struct iterator it;
    TRY(eval_term(f, s->other, &domain));
    if (domain == NULL || domain->type < JSON_ARRAY)
        return OK;
    TRY(slot_scan(f->eval, (struct slot){.value = domain}, &it));
    TRY(eval_enter(f->eval));
    TRY(every_element(f, s, &it, holds));
    f->eval->depth--;
    return OK;
}

static struct err step_with(struct frame *f, const struct step *s, bool *holds)
{
    struct values values = {.arena = f->eval->arena};
    for (const struct step_with *w = s->withs; w != NULL; w = w->next) {
        const struct json *v = NULL;
        if (w->function == NULL) {
            TRY(eval_term(f, w->value, &v));
            if (v == NULL)
                return OK;
        }
        TRY(values_add(&values, v));
    }
    TRY(scene_with(f->eval, f->scenes[s->scene], s->withs, values.items, &f->scenes[s->to]));
    *holds = true;
    return OK;
}

/* The next solution of a step that iterates. */
static struct err next_scan(struct frame *f, const struct step *s, bool *holds)
{
    struct iterator *it = &f->iterators[s->iterator];
    for (bool more = true; !*holds;) {
        const struct json *key;
        struct slot slot;
        TRY(slot_next(f->eval, it, &key, &slot, &more));
        if (!more)
            return OK;
        TRY(eval_charge(f->eval, 1));
        f->slots[s->to] = slot;
        TRY(eval_match(f, s->term, key, holds));
    }
    return OK;
}

static struct err next_walk(struct frame *f, const struct step *s, bool *holds)
{
    struct iterator *it = &f->iterators[s->iterator];
    while (!*holds && it->results != NULL && it->index < it->results->count) {
        const struct json *v = it->results->items[it->index++];
        TRY(eval_charge(f->eval, 1));
        if (s->term == NULL)
            *holds = true;
        else
            TRY(eval_match(f, s->term, v, holds));
    }
    return OK;
}

static struct err step_walk(struct frame *f, const struct step *s, bool *holds)
{
    const struct json **args;
    struct iterator *it = &f->iterators[s->iterator];
    *it = (struct iterator){0};
    TRY(eval_args(f, s, &args));
    if (args == NULL)
        return OK;
    f->eval->at = s->at;
    TRY(call_function(f, s, args, &it->results));
    return next_walk(f, s, holds);
}

static struct err run_step(struct frame *f, const struct step *s, bool *holds)
{
    struct eval *e = f->eval;
    TRY(eval_charge(e, 1));
    e->scene = f->scenes[s->scene];
    *holds = false;
    switch (s->kind) {
    case STEP_ROOT:
        TRY(slot_root(e, s->term->name, &f->slots[s->to]));
        *holds = f->slots[s->to].value != NULL || f->slots[s->to].node != NULL;
        return OK;
    case STEP_MOVE:
        return step_move(f, s, holds);
    case STEP_SELECT:
        return step_select(f, s, holds);
    case STEP_SCAN:
        TRY(slot_scan(e, f->slots[s->from], &f->iterators[s->iterator]));
        return next_scan(f, s, holds);
    case STEP_VALUE:
        return step_value(f, s, holds);
    case STEP_MATCH:
        return step_match(f, s, holds);
    case STEP_TEST:
        return step_test(f, s, holds);
    case STEP_CALL:
        return step_call(f, s, holds);
    case STEP_WALK:
        return step_walk(f, s, holds);
    case STEP_NOT:
        return step_not(f, s, holds);
    case STEP_EVERY:
        return step_every(f, s, holds);
    case STEP_WITH:
        break;
    }
    return step_with(f, s, holds);
}

/* Back to the nearest step with another solution; *pc becomes -1 when there is none. */
static struct err go_back(struct frame *f, const struct flat_body *b, int32_t from, int32_t *pc)
{
    for (*pc = from; *pc >= 0; *pc = b->steps[*pc].back) {
        const struct step *s = &b->steps[*pc];
        bool holds = false;
        f->eval->scene = f->scenes[s->scene];
        TRY(s->kind == STEP_SCAN ? next_scan(f, s, &holds) : next_walk(f, s, &holds));
        if (f->eval->record != NULL)
            record_step(f, b, *pc, holds, true);
        if (holds)
            return OK;
    }
    return OK;
}

static struct err run(struct frame *f, const struct flat_body *b, eval_sink *sink, void *state)
{
    int32_t count = (int32_t)b->step_count;
    for (int32_t pc = 0; pc >= 0;) {
        bool holds = false;
        bool stop = false;
        int32_t back = b->last;
        if (pc < count) {
            if (f->eval->record != NULL)
                record_before(f, b, pc);
            TRY(run_step(f, &b->steps[pc], &holds));
            back = b->steps[pc].back;
            if (f->eval->record != NULL)
                record_step(f, b, pc, holds, false);
        } else {
            if (f->eval->record != NULL)
                record_solution(f, b);
            TRY(sink(f, state, &stop));
        }
        if (stop)
            return OK;
        if (!holds) {
            TRY(go_back(f, b, back, &pc));
            if (pc < 0)
                return OK;
        }
        pc++;
    }
    return OK;
}

struct err eval_run(struct frame *f, const struct flat_body *b, eval_sink *sink, void *state)
{
    struct scene *scene = f->eval->scene;
    bool as_steps = f->eval->reference || b->program == NULL;
    struct err done = as_steps ? run(f, b, sink, state) : machine_run(f, b, sink, state);
    f->eval->scene = scene;
    return done;
}

struct err eval_head(struct frame *f, const struct flat_body *b, size_t index, const struct json **out)
{
    if (f->eval->reference || b->program == NULL)
        return eval_term(f, b->head[index], out);
    *out = machine_head(f, b, index);
    return OK;
}
