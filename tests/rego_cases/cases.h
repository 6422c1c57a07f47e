/*
 * The case runner: reads case files in the form of the public conformance suites and compares what the engine says.
 */
#pragma once

#include "rego/query.h"
#include "json/json.h"

enum case_outcome { CASE_FAILED, CASE_PASSED, CASE_SKIPPED };

enum case_mode { CASE_COMPILED, CASE_REFERENCE, CASE_BOTH };

struct case_options {
    enum case_mode mode; /* BOTH: each query in both modes, which must say the same */
    bool v0;             /* modules are Rego v0 */
    bool values;         /* `want_result` is the value of the query's last expression, with set! and object! in it */
    bool verbose;        /* say why a case fails */
    const char *note;    /* only cases whose note holds this */
};

/*
 * yaml_decode - the one document of a YAML text as a tree; a JSON text is read as JSON.
 *
 * in       text: a file of ours
 * out      *out in the arena
 * errors   FORMAT, LIMIT, NOMEM
 */
MUST_CHECK struct err yaml_decode(struct arena *a, struct bytes text, const struct json **out);

/*
 * case_run - one case; `why` says what is wrong with a failed one.
 * compare_rows - whether rows of bindings say the same, in any order; compare_value - a value in the form with set!.
 * compare_plain - a value as plain JSON: sets are arrays, keys are text.
 *
 * out      the outcome
 * errors   none but NOMEM
 */
enum case_outcome case_run(const struct case_options *o, const struct json *c, char *why, size_t size);
MUST_CHECK struct err compare_plain(struct arena *a, const struct json *v, const struct json **out);
MUST_CHECK struct err compare_rows(struct arena *a, const struct json *have, const struct json *want, bool sort,
                                   bool *same);
MUST_CHECK struct err compare_value(struct arena *a, const struct json *want, const struct json **out);
