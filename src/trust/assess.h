/*
 * The assessment of one deployment: which threats of the catalogue its files answer, and which not. A pure function of
 * the files and the date given: no file, no clock, no network is touched here; every input is hostile.
 *
 * The way: collect (what is each file) -> model (facts) -> bind -> probe (policies are run) -> rules (threats/) ->
 * subsume -> context and acceptances -> the document `casemate-assess/1`.
 */
#pragma once

#include "json/json.h"

enum severity { SEVERITY_NONE = 0, SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

/*
 * severity_name - "none", "info", "low", "medium", "high", "critical". severity_named - the reverse; false if unknown.
 *
 * out      a literal; *out only on success
 * errors   none
 */
const char *severity_name(enum severity s);
bool severity_named(struct bytes name, enum severity *out);

struct assess_file {
    struct bytes path; /* as shown in the report: relative to the folder that was named; "/" between parts */
    struct bytes text;
    struct bytes kind;   /* forced by --as ("k8s", "initdata" ..), or empty: recognised by content */
    struct bytes failed; /* not empty: the file could not be read, and this sentence says why */
    bool is_over_limit;  /* it could not be read for its size */
};

struct assess_request {
    const struct assess_file *files; /* in any order; the result does not depend on it */
    size_t file_count;
    struct bytes now;     /* "2026-06-01" */
    struct bytes context; /* the text of --context, or empty: a supplied context.json */
    struct bytes context_path;
    enum severity fail_on;       /* SEVERITY_NONE means the default, medium; fails_never turns it off */
    bool fails_never;            /* --fail-on none */
    bool is_strict;              /* what is not shown counts like a finding */
    const char *const *only;     /* ids of threats, NULL-terminated, or NULL for all */
    const struct json *baseline; /* an earlier document, or NULL */
};

struct assess_result {
    const struct json *document; /* casemate-assess/1, docs/schema/casemate-assess-1.json */
    const struct json *model;    /* casemate-model/1, docs/protocol/assess-model.md: what the rules saw */
    struct bytes fault;          /* with BUG: which rule of the catalogue fails, and why; with FORMAT: of the context */
    int exit_status;             /* 0 clean, 1 findings, 3 an input could not be read, 4 a limit was passed */
};

/*
 * trust_assess - assess a deployment.
 *
 * in       a: owns the result; files: hostile; now: a date
 * out      only on success. A file that is malformed or over a limit is a note in the document and an exit status of 3
 *          or 4, no error: the rest is assessed
 * errors   FORMAT  now is no date, or the context is malformed; NOMEM; BUG  the catalogue itself is broken, and
 *          out->fault says where
 * cost     bounded: spec/trust-model.md 8; below 300 ms for one case
 * source: spec/trust-model.md 5, 6
 */
MUST_CHECK struct err trust_assess(struct arena *a, const struct assess_request *request, struct assess_result *out);

/*
 * trust_model - the same up to the probes: the facts alone.
 *
 * in, out, errors: as trust_assess; out->document stays NULL
 */
MUST_CHECK struct err trust_model(struct arena *a, const struct assess_request *request, struct assess_result *out);
