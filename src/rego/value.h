/*
 * Inside rego/: building and reading values. What a policy builds may nest deeper than what is decoded, but not without
 * bound: comparing and printing recurse.
 */
#pragma once

#include "json/json.h"

#define VALUE_DEPTH_MAX  512
#define VALUE_WEIGHT_MAX (1UL << 24) /* a few lines of a policy could hold a value in itself 2^40 times */

/*
 * value_array, value_set, value_object - containers of parts; an object takes the last of equal keys (where `unique` is
 * not NULL it says whether two equal keys had different values, and nothing is built then).
 * value_member - a member whose key is any value. value_key - the key of a member as a value.
 *
 * in       items, members: copied; value_object may reorder `members`
 * out      *out only on success
 * errors   NOMEM; LIMIT nested too deeply, or over VALUE_WEIGHT_MAX
 */
MUST_CHECK struct err value_array(struct arena *a, const struct json *const *items, size_t n, const struct json **out);
MUST_CHECK struct err value_set(struct arena *a, const struct json *const *items, size_t n, const struct json **out);
MUST_CHECK struct err value_object(struct arena *a, struct json_member *members, size_t n, bool *unique,
                                   const struct json **out);
struct json_member value_member(const struct json *key, const struct json *value);
MUST_CHECK struct err value_key(struct arena *a, const struct json_member *m, const struct json **out);

/* Shared values: null, true, false, empty containers. errors: none. out: borrowed for ever */
extern const struct json value_null;
extern const struct json value_empty_array;
extern const struct json value_empty_set;
extern const struct json value_empty_object;
const struct json *value_bool(bool v);

/*
 * value_find - a member by any key; value_index - container[key] as Rego has it; value_has - membership in a set.
 *
 * out      NULL: there is none
 * errors   none
 */
const struct json *value_find(const struct json *object, const struct json *key);
const struct json *value_index(const struct json *container, const struct json *key);
bool value_has(const struct json *set, const struct json *item);

/*
 * value_hash - a number that equal values share.
 *
 * out      the answer
 * errors   none
 * cost     a bounded part of the value is read
 */
uint64_t value_hash(const struct json *v);

/*
 * value_string - a string of bytes that are UTF-8 already or are made so (invalid bytes become U+FFFD).
 * value_text - of a C string of our own. value_int - an integer.
 *
 * errors   NOMEM
 * out      *out
 */
MUST_CHECK struct err value_string(struct arena *a, struct bytes text, const struct json **out);
MUST_CHECK struct err value_int(struct arena *a, int64_t v, const struct json **out);

/* value_print - append a value as Rego text (`{1, 2}`, `set()`); strings bare at the top where asked. errors: sticky */
void value_print(const struct json *v, bool bare, struct buf *out);

/* value_type_name - "string" and so on. out: a literal; errors: none */
const char *value_type_name(enum json_type type);

/* A list of values under construction. */
struct values {
    struct arena *arena;
    const struct json **items;
    size_t count;
    size_t cap;
};
MUST_CHECK struct err values_add(struct values *l, const struct json *v);

struct members {
    struct arena *arena;
    struct json_member *items;
    size_t count;
    size_t cap;
};
MUST_CHECK struct err members_add(struct members *l, const struct json *key, const struct json *value);
