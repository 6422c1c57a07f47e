/*
 * The deployment as facts, on its way from files to the rules. One struct for the whole run; everything it points to
 * lives in its arena.
 */
#pragma once

#include "crypto/hash.h"
#include "rats/initdata.h"
#include "rats/tee.h"
#include "trust/assess.h"
#include "trust/collect.h"
#include "trust/tree.h"

#define FORM_MAX 520 /* characters of a digest as evidence carries it: 256 bytes in hex */

struct context {
    const struct json *given; /* the object, or NULL */
    struct bytes path;
    struct bytes layout; /* "kata-vm", "peer-pods", "enclave" */
    struct bytes tee;    /* name of the evidence; empty: not known */
    struct tree_list derived;
};

struct literal_text { /* a string of a policy or of a configuration, with its line */
    struct bytes text;
    size_t line;
};

struct document { /* an initdata document */
    const struct input *input;
    struct bytes path; /* of the file, or of the pod whose annotation alone carries it */
    struct initdata data;
    const struct json *aa;  /* aa.toml parsed, or NULL */
    const struct json *cdh; /* cdh.toml parsed, or NULL */
    struct bytes policy;    /* policy.rego, or empty */
    struct bytes policy_artefact;
    size_t policy_line;           /* line of the file before the policy's first */
    struct literal_text *strings; /* of the policy */
    size_t string_count;
    struct bytes form; /* as evidence of this TEE carries the digest; empty: it does not fit, or there is no field */
    bool form_fits;
    const char *form_why;     /* where it does not fit */
    struct tree_list closure; /* resource paths: "default/web/db-password" */
    size_t workload_count;    /* that it is in force for */
    size_t group;             /* documents of one workload share it */
};

enum annotation_state { ANNOTATION_ABSENT, ANNOTATION_UNDECODABLE, ANNOTATION_UNMATCHED, ANNOTATION_DECODED };

struct workload {
    const struct input *input;
    const struct json *object;
    const struct json *template; /* the object that holds the effective metadata and spec */
    const struct json *spec;
    const struct json *annotations; /* of the template, or NULL */
    struct bytes name, namespace, id, kind;
    size_t line;
    bool has_template;
    enum annotation_state annotation;
    const char *annotation_why;
    struct document *document; /* in force, or NULL */
    struct tree_list strings;  /* texts that its containers get: environment, words of command lines */
};

struct model {
    struct arena *arena;
    const struct assess_request *request;
    struct input *inputs;
    size_t input_count;
    int64_t now_sec;
    const struct json *tee_table;   /* threats/tee.json */
    const struct json *tee;         /* its row, or NULL */
    const struct json *classes;     /* threats/classes.json */
    const struct json *probe_table; /* threats/probes.json */
    struct context context;
    struct document *documents;
    size_t document_count;
    struct workload *workloads;
    size_t workload_count;
    struct tree_list bindings;
    struct tree_list notes;
    struct tree_list failures;     /* {"artefact", "kind", "why"}: what could not be read, or does not compile */
    struct tree_list probes;       /* as the report lists them */
    struct tree_list digests;      /* {"text", "where"}: pin candidates */
    const struct json *references; /* all reference values, one object */
    bool is_over_limit;
    bool is_empty;      /* no input is of a known kind */
    struct bytes fault; /* a rule of ours that fails, or what is wrong with the context that was given */
};

/*
 * model_note - add a sentence about a place to the notes. model_limit - the same for a bound of ours that leaves some
 * of an input out: the exit status then says that not all was assessed; told once. model_failure - remember an artefact
 * that says nothing because it cannot be read. model_bind - add a binding and whether it holds.
 *
 * in       state: "holds", "broken", "absent"
 * out      in m
 * errors   NOMEM
 */
MUST_CHECK struct err model_note(struct model *m, struct bytes path, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
MUST_CHECK struct err model_limit(struct model *m, struct bytes path, size_t line, const char *text);
MUST_CHECK struct err model_failure(struct model *m, struct bytes artefact, enum input_kind kind, struct bytes why);
MUST_CHECK struct err model_bind(struct model *m, const char *kind, struct bytes from, struct bytes to,
                                 const char *state, const char *why);
