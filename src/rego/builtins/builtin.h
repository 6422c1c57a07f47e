/*
 * Inside rego/: the functions that every policy may call. Each is one row in a table of its file, and one function.
 */
#pragma once

#include "rego/note.h"
#include "json/json.h"

struct eval;

/*
 * What a builtin gets. Arguments are defined values. A builtin leaves *out NULL when its result is undefined.
 *
 * errors   STATE with the call's report filled (builtin_type_error, builtin_error): undefined, or the end of the
 *          evaluation where the policy runs strictly; LIMIT, NOMEM: always the end
 */
struct call {
    struct arena *arena;
    struct eval *eval;
    const struct json *const *args;
    size_t count;
    const char *name;
    const char *code; /* of the report */
    char message[400];
};

typedef struct err builtin_function_call(struct call *c, const struct json **out);

struct builtin {
    const char *name;
    uint8_t arity;
    bool variadic;
    builtin_function_call *run;
    uint8_t pattern;     /* the operand (from 1) that is a regular expression: a constant is compiled at load */
    const char *refused; /* why no policy may call it; NULL: every policy may */
};

/* builtin_find - by name, or NULL. builtin_hint - say which builtin a wrong name may mean. errors: none; out: the row
 */
const struct builtin *builtin_find(struct bytes name);
void builtin_hint(struct rego_error *error, const char *name);

/*
 * builtin_type_error - operand `index` (from 1) is not what `want` says ("number"). builtin_error - a report of one's
 * own, "NAME: message" is made of it. builtin_need - refuse an operand of another type. builtin_need_collection -
 * neither an array nor a set; charges for all it holds.
 *
 * errors   STATE; LIMIT
 * out      c->message
 */
MUST_CHECK struct err builtin_type_error(struct call *c, size_t index, const char *want);
__attribute__((format(printf, 2, 3))) MUST_CHECK struct err builtin_error(struct call *c, const char *format, ...);
MUST_CHECK struct err builtin_need(struct call *c, size_t index, enum json_type type);
MUST_CHECK struct err builtin_need_int(struct call *c, size_t index, int64_t *out);
MUST_CHECK struct err builtin_need_collection(struct call *c, size_t index);

/*
 * builtin_need_strings - the first `count` operands are strings; charges for their lengths.
 * builtin_need_text_items - a collection's items are strings; charges for their number.
 *
 * errors   STATE with a report; LIMIT
 * out      nothing
 */
MUST_CHECK struct err builtin_need_strings(struct call *c, size_t count);
MUST_CHECK struct err builtin_need_text_items(struct call *c, size_t index);

/*
 * builtin_text - an empty buffer for the text of a result, bounded by what the evaluation may still hold.
 * builtin_string - the text in it as the result; charges for its length, and takes the memory of `b` back.
 *
 * out      *b; *out
 * errors   LIMIT, NOMEM
 */
void builtin_text(const struct call *c, struct buf *b);
MUST_CHECK struct err builtin_string(struct call *c, struct buf *b, const struct json **out);

/*
 * builtin_settle - a failure of a lower floor as a report of the call, unless one is there already. Lack of memory, our
 * own faults and limits of the evaluation pass through as they are.
 *
 * errors   STATE, or e
 * out      c->message
 */
__attribute__((format(printf, 3, 4))) MUST_CHECK struct err builtin_settle(struct call *c, struct err e,
                                                                           const char *format, ...);

/*
 * builtin_cost - charge steps for work that grows with its operands. builtin_cost_compare - for comparing two values.
 * builtin_cost_keys - for making an object anew from the members of another.
 * builtin_set - value_set, with the charge for putting the items in order.
 *
 * errors   LIMIT; NOMEM
 * out      *out
 */
MUST_CHECK struct err builtin_cost(struct call *c, uint64_t work);
MUST_CHECK struct err builtin_cost_compare(struct call *c, const struct json *a, const struct json *b);
MUST_CHECK struct err builtin_cost_keys(struct call *c, const struct json *object);
MUST_CHECK struct err builtin_set(struct call *c, const struct json *const *items, size_t n, const struct json **out);

/* The tables; a file of builtins adds its own here and in builtin.c. */
#define BUILTIN_TABLE(name_)                                                                                           \
    extern const struct builtin builtins_##name_[];                                                                    \
    extern const size_t builtins_##name_##_count;
#define BUILTIN_ROWS(name_) const size_t builtins_##name_##_count = sizeof(builtins_##name_) / sizeof(struct builtin);
BUILTIN_TABLE(compare)
BUILTIN_TABLE(numbers)
BUILTIN_TABLE(aggregates)
BUILTIN_TABLE(arrays)
BUILTIN_TABLE(sets)
BUILTIN_TABLE(objects)
BUILTIN_TABLE(strings)
BUILTIN_TABLE(types)
BUILTIN_TABLE(text)
BUILTIN_TABLE(regex)
BUILTIN_TABLE(glob)
BUILTIN_TABLE(globs)
BUILTIN_TABLE(net)
BUILTIN_TABLE(hashes)
BUILTIN_TABLE(jwt)
BUILTIN_TABLE(jwt_sign)
BUILTIN_TABLE(x509)
BUILTIN_TABLE(private_keys)
BUILTIN_TABLE(schema)
BUILTIN_TABLE(metadata)
BUILTIN_TABLE(graph)
BUILTIN_TABLE(format)
BUILTIN_TABLE(trim)
BUILTIN_TABLE(encoding)
BUILTIN_TABLE(urlquery)
BUILTIN_TABLE(json_text)
BUILTIN_TABLE(json_path)
BUILTIN_TABLE(json_patch)
BUILTIN_TABLE(units)
BUILTIN_TABLE(semver)
BUILTIN_TABLE(random)
BUILTIN_TABLE(time)
BUILTIN_TABLE(duration)
BUILTIN_TABLE(refused)
BUILTIN_TABLE(template)
