/*
 * Key pairs from their numbers, as a JWK spells them. Only the policy language makes keys this way: our own are made
 * here or read from PEM.
 */
#pragma once

#include "crypto/key.h"

struct rsa_numbers { /* big-endian; p, q, dp, dq, qi: all there or all empty */
    struct bytes n, e, d, p, q, dp, dq, qi;
};

/*
 * key_pair_from_ec - from the private number and the public point, all of the curve's width; key_pair_from_rsa - from
 * the numbers; key_pair_from_ed25519 - from the 32 bytes of the private key; key_from_ed25519 - the public key alone.
 *
 * in       hostile; borrowed
 * out      *out only on success; owned
 * errors   FORMAT  numbers that belong to no pair; UNSUPPORTED another curve or size; NOMEM; BUG
 * source: RFC 7518 6.2.2, 6.3.2; RFC 8037 2
 */
MUST_CHECK struct err key_pair_from_ec(enum key_kind kind, struct bytes d, struct bytes x, struct bytes y,
                                       struct key **out);
MUST_CHECK struct err key_pair_from_rsa(const struct rsa_numbers *parts, struct key **out);
MUST_CHECK struct err key_pair_from_ed25519(struct bytes d, struct key **out);
MUST_CHECK struct err key_from_ed25519(struct bytes x, struct key **out);

/*
 * key_private_number - a private number of a pair: of an EC or Ed25519 key only KEY_NUMBER_D, fixed width; of an RSA
 * key each of them, without leading zeros. For policies that ask for the numbers of a key that stands in the policy:
 * our own keys never leave this way.
 *
 * out      appended
 * errors   STATE  not of that kind, or no private part; BUG, NOMEM
 * source: RFC 7518 6.2.2, 6.3.2
 */
enum key_number { KEY_NUMBER_D, KEY_NUMBER_P, KEY_NUMBER_Q, KEY_NUMBER_DP, KEY_NUMBER_DQ, KEY_NUMBER_QI };
MUST_CHECK struct err key_private_number(const struct key *k, enum key_number which, struct buf *out);
