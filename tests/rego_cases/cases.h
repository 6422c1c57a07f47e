/*
 * The case runner: reads case files in the form of the public conformance suites and compares what the engine says.
 */
#pragma once

#include "rego/query.h"
#include "json/json.h"

enum case_outcome { CASE_FAILED, CASE_PASSED, CASE_SKIPPED };

enum case_skip {
    SKIP_ITSELF,     /* the case says so */
    SKIP_POLICIES,   /* no folder of the public policies is given */
    SKIP_GENPOLICY,  /* no folder of genpolicy is given */
    SKIP_CONTAINERS, /* asks what genpolicy makes of a pod and the layers of its images */
    SKIP_MODULE,     /* its module is a file that does not lie beside the cases */
    SKIP_COUNT
};

enum case_mode { CASE_COMPILED, CASE_REFERENCE, CASE_BOTH };

struct case_options {
    enum case_mode mode; /* BOTH: each query in both modes, which must say the same */
    bool v0;             /* modules are Rego v0 */
    bool values;         /* `want_result` is the value of the query's last expression, with set! and object! in it */
    bool verbose;        /* say why a case fails */
    const char *note;    /* only cases whose note holds this */
    /* Policies that are public and not ours to ship; NULL: their cases are skipped. */
    const char *policies;  /* the folder `tests` of microsoft/regorus */
    const char *genpolicy; /* the folder `src/tools/genpolicy` of kata-containers/kata-containers */
};

#define CATEGORY_MAX 512

struct category {
    char name[64];
    unsigned passed;
    unsigned failed;
};

struct tally {
    struct category rows[CATEGORY_MAX];
    size_t count;
    unsigned skipped[SKIP_COUNT];
    struct case_options options;
};

/*
 * tally_wants - whether the cases with this note are to be run. tally_judge - count a case that passed, or say what is
 * wrong with it.
 *
 * in       file: of the case; why: NULL if it passed
 * out      counted, printed
 * errors   none
 */
bool tally_wants(const struct tally *t, struct bytes note);
void tally_judge(struct tally *t, const char *category, const char *file, struct bytes note, const char *why);

/*
 * file_read_all - a file whole.
 *
 * out      added to *out
 * errors   IO, LIMIT, NOMEM
 */
MUST_CHECK struct err file_read_all(const char *path, struct buf *out);

/*
 * recorded_run - the requests of a file that were recorded from a running system, asked of the public policy that
 * answered them. False: the file is none of these.
 *
 * in       path: of the file; category: the name of its folder
 * out      counted
 * errors   none: what cannot be read is a failed case
 */
bool recorded_run(struct tally *t, const char *path, const char *category);

/*
 * yaml_decode - the one document of a YAML text as a tree; a JSON text is read as JSON.
 *
 * in       text: a file of ours
 * out      *out in the arena
 * errors   FORMAT, LIMIT, NOMEM
 */
MUST_CHECK struct err yaml_decode(struct arena *a, struct bytes text, const struct json **out);

/*
 * case_run - one case; `why` says what is wrong with a failed one, `skip` why it is skipped.
 * case_names_file - whether a module of a case is the name of a file, and not its text.
 * compare_rows - whether rows of bindings say the same, in any order; compare_value - a value in the form with set!.
 * compare_plain - a value as plain JSON: sets are arrays, keys are text.
 *
 * out      the outcome
 * errors   none but NOMEM
 */
enum case_outcome case_run(const struct case_options *o, const struct json *c, enum case_skip *skip, char *why,
                           size_t size);
bool case_names_file(struct bytes module);
MUST_CHECK struct err compare_plain(struct arena *a, const struct json *v, const struct json **out);
MUST_CHECK struct err compare_rows(struct arena *a, const struct json *have, const struct json *want, bool sort,
                                   bool *same);
MUST_CHECK struct err compare_value(struct arena *a, const struct json *want, const struct json **out);
