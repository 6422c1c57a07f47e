/*
 * The attestation result: an EAR (EAT Attestation Result) as upstream's relying parties read it.
 */
#pragma once

#include "base/verdict.h"
#include "json/json.h"

/* The claims of the trustworthiness vector, in the order in which they are emitted. */
#define EAR_CLAIMS(X)                                                                                                  \
    X(INSTANCE_IDENTITY, "instance-identity")                                                                          \
    X(CONFIGURATION, "configuration")                                                                                  \
    X(EXECUTABLES, "executables")                                                                                      \
    X(FILE_SYSTEM, "file-system")                                                                                      \
    X(HARDWARE, "hardware")                                                                                            \
    X(RUNTIME_OPAQUE, "runtime-opaque")                                                                                \
    X(STORAGE_OPAQUE, "storage-opaque")                                                                                \
    X(SOURCED_DATA, "sourced-data")

enum ear_claim {
#define X(id_, name_) EAR_##id_,
    EAR_CLAIMS(X)
#undef X
        EAR_CLAIM_COUNT
};

struct ear_vector {
    bool is_set[EAR_CLAIM_COUNT];
    int8_t value[EAR_CLAIM_COUNT];
};

struct ear_submod {
    char name[16]; /* "cpu0", "gpu0" */
    struct ear_vector vector;
    const char *policy_id;
    const struct json *annotated;  /* ear.veraison.annotated-evidence */
    const struct json *extensions; /* object of further members by name, or NULL */
};

struct ear_settings {
    const char *issuer;    /* iss */
    const char *developer; /* ear.verifier-id.developer */
    const char *build;     /* ear.verifier-id.build */
    int64_t issued_at_sec;
    int64_t lifetime_sec;
};

/*
 * ear_claim_name - the member's name. ear_tier - the tier of one value: NONE, AFFIRMING, WARNING, CONTRAINDICATED.
 * ear_status - the worst tier of the claims that are set; NONE if none is set.
 *
 * out      the answer
 * errors   none
 * source: spec/kbs.md 2.3; draft-ietf-rats-ar4si 2.3.2
 */
const char *ear_claim_name(enum ear_claim claim);
enum verdict ear_tier(int8_t value);
enum verdict ear_status(const struct ear_vector *v);

/*
 * ear_payload - the claims set of the token.
 *
 * in       extra: further top-level members of our own (an object, may be NULL)
 * out      *out in the arena
 * errors   NOMEM, LIMIT
 * source: spec/kbs.md 2.2, 2.3
 */
MUST_CHECK struct err ear_payload(struct arena *a, const struct ear_settings *settings,
                                  const struct ear_submod *submods, size_t count, const struct json *extra,
                                  const struct json **out);
