/*
 * The index of rules. Most clauses begin with comparisons of an argument, or of a path, with constants; a clause whose
 * comparison fails need not be entered. What several clauses look at is looked up once in a call.
 */
#include "rego/machine/insn.h"

#define KEYS_MAX   4
#define GUARDS_MAX 8

enum guard_kind { GUARD_DEFINED, GUARD_TRUE, GUARD_SAME };

struct machine_guard {
    enum guard_kind kind;
    unsigned source;
    uint32_t to;              /* the register that gets what it looks at, or OPERAND_NONE */
    const struct json *value; /* SAME */
};

/* An argument or a constant path, and keys behind it. */
struct machine_source {
    const struct machine_path *path; /* NULL: the argument */
    uint32_t arg;
    size_t key_count;
    const struct json *keys[KEYS_MAX];
};

/* What the registers at the beginning of a body hold: a source, or nothing known. */
struct indexer {
    struct machine_source sources[MACHINE_SOURCES];
    size_t source_count;
    uint32_t registers[MACHINE_SOURCES]; /* which register holds which source, in the clause at hand */
    struct machine_guard guards[GUARDS_MAX];
    size_t guard_count;
    size_t arg_count;
};

static bool same_source(const struct machine_source *a, const struct machine_source *b)
{
    if (a->path != b->path || a->arg != b->arg || a->key_count != b->key_count)
        return false;
    for (size_t i = 0; i < a->key_count; i++)
        if (!json_equal(a->keys[i], b->keys[i]))
            return false;
    return true;
}

/* The number of a source, new or known; MACHINE_SOURCES where there is no room. */
static size_t find_source(struct indexer *x, const struct machine_source *s)
{
    size_t i = 0;
    while (i < x->source_count && !same_source(&x->sources[i], s))
        i++;
    if (i == x->source_count && i < MACHINE_SOURCES)
        x->sources[x->source_count++] = *s;
    return i;
}

/* What a register holds, as a source; false if that is not known. */
static bool source_of(const struct indexer *x, uint32_t reg, struct machine_source *out)
{
    if (reg < x->arg_count) {
        *out = (struct machine_source){.arg = reg};
        return true;
    }
    for (size_t i = 0; i < x->source_count; i++)
        if (x->registers[i] == reg) {
            *out = x->sources[i];
            return true;
        }
    return false;
}

static bool add_guard(struct indexer *x, enum guard_kind kind, const struct machine_source *s, uint32_t to,
                      const struct json *value)
{
    size_t source = find_source(x, s);
    if (source == MACHINE_SOURCES || x->guard_count == GUARDS_MAX)
        return false;
    if (to != OPERAND_NONE)
        x->registers[source] = to;
    x->guards[x->guard_count++] = (struct machine_guard){kind, (unsigned)source, to, value};
    return true;
}

static bool add_key(struct indexer *x, const struct insn *i)
{
    struct machine_source s;
    if (!source_of(x, i->a, &s) || s.key_count == KEYS_MAX)
        return false;
    s.keys[s.key_count++] = i->p;
    return add_guard(x, GUARD_DEFINED, &s, i->to, NULL);
}

static bool add_test(struct indexer *x, enum guard_kind kind, uint32_t reg, const struct json *value)
{
    struct machine_source s;
    return source_of(x, reg, &s) && add_guard(x, kind, &s, OPERAND_NONE, value);
}

/* `register == constant`, either way round. */
static bool add_equal(struct indexer *x, const struct insn *i, const struct json *const *consts)
{
    uint32_t a = i->a;
    uint32_t b = i->b;
    if ((a & OPERAND_CONST) != 0 && (b & OPERAND_CONST) == 0)
        return add_test(x, GUARD_SAME, b, consts[a & ~OPERAND_CONST]);
    if ((a & OPERAND_CONST) != 0 || (b & OPERAND_CONST) == 0)
        return false;
    return add_test(x, GUARD_SAME, a, consts[b & ~OPERAND_CONST]);
}

/* One instruction as one guard; false where the beginning of the body ends. Only such that are pure may pass. */
static bool add_insn(struct indexer *x, const struct insn *i, const struct json *const *consts)
{
    if (i->run == op_path)
        return add_guard(x, GUARD_DEFINED, &(struct machine_source){.path = i->p, .arg = OPERAND_NONE}, i->to, NULL);
    if (i->run == op_get_key)
        return add_key(x, i);
    if (i->run == op_truth)
        return add_test(x, GUARD_TRUE, i->a, NULL);
    if (i->run == op_same_const)
        return add_test(x, GUARD_SAME, i->a, i->p);
    return i->run == op_equal && add_equal(x, i, consts);
}

static struct err index_clause(struct arena *a, struct indexer *x, struct clause *c)
{
    const struct program *p = c->branches->body->program;
    struct machine_guard *guards;
    if (c->branches->next != NULL || p == NULL)
        return OK;
    x->guard_count = 0;
    x->arg_count = c->arg_count;
    for (size_t i = 0; i < MACHINE_SOURCES; i++)
        x->registers[i] = OPERAND_NONE;
    for (size_t i = 1; i < p->count && add_insn(x, &p->code[i], p->consts); i++)
        ;
    TRY(arena_array(a, x->guard_count, &guards));
    for (size_t i = 0; i < x->guard_count; i++)
        guards[i] = x->guards[i];
    c->guards = guards;
    c->guard_count = (uint16_t)x->guard_count;
    return OK;
}

struct err machine_index(struct arena *a, struct node *n)
{
    struct indexer x = {0};
    struct machine_source *sources;
    if (n->clauses == NULL || node_is_extent(n))
        return OK;
    for (struct clause *c = n->clauses; c != NULL; c = c->next)
        TRY(index_clause(a, &x, c));
    TRY(arena_array(a, x.source_count, &sources));
    for (size_t i = 0; i < x.source_count; i++)
        sources[i] = x.sources[i];
    n->sources = sources;
    n->source_count = (uint8_t)x.source_count;
    return OK;
}

static struct err look(struct eval *e, struct machine_seen *seen, unsigned source)
{
    const struct machine_source *s = &seen->node->sources[source];
    const struct json *v;
    if (s->path != NULL)
        TRY(machine_path_value(e, s->path, &v));
    else
        v = seen->args[s->arg];
    for (size_t i = 0; i < s->key_count && v != NULL; i++)
        v = json_is(v, JSON_OBJECT) ? json_find(v, s->keys[i]->text) : value_index(v, s->keys[i]);
    seen->values[source] = v;
    seen->known |= 1U << source;
    return OK;
}

static bool holds(const struct machine_guard *g, const struct json *v)
{
    if (v == NULL)
        return false;
    if (g->kind == GUARD_SAME)
        return json_equal(v, g->value);
    return g->kind == GUARD_DEFINED || v->type != JSON_BOOL || v->as_bool;
}

struct err machine_admits(struct eval *e, const struct clause *c, struct machine_seen *seen, bool *admitted)
{
    *admitted = true;
    size_t count = e->scene->mocks == NULL ? c->guard_count : 0; /* comparisons may be replaced, too */
    for (size_t i = 0; *admitted && i < count; i++) {
        const struct machine_guard *g = &c->guards[i];
        if ((seen->known & 1U << g->source) == 0)
            TRY(look(e, seen, g->source));
        *admitted = holds(g, seen->values[g->source]);
    }
    return OK;
}

void machine_enter(struct frame *f, const struct machine_seen *seen)
{
    const struct clause *c = f->clause;
    if (f->eval->scene->mocks != NULL)
        return;
    for (size_t i = 0; i < c->guard_count; i++)
        if (c->guards[i].to != OPERAND_NONE)
            f->slots[c->guards[i].to].value = seen->values[c->guards[i].source];
    f->passed = c->guard_count;
}
