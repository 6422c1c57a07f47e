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
    bool strict;              /* a builtin's error ends the evaluation */
    const struct json *input; /* NULL: undefined */
    const struct json *data;  /* laid over the policy's documents; NULL: none */
};

/*
 * query_run - all solutions of a query, as an array in the order in which they are found.
 *
 * in       call: limits, context, clock; its texts are not read here
 * out      *out in the arena
 * errors   FORMAT, STATE, LIMIT, NOMEM, with *error filled except for NOMEM
 */
MUST_CHECK struct err query_run(const struct rego_policy *p, const struct rego_call *call, const struct query *q,
                                struct arena *a, struct rego_error *error, const struct json **out);

/* query_status - the public status of an outcome; fills *error where nothing did. out: the status; errors: none */
enum rego_status query_status(struct err e, struct rego_error *error);
