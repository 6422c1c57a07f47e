/*
 * The attestation token: an EAR signed by the token key, and the check of one that comes back. Only tokens of our own
 * key are believed: a token must begin with exactly the header that we write, so that nothing of a stranger's is parsed
 * before its signature holds.
 */
#pragma once

#include "broker/keys/keys.h"

/*
 * signer_header - the header that every token of a key starts with, and a dot.
 *
 * in       key: a private key on P-256; a: lives as long as the process
 * out      *out only on success
 * errors   UNSUPPORTED another kind of key; NOMEM, BUG
 */
MUST_CHECK struct err signer_header(const struct key *key, struct arena *a, struct bytes *out);

/*
 * signer_use - sign with this key from now on. Tokens of the key before are taken until the last of them has expired;
 * those of a key before that are not.
 *
 * in       key: now owned by k; header_text: of signer_header
 * out      k->signer, k->retired
 * errors   none
 */
void signer_use(struct keys *k, struct key *key, struct bytes header_text);

/*
 * token_issue - sign the result of an appraisal.
 *
 * in       submods: decoded from a verdict; verdict head, generation and policy digest go into the token
 * out      *out in the arena
 * errors   FORMAT a verdict that is malformed; NOMEM, BUG
 * source: spec/kbs.md 2.1-2.3
 */
MUST_CHECK struct err token_issue(struct keys *k, struct arena *a, const struct json *submods, struct bytes *out);

/*
 * token_check - a token that a caller brought: our header, our signature, in time, not older than what revokes it. Ours
 * is the key in force or the one before it.
 * token_read - the payload of a token that our own store vouched for: no signature check, but its time.
 *
 * in       token: hostile
 * out      *payload in the arena; *payload_text its JSON text
 * errors   UNVERIFIED reason token.signature; FORMAT reason token.malformed; STALE reason token.expired
 */
MUST_CHECK struct err token_check(struct keys *k, struct arena *a, struct bytes token, const struct json **payload,
                                  struct bytes *payload_text);
MUST_CHECK struct err token_read(struct keys *k, struct arena *a, struct bytes token, const struct json **payload,
                                 struct bytes *payload_text);
