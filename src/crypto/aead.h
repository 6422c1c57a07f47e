/*
 * AES-256-GCM, AES key wrap, AES-CFB for TPM credentials.
 */
#pragma once

#include "base/buf.h"
#include "base/secret.h"

#define AEAD_KEY 32
#define AEAD_IV  12
#define AEAD_TAG 16

/*
 * aead_seal - AES-256-GCM: append ciphertext to out, write the tag.
 * aead_open - the reverse, into a secret; aead_open_public - the same into a buf, for plaintext that is no secret.
 *
 * in       key: AEAD_KEY bytes; iv: AEAD_IV bytes, never twice under one key; aad, in: any; tag: AEAD_TAG bytes
 * out      only on success (aead_seal: appended, sticky); an empty plaintext opens to the empty secret
 * errors   UNVERIFIED  the tag does not hold; LIMIT wrong key or iv size; BUG, NOMEM, IO as secret_new
 * source: NIST SP 800-38D
 */
MUST_CHECK struct err aead_seal(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in, struct buf *out,
                                uint8_t tag[AEAD_TAG]);
MUST_CHECK struct err aead_open(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in, struct bytes tag,
                                struct secret *out);
MUST_CHECK struct err aead_open_public(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in,
                                       struct bytes tag, struct buf *out);

/*
 * key_wrap - AES-256 key wrap of `in` (a multiple of 8 bytes), appended; key_unwrap - the reverse.
 * cfb_encrypt - AES-128/256-CFB with a zero iv, for TPM2_MakeCredential.
 *
 * out      appended; *out only on success
 * errors   UNVERIFIED  the integrity value does not hold; LIMIT sizes; BUG, NOMEM, IO
 * source: RFC 3394 2.2; TPM 2.0 Library Part 1 24.4
 */
MUST_CHECK struct err key_wrap(struct bytes kek, struct bytes in, struct buf *out);
MUST_CHECK struct err key_unwrap(struct bytes kek, struct bytes in, struct secret *out);
MUST_CHECK struct err cfb_encrypt(struct bytes key, struct bytes in, struct buf *out);
