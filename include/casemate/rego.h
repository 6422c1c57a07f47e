/*
 * rego.h - the policy engine of casemate, for any C program. Symbols start with rego_, structs are opaque, and an
 * evaluation that ends in an error has no result: it cannot turn into a decision.
 */
#ifndef CASEMATE_REGO_H
#define CASEMATE_REGO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define REGO_EXPORT __attribute__((visibility("default")))
#else
#define REGO_EXPORT
#endif

enum rego_status {
    REGO_UNSET = 0, /* never success */
    REGO_OK,
    REGO_UNDEFINED,   /* the query has no result: treat as "no" */
    REGO_ERR_PARSE,   /* the text is not Rego */
    REGO_ERR_COMPILE, /* unsafe variable, conflict, unknown function, recursion, type */
    REGO_ERR_EVAL,    /* conflict or builtin error while evaluating */
    REGO_ERR_LIMIT,   /* steps, memory or depth */
    REGO_ERR_INPUT,   /* input or data is not JSON */
    REGO_ERR_MEMORY
};

struct rego_policy; /* compiled modules and data: immutable, shared by threads */

struct rego_text { /* owned by the library object it came from; not NUL-terminated unless said */
    const char *p;
    size_t n;
};

struct rego_module {
    const char *name; /* file name for messages */
    const char *text;
    size_t length;
    bool v0; /* Rego v0 syntax */
};

struct rego_limits { /* 0 = the default in brackets */
    uint64_t steps;  /* evaluation steps (10,000,000) */
    size_t memory;   /* bytes of one evaluation (64 MiB) */
    unsigned depth;  /* call depth (1,000) */
};

/* A function of the caller that policies may call, e.g. query_reference_value. Arguments and result are JSON texts; the
 * function gives its result to rego_reply_json. Returning anything but REGO_OK makes the call undefined or an error. */
struct rego_reply;
typedef enum rego_status rego_function(void *context, const struct rego_text *args, size_t count,
                                       struct rego_reply *reply);
REGO_EXPORT void rego_reply_json(struct rego_reply *reply, const char *json, size_t length);

struct rego_extension {
    const char *name; /* "query_reference_value" */
    unsigned arity;
    rego_function *call;
};

struct rego_error { /* filled by the failing call */
    enum rego_status status;
    char code[32]; /* "rego_parse_error", as OPA names it */
    char file[128];
    unsigned row, column; /* from 1; 0 if unknown */
    char message[512];
    char hint[256];
};

/* Compile modules and a data document (JSON text, may be NULL). */
REGO_EXPORT enum rego_status rego_policy_new(const struct rego_module *modules, size_t count, const char *data,
                                             size_t data_length, const struct rego_extension *extensions,
                                             size_t extension_count, struct rego_policy **out,
                                             struct rego_error *error);
REGO_EXPORT void rego_policy_free(struct rego_policy *policy);

/* Whether some module defines a rule at this path ("data.policy.allow"): a misspelt one would only be undefined. */
REGO_EXPORT bool rego_policy_defines(const struct rego_policy *policy, const char *path);

struct rego_spot {
    const char *file;     /* "query" for the query itself */
    unsigned row, column; /* from 1 */
};

/* The bodies, elses among them, that can make the value of the rule at this path; defaults are none. Gives how many
 * there are and fills the first `max` of `out`, which belong to the policy. */
REGO_EXPORT size_t rego_policy_rules(const struct rego_policy *policy, const char *path, struct rego_spot *out,
                                     size_t max);

struct rego_result; /* one evaluation's result */

enum rego_mode {
    REGO_COMPILED = 0, /* the default: the rules as instructions */
    REGO_REFERENCE     /* the plain machine that the compiled one is measured by: slower, with the same answers */
};

struct rego_call {
    const char *query; /* "data.policy.allow" */
    const char *input; /* JSON text, NULL = undefined */
    size_t input_length;
    const char *data; /* JSON object merged over the policy's data for this call, NULL = none */
    size_t data_length;
    struct rego_limits limits;
    void *context;  /* handed to extensions */
    int64_t now_ns; /* time.now_ns; the engine reads no clock */
    uint64_t seed;  /* rand.intn; the engine has no randomness */
    enum rego_mode mode;
    bool strict; /* an error of a builtin ends the evaluation; else its call is undefined */
    /* What may not show in an explanation: paths into input and data ("input.token", "data.keys[_].secret", where a
     * variable stands for every key), and "name()" for all that a function of the caller answers. */
    const char *const *secrets;
    size_t secret_count;
};

/* What one thread keeps from evaluation to evaluation of a policy: memory, and the queries it has compiled. Once it has
 * warmed up, an evaluation takes nothing from the C library. The policy must outlive it. */
struct rego_session;
REGO_EXPORT enum rego_status rego_session_new(const struct rego_policy *policy, struct rego_session **out);
REGO_EXPORT void rego_session_free(struct rego_session *session);

/* As rego_eval; the text stands until the session's next evaluation. */
REGO_EXPORT enum rego_status rego_session_eval(struct rego_session *session, const struct rego_call *call,
                                               struct rego_text *out, struct rego_error *error);

/* Evaluate a query to its value as JSON. REGO_UNDEFINED when there is none. */
REGO_EXPORT enum rego_status rego_eval(const struct rego_policy *policy, const struct rego_call *call,
                                       struct rego_result **out, struct rego_error *error);
REGO_EXPORT struct rego_text rego_result_json(const struct rego_result *result);
REGO_EXPORT void rego_result_free(struct rego_result *result);

/*
 * Why an evaluation ended as it did. rego_eval records nothing; rego_explain evaluates the query once more with the
 * plain evaluator, which notes what it does, and so asks the caller's functions again. Values that `secrets` names, and
 * what builtins made of them, show as "<secret>". All texts of a report belong to it.
 */
struct rego_report;

enum rego_origin {
    REGO_FROM_NOTHING = 0, /* there is no result */
    REGO_FROM_QUERY,       /* the query itself: it asks no rule, or more than one */
    REGO_FROM_RULE,        /* the body of a rule held */
    REGO_FROM_ELSE,        /* the body of an else held */
    REGO_FROM_DEFAULT      /* no body held */
};

struct rego_failure { /* a literal that did not hold */
    struct rego_spot at;
    struct rego_text rule;    /* "data.policy.allow"; empty for the query itself */
    struct rego_text literal; /* as written; empty for the value of a rule */
    struct rego_text message; /* what is not so, in one line */
    struct rego_text left;    /* both sides of a comparison as JSON; empty: there is none, or it is undefined */
    struct rego_text right;
};

struct rego_decision {
    enum rego_origin origin;
    struct rego_text rule; /* that made the result, "data.policy.allow"; empty unless a rule did */
    struct rego_spot at;   /* of that rule, else or default; of the query otherwise */
    /* The literal that failed first on the way of the rule that got furthest; NULL where nothing failed. */
    const struct rego_failure *failure;
};

struct rego_asked { /* one call of a function of the caller; the same question is asked once */
    struct rego_text function;
    struct rego_text args;   /* a JSON array */
    struct rego_text result; /* JSON; empty: undefined */
    struct rego_spot at;
};

struct rego_lookup {       /* one value of input or data that was looked up */
    struct rego_text path; /* "input.snp.measurement" */
    bool found;
    struct rego_text similar; /* missing: the name beside it that was probably meant, or empty */
    struct rego_spot at;      /* missing: where it was looked up first */
};

struct rego_explain_options {
    /* Search the smallest change of one input value that turns the decision; each candidate is evaluated, and the
     * caller's functions are asked about it. */
    bool what_if;
};

/*
 * Evaluate and explain. REGO_OK and REGO_UNDEFINED give a report; any other status gives none, and *error says why.
 * options may be NULL. The JSON has "format": "casemate-rego-explain/1"; the text is the same for people.
 */
REGO_EXPORT enum rego_status rego_explain(const struct rego_policy *policy, const struct rego_call *call,
                                          const struct rego_explain_options *options, struct rego_report **out,
                                          struct rego_error *error);
REGO_EXPORT const struct rego_decision *rego_report_decision(const struct rego_report *report);
REGO_EXPORT const struct rego_asked *rego_report_calls(const struct rego_report *report, size_t *count);
REGO_EXPORT const struct rego_lookup *rego_report_lookups(const struct rego_report *report, size_t *count);
REGO_EXPORT struct rego_text rego_report_result(const struct rego_report *report); /* empty: undefined */
REGO_EXPORT struct rego_text rego_report_json(const struct rego_report *report);
REGO_EXPORT struct rego_text rego_report_text(const struct rego_report *report);
REGO_EXPORT void rego_report_free(struct rego_report *report);

#ifdef __cplusplus
}
#endif
#endif
