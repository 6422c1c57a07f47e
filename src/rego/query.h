/*
 * Inside rego/: a policy with its documents, and queries with all their solutions. The public functions in
 * casemate/rego.h and the case runner stand on it.
 */
#pragma once

#include "rego/eval.h"

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
