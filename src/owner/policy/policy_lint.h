/*
 * What compiles and is still likely to be a mistake in a policy that decides who gets a secret.
 */
#pragma once

#include "owner/policy/policy_files.h"
#include "rego/ast.h"

struct lint;

/* A body and those around it. */
struct lint_body {
    const struct lint_body *outer;
    const struct body *body;
};

/* Where the walk is. Each of the three is NULL where the walk has not come to it yet. */
struct lint_at {
    const struct module *module;
    const struct list *modules; /* struct module *: all that are looked through */
    const struct rule *rule;
    const struct literal *literal;
    const struct term *term;
    const struct lint_body *bodies;
    const struct list *mentions; /* struct bytes *: every name that is used anywhere, sorted */
    const char *const *entries;  /* names of rules that somebody outside asks for */
    size_t entry_count;
};

struct lint_finding {
    const struct lint *lint;
    struct place at;
};

/* What a lint looks at. */
enum lint_level { LINT_RULE, LINT_LITERAL, LINT_TERM };
typedef bool lint_fn(const struct lint_at *at);

struct lint {
    const char *id;
    bool is_error; /* else a warning */
    enum lint_level level;
    lint_fn *applies;
    const char *text;
};

/*
 * lint_modules - look through modules as they were parsed.
 *
 * in       modules: struct module *; entries: names of rules that are asked from outside, beside the usual ones
 * out      findings: struct lint_finding *, in the order of the text
 * errors   NOMEM
 * cost     one pass, and for each comparison one over the bodies around it
 */
MUST_CHECK struct err lint_modules(const struct list *modules, const char *const *entries, size_t entry_count,
                                   struct list *findings);

/* lint_rows - the table of all lints. lint_call - the name of the builtin or function that a term calls, or empty.
 * errors: none. out: *count; it */
extern const struct lint lint_rows[];
extern const size_t lint_row_count;
struct bytes lint_call(const struct term *t);
