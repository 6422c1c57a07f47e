/*
 * All ways through a program at once, the preferred ones first. At each character every instruction is entered once at
 * most, by the most preferred way: hence the time is linear.
 */
#include "rego/builtins/chars.h"
#include "rego/regex/machine.h"
#include "rego/regex/text.h"

/* One search. */
struct search {
    struct regex_machine *m;
    const struct regex *r;
    struct bytes text;
    size_t at;
    unsigned looks; /* what holds at `at` */
    size_t slots;   /* that are asked for */
    bool found;
    size_t *places; /* of the best match so far */
};

static struct err make_threads(struct arena *a, const struct regex *r, struct threads *t)
{
    TRY(arena_array(a, r->count, &t->dense));
    return arena_array(a, r->count, &t->sparse);
}

struct err regex_machine_new(struct arena *a, const struct regex *r, struct regex_machine **out)
{
    struct regex_machine *m;
    TRY(arena_new(a, &m));
    m->arena = a;
    m->regex = r;
    *out = m;
    return OK;
}

/* Memory for following ways, when the first search needs it; places for as many groups as any search asked for. */
static struct err make_room(struct regex_machine *m, size_t slots)
{
    const struct regex *r = m->regex;
    if (m->pending == NULL) {
        TRY(make_threads(m->arena, r, &m->now));
        TRY(make_threads(m->arena, r, &m->later));
        TRY(arena_array(m->arena, r->count + 1, &m->pending));
    }
    if (slots <= m->slots)
        return OK;
    if (r->kernels * slots > REGEX_SLOTS_MAX)
        return FAIL(ERR_LIMIT, "a regular expression with too many groups for its size");
    TRY(arena_array(m->arena, r->kernels * slots, &m->now.slots));
    TRY(arena_array(m->arena, r->kernels * slots, &m->later.slots));
    TRY(arena_array(m->arena, slots, &m->places));
    m->slots = slots;
    return OK;
}

static bool has_thread(const struct threads *t, uint32_t instruction)
{
    uint32_t i = t->sparse[instruction];
    return i < t->count && t->dense[i] == instruction;
}

static size_t *thread_slots(const struct search *s, const struct threads *t, uint32_t instruction)
{
    return t->slots + s->r->program[instruction].kernel * s->slots;
}

/* Enters one instruction; gives the one to go on with, or UINT32_MAX. */
static uint32_t enter_one(struct search *s, struct threads *t, uint32_t instruction, size_t *pending)
{
    struct regex_machine *m = s->m;
    const struct instruction *i = &s->r->program[instruction];
    t->sparse[instruction] = t->count;
    t->dense[t->count++] = instruction;
    switch (i->op) {
    case OP_SPLIT:
        m->pending[(*pending)++] = (struct pending){.instruction = i->other, .slot = UINT32_MAX};
        return i->next;
    case OP_LOOK:
        return (s->looks & i->other) != 0 ? i->next : UINT32_MAX;
    case OP_SAVE:
        if (i->other >= s->slots)
            return i->next;
        m->pending[(*pending)++] = (struct pending){.slot = i->other, .place = m->places[i->other]};
        m->places[i->other] = s->at;
        return i->next;
    case OP_SET:
    case OP_MATCH:
        break;
    }
    memcpy(thread_slots(s, t, instruction), m->places, s->slots * sizeof(size_t));
    m->work += s->slots;
    return UINT32_MAX;
}

/* Adds all that can be reached from an instruction without a character. m->places are those of the way to it. */
static void enter(struct search *s, struct threads *t, uint32_t instruction)
{
    struct regex_machine *m = s->m;
    size_t pending = 0;
    for (;;) {
        while (instruction != UINT32_MAX && !has_thread(t, instruction)) {
            instruction = enter_one(s, t, instruction, &pending);
            m->work++;
        }
        while (pending > 0 && m->pending[pending - 1].slot != UINT32_MAX) {
            pending--;
            m->places[m->pending[pending].slot] = m->pending[pending].place;
        }
        if (pending == 0)
            return;
        instruction = m->pending[--pending].instruction;
    }
}

/* Moves each way over one character. A match ends the ways that are less preferred. */
static void step(struct search *s, uint32_t c)
{
    struct regex_machine *m = s->m;
    m->work += m->now.count;
    for (uint32_t k = 0; k < m->now.count; k++) {
        uint32_t instruction = m->now.dense[k];
        const struct instruction *i = &s->r->program[instruction];
        if (i->op != OP_SET && i->op != OP_MATCH)
            continue;
        const size_t *slots = thread_slots(s, &m->now, instruction);
        if (i->op == OP_MATCH) {
            memcpy(s->places, slots, s->slots * sizeof(size_t));
            s->found = true;
            return;
        }
        if (c == NO_CHARACTER || !charset_has(i->set, c))
            continue;
        memcpy(m->places, slots, s->slots * sizeof(size_t));
        enter(s, &m->later, i->next);
    }
}

static void enter_start(struct search *s)
{
    if (s->found || (s->r->anchored && s->at > 0))
        return;
    for (size_t i = 0; i < s->slots; i++)
        s->m->places[i] = REGEX_NOWHERE;
    enter(s, &s->m->now, s->r->start);
}

/* The character at a place, or none; *after is behind it. */
static uint32_t character(struct bytes text, size_t at, size_t *after)
{
    *after = at;
    return at < text.n ? text_next(text, after) : NO_CHARACTER;
}

static enum before before(struct bytes text, size_t at)
{
    return at == 0 ? BEFORE_NOTHING : before_after(text.p[at - 1]);
}

/* With no way alive the search can go on at the next place where a match can begin. False: there is none. */
static bool skip(struct search *s)
{
    if (s->found || (s->r->anchored && s->at > 0))
        return false;
    if (s->r->prefix.n == 0)
        return true;
    size_t next = chars_find(s->text, s->r->prefix, s->at);
    if (next == SIZE_MAX)
        return false;
    s->m->work += (next - s->at) / 8;
    s->at = next;
    return true;
}

static struct err run(struct search *s, uint64_t *fuel)
{
    struct regex_machine *m = s->m;
    size_t after;
    size_t behind;
    m->now.count = m->later.count = 0;
    while (m->now.count > 0 || skip(s)) {
        uint32_t c = character(s->text, s->at, &after);
        s->looks = look_mask(before(s->text, s->at), c);
        enter_start(s);
        size_t at = s->at;
        s->at = after;
        s->looks = look_mask(c == NO_CHARACTER ? BEFORE_OTHER : before_after(c), character(s->text, after, &behind));
        m->later.count = 0;
        step(s, c);
        struct threads t = m->now;
        m->now = m->later;
        m->later = t;
        TRY(machine_spend(m->work + 1, fuel));
        m->work = 0;
        if (at == s->text.n)
            break;
    }
    return OK;
}

struct err regex_find(struct regex_machine *m, struct bytes text, size_t from, size_t *places, size_t count,
                      uint64_t *fuel, bool *out)
{
    struct search s = {.m = m, .r = m->regex, .text = text, .at = from, .slots = count, .places = places};
    if (text.n > REGEX_TEXT_MAX)
        return FAIL(ERR_LIMIT, "a text is too long for a regular expression");
    TRY(make_room(m, count));
    TRY(run(&s, fuel));
    *out = s.found;
    return OK;
}

struct err regex_matches(struct regex_machine *m, struct bytes text, uint64_t *fuel, bool *out)
{
    size_t places[2];
    bool known;
    TRY(automaton_matches(m, text, fuel, &known, out));
    return known ? OK : regex_find(m, text, 0, places, 2, fuel, out);
}
