/*
 * The lines of the audit log: made and checked one at a time, in one place, so that the writer and the verifier cannot
 * disagree. Inside this room only. A line is canonical JSON (RFC 8785); `prev` is the SHA-256 of the line before, and a
 * line of kind "head" closes a group with a signature over itself.
 */
#pragma once

#include "audit/audit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"

#define AUDIT_LINE_MAX                                                                                                 \
    (64 * 1024UL) /* one line; a detail that would make it longer is left out, and the line says so */

#define AUDIT_KEY_CHANGE "audit.key" /* kind of the line that names the next key */
#define AUDIT_OTHER_KEY  "a head that another key signed"

struct audit_position { /* where the chain stands */
    uint64_t seq;
    uint8_t hash[32];
    bool has_root; /* generation and root are those of the last line that named them */
    uint64_t generation;
    uint8_t root[32];
};

struct audit_signer {
    const struct key *key; /* borrowed: a pair to write, a public key to check */
    enum sig_alg alg;
    char id[64]; /* base64url SHA-256 of its SubjectPublicKeyInfo */
};

struct audit_change { /* of the key, as far as it was read; empty: none */
    struct key *owned;
    struct audit_signer next;
    bool is_closed; /* the head of the old key stands behind it: the next line may be a head of the new one */
};

struct audit_chain {
    struct audit_signer signer; /* in force */
    struct key *owned;          /* its key, where the log named it */
    struct audit_change change;
    bool has_own_head;    /* a head of a key that was in force was checked */
    bool awaits_own_head; /* only heads of other keys were read: they hold if one of the key in force follows */
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
 * chain_key.c, for chain.c and audit.c: audit_signer_init - what is needed of a key. audit_change_detail - the detail
 * of a line that names the next key; audit_change_read - out of such a line. audit_change_clear - forgets it.
 * audit_signer_named - who may have signed a head that is the next line, NULL: nobody whom this log trusts.
 * audit_chain_signed - a head by that one was checked.
 *
 * in       key: borrowed; line, key_id: hostile; a: owns what is decoded
 * out      the answer; *change: holds a key of its own, also after a failure
 * errors   UNSUPPORTED another kind of key; FORMAT; NOMEM, BUG
 * source: docs/protocol/audit.md change of the key
 */
MUST_CHECK struct err audit_signer_init(struct audit_signer *s, const struct key *key);
MUST_CHECK struct err audit_change_detail(struct arena *a, const struct key *next, const struct json **out);
MUST_CHECK struct err audit_change_read(struct arena *a, const struct json *line, struct audit_change *change);
void audit_change_clear(struct audit_change *change);
const struct audit_signer *audit_signer_named(const struct audit_chain *c, struct bytes key_id);
void audit_chain_signed(struct audit_chain *c, const struct audit_signer *by);

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
 * audit_chain_check - whether a line is the next one: canonical, chained, and signed if it is a head. A change of the
 * key is followed. In front of the first head of the chain's key, heads of others are taken as they stand: that head
 * covers them by their hashes, and until it comes c->awaits_own_head is true and nothing is proved.
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
 * errors   UNVERIFIED reason audit.broken: no head, or a signature that does not hold; NOMEM, BUG
 * source: docs/protocol/audit.md line
 */
MUST_CHECK struct err audit_chain_adopt(struct audit_chain *c, struct audit_position *position, struct bytes line);

/* audit_chain_is_head - whether a line, intact or not, was written as a head. in: hostile. out: the answer. errors:
 * none */
bool audit_chain_is_head(struct bytes line);
