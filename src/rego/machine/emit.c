/*
 * The steps of a body, one after the other. A path is followed at once as far as its keys are constant; a variable that
 * only names the value of another register gets no instruction at all.
 */
#include "rego/machine/emit.h"

struct err emit_insn(struct emitter *m, struct insn insn)
{
    if (m->count == m->cap) {
        size_t cap = m->cap == 0 ? 16 : m->cap * 2;
        struct insn *grown;
        TRY(arena_array(m->scratch, cap, &grown));
        for (size_t i = 0; i < m->count; i++)
            grown[i] = m->code[i];
        m->code = grown;
        m->cap = cap;
    }
    insn.back = m->back;
    m->code[m->count++] = insn;
    return OK;
}

struct err emit_const(struct emitter *m, const struct json *v, uint32_t *out)
{
    *out = (uint32_t)m->consts.count | OPERAND_CONST;
    return list_add(&m->consts, v);
}

uint32_t emit_register(struct emitter *m)
{
    return m->clause->slot_count++;
}

uint32_t emit_slot(struct emitter *m, uint32_t planned)
{
    if (m->alias[planned] == OPERAND_NONE)
        m->alias[planned] = emit_register(m);
    return m->alias[planned];
}

/* In a clause that changes scenes, whatever runs next may have been reached from anywhere. */
struct err emit_scene(struct emitter *m, uint16_t scene)
{
    if (m->clause->scene_count <= 1)
        return OK;
    return emit_insn(m, (struct insn){.run = op_scene, .a = scene});
}

static struct err emit_iterator(struct emitter *m, uint32_t *out)
{
    if (m->clause->iterator_count == UINT16_MAX)
        return FAIL(ERR_LIMIT, "a rule with too many iterations");
    *out = m->clause->iterator_count++;
    return OK;
}

/* The steps behind a root that only follow constant keys; *count of them, and perhaps the one that takes the value. */
static struct err emit_root(struct emitter *m, const struct flat_body *b, size_t *at)
{
    const struct step *root = &b->steps[*at];
    size_t count = 0;
    const struct machine_path *path;
    TRY(emit_path(m, NULL, root->term->name, NULL, &path));
    for (size_t i = *at + 1; i < b->step_count; i++, count++) {
        if (b->steps[i].kind != STEP_SELECT || b->steps[i].term->kind != TERM_CONST)
            break;
        TRY(emit_path(m, path, BYTES_EMPTY, b->steps[i].term->value, &path));
    }
    const struct step *last = &b->steps[*at + count];
    bool whole = *at + count + 1 < b->step_count && last[1].kind == STEP_VALUE && last[1].from == last->to;
    bool is_input = bytes_is(root->term->name, "input");
    *at += count + whole;
    if (whole || is_input)
        return emit_insn(m, (struct insn){.run = op_path, .to = emit_slot(m, b->steps[*at].to), .p = path});
    m->is_place[last->to] = true;
    return emit_insn(m, (struct insn){.run = op_path_slot, .to = emit_slot(m, last->to), .p = path});
}

static struct err emit_select(struct emitter *m, const struct step *s)
{
    uint32_t from = emit_slot(m, s->from);
    bool is_place = m->is_place[s->from];
    m->is_place[s->to] = is_place;
    if (!is_place && s->term->kind == TERM_CONST && s->term->value->type == JSON_STRING)
        return emit_insn(m,
                         (struct insn){.run = op_get_key, .to = emit_slot(m, s->to), .a = from, .p = s->term->value});
    uint32_t key;
    TRY(emit_operand(m, s->term, &key));
    return emit_insn(
        m, (struct insn){.run = is_place ? op_slot_select : op_get, .to = emit_slot(m, s->to), .a = from, .b = key});
}

/* Where a key that nobody reads need not be made. */
static uint32_t key_register(struct emitter *m, const struct term *pattern)
{
    if (pattern->kind == TERM_BIND)
        return m->uses[pattern->var->id] > 0 ? emit_slot(m, pattern->var->id) : OPERAND_NONE;
    return emit_register(m);
}

static struct err emit_scan(struct emitter *m, const struct step *s)
{
    bool is_place = m->is_place[s->from];
    uint32_t key = key_register(m, s->term);
    m->is_place[s->to] = is_place;
    TRY(emit_insn(
        m, (struct insn){.run = is_place ? op_slot_scan : op_scan, .a = emit_slot(m, s->from), .b = s->iterator}));
    uint32_t next = emit_here(m);
    TRY(emit_scene(m, s->scene));
    TRY(emit_insn(
        m, (struct insn){
               .run = is_place ? op_slot_next : op_next, .to = emit_slot(m, s->to), .a = s->iterator, .b = key}));
    m->back = next;
    return s->term->kind == TERM_BIND ? OK : emit_match(m, s->term, key);
}

static struct err emit_value(struct emitter *m, const struct step *s)
{
    if (m->is_place[s->from])
        return emit_insn(m, (struct insn){.run = op_slot_value, .to = emit_slot(m, s->to), .a = emit_slot(m, s->from)});
    m->alias[s->to] = emit_slot(m, s->from);
    return OK;
}

static struct err emit_test(struct emitter *m, const struct step *s)
{
    uint32_t value;
    TRY(emit_operand(m, s->term, &value));
    return emit_insn(m, (struct insn){.run = op_truth, .a = value});
}

static struct err emit_unify(struct emitter *m, const struct step *s)
{
    uint32_t value;
    TRY(emit_operand(m, s->other, &value));
    return emit_match(m, s->term, value);
}

static struct err emit_move(struct emitter *m, const struct step *s)
{
    uint32_t value;
    TRY(emit_operand(m, s->term, &value));
    m->alias[s->to] = value;
    return OK;
}

/* Behind a jump stands where the body's failure leads; a solution of the body makes the `not` fail. */
static struct err emit_not(struct emitter *m, const struct step *s)
{
    uint32_t outer = m->back;
    uint32_t start = emit_here(m);
    TRY(emit_insn(m, (struct insn){.run = op_jump, .a = start + 2}));
    TRY(emit_insn(m, (struct insn){.run = op_jump}));
    m->back = start + 1;
    TRY(emit_steps(m, s->body));
    TRY(emit_insn(m, (struct insn){.run = op_jump, .a = outer}));
    m->code[start + 1].a = emit_here(m);
    m->back = outer;
    return OK;
}

/* A solution of the body leads to the next element; no solution for one is the end of it all. */
static struct err emit_every(struct emitter *m, const struct step *s)
{
    uint32_t domain;
    uint32_t iterator;
    uint32_t outer = m->back;
    uint32_t key = s->key == NULL ? OPERAND_NONE : key_register(m, s->key);
    TRY(emit_operand(m, s->other, &domain));
    TRY(emit_iterator(m, &iterator));
    TRY(emit_insn(m, (struct insn){.run = op_every, .a = domain, .b = iterator}));
    uint32_t next = emit_here(m);
    TRY(emit_insn(m, (struct insn){.run = op_next, .to = emit_slot(m, s->term->var->id), .a = iterator, .b = key}));
    TRY(emit_steps(m, s->body));
    TRY(emit_insn(m, (struct insn){.run = op_jump, .a = next}));
    m->code[next].back = emit_here(m);
    m->back = outer;
    return OK;
}

/* The values of a `with`, in its order; a function that is put in another's place is none. */
static struct err emit_with(struct emitter *m, const struct step *s)
{
    void *p;
    struct machine_with *with;
    size_t count = 0;
    for (const struct step_with *w = s->withs; w != NULL; w = w->next)
        count++;
    TRY(arena_alloc(m->arena, sizeof(*with) + count * sizeof(with->values[0]), &p));
    with = p;
    with->step = s;
    with->count = count;
    count = 0;
    for (const struct step_with *w = s->withs; w != NULL; w = w->next, count++) {
        with->values[count] = OPERAND_NONE;
        if (w->function == NULL)
            TRY(emit_operand(m, w->value, &with->values[count]));
    }
    return emit_insn(m, (struct insn){.run = op_with, .p = with});
}

static struct err emit_walk(struct emitter *m, const struct step *s)
{
    TRY(emit_call(m, s));
    uint32_t next = emit_here(m);
    uint32_t value = s->term == NULL ? OPERAND_NONE : emit_register(m);
    TRY(emit_scene(m, s->scene));
    TRY(emit_insn(m, (struct insn){.run = op_walk_next, .to = value, .a = s->iterator}));
    m->back = next;
    return s->term == NULL ? OK : emit_match(m, s->term, value);
}

static struct err emit_step(struct emitter *m, const struct flat_body *b, size_t *at)
{
    const struct step *s = &b->steps[*at];
    switch (s->kind) {
    case STEP_ROOT:
        return emit_root(m, b, at);
    case STEP_MOVE:
        return emit_move(m, s);
    case STEP_SELECT:
        return emit_select(m, s);
    case STEP_SCAN:
        return emit_scan(m, s);
    case STEP_VALUE:
        return emit_value(m, s);
    case STEP_MATCH:
        return emit_unify(m, s);
    case STEP_TEST:
        return emit_test(m, s);
    case STEP_CALL:
        return emit_call(m, s);
    case STEP_WALK:
        return emit_walk(m, s);
    case STEP_NOT:
        return emit_not(m, s);
    case STEP_EVERY:
        return emit_every(m, s);
    case STEP_WITH:
        break;
    }
    return emit_with(m, s);
}

struct err emit_steps(struct emitter *m, const struct flat_body *b)
{
    for (size_t i = 0; i < b->step_count; i++) {
        TRY(emit_scene(m, b->steps[i].scene));
        TRY(emit_step(m, b, &i));
    }
    return OK;
}

static struct err emit_heads(struct emitter *m, const struct flat_body *b, const uint32_t **out)
{
    uint32_t *heads;
    TRY(arena_array(m->arena, b->head_count, &heads));
    for (size_t i = 0; i < b->head_count; i++)
        TRY(emit_operand(m, b->head[i], &heads[i]));
    *out = heads;
    return OK;
}

/* Code and constants grew in scratch memory. */
static struct err keep_program(struct emitter *m, struct program *out)
{
    struct insn *code;
    const struct json **consts;
    TRY(arena_array(m->arena, m->count, &code));
    TRY(arena_array(m->arena, m->consts.count, &consts));
    for (size_t i = 0; i < m->count; i++)
        code[i] = m->code[i];
    for (size_t i = 0; i < m->consts.count; i++)
        consts[i] = m->consts.items[i];
    out->code = code;
    out->count = m->count;
    out->consts = consts;
    return OK;
}

static struct err emit_body(struct emitter *m, struct flat_body *b)
{
    struct program *program;
    TRY(arena_new(m->arena, &program));
    m->count = 0;
    m->back = 0;
    m->consts = (struct list){.arena = m->scratch};
    TRY(emit_insn(m, (struct insn){.run = op_end}));
    for (size_t i = 0; i < m->clause->arg_count; i++)
        TRY(emit_match(m, m->clause->args[i], (uint32_t)i));
    TRY(emit_steps(m, b));
    TRY(emit_heads(m, b, &program->heads));
    TRY(emit_insn(m, (struct insn){.run = op_yield}));
    b->program = program;
    return keep_program(m, program);
}

struct err machine_emit(struct policy *p, struct arena *a, struct clause *c)
{
    struct emitter m = {.policy = p, .arena = a, .scratch = &p->scratch, .clause = c};
    TRY(arena_array(m.scratch, c->var_count, &m.alias));
    TRY(arena_array(m.scratch, c->var_count, &m.uses));
    TRY(arena_array(m.scratch, c->var_count, &m.is_place));
    for (uint32_t i = 0; i < c->var_count; i++)
        m.alias[i] = OPERAND_NONE;
    c->slot_count = (uint32_t)c->arg_count; /* arguments come first */
    emit_uses(&m);
    for (struct flat_branch *b = c->branches; b != NULL; b = b->next)
        TRY(emit_body(&m, b->body));
    return OK;
}
