#include "engine.h"

#include "rego/regex/regex.h"

/* The automaton looks for a match anywhere, so it is asked only where the search begins at the begin. */
static struct err find(struct arena *a, const struct regex *r, struct bytes text, size_t from, size_t *places,
                       size_t count, enum engine_answer *out)
{
    struct regex_machine *m;
    uint64_t fuel = 1000000000;
    bool found;
    bool any;
    TRY(regex_machine_new(a, r, &m));
    TRY(regex_find(m, text, from, places, count, &fuel, &found));
    TRY(regex_matches(m, text, &fuel, &any));
    *out = found ? ENGINE_YES : ENGINE_NO;
    if (from == 0 ? found != any : found && !any)
        *out = ENGINE_TORN;
    return OK;
}

enum engine_answer engine_find(const char *pattern, size_t pattern_size, const char *text, size_t text_size,
                               size_t from, size_t *places, size_t count, size_t *groups)
{
    struct arena a;
    struct regex_fault fault;
    const struct regex *r;
    enum engine_answer answer = ENGINE_REFUSED;
    arena_init(&a, 64UL * 1024 * 1024);
    struct err e = regex_compile(&a, bytes_of(pattern, pattern_size), &fault, &r);
    if (!failed(e)) {
        *groups = regex_groups(r);
        size_t wanted = 2 * (*groups + 1);
        e = find(&a, r, bytes_of(text, text_size), from, places, wanted < count ? wanted : count, &answer);
    }
    arena_clear(&a);
    return failed(e) && e.code != ERR_FORMAT ? ENGINE_LIMIT : answer;
}
