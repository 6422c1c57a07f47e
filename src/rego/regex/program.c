/*
 * Trees become programs from the end to the begin: each node is written with the instruction that follows it at hand.
 * Recursion is bounded by PATTERN_HEIGHT_MAX.
 */
#include "rego/regex/program.h"

#include "rego/regex/text.h"

#define PREFIX_MAX 64

struct writer {
    struct arena *arena;
    struct instruction *program;
    uint32_t count;
    uint32_t cap;
    uint8_t looks;
};

static struct err write_one(struct writer *w, struct instruction i, uint32_t *out)
{
    if (w->count == REGEX_PROGRAM_MAX)
        return FAIL(ERR_LIMIT, "a regular expression with too large a program");
    if (w->count == w->cap) {
        struct instruction *grown;
        uint32_t cap = w->cap == 0 ? 32 : w->cap * 2;
        TRY(arena_array(w->arena, cap, &grown));
        for (uint32_t k = 0; k < w->count; k++)
            grown[k] = w->program[k];
        w->program = grown;
        w->cap = cap;
    }
    w->program[w->count] = i;
    *out = w->count++;
    return OK;
}

static struct err write_split(struct writer *w, bool lazy, uint32_t enter, uint32_t leave, uint32_t *out)
{
    return write_one(w, (struct instruction){OP_SPLIT, lazy ? leave : enter, lazy ? enter : leave, 0, {0}}, out);
}

/* Whether a node can match without a character. */
static bool is_nullable(const struct pattern *p)
{
    switch (p->kind) {
    case PATTERN_EMPTY:
    case PATTERN_LOOK:
        return true;
    case PATTERN_SET:
        return false;
    case PATTERN_GROUP:
        return is_nullable(p->last);
    case PATTERN_REPEAT:
        return p->min == 0 || is_nullable(p->last);
    case PATTERN_SEQUENCE:
    case PATTERN_CHOICE:
        break;
    }
    bool choice = p->kind == PATTERN_CHOICE;
    for (const struct pattern *c = p->last; c != NULL; c = c->before)
        if (is_nullable(c) == choice)
            return choice;
    return !choice;
}

static struct err write_node(struct writer *w, const struct pattern *p, uint32_t next, uint32_t *out);

/* x+ */
static struct err write_plus(struct writer *w, const struct pattern *p, uint32_t next, uint32_t *loop, uint32_t *out)
{
    TRY(write_split(w, p->lazy, 0, next, loop));
    TRY(write_node(w, p->last, *loop, out));
    if (p->lazy)
        w->program[*loop].other = *out;
    else
        w->program[*loop].next = *out;
    return OK;
}

/*
 * x* is a loop that is entered at its split. Where x can be empty it is (x+)? instead: one split could not keep the
 * order of what is preferred.
 */
static struct err write_star(struct writer *w, const struct pattern *p, uint32_t next, uint32_t *out)
{
    uint32_t loop;
    TRY(write_plus(w, p, next, &loop, out));
    if (is_nullable(p->last))
        return write_split(w, p->lazy, *out, next, out);
    *out = loop;
    return OK;
}

/* x{2,4} is xx(x(x)?)? and x{2,} is xx+ */
static struct err write_repeat(struct writer *w, const struct pattern *p, uint32_t next, uint32_t *out)
{
    uint32_t loop;
    int32_t copies = p->min;
    *out = next;
    if (p->last->kind == PATTERN_EMPTY)
        return OK;
    if (p->max == PATTERN_FOREVER) {
        TRY(p->min == 0 ? write_star(w, p, next, out) : write_plus(w, p, next, &loop, out));
        copies = p->min - 1;
    }
    for (int32_t i = p->min; i < p->max; i++) {
        TRY(write_node(w, p->last, *out, out));
        TRY(write_split(w, p->lazy, *out, next, out));
    }
    for (int32_t i = 0; i < copies; i++)
        TRY(write_node(w, p->last, *out, out));
    return OK;
}

static struct err write_group(struct writer *w, const struct pattern *inner, uint32_t group, uint32_t next,
                              uint32_t *out)
{
    TRY(write_one(w, (struct instruction){OP_SAVE, next, group * 2 + 1, 0, {0}}, out));
    TRY(write_node(w, inner, *out, out));
    return write_one(w, (struct instruction){OP_SAVE, *out, group * 2, 0, {0}}, out);
}

static struct err write_choice(struct writer *w, const struct pattern *p, uint32_t next, uint32_t *out)
{
    uint32_t branch;
    TRY(write_node(w, p->last, next, out));
    for (const struct pattern *c = p->last->before; c != NULL; c = c->before) {
        TRY(write_node(w, c, next, &branch));
        TRY(write_split(w, false, branch, *out, out));
    }
    return OK;
}

/* *out may be where `next` comes from: it is written last. */
static struct err write_node(struct writer *w, const struct pattern *p, uint32_t next, uint32_t *out)
{
    switch (p->kind) {
    case PATTERN_EMPTY:
        break;
    case PATTERN_SET:
        return write_one(w, (struct instruction){OP_SET, next, 0, 0, p->set}, out);
    case PATTERN_LOOK:
        w->looks |= p->look;
        return write_one(w, (struct instruction){OP_LOOK, next, p->look, 0, {0}}, out);
    case PATTERN_GROUP:
        return write_group(w, p->last, p->group, next, out);
    case PATTERN_REPEAT:
        return write_repeat(w, p, next, out);
    case PATTERN_CHOICE:
        return write_choice(w, p, next, out);
    case PATTERN_SEQUENCE:
        *out = next;
        for (const struct pattern *c = p->last; c != NULL; c = c->before)
            TRY(write_node(w, c, *out, out));
        return OK;
    }
    *out = next;
    return OK;
}

/* What each match begins with: single characters that follow one another without a choice. */
static struct err find_prefix(struct arena *a, struct regex *r)
{
    uint8_t text[PREFIX_MAX + 4];
    size_t n = 0;
    const struct instruction *i = &r->program[r->start];
    for (; n < PREFIX_MAX; i = &r->program[i->next]) {
        if (i->op == OP_SAVE)
            continue;
        if (i->op != OP_SET || i->set.count != 1 || i->set.spans[0].first != i->set.spans[0].last)
            break;
        /* A byte that is no character counts as this one: it can't be searched for. */
        if (i->set.spans[0].first == TEXT_BAD)
            break;
        n += bytes_encode_utf8(i->set.spans[0].first, text + n);
    }
    return arena_copy(a, bytes_of(text, n), &r->prefix);
}

static bool is_anchored(const struct regex *r)
{
    const struct instruction *i = &r->program[r->start];
    while (i->op == OP_SAVE)
        i = &r->program[i->next];
    return i->op == OP_LOOK && i->other == LOOK_TEXT_BEGIN;
}

struct err program_make(struct arena *a, const struct pattern_tree *tree, const struct regex **out)
{
    struct writer w = {.arena = a};
    struct regex *r;
    uint32_t end;
    TRY(arena_new(a, &r));
    TRY(write_one(&w, (struct instruction){OP_MATCH, 0, 0, 0, {0}}, &end));
    TRY(write_group(&w, tree->root, 0, end, &r->start));
    for (uint32_t i = 0; i < w.count; i++)
        if (w.program[i].op == OP_SET || w.program[i].op == OP_MATCH)
            w.program[i].kernel = r->kernels++;
    r->program = w.program;
    r->count = w.count;
    r->looks = w.looks;
    r->groups = tree->groups;
    r->names = tree->names;
    r->anchored = is_anchored(r);
    TRY(find_prefix(a, r));
    TRY(classes_make(a, tree->sets, r));
    r->cost = (uint64_t)tree->nodes * 8 + (uint64_t)r->count * 4 + (uint64_t)r->span_count * 4;
    *out = r;
    return OK;
}

struct err regex_compile(struct arena *a, struct bytes pattern, struct regex_fault *fault, const struct regex **out)
{
    struct pattern_tree tree;
    TRY(pattern_parse(a, pattern, fault, &tree));
    return program_make(a, &tree, out);
}

uint64_t regex_cost(const struct regex *r)
{
    return r->cost;
}

size_t regex_groups(const struct regex *r)
{
    return r->groups;
}

struct bytes regex_group_name(const struct regex *r, size_t group)
{
    return r->names[group];
}

unsigned look_mask(enum before before, uint32_t behind)
{
    bool word_behind = behind != NO_CHARACTER && is_word(behind);
    unsigned mask = (before == BEFORE_WORD) != word_behind ? LOOK_WORD_EDGE : LOOK_NO_WORD_EDGE;
    if (before == BEFORE_NOTHING)
        mask |= LOOK_TEXT_BEGIN | LOOK_LINE_BEGIN;
    if (before == BEFORE_LINE_END)
        mask |= LOOK_LINE_BEGIN;
    if (behind == NO_CHARACTER)
        mask |= LOOK_TEXT_END | LOOK_LINE_END;
    if (behind == '\n')
        mask |= LOOK_LINE_END;
    return mask;
}
