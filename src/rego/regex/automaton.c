/*
 * Whether a text matches, one look into a table for each character. A state is the set of instructions that the ways
 * through the program have come to, and what stands before the place; states and the steps between them are made when
 * a text first needs them. When they take too much memory the question goes to threads.c.
 */
#include "rego/builtins/chars.h"
#include "rego/regex/machine.h"
#include "rego/regex/text.h"

#define MEMORY_MAX (256UL * 1024)
#define STATES_MAX 4000
#define BUCKETS    64

/* Entries of the table that are no states. */
enum { STEP_UNKNOWN, STEP_FAILS, STEP_MATCHES, STATE_FIRST };

struct state {
    const uint32_t *instructions; /* before anything is entered that needs no character; ascending */
    uint32_t count;
    enum before before;
    uint32_t hash;
    uint32_t next; /* in its bucket, or 0 */
};

struct automaton {
    struct state *states; /* from STATE_FIRST on */
    uint32_t count;
    uint32_t cap;
    uint16_t *table; /* [state][class]; the last column is the end of the text */
    uint32_t width;
    uint32_t buckets[BUCKETS];
    size_t memory;
    bool full;
    uint16_t idle;     /* the state of a search that has not begun anywhere, or 0 */
    uint64_t *entered; /* by instruction: one bit */
    uint64_t *reached;
    uint32_t words;
    uint32_t *stack;
};

static struct err grow(struct regex_machine *m, struct automaton *a)
{
    struct state *states;
    uint16_t *table;
    uint32_t cap = a->cap == 0 ? 16 : a->cap * 2;
    size_t row = sizeof(struct state) + a->width * sizeof(uint16_t);
    if (cap > STATES_MAX || a->memory + cap * row > MEMORY_MAX) {
        a->full = true;
        return OK;
    }
    TRY(arena_array(m->arena, cap, &states));
    TRY(arena_array(m->arena, (size_t)cap * a->width, &table));
    if (a->count > 0) {
        memcpy(states, a->states, a->count * sizeof(*states));
        memcpy(table, a->table, (size_t)a->count * a->width * sizeof(*table));
    }
    a->memory += cap * row;
    a->states = states;
    a->table = table;
    a->cap = cap;
    return OK;
}

static bool same_state(const struct state *s, const uint32_t *instructions, uint32_t count, enum before before)
{
    return s->count == count && s->before == before &&
           (count == 0 || memcmp(s->instructions, instructions, count * sizeof(uint32_t)) == 0);
}

static uint32_t hash_of(const uint32_t *instructions, uint32_t count, enum before before)
{
    uint32_t h = 2166136261U ^ before;
    for (uint32_t i = 0; i < count; i++)
        h = (h ^ instructions[i]) * 16777619U;
    return h ^ h >> 15;
}

static struct err add_state(struct regex_machine *m, struct automaton *a, struct state s, uint16_t *out)
{
    uint32_t *copy;
    if (a->count == a->cap)
        TRY(grow(m, a));
    a->memory += s.count * sizeof(uint32_t);
    a->full = a->full || a->memory > MEMORY_MAX;
    if (a->full)
        return OK;
    TRY(arena_array(m->arena, s.count + 1, &copy));
    memcpy(copy, s.instructions, s.count * sizeof(uint32_t));
    s.instructions = copy;
    s.next = a->buckets[s.hash % BUCKETS];
    a->buckets[s.hash % BUCKETS] = a->count;
    a->states[a->count] = s;
    *out = (uint16_t)a->count++;
    return OK;
}

/* The state of what was reached; *out is left alone where there is no room for it. */
static struct err find_state(struct regex_machine *m, struct automaton *a, enum before before, uint16_t *out)
{
    struct state s = {.instructions = a->stack, .before = before};
    for (uint32_t w = 0; w < a->words; w++)
        for (uint64_t bits = a->reached[w]; bits != 0; bits &= bits - 1)
            a->stack[s.count++] = w * 64 + (uint32_t)__builtin_ctzll(bits);
    m->work += a->words + s.count;
    s.hash = hash_of(a->stack, s.count, before);
    for (uint32_t i = a->buckets[s.hash % BUCKETS]; i != 0; i = a->states[i].next) {
        m->work++;
        if (a->states[i].hash != s.hash || !same_state(&a->states[i], a->stack, s.count, before))
            continue;
        *out = (uint16_t)i;
        return OK;
    }
    return add_state(m, a, s, out);
}

static bool set_bit(uint64_t *bits, uint32_t i)
{
    uint64_t bit = (uint64_t)1 << i % 64;
    bool was_set = (bits[i / 64] & bit) != 0;
    bits[i / 64] |= bit;
    return was_set;
}

/* Enters all that can be reached from a state at this place. True: a match. */
static bool enter(struct regex_machine *m, struct automaton *a, const struct state *s, unsigned looks)
{
    const struct regex *r = m->regex;
    memset(a->entered, 0, a->words * sizeof(uint64_t));
    for (uint32_t k = 0; k < s->count; k++) {
        uint32_t pending = 0;
        a->stack[pending++] = s->instructions[k];
        while (pending > 0) {
            uint32_t instruction = a->stack[--pending];
            const struct instruction *i = &r->program[instruction];
            if (set_bit(a->entered, instruction))
                continue;
            m->work++;
            if (i->op == OP_MATCH)
                return true;
            if (i->op == OP_SPLIT)
                a->stack[pending++] = i->other;
            if (i->op != OP_SET && (i->op != OP_LOOK || (looks & i->other) != 0))
                a->stack[pending++] = i->next;
        }
    }
    return false;
}

/* What the entered instructions reach over a character. */
static void reach(struct regex_machine *m, struct automaton *a, uint32_t c)
{
    const struct regex *r = m->regex;
    memset(a->reached, 0, a->words * sizeof(uint64_t));
    for (uint32_t w = 0; w < a->words; w++)
        for (uint64_t bits = a->entered[w]; bits != 0; bits &= bits - 1) {
            const struct instruction *i = &r->program[w * 64 + (uint32_t)__builtin_ctzll(bits)];
            m->work++;
            if (i->op == OP_SET && charset_has(i->set, c))
                (void)set_bit(a->reached, i->next);
        }
}

/* What is before a place counts only as far as the program asks for it. */
static enum before before_of(const struct regex *r, uint32_t c)
{
    enum before b = before_after(c);
    bool lines = (r->looks & LOOK_LINE_BEGIN) != 0;
    bool words = (r->looks & (LOOK_WORD_EDGE | LOOK_NO_WORD_EDGE)) != 0;
    if ((b == BEFORE_LINE_END && !lines) || (b == BEFORE_WORD && !words))
        return BEFORE_OTHER;
    return b;
}

static struct err make_step(struct regex_machine *m, struct automaton *a, uint32_t state, uint32_t class, uint16_t *out)
{
    const struct regex *r = m->regex;
    const struct state *s = &a->states[state];
    uint32_t c = class == r->class_count ? NO_CHARACTER : r->samples[class];
    if (enter(m, a, s, look_mask(s->before, c))) {
        *out = STEP_MATCHES;
    } else if (c == NO_CHARACTER) {
        *out = STEP_FAILS;
    } else {
        reach(m, a, c);
        if (!r->anchored)
            (void)set_bit(a->reached, r->start);
        TRY(find_state(m, a, before_of(r, c), out));
        if (*out >= STATE_FIRST && a->states[*out].count == 0)
            *out = STEP_FAILS;
    }
    if (!a->full)
        a->table[state * a->width + class] = *out;
    return OK;
}

static struct err start(struct regex_machine *m, struct automaton **out)
{
    const struct regex *r = m->regex;
    struct automaton *a;
    uint16_t first = 0;
    TRY(arena_new(m->arena, &a));
    a->width = r->class_count + 1;
    a->words = r->count / 64 + 1;
    TRY(arena_array(m->arena, a->words, &a->entered));
    TRY(arena_array(m->arena, a->words, &a->reached));
    TRY(arena_array(m->arena, r->count + 2, &a->stack));
    TRY(grow(m, a));
    a->count = STATE_FIRST;
    if (!a->full) {
        (void)set_bit(a->reached, r->start);
        TRY(find_state(m, a, r->looks == 0 ? BEFORE_OTHER : BEFORE_NOTHING, &first));
    }
    if (!a->full && !r->anchored && r->looks == 0 && r->prefix.n > 0)
        a->idle = first;
    *out = a;
    return OK;
}

/* Runs over the text; false in *known where the automaton became too large on the way. */
static struct err run(struct regex_machine *m, struct bytes text, uint64_t *fuel, uint16_t *state, bool *known)
{
    struct automaton *a = m->automaton;
    const struct regex *r = m->regex;
    for (size_t at = 0; *state >= STATE_FIRST;) {
        if (*state == a->idle) {
            size_t next = chars_find(text, r->prefix, at);
            at = next == SIZE_MAX ? text.n : next;
        }
        uint32_t class = at == text.n ? r->class_count : classes_find(r, text_next(text, &at));
        uint16_t next = a->table[*state * a->width + class];
        if (next == STEP_UNKNOWN) {
            TRY(make_step(m, a, *state, class, &next));
            TRY(machine_spend(m->work, fuel));
            m->work = 0;
        }
        if (next == STEP_UNKNOWN) {
            *known = false;
            return OK;
        }
        *state = next;
    }
    return OK;
}

struct err automaton_matches(struct regex_machine *m, struct bytes text, uint64_t *fuel, bool *known, bool *out)
{
    *known = false;
    if (m->regex->class_count == 0)
        return OK;
    if (m->automaton == NULL)
        TRY(start(m, &m->automaton));
    if (m->automaton->full)
        return OK;
    uint16_t state = STATE_FIRST;
    *known = true;
    TRY(machine_spend(text.n / 4, fuel));
    TRY(run(m, text, fuel, &state, known));
    *out = state == STEP_MATCHES;
    return OK;
}
