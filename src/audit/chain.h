/*
 * The lines of the audit log: made and checked one at a time, in one place, so that the writer and the verifier cannot
 * disagree. Inside this room only. A line is canonical JSON (RFC 8785); `prev` is the SHA-256 of the line before, and a
 * line of kind "head" closes a group with a signature over itself.
 */
#pragma once

#include "audit/audit.h"
#include "base/arena.h"
#include "base/buf.h"

#define AUDIT_LINE_MAX                                                                                                 \
    (64 * 1024UL) /* one line; a detail that would make it longer is left out, and the line says so */

struct audit_position { /* where the chain stands */
    uint64_t seq;
    uint8_t hash[32];
    bool has_root; /* generation and root are those of the last line that named them */
    uint64_t generation;
    uint8_t root[32];
};

struct audit_chain {
    const struct key *key; /* borrowed: a pair to write, a public key to check */
    enum sig_alg alg;
    char key_id[64];      /* base64url SHA-256 of its SubjectPublicKeyInfo */
    struct arena arena;   /* one line's values */
    struct buf line;      /* one line's text */
    struct buf signed_as; /* what a head's signature is over */
};

/*
 * audit_chain_init - ready for one key; audit_chain_clear - frees its memory, leaves the empty value.
 *
 * in       key: P-256 or Ed25519, borrowed
 * out      *c, to be cleared also after a failure
 * errors   UNSUPPORTED another kind of key; NOMEM, BUG
 */
MUST_CHECK struct err audit_chain_init(struct audit_chain *c, const struct key *key);
void audit_chain_clear(struct audit_chain *c);

/*
 * audit_chain_event, audit_chain_head - append the next line with its line end and move on.
 *
 * in       event: its texts are hostile; at_sec: seconds since 1970
 * out      appended to out (sticky), *position moved only on success
 * errors   NOMEM, BUG; LIMIT out is full
 * source: docs/protocol/audit.md line
 */
MUST_CHECK struct err audit_chain_event(struct audit_chain *c, struct audit_position *position,
                                        const struct audit_event *event, int64_t at_sec, struct buf *out);
MUST_CHECK struct err audit_chain_head(struct audit_chain *c, struct audit_position *position, int64_t at_sec,
                                       struct buf *out);

/*
 * audit_chain_check - whether a line is the next one: canonical, chained, and signed if it is a head.
 *
 * in       line: hostile, without its end
 * out      *position moved and *is_head only on success; *what a literal on failure
 * errors   UNVERIFIED reason audit.broken; NOMEM, BUG
 * source: docs/protocol/audit.md line
 */
MUST_CHECK struct err audit_chain_check(struct audit_chain *c, struct audit_position *position, struct bytes line,
                                        bool *is_head, const char **what);

/*
 * audit_chain_adopt - stand on a signed head whose line before is not at hand: the last line of an earlier segment.
 *
 * in       line: hostile, without its end
 * out      *position only on success
 * errors   UNVERIFIED reason audit.broken: no head, or not signed by this key; NOMEM, BUG
 * source: docs/protocol/audit.md line
 */
MUST_CHECK struct err audit_chain_adopt(struct audit_chain *c, struct audit_position *position, struct bytes line);

/* audit_chain_is_head - whether a line, intact or not, was written as a head. in: hostile. out: the answer. errors:
 * none */
bool audit_chain_is_head(struct bytes line);
