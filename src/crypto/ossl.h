/*
 * For the files of this folder only: scope ends for libcrypto's objects, and the failure that empties its error queue.
 * The queue is per thread and outlives a call: what is left there would be taken for the failure of a later TLS call.
 */
#pragma once

#include "crypto/openssl.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/hash.h"

#define LIB_FAIL(code_, text_) (ERR_clear_error(), FAIL(code_, text_))

/* An operation of libcrypto that says 1 for success and nothing else. */
#define LIB_TRY(call_, code_, text_)                                                                                   \
    do {                                                                                                               \
        if ((call_) != 1)                                                                                              \
            return LIB_FAIL(code_, text_);                                                                             \
    } while (0)

#define LIB_SCOPE(type_, name_, free_)                                                                                 \
    static inline void name_##_scope_end(type_ **p)                                                                    \
    {                                                                                                                  \
        free_(*p);                                                                                                     \
        *p = NULL;                                                                                                     \
    }
#define LIB_SCOPED(name_) __attribute__((cleanup(name_##_scope_end), unused))

LIB_SCOPE(BIGNUM, bignum, BN_clear_free)
LIB_SCOPE(BIO, bio, BIO_free_all)
LIB_SCOPE(EVP_CIPHER_CTX, cipher_ctx, EVP_CIPHER_CTX_free)
LIB_SCOPE(EVP_MAC_CTX, mac_ctx, EVP_MAC_CTX_free)
LIB_SCOPE(EVP_MD_CTX, md_ctx, EVP_MD_CTX_free)
LIB_SCOPE(EVP_PKEY, pkey, EVP_PKEY_free)
LIB_SCOPE(EVP_PKEY_CTX, pkey_ctx, EVP_PKEY_CTX_free)
LIB_SCOPE(ECDSA_SIG, ecdsa_sig, ECDSA_SIG_free)

/*
 * hash_md - libcrypto's object for an algorithm, fetched once per process.
 *
 * out      borrowed for ever; NULL for HASH_NONE and where libcrypto has no such algorithm
 * errors   none beyond NULL
 */
const EVP_MD *hash_md(enum hash_alg alg);
