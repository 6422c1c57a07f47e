/*
 * Inside rego/: the passes that make a policy of modules, in the order in which they run: tree, names, compile (flat,
 * order, plan), recursion.
 */
#pragma once

#include "rego/policy.h"

/*
 * tree_add_module - put the rules of a module in their places; refuses what stands in another's way.
 *
 * out      *p
 * errors   FORMAT with p->error filled; NOMEM
 */
MUST_CHECK struct err tree_add_module(struct policy *p, struct module *m);
MUST_CHECK struct err tree_check(struct policy *p, struct node *n);
/*
 * tree_check_data - refuse a rule where the data has a value, or beneath one: an evaluation lets the rule win, and the
 * writer of the data would not know.
 *
 * errors   FORMAT with *error filled
 * out      nothing
 */
MUST_CHECK struct err tree_check_data(const struct policy *p, struct rego_error *error);
/* tree_path_text - "data.a.b" of a node for messages. out: text, cut to size; errors: none */
void tree_path_text(const struct node *n, char *out, size_t size);

/*
 * names_refused - the first call of a refused builtin that no `with` replaces is an error.
 *
 * errors   FORMAT with *error filled
 * out      nothing
 */
MUST_CHECK struct err names_refused(const struct policy *p, struct rego_error *error);

/*
 * compile_clause - resolve, flatten, order and plan one clause. compile_query - the same for a body of its own.
 *
 * errors   FORMAT with p->error filled; NOMEM
 * out      *c
 */
MUST_CHECK struct err compile_clause(struct policy *p, struct clause *c);
MUST_CHECK struct err compile_query(struct policy *p, struct arena *a, struct rego_error *error, struct body *body,
                                    enum query_form form, struct clause *c);
/*
 * recursion_check - refuse rules that need themselves.
 *
 * errors   FORMAT with p->error filled; NOMEM
 * out      nothing
 */
MUST_CHECK struct err recursion_check(struct policy *p);
