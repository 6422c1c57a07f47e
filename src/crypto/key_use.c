/*
 * What keys do: sign, verify, agree, encrypt. The algorithm is a row of one table and must fit the key; nothing is
 * taken from the signature or the message. Runs wherever keys are used; messages and signatures are hostile.
 */
#include "crypto/key.h"
#include "crypto/key_object.h"

#include <openssl/rsa.h>

#define COORD_MAX 66
#define RSA_MAX   1024 /* bytes of the largest modulus that key.c takes */

enum scheme { SCHEME_NONE = 0, SCHEME_ECDSA, SCHEME_PKCS1, SCHEME_PSS, SCHEME_EDDSA };

struct sig_row {
    enum key_kind kind;
    enum scheme scheme;
    enum hash_alg hash;
};

static const struct sig_row ROWS[] = {
    [SIG_NONE] = {KEY_NONE, SCHEME_NONE, HASH_NONE},
    [SIG_ECDSA_SHA256] = {KEY_EC_P256, SCHEME_ECDSA, HASH_SHA256},
    [SIG_ECDSA_SHA384] = {KEY_EC_P384, SCHEME_ECDSA, HASH_SHA384},
    [SIG_ECDSA_SHA512] = {KEY_EC_P521, SCHEME_ECDSA, HASH_SHA512},
    [SIG_RSA_PKCS1_SHA256] = {KEY_RSA, SCHEME_PKCS1, HASH_SHA256},
    [SIG_RSA_PKCS1_SHA384] = {KEY_RSA, SCHEME_PKCS1, HASH_SHA384},
    [SIG_RSA_PSS_SHA256] = {KEY_RSA, SCHEME_PSS, HASH_SHA256},
    [SIG_RSA_PSS_SHA384] = {KEY_RSA, SCHEME_PSS, HASH_SHA384},
    [SIG_ED25519] = {KEY_ED25519, SCHEME_EDDSA, HASH_NONE},
    [SIG_RSA_PKCS1_SHA512] = {KEY_RSA, SCHEME_PKCS1, HASH_SHA512},
    [SIG_RSA_PSS_SHA512] = {KEY_RSA, SCHEME_PSS, HASH_SHA512},
};

static const struct sig_row *row_find(const struct key *k, enum sig_alg alg)
{
    if (alg == SIG_NONE || (size_t)alg >= sizeof(ROWS) / sizeof(ROWS[0]) || ROWS[alg].kind != k->kind)
        return NULL;
    return &ROWS[alg];
}

/* libcrypto wants ECDSA signatures in DER; everywhere else they are r ‖ s. */
static struct err ecdsa_to_raw(struct bytes der, size_t width, struct buf *out)
{
    const unsigned char *at = der.p;
    LIB_SCOPED(ecdsa_sig) ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.n);
    uint8_t raw[2 * COORD_MAX];
    int w = (int)width;
    if (sig == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, w) != w ||
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + width, w) != w)
        return LIB_FAIL(ERR_BUG, "the signature has another form");
    buf_add(out, bytes_of(raw, 2 * width));
    struct bytes whole;
    return buf_end(out, &whole);
}

static struct err ecdsa_to_der(struct bytes raw, unsigned char **der, size_t *n)
{
    int half = (int)raw.n / 2;
    LIB_SCOPED(ecdsa_sig) ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw.p, half, NULL);
    BIGNUM *s = BN_bin2bn(raw.p + half, half, NULL);
    if (sig == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return LIB_FAIL(ERR_NOMEM, "no memory for a signature");
    }
    int len = i2d_ECDSA_SIG(sig, der);
    if (len <= 0)
        return LIB_FAIL(ERR_BUG, "the signature is not encoded");
    *n = (size_t)len;
    return OK;
}

static struct err set_padding(EVP_PKEY_CTX *ctx, const struct sig_row *row)
{
    if (row->scheme == SCHEME_ECDSA)
        return OK;
    const EVP_MD *md = hash_md(row->hash);
    int padding = row->scheme == SCHEME_PSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    LIB_TRY(EVP_PKEY_CTX_set_rsa_padding(ctx, padding), ERR_BUG, "the padding is not taken");
    LIB_TRY(EVP_PKEY_CTX_set_signature_md(ctx, md), ERR_BUG, "the hash is not taken");
    if (row->scheme != SCHEME_PSS)
        return OK;
    LIB_TRY(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md), ERR_BUG, "the mask's hash is not taken");
    LIB_TRY(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), ERR_BUG, "the salt length is not taken");
    return OK;
}

static struct err sign_eddsa(const struct key *k, struct bytes message, struct buf *out)
{
    LIB_SCOPED(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t sig[64];
    size_t n = sizeof(sig);
    if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) != 1 ||
        EVP_DigestSign(ctx, sig, &n, message.p, message.n) != 1 || n != sizeof(sig))
        return LIB_FAIL(ERR_BUG, "the message is not signed");
    buf_add(out, BYTES_OF(sig));
    struct bytes whole;
    return buf_end(out, &whole);
}

struct err key_sign_digest(const struct key *k, enum sig_alg alg, const struct digest *d, struct buf *out)
{
    const struct sig_row *row = row_find(k, alg);
    if (row == NULL || row->scheme == SCHEME_EDDSA)
        return FAIL(ERR_UNSUPPORTED, "the algorithm does not fit the key, or signs no digest");
    if (!k->is_private)
        return FAIL(ERR_STATE, "no private key");
    if (d->n != hash_size(row->hash))
        return FAIL(ERR_FORMAT, "a digest of another size");
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "signing cannot be set up");
    TRY(set_padding(ctx, row));
    uint8_t sig[RSA_MAX];
    size_t n = sizeof(sig);
    LIB_TRY(EVP_PKEY_sign(ctx, sig, &n, d->p, d->n), ERR_BUG, "the message is not signed");
    size_t width;
    if (key_curve(k->kind, &width) != NULL)
        return ecdsa_to_raw(bytes_of(sig, n), width, out);
    buf_add(out, bytes_of(sig, n));
    struct bytes whole;
    return buf_end(out, &whole);
}

struct err key_sign(const struct key *k, enum sig_alg alg, struct bytes message, struct buf *out)
{
    const struct sig_row *row = row_find(k, alg);
    if (row == NULL)
        return FAIL(ERR_UNSUPPORTED, "the algorithm does not fit the key");
    if (!k->is_private)
        return FAIL(ERR_STATE, "no private key");
    if (row->scheme == SCHEME_EDDSA)
        return sign_eddsa(k, message, out);
    struct digest d;
    TRY(hash_of(row->hash, message, &d));
    return key_sign_digest(k, alg, &d, out);
}

static struct err verify_eddsa(const struct key *k, struct bytes message, struct bytes sig)
{
    if (sig.n != 64)
        return FAIL(ERR_FORMAT, "wrong length of a signature");
    LIB_SCOPED(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k->pkey) != 1)
        return LIB_FAIL(ERR_BUG, "verifying cannot be set up");
    LIB_TRY(EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n), ERR_UNVERIFIED, "the signature does not hold");
    return OK;
}

static struct err verify_encoded(const struct key *k, const struct sig_row *row, const struct digest *d,
                                 struct bytes sig)
{
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "verifying cannot be set up");
    TRY(set_padding(ctx, row));
    LIB_TRY(EVP_PKEY_verify(ctx, sig.p, sig.n, d->p, d->n), ERR_UNVERIFIED, "the signature does not hold");
    return OK;
}

struct err key_verify_digest(const struct key *k, enum sig_alg alg, const struct digest *d, struct bytes sig)
{
    const struct sig_row *row = row_find(k, alg);
    if (row == NULL || row->scheme == SCHEME_EDDSA)
        return FAIL(ERR_UNSUPPORTED, "the algorithm does not fit the key, or signs no digest");
    size_t width;
    bool ec = key_curve(k->kind, &width) != NULL;
    if (sig.n != (ec ? 2 * width : (size_t)EVP_PKEY_get_size(k->pkey)))
        return FAIL(ERR_FORMAT, "wrong length of a signature");
    if (d->n != hash_size(row->hash))
        return FAIL(ERR_FORMAT, "a digest of another size");
    if (!ec)
        return verify_encoded(k, row, d, sig);
    unsigned char *der = NULL;
    size_t n = 0;
    TRY(ecdsa_to_der(sig, &der, &n));
    struct err e = verify_encoded(k, row, d, bytes_of(der, n));
    OPENSSL_free(der);
    return e;
}

struct err key_verify(const struct key *k, enum sig_alg alg, struct bytes message, struct bytes sig)
{
    const struct sig_row *row = row_find(k, alg);
    if (row == NULL)
        return FAIL(ERR_UNSUPPORTED, "the algorithm does not fit the key");
    if (row->scheme == SCHEME_EDDSA)
        return verify_eddsa(k, message, sig);
    struct digest d;
    TRY(hash_of(row->hash, message, &d));
    return key_verify_digest(k, alg, &d, sig);
}

struct err key_agree(const struct key *mine, const struct key *theirs, struct secret *out)
{
    size_t width;
    if (mine->kind != theirs->kind || key_curve(mine->kind, &width) == NULL)
        return FAIL(ERR_UNSUPPORTED, "the two keys are not on one curve");
    if (!mine->is_private)
        return FAIL(ERR_STATE, "no private key");
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, mine->pkey, NULL);
    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "the agreement cannot be set up");
    /* No second check of the peer: each key was checked when it was decoded, and the check costs as much as the work.
     */
    LIB_TRY(EVP_PKEY_derive_set_peer_ex(ctx, theirs->pkey, 0), ERR_BUG, "the peer's key is not taken");
    SCOPED(secret) struct secret made = {0};
    TRY(secret_new(width, &made));
    size_t n = width;
    LIB_TRY(EVP_PKEY_derive(ctx, made.p, &n), ERR_BUG, "the keys do not agree");
    if (n != width)
        return FAIL(ERR_BUG, "the agreed value has another width");
    *out = secret_take(&made);
    return OK;
}

/* Set an encryption or decryption up for OAEP. */
static struct err set_oaep(EVP_PKEY_CTX *ctx, enum hash_alg alg, struct bytes label)
{
    const EVP_MD *md = hash_md(alg);
    if (md == NULL)
        return FAIL(ERR_UNSUPPORTED, "no such hash");
    LIB_TRY(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING), ERR_BUG, "the padding is not taken");
    LIB_TRY(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md), ERR_BUG, "the hash is not taken");
    LIB_TRY(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md), ERR_BUG, "the mask's hash is not taken");
    if (label.n == 0)
        return OK;
    /* The context takes the copy over. */
    void *copy = OPENSSL_memdup(label.p, label.n);
    if (copy == NULL || EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, (int)label.n) != 1) {
        OPENSSL_free(copy);
        return LIB_FAIL(ERR_BUG, "the label is not taken");
    }
    return OK;
}

struct err key_oaep_encrypt(const struct key *k, enum hash_alg alg, struct bytes label, struct bytes in,
                            struct buf *out)
{
    if (k->kind != KEY_RSA)
        return FAIL(ERR_UNSUPPORTED, "not an RSA key");
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "encryption cannot be set up");
    TRY(set_oaep(ctx, alg, label));
    size_t n = (size_t)EVP_PKEY_get_size(k->pkey);
    uint8_t *to;
    TRY(buf_space(out, n, &to));
    LIB_TRY(EVP_PKEY_encrypt(ctx, to, &n, in.p, in.n), ERR_BUG, "nothing was encrypted");
    buf_commit(out, n);
    return OK;
}

struct err key_oaep_decrypt(const struct key *k, enum hash_alg alg, struct bytes label, struct bytes in,
                            struct secret *out)
{
    if (k->kind != KEY_RSA)
        return FAIL(ERR_UNSUPPORTED, "not an RSA key");
    if (!k->is_private)
        return FAIL(ERR_STATE, "no private key");
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    if (ctx == NULL || EVP_PKEY_decrypt_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "decryption cannot be set up");
    TRY(set_oaep(ctx, alg, label));
    SCOPED(secret) struct secret work = {0};
    size_t n = (size_t)EVP_PKEY_get_size(k->pkey);
    TRY(secret_new(n, &work));
    LIB_TRY(EVP_PKEY_decrypt(ctx, work.p, &n, in.p, in.n), ERR_UNVERIFIED, "it does not open with this key");
    if (n == 0) {
        *out = (struct secret){0};
        return OK;
    }
    return secret_copy(bytes_of(work.p, n), out);
}
