/*
 * Inside rego/: a policy with its documents, and queries with all their solutions. The public functions in
 * casemate/rego.h and the case runner stand on it.
 */
#pragma once

#include "rego/eval.h"
#include "rego/regex/cache.h"

struct rego_policy {
    struct policy policy;
};

struct query {
    struct bytes text;
    bool bindings;            /* solutions are objects of the query's variables; else values of its last expression */
    bool expressions;         /* solutions are pairs: an array of all expressions' values, and that object */
    bool strict;              /* a builtin's error ends the evaluation */
    const struct json *input; /* NULL: undefined */
    const struct json *data;  /* laid over the policy's documents; NULL: none */
    struct record *record;    /* zeroed but for its secrets: notes what happens; NULL: nothing is noted */
};

/* A compiled query. */
struct query_code {
    struct clause *clause;
    struct bytes *names; /* of the heads */
    uint32_t path_count;
    enum query_form form;
    size_t value_count; /* heads in front of the variables */
};

/* Memory that may outlive one evaluation, lent to it. */
struct query_room {
    struct frames frames;       /* the first ones, or none */
    struct buf spare;           /* for texts that builtins make */
    struct regex_cache regexes; /* compiled patterns */
};

/* query_room_init - an empty room; memory: a bound on patterns, 0 for ours. query_room_clear. errors: none; out: *r */
void query_room_init(struct query_room *r, const struct rego_policy *p, size_t memory);
void query_room_clear(struct query_room *r);

/*
 * query_prepare - compile a query; query_solve - all solutions of a compiled one.
 *
 * in       a: holds what comes out
 * out      *out
 * errors   as query_run
 */
MUST_CHECK struct err query_prepare(const struct rego_policy *p, struct bytes text, enum query_form form,
                                    struct arena *a, struct rego_error *error, struct query_code *out);
MUST_CHECK struct err query_solve(const struct rego_policy *p, const struct query_code *code,
                                  const struct rego_call *call, const struct query *q, struct query_room *room,
                                  struct arena *a, struct rego_error *error, const struct json **out);

/*
 * query_run - all solutions of a query, as an array in the order in which they are found. An expression that makes
 * variables equal, or is negated, has the value true.
 *
 * in       call: limits, context, clock; its texts are not read here
 * out      *out in the arena
 * errors   FORMAT, STATE, LIMIT, NOMEM, with *error filled except for NOMEM
 */
MUST_CHECK struct err query_run(const struct rego_policy *p, const struct rego_call *call, const struct query *q,
                                struct arena *a, struct rego_error *error, const struct json **out);

/*
 * query_documents - the input and data of a call, decoded. query_data - a data document, which must be an object.
 *
 * out      q->input, q->data; *out
 * errors   FORMAT with *error filled: not JSON; NOMEM
 */
MUST_CHECK struct err query_documents(const struct rego_call *call, struct arena *a, struct rego_error *error,
                                      struct query *q);
MUST_CHECK struct err query_data(struct arena *a, const char *text, size_t n, struct rego_error *error,
                                 const struct json **out);

/* query_status - the public status of an outcome; fills *error where nothing did. out: the status; errors: none */
enum rego_status query_status(struct err e, struct rego_error *error);
