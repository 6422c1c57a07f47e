/*
 * A token in the wrong hands: changed, signed by somebody else, or used without its session.
 */
#pragma once

#include "base/arena.h"
#include "net/client.h"

/*
 * token_flip - one bit of the token's claims changed. token_sign_again - the same claims under a new key's signature.
 * token_use - GET a resource with the token alone, without a session's cookie.
 *
 * in       token: of an honest exchange; a: owns the result
 * out      *out
 * errors   DENIED  token_use: the broker refuses it; PEER; FORMAT; NOMEM
 * source: spec/kbs.md 1.11
 */
MUST_CHECK struct err token_flip(struct arena *a, struct bytes token, struct bytes *out);
MUST_CHECK struct err token_sign_again(struct arena *a, struct bytes token, struct bytes *out);
MUST_CHECK struct err token_use(struct client *client, const char *resource, struct bytes token);
