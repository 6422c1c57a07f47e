/*
 * Which bodies of the rules were taken while tests ran, from what the engine recorded.
 */
#pragma once

#include "owner/policy/policy_files.h"
#include "rego/query.h"

/* How a rule must be named to be run, and to be shown and skipped. */
#define TEST_PREFIX "test_"
#define TODO_PREFIX "todo_test_"

struct coverage_row { /* one body: of a rule, or of an else */
    const struct flat_branch *branch;
    const struct node *node;
    struct place at;
    bool is_taken;
};

struct coverage {
    struct coverage_row *rows;
    size_t count;
    size_t taken;
    bool is_cut; /* a record was too large to be whole: less may be shown as taken than was */
};

/*
 * coverage_is_test - whether a rule's name is that of a test, one to be skipped included.
 * coverage_has_tests - whether a module has such a rule. errors: none. out: it
 */
bool coverage_is_test(struct bytes name);
bool coverage_has_tests(const struct module *m);

/*
 * coverage_begin - all bodies of the modules without tests; defaults are none. coverage_mark - those that held in an
 * evaluation. coverage_end - count them, and put them in the order of the files.
 *
 * in       report: of that policy
 * out      *c; its rows in the arena
 * errors   NOMEM
 * cost     mark: one search for each body that held
 */
MUST_CHECK struct err coverage_begin(struct arena *a, const struct rego_policy *policy, struct coverage *c);
void coverage_mark(struct coverage *c, const struct rego_report *report);
void coverage_end(struct coverage *c);

/*
 * coverage_print - the share, and each body that was never taken. coverage_json - the same as an object.
 *
 * out      printed; *out in the arena
 * errors   NOMEM
 */
void coverage_print(const struct coverage *c, FILE *out);
MUST_CHECK struct err coverage_json(const struct coverage *c, struct arena *a, const struct json **out);
