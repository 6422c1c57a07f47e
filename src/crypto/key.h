/*
 * Asymmetric keys. A key is decoded and checked once, then kept: rebuilding it costs more than using it. This is the
 * only place where EVP_PKEY lives.
 */
#pragma once

#include "base/buf.h"
#include "base/secret.h"
#include "crypto/hash.h"

struct key; /* a public key, or a key pair */

enum key_kind { KEY_NONE = 0, KEY_EC_P256, KEY_EC_P384, KEY_EC_P521, KEY_RSA, KEY_ED25519 };

enum sig_alg {
    SIG_NONE = 0,
    SIG_ECDSA_SHA256, /* raw r ‖ s, fixed width of the curve */
    SIG_ECDSA_SHA384,
    SIG_ECDSA_SHA512,
    SIG_RSA_PKCS1_SHA256,
    SIG_RSA_PKCS1_SHA384,
    SIG_RSA_PSS_SHA256, /* salt length = digest length */
    SIG_RSA_PSS_SHA384,
    SIG_ED25519,
    SIG_RSA_PKCS1_SHA512,
    SIG_RSA_PSS_SHA512
};

/*
 * key_generate - a new pair (RSA: 2048 bits); key_from_point - an EC public key from its coordinates (fixed width,
 * checked to lie on the curve); key_from_rsa - an RSA public key (2048..8192 bits, odd exponent >= 3); key_from_spki -
 * from DER SubjectPublicKeyInfo; key_from_pem - a public key, or a private one if `private_key`; key_free - gives it
 * back (NULL is fine).
 *
 * in       hostile, except for private PEM
 * out      *out only on success; owned
 * errors   FORMAT  malformed, off the curve, trailing bytes; UNSUPPORTED  another curve, size or kind; NOMEM; BUG
 * source: RFC 7518 6; RFC 5280 4.1.2.7; SEC 1 3.2.2.1
 */
MUST_CHECK struct err key_generate(enum key_kind kind, struct key **out);
MUST_CHECK struct err key_from_point(enum key_kind kind, struct bytes x, struct bytes y, struct key **out);
MUST_CHECK struct err key_from_rsa(struct bytes n, struct bytes e, struct key **out);
MUST_CHECK struct err key_from_spki(struct bytes der, struct key **out);
MUST_CHECK struct err key_from_pem(struct bytes pem, bool private_key, struct key **out);
void key_free(struct key *k);
#define SCOPED_KEY __attribute__((cleanup(key_cleanup)))
void key_cleanup(struct key **k);

/*
 * key_kind, key_bits - what it is. key_is_private - whether it is a pair.
 * key_point - coordinates of an EC key, fixed width; key_rsa - modulus and exponent; key_spki - DER
 * SubjectPublicKeyInfo, appended; key_pem_private - PKCS#8 PEM into a secret; key_pem_public - appended.
 *
 * out      the answer; x, y: room for 66 bytes each, *n their width; n_out, e_out: appended
 * errors   STATE  not of that kind, or no private part; BUG, NOMEM, IO
 */
enum key_kind key_kind_of(const struct key *k);
int key_bits(const struct key *k);
bool key_is_private(const struct key *k);
MUST_CHECK struct err key_point(const struct key *k, uint8_t *x, uint8_t *y, size_t *n);
MUST_CHECK struct err key_rsa(const struct key *k, struct buf *n_out, struct buf *e_out);
MUST_CHECK struct err key_spki(const struct key *k, struct buf *out);
MUST_CHECK struct err key_pem_private(const struct key *k, struct secret *out);
MUST_CHECK struct err key_pem_public(const struct key *k, struct buf *out);

/*
 * key_sign - sign a message; key_verify - check a signature over a message. key_sign_digest, key_verify_digest - the
 * same for who has the message's digest already, with the hash that alg names; not for Ed25519.
 *
 * in       sig: for ECDSA raw r ‖ s; alg must fit the kind (and for ECDSA the curve)
 * out      appended to out
 * errors   UNVERIFIED  the signature does not hold; UNSUPPORTED alg and key do not fit; FORMAT wrong signature length;
 *          STATE no private part; BUG, NOMEM
 * source: RFC 7518 3.3-3.5; RFC 8032
 */
MUST_CHECK struct err key_sign(const struct key *k, enum sig_alg alg, struct bytes message, struct buf *out);
MUST_CHECK struct err key_verify(const struct key *k, enum sig_alg alg, struct bytes message, struct bytes sig);
MUST_CHECK struct err key_sign_digest(const struct key *k, enum sig_alg alg, const struct digest *d, struct buf *out);
MUST_CHECK struct err key_verify_digest(const struct key *k, enum sig_alg alg, const struct digest *d,
                                        struct bytes sig);

/*
 * key_agree - ECDH: the raw x coordinate, fixed width of the curve.
 * key_oaep_encrypt, key_oaep_decrypt - RSA-OAEP with `alg` for hash and MGF1, and a label (may be empty; the TPM's
 * labels include their NUL).
 *
 * in       mine: a pair; theirs: a public key of the same curve; label: borrowed
 * out      owned secret; appended
 * errors   UNSUPPORTED kinds differ; UNVERIFIED decryption fails; STATE no private part; BUG, NOMEM, IO
 * source: SEC 1 3.3.1; RFC 8017 7.1
 */
MUST_CHECK struct err key_agree(const struct key *mine, const struct key *theirs, struct secret *out);
MUST_CHECK struct err key_oaep_encrypt(const struct key *k, enum hash_alg alg, struct bytes label, struct bytes in,
                                       struct buf *out);
MUST_CHECK struct err key_oaep_decrypt(const struct key *k, enum hash_alg alg, struct bytes label, struct bytes in,
                                       struct secret *out);
