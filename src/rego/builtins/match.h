/*
 * Inside rego/: the work of a builtin with patterns. Every step of matching is charged to the evaluation.
 */
#pragma once

#include "rego/builtins/builtin.h"
#include "rego/regex/cache.h"

/* One text that is searched; good for the call of one builtin, and for one pattern at a time. */
struct matcher {
    struct call *call;
    struct bytes text;
    struct regex_entry *entry;
    size_t at;    /* where the next search begins; behind the text: nowhere */
    size_t ended; /* the match before it, or SIZE_MAX */
};

/*
 * match_begin - prepare a search. match_glob - whether a glob matches all of a text.
 * match_any - whether the pattern matches anywhere. match_next - the next match that does not overlap the one before,
 * nor is empty at its end; as many places as `count` tells.
 * match_is_pattern - whether a text is a pattern. match_need_pattern - refuse one that is not.
 * match_places - places of all groups. match_group_name - a group's name.
 *
 * out      *out, *found
 * errors   STATE with the call's report filled: not a pattern; LIMIT, NOMEM
 */
MUST_CHECK struct err match_begin(struct call *c, struct bytes pattern, struct bytes text, struct matcher *out);
MUST_CHECK struct err match_glob(struct call *c, struct bytes pattern, enum regex_syntax syntax,
                                 struct bytes delimiters, struct bytes text, bool *out);
MUST_CHECK struct err match_any(struct matcher *m, bool *out);
MUST_CHECK struct err match_next(struct matcher *m, size_t *places, size_t count, bool *found);
MUST_CHECK struct err match_is_pattern(struct call *c, struct bytes pattern, bool *out);
MUST_CHECK struct err match_need_pattern(struct call *c, struct bytes pattern);
size_t match_places(const struct matcher *m);
struct bytes match_group_name(const struct matcher *m, size_t group);
