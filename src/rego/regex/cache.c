#include "rego/regex/cache.h"

#include "rego/regex/glob.h"
#include "rego/regex/machine.h"

#define CACHE_MEMORY  (16UL * 1024 * 1024)
#define CACHE_ENTRIES 1000
#define CONSTANTS_MAX 10000

void regex_cache_init(struct regex_cache *c, const struct regex_table *constants, size_t memory)
{
    *c = (struct regex_cache){.constants = constants};
    arena_init(&c->arena, memory == 0 || memory > CACHE_MEMORY ? CACHE_MEMORY : memory);
}

void regex_cache_clear(struct regex_cache *c)
{
    arena_clear(&c->arena);
    c->table = NULL;
}

static uint32_t hash_bytes(uint32_t h, struct bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ text.p[i]) * 16777619U;
    return h;
}

static struct regex_entry *find(const struct regex_table *t, const struct regex_entry *like)
{
    struct regex_entry *e = t == NULL ? NULL : t->buckets[like->hash % REGEX_BUCKETS];
    while (e != NULL && (e->hash != like->hash || e->syntax != like->syntax ||
                         !bytes_equal(e->pattern, like->pattern) || !bytes_equal(e->delimiters, like->delimiters)))
        e = e->next;
    return e;
}

/* An entry that is not in the table yet: with its own copy of the texts, compiled where `regex` is not there. What that
 * took is in *out even where it fails. */
static struct err make(struct arena *a, struct regex_table *t, const struct regex_entry *like, struct regex_entry **out)
{
    struct regex_entry *e;
    struct err compiled = OK;
    TRY(arena_new(a, &e));
    *e = *like;
    *out = e;
    TRY(arena_copy(a, like->pattern, &e->pattern));
    TRY(arena_copy(a, like->delimiters, &e->delimiters));
    if (e->regex == NULL && e->syntax == SYNTAX_RE2)
        compiled = regex_compile(a, e->pattern, &e->fault, &e->regex);
    else if (e->regex == NULL)
        compiled = glob_compile(a, e->pattern, e->delimiters, &e->fault, &e->regex);
    if (failed(compiled) && compiled.code != ERR_FORMAT)
        return compiled;
    e->next = t->buckets[e->hash % REGEX_BUCKETS];
    t->buckets[e->hash % REGEX_BUCKETS] = e;
    t->count++;
    return OK;
}

static struct regex_entry entry_of(enum regex_syntax syntax, struct bytes pattern, struct bytes delimiters)
{
    uint32_t hash = hash_bytes(hash_bytes(2166136261U ^ syntax, pattern), delimiters);
    return (struct regex_entry){.hash = hash, .syntax = syntax, .pattern = pattern, .delimiters = delimiters};
}

/* When much was kept, all of it goes: nobody holds an entry from one call of a builtin to the next. */
static struct err make_room(struct regex_cache *c)
{
    if (c->table != NULL && (c->table->count >= CACHE_ENTRIES || c->arena.used > c->arena.cap / 2)) {
        c->table = NULL;
        arena_clear(&c->arena);
    }
    return c->table != NULL ? OK : arena_new(&c->arena, &c->table);
}

struct err regex_cache_get(struct regex_cache *c, enum regex_syntax syntax, struct bytes pattern,
                           struct bytes delimiters, uint64_t *fuel, struct regex_entry **out)
{
    struct regex_entry like = entry_of(syntax, pattern, delimiters);
    TRY(machine_spend(pattern.n, fuel));
    *out = find(c->table, &like);
    if (*out != NULL)
        return OK;
    const struct regex_entry *constant = find(c->constants, &like);
    if (constant != NULL)
        like = *constant;
    TRY(make_room(c));
    TRY(make(&c->arena, c->table, &like, out));
    TRY(machine_spend(constant == NULL && (*out)->regex != NULL ? regex_cost((*out)->regex) : pattern.n, fuel));
    TRY(machine_spend(constant == NULL ? (*out)->fault.work : 0, fuel));
    return (*out)->regex == NULL ? OK : regex_machine_new(&c->arena, (*out)->regex, &(*out)->machine);
}

struct err regex_constant(struct arena *a, struct regex_table **table, struct bytes pattern, uint64_t *work)
{
    struct regex_entry like = entry_of(SYNTAX_RE2, pattern, BYTES_EMPTY);
    struct regex_entry *made = NULL;
    *work = pattern.n;
    if (*table == NULL)
        TRY(arena_new(a, table));
    if (find(*table, &like) != NULL || (*table)->count >= CONSTANTS_MAX)
        return OK;
    struct err done = make(a, *table, &like, &made);
    if (made != NULL)
        *work += made->fault.work + (made->regex == NULL ? 0 : regex_cost(made->regex));
    return done.code == ERR_LIMIT ? OK : done; /* the evaluation that needs it will meet the limit */
}
