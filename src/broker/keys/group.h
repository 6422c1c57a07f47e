/*
 * Group commit: what is released, attested or changed in one round of the loop becomes durable together, audit first,
 * and only then its replies leave. A group that cannot be written releases nothing.
 */
#pragma once

#include "broker/keys/keys.h"

/*
 * group_reply - a reply that waits until the group is durable. reply_now - one that needs no durability (a refusal, a
 * nonce). reply_error - reply_now with an error variant and no body.
 *
 * in       r: borrowed, copied
 * out      nothing
 * errors   none: if it cannot be sent, the caller's connection ends by its deadline
 */
void group_reply(const struct caller *c, const struct keys_reply *r);
void reply_now(const struct caller *c, const struct keys_reply *r);
void reply_error(const struct caller *c, uint16_t error, uint16_t reason, struct bytes detail);

/*
 * group_transaction - open the group's transaction if it is not open yet. group_audit - add a line to the group; store
 * head and time are filled in here. group_flush - make the group durable and let its replies go; on failure every reply
 * of it becomes "unavailable". Called at the end of each round.
 *
 * out      nothing
 * errors   IO reason store.down or audit.down
 */
MUST_CHECK struct err group_transaction(struct keys *k);
MUST_CHECK struct err group_audit(struct keys *k, struct audit_event *event);
void group_flush(struct keys *k);

/*
 * refusal_audit - record that an unauthenticated caller was refused: a line of its own while the budget of this second
 * lasts, else counted per peer and reason until the minute ends.
 * refusals_write - write what was counted.
 *
 * in       session: hex digest or empty; detail: findings, may be NULL
 * out      nothing
 * errors   none: a refusal needs no durable record to take effect
 */
void refusal_audit(const struct caller *c, const char *kind, struct bytes session, struct bytes evidence,
                   struct bytes subject, struct err why, const struct json *detail);
void refusals_write(struct keys *k);

/* refusal_record - a line of its own for the refusal of somebody who is known. errors: none, as above; out: nothing */
void refusal_record(struct keys *k, struct audit_event *event);
