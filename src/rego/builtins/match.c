#include "rego/builtins/match.h"

#include "rego/eval.h"
#include "rego/regex/text.h"

static uint64_t fuel_of(const struct call *c)
{
    uint64_t left = c->eval->steps_max - c->eval->steps;
    return left > UINT64_MAX / 8 ? UINT64_MAX : left * 8;
}

/* What was used is charged, whatever came of it. */
static struct err settle(struct call *c, uint64_t before, uint64_t fuel, struct err done)
{
    struct err charged = builtin_cost(c, before - fuel + 8);
    return failed(done) ? done : charged;
}

static struct err get(struct call *c, enum regex_syntax syntax, struct bytes pattern, struct bytes delimiters,
                      struct regex_entry **out)
{
    uint64_t before = fuel_of(c);
    uint64_t fuel = before;
    struct err done = regex_cache_get(c->eval->regexes, syntax, pattern, delimiters, &fuel, out);
    return settle(c, before, fuel, done);
}

static struct err refuse(struct call *c, const struct regex_entry *e)
{
    if (e->syntax != SYNTAX_RE2)
        return builtin_error(c, "%s", e->fault.text);
    return builtin_error(c, "error parsing regexp: %s: `%.*s`", e->fault.text, (int)e->fault.part.n,
                         (const char *)e->fault.part.p);
}

struct err match_begin(struct call *c, struct bytes pattern, struct bytes text, struct matcher *out)
{
    *out = (struct matcher){.call = c, .text = text, .ended = SIZE_MAX};
    TRY(get(c, SYNTAX_RE2, pattern, BYTES_EMPTY, &out->entry));
    return out->entry->regex == NULL ? refuse(c, out->entry) : OK;
}

static struct err ask(struct call *c, struct regex_entry *e, struct bytes text, bool *out)
{
    uint64_t before = fuel_of(c);
    uint64_t fuel = before;
    struct err done = regex_matches(e->machine, text, &fuel, out);
    return settle(c, before, fuel, done);
}

struct err match_any(struct matcher *m, bool *out)
{
    return ask(m->call, m->entry, m->text, out);
}

struct err match_glob(struct call *c, struct bytes pattern, enum regex_syntax syntax, struct bytes delimiters,
                      struct bytes text, bool *out)
{
    struct regex_entry *e;
    TRY(get(c, syntax, pattern, delimiters, &e));
    return e->regex == NULL ? refuse(c, e) : ask(c, e, text, out);
}

static struct err find(struct matcher *m, size_t *places, size_t count, bool *found)
{
    uint64_t before = fuel_of(m->call);
    uint64_t fuel = before;
    struct err done = regex_find(m->entry->machine, m->text, m->at, places, count, &fuel, found);
    return settle(m->call, before, fuel, done);
}

struct err match_next(struct matcher *m, size_t *places, size_t count, bool *found)
{
    *found = false;
    if (m->at == 0 && m->ended == SIZE_MAX) {
        TRY(match_any(m, found));
        m->at = *found ? 0 : m->text.n + 1;
    }
    while (m->at <= m->text.n) {
        TRY(find(m, places, count, found));
        if (!*found)
            m->at = m->text.n + 1;
        if (!*found)
            return OK;
        bool refused = places[0] == places[1] && places[0] == m->ended;
        if (places[1] > m->at)
            m->at = places[1];
        else if (m->at < m->text.n)
            (void)text_next(m->text, &m->at);
        else
            m->at++;
        m->ended = places[1];
        if (!refused)
            return OK;
    }
    *found = false;
    return OK;
}

struct err match_is_pattern(struct call *c, struct bytes pattern, bool *out)
{
    struct regex_entry *e;
    TRY(get(c, SYNTAX_RE2, pattern, BYTES_EMPTY, &e));
    *out = e->regex != NULL;
    return OK;
}

struct err match_need_pattern(struct call *c, struct bytes pattern)
{
    struct regex_entry *e;
    TRY(get(c, SYNTAX_RE2, pattern, BYTES_EMPTY, &e));
    return e->regex == NULL ? refuse(c, e) : OK;
}

size_t match_places(const struct matcher *m)
{
    return 2 * (regex_groups(m->entry->regex) + 1);
}

struct bytes match_group_name(const struct matcher *m, size_t group)
{
    return regex_group_name(m->entry->regex, group);
}
