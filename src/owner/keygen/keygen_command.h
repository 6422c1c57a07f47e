/*
 * `casemate keygen`: a key pair for an administrator.
 */
#pragma once

#include "crypto/key.h"
#include "owner/command.h"

extern const struct command command_keygen;

/*
 * keygen_write - write a pair: the private key as PEM, mode 0600, and the public key as a JWK with "alg" and "kid".
 * Refuses to replace a file.
 *
 * in       k: a pair, P-256 or Ed25519; paths: of the command line
 * out      kid: 64 bytes, NUL-terminated (may be NULL)
 * errors   STATE a file exists; IO; UNSUPPORTED; NOMEM
 */
MUST_CHECK struct err keygen_write(const struct key *k, const char *private_path, const char *public_path,
                                   char kid[64]);
