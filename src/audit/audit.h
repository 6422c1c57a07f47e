/*
 * The audit log: one JSON line per decision, each holding the hash of the line before. Heads are signed per group, so
 * that a public key and a copied head show any change, gap or cut.
 */
#pragma once

#include "base/verdict.h"
#include "crypto/key.h"

struct audit;

struct audit_head {
    uint64_t seq;        /* of the last line; 0 = empty log */
    uint8_t hash[32];    /* SHA-256 of the last line, without its line end */
    uint64_t generation; /* of the store, as the last line said */
    uint8_t root[32];    /* of the store */
};

/* One decision. Views are borrowed and copied; hostile text is escaped by the JSON encoder and cut at 512 bytes. */
struct audit_event {
    const char *kind;      /* literal: "attest", "release", "admin.change", "admin.refused", "store.head", "start",
                              "refused", "group.failed" */
    struct bytes session;  /* SHA-256 hex of the session id, empty if none */
    struct bytes subject;  /* who or what: resource path, admin and path, peer */
    struct bytes evidence; /* SHA-256 hex of the attest body, empty if none */
    bool has_verdict;
    enum verdict verdict;
    uint16_t reason;           /* enum reason; its threat is written beside it */
    struct bytes rule;         /* the rule or literal that decided; empty if none */
    uint64_t count;            /* for aggregated refusals: how many; 0 = one */
    uint64_t generation;       /* of the store when it was decided */
    const uint8_t *root;       /* 32 bytes */
    const struct json *detail; /* further facts as an object (findings), or NULL */
};

/*
 * audit_open - continue (or begin) the log in a directory: the last segment is read to the end and its last lines are
 * checked; a torn last line of a crash is cut off, and a record says so. audit_close - NULL is fine.
 *
 * in       directory: exists, writable; signer: a private key (P-256 or Ed25519), borrowed; segment_max: bytes
 * out      *out, owned
 * errors   IO (also: another process has it open); UNVERIFIED reason audit.broken: the tail does not chain, or another
 *          key signed it; UNSUPPORTED another kind of key; STATE no private key; NOMEM
 */
MUST_CHECK struct err audit_open(const char *directory, const struct key *signer, uint64_t segment_max,
                                 struct audit **out);
void audit_close(struct audit *a);

/*
 * audit_append - add a line to the open group; nothing is durable yet. audit_pending - whether the group has lines.
 * audit_sync - write the group and a signed head behind it, then fdatasync: only now may its effects leave.
 * audit_drop - forget the open group: its effects did not happen. audit_head - the head after the last sync.
 *
 * in       at_sec: seconds since 1970
 * out      *seq: the line's number (may be NULL)
 * errors   IO, NOMEM with reason audit.down: nothing of the group may take effect
 * cost     one write, one fdatasync, one signature per group
 */
MUST_CHECK struct err audit_append(struct audit *a, const struct audit_event *event, int64_t at_sec, uint64_t *seq);
bool audit_pending(const struct audit *a);
MUST_CHECK struct err audit_sync(struct audit *a, int64_t at_sec);
void audit_drop(struct audit *a);
struct audit_head audit_head(const struct audit *a);

/*
 * audit_change_key - let another key sign from now on: a group of its own, with a head of each key, so that who has
 * either key can follow. After a failure the old key stays in force.
 *
 * in       next: a private key (P-256 or Ed25519), borrowed as long as the log is open
 * errors   UNSUPPORTED another kind of key; STATE no private key, or the group is open; IO, NOMEM with reason
 * audit.down cost     one write, one fdatasync, two signatures source: docs/protocol/audit.md change of the key
 */
MUST_CHECK struct err audit_change_key(struct audit *a, const struct key *next, int64_t at_sec);

struct audit_report {
    uint64_t lines;
    uint64_t last_seq;
    uint8_t last_hash[32];
    bool anchored;        /* an expected head was given and is part of the chain */
    uint64_t anchored_at; /* its seq */
    uint64_t bad_line;    /* first broken line, 0 if none */
    const char *bad_what; /* literal */
};

/*
 * audit_verify - walk all segments in a directory with only a public key of the log, the first or a later one: every
 * line parses, every hash and sequence number chains, every signed head verifies from the first of that key on (it
 * covers what stands before it by the hashes); expected_seq and expected_hash (may be 0/NULL) must occur. Without them
 * a log that was cut behind a signed head is not told from a whole one. audit_walk - the same, calling `visit` for
 * every line (text without its end). The lines of a group come before its head was checked: what was shown holds only
 * once the walk returned OK.
 *
 * in       directory: hostile content
 * out      *report, also on failure
 * errors   UNVERIFIED reason audit.broken; ABSENT no log in the directory; IO; NOMEM; what `visit` returned, which
 *          ends the walk
 */
typedef struct err audit_visit(void *context, struct bytes line);
MUST_CHECK struct err audit_verify(const char *directory, const struct key *public_key, uint64_t expected_seq,
                                   const uint8_t *expected_hash, struct audit_report *report);
MUST_CHECK struct err audit_walk(const char *directory, const struct key *public_key, audit_visit *visit, void *context,
                                 struct audit_report *report);
