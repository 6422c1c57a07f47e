/*
 * The state of the role keys: it issues nonces, seals sessions, signs tokens, decides releases, owns store and audit.
 * It parses only messages of our own roles, and what a verified signature or seal covers. One thread, one loop.
 */
#pragma once

#include "audit/audit.h"
#include "broker/ipc/appraise_msg.h"
#include "broker/ipc/kbs_error.h"
#include "broker/ipc/keys_msg.h"
#include "broker/ipc/link.h"
#include "broker/keys/session.h"
#include "broker/store/store.h"
#include "casemate/rego.h"
#include "crypto/key.h"
#include "settings/settings.h"

#define KEYS_WORKERS_MAX 16

struct keys;
struct pending; /* a request that waits for a worker; workers.c */
struct waiting; /* a reply that waits for its group; group.c */

struct worker {
    struct keys *keys;
    unsigned index;
    struct link link;
    struct pending *busy_with; /* NULL: free */
    uint64_t generation;       /* of the last CONFIG it got */
    uint64_t evidences;        /* verdicts that it gave: it ends after as many as `appraise.renew_after` says */
    struct loop_watch *deadline;
};

struct signed_row { /* a signature that this process made: SHA-256 of what was signed, and the signature */
    bool is_set;
    uint8_t digest[32];
    uint8_t signature[64];
};

#define SIGNER_KEEPS 1024

struct signer { /* the token key, and what is the same in every token */
    struct key *key;
    struct bytes header_text;             /* base64url of the whole header and a dot: how a token of ours starts */
    struct signed_row made[SIGNER_KEEPS]; /* by digest; a later one takes the place of an earlier one */
};

struct retired_signer { /* the token key before the one in force: its tokens hold until the last has expired */
    struct key *key;    /* NULL: none */
    struct bytes header_text;
    int64_t until_sec;
};

#define ADMIN_SEEN_MAX 4096

struct admin_seen { /* a jti that was used, until its token expires */
    uint8_t digest[16];
    int64_t expires_at_sec;
};

struct policies { /* in force; policy.c */
    struct arena arena;
    struct rego_policy *release; /* NULL: nothing is released */
    const char *rule;            /* name and version of the release policy, for audit and tokens */
    const char *only_rule;       /* the same with the place of its one rule that can allow; NULL: there are more */
    const struct json *digests;  /* record name -> SHA-256 of the text */
    uint64_t token_floor;        /* oldest generation whose tokens are taken */
};

#define REFUSALS_MAX 256

struct refusal_row { /* refusals of unauthenticated peers, counted until they are written */
    char peer[64];
    uint16_t reason;
    uint64_t count;
};

struct keys {
    struct loop *loop;
    struct arena setup; /* lives as long as the process */
    const struct settings *settings;
    struct secret master;
    struct store *store;
    struct audit *audit;
    struct key *audit_key;
    struct key *upload_key; /* secrets are uploaded as JWE to this key; new at each start */
    struct signer signer;
    struct retired_signer retired;
    struct session_keys sessions;
    struct policies policies;

    struct link control;
    struct link front;
    struct link front_admin;
    struct worker workers[KEYS_WORKERS_MAX];
    unsigned worker_count;
    struct pending *queue_first;
    struct pending **queue_last;
    unsigned queue_count;
    uint64_t ticket_next;
    struct bytes trust; /* body of the CONFIG message for the current generation */
    struct arena trust_arena;
    uint64_t trust_generation;                                              /* that trust and bindings were made from */
    struct bytes tpm_roots_pem, insecure_tpm_roots_pem, snp_test_roots_pem; /* read before the sandbox closes */
    struct bytes snp_endorsements;                                          /* JSON list of base64 DER */
    struct bytes snp_crls;

    bool transaction_open;
    bool group_failed;
    struct waiting *group_first;
    struct waiting **group_last;

    struct admin_seen admin_seen[ADMIN_SEEN_MAX];
    size_t admin_seen_count;
    struct refusal_row refusals[REFUSALS_MAX];
    size_t refusal_count;
    unsigned refusal_budget; /* single lines still allowed in this second */
    int64_t refusal_second;
    struct loop_watch *minute;
    int64_t now_override_sec; /* tests only: 0 = the kernel's clock */
};

/* One request that is being served: where its reply goes. */
struct caller {
    struct keys *keys;
    struct link *link;
    uint64_t id;
    struct bytes peer;
};

/* keys_now_sec - the instant that counts. out: seconds since 1970. errors: none */
int64_t keys_now_sec(const struct keys *k);

/*
 * keys_on_auth, keys_on_attest, keys_on_resource, keys_on_admin - serve one message; each leads to exactly one reply,
 * now, with the group, or after a worker's answer.
 *
 * in       m: decoded, hostile; a: memory of this request
 * out      a reply on its way
 * errors   none: a failure is a reply
 */
void keys_on_auth(const struct caller *c, struct arena *a, const struct keys_auth *m);
void keys_on_attest(const struct caller *c, struct arena *a, const struct keys_attest *m);
void keys_on_resource(const struct caller *c, struct arena *a, const struct keys_resource *m);
void keys_on_admin(const struct caller *c, struct arena *a, const struct keys_admin *m);

/*
 * keys_trust_changed - after a commit: read bindings, reference values and enrolled keys from the store again, and send
 * the workers the new trust. On failure nothing is released until it works: the old bindings are dropped.
 *
 * out      k->trust, k->policies, k->trust_generation
 * errors   none: logged
 */
void keys_trust_changed(struct keys *k);
