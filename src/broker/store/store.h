/*
 * The store: an append-only table of changes in SQLite. Each change is a version, encrypted under a key of its own that
 * the master key wraps, and authenticated with (tenant, kind, name, version); a chain of roots over all changes shows
 * an altered, exchanged or missing row. Process: keys. Whoever writes the database must not own the release.
 */
#pragma once

#include "base/arena.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum store_kind {
    STORE_NONE = 0,
    STORE_RESOURCE,    /* name: repo/type/tag; value: the secret */
    STORE_POLICY,      /* name: "resource-policy", "attestation-policy/ID"; value: Rego text */
    STORE_REFERENCE,   /* name: the reference value's; value: JSON text */
    STORE_EK,          /* name: hex SHA-256 of the SPKI; value: JSON text with a note */
    STORE_ENDORSEMENT, /* name: "snp/vcek/<digest>"; value: DER */
    STORE_ADMIN,       /* name: key id; value: JSON text {"role","jwk","allow"} */
    STORE_WORKLOAD,    /* name: the initdata claim of its token; value: JSON list of resource paths */
    STORE_REVOCATION,  /* name: "tokens"; value: empty. Tokens of an older generation are refused */
    STORE_KIND_COUNT
};

struct store;

struct store_head {
    uint64_t generation; /* number of changes so far */
    uint8_t root[32];
};

struct store_entry {
    struct bytes name;
    uint64_t version; /* of this name, from 1 */
    uint64_t generation;
    int64_t changed_at_sec;
    struct bytes changed_by;
    bool is_deleted;
};

/*
 * store_open - open or create the database and check the chain of roots over all changes. store_close - NULL is fine.
 *
 * in       path: of our own; master: 32 bytes, borrowed for the life of the store
 * out      *out, owned
 * errors   IO reason store.down; UNVERIFIED reason store.tampered: another master key, or a row that does not chain
 */
MUST_CHECK struct err store_open(const char *path, const struct secret *master, struct store **out);
void store_close(struct store *s);
struct store_head store_head(const struct store *s);

/*
 * store_get - the current value into a secret (an empty value gives the empty secret); store_get_public - the same into
 * an arena, for kinds that are no secrets; store_get_version - an older version.
 * store_list - current entries of a kind, sorted by name; store_history - all versions of one name, newest first.
 *
 * in       name: hostile
 * out      only on success
 * errors   ABSENT never set or deleted; UNVERIFIED reason store.tampered; IO reason store.down; NOMEM; LIMIT
 */
MUST_CHECK struct err store_get(struct store *s, enum store_kind kind, struct bytes name, struct secret *out,
                                uint64_t *version);
MUST_CHECK struct err store_get_public(struct store *s, struct arena *a, enum store_kind kind, struct bytes name,
                                       struct bytes *out, uint64_t *version);
MUST_CHECK struct err store_get_version(struct store *s, struct arena *a, enum store_kind kind, struct bytes name,
                                        uint64_t version, struct bytes *out);
MUST_CHECK struct err store_list(struct store *s, struct arena *a, enum store_kind kind, const struct store_entry **out,
                                 size_t *count);
MUST_CHECK struct err store_history(struct store *s, struct arena *a, enum store_kind kind, struct bytes name,
                                    const struct store_entry **out, size_t *count);

/*
 * store_begin, store_commit, store_rollback - one transaction; commit is durable (synchronous=FULL).
 * store_put, store_delete - inside a transaction: one change each. Deleting a missing name is ABSENT.
 *
 * in       value: borrowed, may be a secret's view; by: who, for the history
 * out      *version (may be NULL); the head moves with the commit
 * errors   IO reason store.down; STATE outside a transaction; ABSENT; NOMEM; LIMIT
 */
MUST_CHECK struct err store_begin(struct store *s);
MUST_CHECK struct err store_commit(struct store *s);
void store_rollback(struct store *s);
MUST_CHECK struct err store_put(struct store *s, enum store_kind kind, struct bytes name, struct bytes value,
                                struct bytes by, int64_t at_sec, uint64_t *version);
MUST_CHECK struct err store_delete(struct store *s, enum store_kind kind, struct bytes name, struct bytes by,
                                   int64_t at_sec);

/*
 * store_spend - inside a transaction: write the row of a session that attested: one per session id, for good until it
 * expires. store_spent_find - that row. store_spent_expire - forget rows that expired before `now_sec`.
 *
 * in       session: 32 bytes; digest: 32 bytes of the attest body; token: the EAR
 * out      *digest, *token in the arena
 * errors   STALE reason session.spent: there is a row already; ABSENT store_spent_find; UNVERIFIED reason
 *          store.tampered; IO reason store.down
 */
MUST_CHECK struct err store_spend(struct store *s, struct bytes session, struct bytes digest, struct bytes token,
                                  int64_t expires_at_sec);
MUST_CHECK struct err store_spent_find(struct store *s, struct arena *a, struct bytes session, struct bytes *digest,
                                       struct bytes *token);
MUST_CHECK struct err store_spent_expire(struct store *s, int64_t now_sec);
