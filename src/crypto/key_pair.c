/*
 * Key pairs from numbers. libcrypto builds them and checks that the parts belong together.
 */
#include "crypto/key_pair.h"

#include "crypto/key_object.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#define COORD_MAX   66
#define RSA_MAX     1024
#define ED25519_LEN 32

static void param_free(OSSL_PARAM *p)
{
    OSSL_PARAM_free(p);
}

LIB_SCOPE(OSSL_PARAM_BLD, builder, OSSL_PARAM_BLD_free)
LIB_SCOPE(OSSL_PARAM, params, param_free)

/* A pair from what was collected, checked. */
static struct err build(const char *type, OSSL_PARAM_BLD *builder, struct key **out)
{
    LIB_SCOPED(params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "a key pair cannot be set up");
    EVP_PKEY *pkey = NULL;
    LIB_TRY(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params), ERR_FORMAT, "no such key pair");
    return key_adopt(pkey, true, out);
}

/* Signs with the private part and verifies with the public one: do they belong together? */
static struct err check_pair(struct key *k, enum sig_alg alg)
{
    SCOPED(buf) struct buf sig = {0};
    struct bytes made;
    buf_init(&sig, RSA_MAX);
    struct err e = key_sign(k, alg, BYTES_LIT("pair"), &sig);
    if (!failed(e))
        e = buf_end(&sig, &made);
    if (!failed(e))
        e = key_verify(k, alg, BYTES_LIT("pair"), made);
    return failed(e) ? FAIL(ERR_FORMAT, "the private key does not belong to the public one") : OK;
}

static struct err take_checked(struct key **k, enum sig_alg alg, struct key **out)
{
    TRY(check_pair(*k, alg));
    *out = *k;
    *k = NULL;
    return OK;
}

struct err key_pair_from_ec(enum key_kind kind, struct bytes d, struct bytes x, struct bytes y, struct key **out)
{
    size_t width;
    const char *curve = key_curve(kind, &width);
    if (curve == NULL)
        return FAIL(ERR_UNSUPPORTED, "not a curve");
    if (d.n != width || x.n != width || y.n != width)
        return FAIL(ERR_FORMAT, "a number of another width");
    uint8_t point[1 + 2 * COORD_MAX] = {4};
    memcpy(point + 1, x.p, width);
    memcpy(point + 1 + width, y.p, width);
    LIB_SCOPED(bignum) BIGNUM *private = BN_secure_new();
    LIB_SCOPED(builder) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    if (private == NULL || b == NULL || BN_bin2bn(d.p, (int)d.n, private) == NULL ||
        OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * width) != 1 ||
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, private) != 1)
        return LIB_FAIL(ERR_NOMEM, "no memory for a key pair");
    SCOPED_KEY struct key *k = NULL;
    TRY(build("EC", b, &k));
    return take_checked(&k,
                        kind == KEY_EC_P256   ? SIG_ECDSA_SHA256
                        : kind == KEY_EC_P384 ? SIG_ECDSA_SHA384
                                              : SIG_ECDSA_SHA512,
                        out);
}

struct err key_pair_from_rsa(const struct rsa_numbers *parts, struct key **out)
{
    const struct bytes *const numbers[] = {&parts->n, &parts->e,  &parts->d,  &parts->p,
                                           &parts->q, &parts->dp, &parts->dq, &parts->qi};
    static const char *const names[] = {OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                        OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    BIGNUM *made[8] = {NULL};
    size_t count = parts->p.n == 0 ? 3 : 8;
    LIB_SCOPED(builder) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    bool good = b != NULL;
    for (size_t i = 0; good && i < count; i++) {
        good = numbers[i]->n > 0 && numbers[i]->n <= RSA_MAX;
        made[i] = good ? BN_bin2bn(numbers[i]->p, (int)numbers[i]->n, BN_secure_new()) : NULL;
        good = made[i] != NULL && OSSL_PARAM_BLD_push_BN(b, names[i], made[i]) == 1;
    }
    SCOPED_KEY struct key *k = NULL;
    struct err e = good ? build("RSA", b, &k) : LIB_FAIL(ERR_FORMAT, "a number of a key is missing or too long");
    for (size_t i = 0; i < count; i++)
        BN_clear_free(made[i]);
    TRY(e);
    return take_checked(&k, SIG_RSA_PKCS1_SHA256, out);
}

struct err key_pair_from_ed25519(struct bytes d, struct key **out)
{
    if (d.n != ED25519_LEN)
        return FAIL(ERR_FORMAT, "an Ed25519 key of another size");
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, d.p, d.n);
    if (pkey == NULL)
        return LIB_FAIL(ERR_FORMAT, "no Ed25519 key");
    return key_adopt(pkey, true, out);
}

struct err key_from_ed25519(struct bytes x, struct key **out)
{
    if (x.n != ED25519_LEN)
        return FAIL(ERR_FORMAT, "an Ed25519 key of another size");
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.p, x.n);
    if (pkey == NULL)
        return LIB_FAIL(ERR_FORMAT, "no Ed25519 key");
    return key_adopt(pkey, false, out);
}

static struct err ed25519_number(const struct key *k, struct buf *out)
{
    uint8_t d[ED25519_LEN];
    size_t n = sizeof(d);
    LIB_TRY(EVP_PKEY_get_raw_private_key(k->pkey, d, &n), ERR_STATE, "no private key");
    buf_add(out, bytes_of(d, n));
    explicit_bzero(d, sizeof(d));
    struct bytes whole;
    return buf_end(out, &whole);
}

struct err key_private_number(const struct key *k, enum key_number which, struct buf *out)
{
    static const char *const rsa[] = {OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                      OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                      OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    size_t width = 0;
    if (!k->is_private || (k->kind != KEY_RSA && which != KEY_NUMBER_D))
        return FAIL(ERR_STATE, "no such private number");
    if (k->kind == KEY_ED25519)
        return ed25519_number(k, out);
    LIB_SCOPED(bignum) BIGNUM *v = BN_secure_new();
    const char *name = key_curve(k->kind, &width) != NULL ? OSSL_PKEY_PARAM_PRIV_KEY : rsa[which];
    if (v == NULL || EVP_PKEY_get_bn_param(k->pkey, name, &v) != 1)
        return LIB_FAIL(ERR_STATE, "no such private number");
    uint8_t *to;
    size_t n = width != 0 ? width : (size_t)BN_num_bytes(v);
    TRY(buf_space(out, n, &to));
    if (BN_bn2binpad(v, to, (int)n) != (int)n)
        return LIB_FAIL(ERR_BUG, "a private number is not written");
    buf_commit(out, n);
    return OK;
}
