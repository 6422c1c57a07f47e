/*
 * Inside rego/: from a record to an explanation.
 */
#pragma once

#include "rego/record.h"

#define EXPLAIN_DEPTH 16  /* rules that asked rules */
#define EXPLAIN_RULES 200 /* in one report */
#define EXPLAIN_VALUE 200 /* characters of a value in a message */

struct rego_report {
    struct record record; /* its arena owns all texts below */
    struct arena values;  /* of the evaluation */
    const struct json *result;
    struct rego_decision decision;
    struct rego_failure failure;
    struct rego_asked *calls;
    size_t call_count;
    struct rego_lookup *lookups;
    size_t lookup_count;
    const struct json *document;
    struct rego_text result_text;
    struct rego_text json;
    struct rego_text text;
};

/* What turns the decision: one change of the input. */
struct explain_change {
    bool is_found;
    size_t tried;
    struct bytes path;        /* "input.a.b" */
    const struct json *from;  /* NULL: not there */
    const struct json *to;    /* NULL: take it away */
    const struct json *gives; /* the new result; NULL: undefined */
};

/*
 * explain_decide - which rule made the result, and the literal that failed first. explain_best - the failed literal of
 * the branch of a rule that got furthest, or NULL. explain_leaf - follow the rules that a literal asked to the literal
 * that is at fault; *rule is then its rule's node, NULL for the query. explain_maker - the first clause of a rule that
 * held, or NULL.
 *
 * out      report->decision, report->failure
 * errors   NOMEM, LIMIT
 */
MUST_CHECK struct err explain_decide(struct rego_report *report);
const struct record_clause *explain_maker(const struct record_rule *rule);
const struct record_fail *explain_best(const struct record_rule *rule);
const struct record_fail *explain_leaf(const struct record_fail *fail, const struct node **rule);

/*
 * explain_failure - a failed literal in words. explain_fail_json - the same as members of an object under construction.
 * explain_value - a value as it may be shown, as JSON text; cut where it is long and `cut` is set.
 * explain_similar - the key of an object that a missing key was probably meant to be, or empty.
 * explain_rule_name - "data.a.b" of a node; empty for the query.
 *
 * out      *out; texts in the record's arena
 * errors   NOMEM, LIMIT
 */
MUST_CHECK struct err explain_failure(struct record *r, const struct record_fail *fail, const struct node *rule,
                                      struct rego_failure *out);
MUST_CHECK struct err explain_value(struct record *r, const struct json *v, bool cut, struct bytes *out);
MUST_CHECK struct err explain_rule_name(struct record *r, const struct node *n, struct bytes *out);
MUST_CHECK struct err explain_similar(struct record *r, const struct json *from, const struct node *n,
                                      const struct json *key, struct bytes *out);

/*
 * explain_lists - the calls and lookups of a report. explain_document - all of it as JSON; explain_text - for people.
 *
 * in       change: NULL unless one was searched
 * out      the report's fields
 * errors   NOMEM, LIMIT
 */
MUST_CHECK struct err explain_lists(struct rego_report *report);
MUST_CHECK struct err explain_document(struct rego_report *report, const struct rego_call *call,
                                       const struct explain_change *change);
MUST_CHECK struct err explain_text(struct rego_report *report);

/*
 * explain_what_if - search the change of one input value, and verify it by evaluation.
 *
 * in       input: as the report's evaluation had it
 * out      *out
 * errors   NOMEM, LIMIT; a candidate whose evaluation fails is none
 */
MUST_CHECK struct err explain_what_if(const struct rego_policy *policy, const struct rego_call *call,
                                      struct rego_report *report, const struct json *input, struct explain_change *out);

static inline struct rego_text explain_text_of(struct bytes b)
{
    return (struct rego_text){(const char *)b.p, b.n};
}

static inline struct rego_spot explain_spot(struct place at)
{
    return (struct rego_spot){at.file == NULL ? "" : at.file, at.row, at.column};
}
