/*
 * For the files of this folder only: what a key is made of.
 */
#pragma once

#include "crypto/key.h"
#include "crypto/ossl.h"

struct key {
    EVP_PKEY *pkey;
    enum key_kind kind;
    bool is_private;
};

/*
 * key_adopt - a key around an EVP_PKEY of a kind and size that we take; checks curve, encoding of the curve, modulus
 * and exponent.
 *
 * in       pkey: hostile; taken over also on failure; its EC point was checked by libcrypto when it was decoded
 * out      *out only on success
 * errors   UNSUPPORTED another curve, size or kind; FORMAT an exponent or modulus that cannot be; NOMEM
 * source: RFC 8017 3.1; RFC 5480 2.1.1
 */
MUST_CHECK struct err key_adopt(EVP_PKEY *pkey, bool is_private, struct key **out);

/* key_curve - libcrypto's name and the width in bytes of a coordinate, for an EC kind; out: NULL and 0 for others.
 * errors: none */
const char *key_curve(enum key_kind kind, size_t *width);
