/*
 * One policy under test: compiled once, asked many times, always under limits, with the reference values that the
 * question gives it.
 */
#pragma once

#include "casemate/rego.h"
#include "trust/model.h"

#define LIMIT_PATIENCE 3 /* a policy that loops costs three times the limit, not once for each probe */

enum policy_role { POLICY_AGENT, POLICY_ATTESTATION, POLICY_RELEASE };

struct policy_set; /* all policies of a run */

struct tested_policy {
    enum policy_role role;
    struct bytes path;
    struct bytes artefact;
    struct bytes text;
    size_t line_before;           /* lines of the file before the policy's first */
    struct document *document;    /* agent policies; NULL: a loose one */
    struct rego_policy *compiled; /* NULL: it does not compile */
    struct bytes why;             /* it does not compile */
    size_t why_line;
    struct tree_list queried; /* names of reference values that were asked for */
    unsigned overruns;        /* questions that passed a limit; after LIMIT_PATIENCE no more are asked */
};

struct tested_policies {
    struct tested_policy *list;
    size_t count;
};

/*
 * tested_open - compile the agent policy of every document, and all loose policies among the inputs.
 * tested_policies_clear - give the compiled ones back.
 *
 * in       m: documents read
 * out      *out; a policy that does not compile stays in the list without `compiled`
 * errors   NOMEM
 */
MUST_CHECK struct err tested_open(struct model *m, struct tested_policies *out);
void tested_policies_clear(struct tested_policies *p);

struct question {
    const char *query;
    const struct json *input;
    const struct json *data;       /* NULL: none */
    const struct json *references; /* object name -> value; NULL: none */
};

enum answer_state { ANSWER_UNSET, ANSWER_VALUE, ANSWER_UNDEFINED, ANSWER_ERROR };

struct answer {
    enum answer_state state;
    const struct json *value; /* VALUE */
    struct bytes why;         /* ERROR */
};

/*
 * tested_ask - the value of a query.
 *
 * in       p: compiled
 * out      *out; names that were asked for are added to p->queried
 * errors   NOMEM
 * cost     at most 10 million steps and 64 MiB: more is an ERROR answer
 */
MUST_CHECK struct err tested_ask(struct model *m, struct tested_policy *p, const struct question *q,
                                 struct answer *out);

struct explained {
    const struct json *report; /* casemate-rego-explain/1; NULL: the evaluation failed */
    bool is_default;           /* no body held: the default made the result */
    size_t line;               /* of the file: what made the result */
    size_t failed_line;        /* of the file: the literal that failed first on the way that got furthest; 0: none */
};

/*
 * tested_explain - why a query has its answer.
 *
 * in       p: compiled
 * out      *out, always filled
 * errors   NOMEM
 * cost     the plain evaluator, about ten times as slow as tested_ask
 */
MUST_CHECK struct err tested_explain(struct model *m, struct tested_policy *p, const struct question *q,
                                     struct explained *out);
