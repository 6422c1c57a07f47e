/*
 * Asymmetric keys: making, decoding, encoding. Public keys are hostile input (a TEE's key, a certificate's key);
 * private ones are ours. Every check happens here, once, so that using a key needs none.
 */
#include "crypto/key.h"

#include "base/mem.h"
#include "crypto/key_object.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define RSA_BITS_MIN     2048
#define RSA_BITS_MAX     8192
#define RSA_EXPONENT_MAX 64 /* bits; larger ones only make verification slow */
#define PEM_MAX          (64 * 1024)
#define COORD_MAX        66

struct curve {
    enum key_kind kind;
    const char *name; /* libcrypto's */
    size_t width;
};

static const struct curve CURVES[] = {
    {KEY_EC_P256, "prime256v1", 32}, {KEY_EC_P384, "secp384r1", 48}, {KEY_EC_P521, "secp521r1", 66}};

#define CURVE_COUNT (sizeof(CURVES) / sizeof(CURVES[0]))

static const struct curve *curve_find(enum key_kind kind)
{
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (CURVES[i].kind == kind)
            return &CURVES[i];
    }
    return NULL;
}

const char *key_curve(enum key_kind kind, size_t *width)
{
    const struct curve *c = curve_find(kind);
    *width = c == NULL ? 0 : c->width;
    return c == NULL ? NULL : c->name;
}

static struct err check_ec(const EVP_PKEY *pkey, enum key_kind *kind)
{
    char name[32] = "";
    int explicit_curve = 1;
    LIB_TRY(EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL), ERR_UNSUPPORTED, "a curve without a name");
    /* A curve spelled out in parameters is a way to forge keys, even where it equals a named one. */
    LIB_TRY(EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_curve), ERR_BUG,
            "the curve's form is not known");
    if (explicit_curve != 0)
        return FAIL(ERR_UNSUPPORTED, "a curve given by parameters");
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (strcmp(name, CURVES[i].name) == 0) {
            *kind = CURVES[i].kind;
            return OK;
        }
    }
    return FAIL(ERR_UNSUPPORTED, "another curve");
}

static struct err check_rsa(const EVP_PKEY *pkey, enum key_kind *kind)
{
    LIB_SCOPED(bignum) BIGNUM *n = NULL;
    LIB_SCOPED(bignum) BIGNUM *e = NULL;
    LIB_TRY(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n), ERR_FORMAT, "no modulus");
    LIB_TRY(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e), ERR_FORMAT, "no exponent");
    int bits = BN_num_bits(n);
    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
        return FAIL(ERR_UNSUPPORTED, "a modulus of another size");
    if (!BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > RSA_EXPONENT_MAX)
        return FAIL(ERR_FORMAT, "a modulus or exponent that no RSA key has");
    *kind = KEY_RSA;
    return OK;
}

static struct err check_pkey(const EVP_PKEY *pkey, enum key_kind *kind)
{
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_EC:
        return check_ec(pkey, kind);
    case EVP_PKEY_RSA:
        return check_rsa(pkey, kind);
    case EVP_PKEY_ED25519:
        *kind = KEY_ED25519;
        return OK;
    default:
        return FAIL(ERR_UNSUPPORTED, "another kind of key");
    }
}

struct err key_adopt(EVP_PKEY *pkey, bool is_private, struct key **out)
{
    LIB_SCOPED(pkey) EVP_PKEY *mine = pkey;
    enum key_kind kind = KEY_NONE;
    TRY(check_pkey(mine, &kind));
    struct key *k = mem_new(sizeof(*k));
    if (k == NULL)
        return FAIL(ERR_NOMEM, "no memory for a key");
    *k = (struct key){mine, kind, is_private};
    mine = NULL;
    *out = k;
    return OK;
}

void key_free(struct key *k)
{
    if (k == NULL)
        return;
    EVP_PKEY_free(k->pkey);
    mem_free(k);
}

void key_cleanup(struct key **k)
{
    key_free(*k);
    *k = NULL;
}

/* A context that makes keys of this kind, kept for the life of the process: setting up a curve costs as much as a key.
 */
static EVP_PKEY_CTX *generator(enum key_kind kind)
{
    static EVP_PKEY_CTX *kept[KEY_ED25519 + 1];
    if (kept[kind] != NULL)
        return kept[kind];
    const struct curve *curve = curve_find(kind);
    const char *type = curve != NULL ? "EC" : kind == KEY_RSA ? "RSA" : "ED25519";
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    bool good = ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1;
    if (good && curve != NULL)
        good = EVP_PKEY_CTX_set_group_name(ctx, curve->name) == 1;
    if (good && kind == KEY_RSA)
        good = EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, RSA_BITS_MIN) == 1;
    if (!good) {
        EVP_PKEY_CTX_free(ctx);
        return NULL;
    }
    kept[kind] = ctx;
    return ctx;
}

struct err key_generate(enum key_kind kind, struct key **out)
{
    if (kind != KEY_RSA && kind != KEY_ED25519 && curve_find(kind) == NULL)
        return FAIL(ERR_UNSUPPORTED, "another kind of key");
    EVP_PKEY_CTX *ctx = generator(kind);
    EVP_PKEY *pkey = NULL;
    if (ctx == NULL || EVP_PKEY_generate(ctx, &pkey) != 1)
        return LIB_FAIL(ERR_BUG, "no key was made");
    return key_adopt(pkey, true, out);
}

/* A public key from libcrypto's parameters. */
static struct err from_params(const char *type, OSSL_PARAM *params, struct key **out)
{
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
        return LIB_FAIL(ERR_BUG, "a key cannot be set up");
    EVP_PKEY *pkey = NULL;
    LIB_TRY(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params), ERR_FORMAT, "no such public key");
    return key_adopt(pkey, false, out);
}

/*
 * A key of this curve without a point, kept for the life of the process: setting a curve up takes more than half of the
 * work of decoding a key.
 */
static const EVP_PKEY *curve_model(const struct curve *curve)
{
    static EVP_PKEY *kept[CURVE_COUNT];
    EVP_PKEY **model = &kept[curve - CURVES];
    if (*model != NULL)
        return *model;
    char name[16];
    (void)snprintf(name, sizeof(name), "%s", curve->name);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
                           OSSL_PARAM_construct_end()};
    LIB_SCOPED(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, model, EVP_PKEY_KEY_PARAMETERS, params) != 1)
        return NULL;
    return *model;
}

struct err key_from_point(enum key_kind kind, struct bytes x, struct bytes y, struct key **out)
{
    const struct curve *curve = curve_find(kind);
    if (curve == NULL)
        return FAIL(ERR_UNSUPPORTED, "not a curve");
    if (x.n != curve->width || y.n != curve->width)
        return FAIL(ERR_FORMAT, "a coordinate of another width");
    const EVP_PKEY *model = curve_model(curve);
    EVP_PKEY *pkey = model == NULL ? NULL : EVP_PKEY_dup((EVP_PKEY *)(uintptr_t)model);
    if (pkey == NULL)
        return LIB_FAIL(ERR_BUG, "the curve cannot be set up");
    /* The uncompressed form cannot say "infinity", and libcrypto checks range and curve equation while it reads it. All
     * our curves have cofactor 1, so a point on the curve is in the group. */
    uint8_t point[1 + 2 * COORD_MAX] = {4};
    memcpy(point + 1, x.p, x.n);
    memcpy(point + 1 + x.n, y.p, y.n);
    if (EVP_PKEY_set1_encoded_public_key(pkey, point, 1 + 2 * x.n) != 1) {
        EVP_PKEY_free(pkey);
        return LIB_FAIL(ERR_FORMAT, "not a point of the curve");
    }
    return key_adopt(pkey, false, out);
}

struct err key_from_rsa(struct bytes n, struct bytes e, struct key **out)
{
    if (n.n == 0 || e.n == 0 || n.n > RSA_BITS_MAX / 8 || e.n > RSA_EXPONENT_MAX / 8)
        return FAIL(ERR_UNSUPPORTED, "a modulus or exponent of another size");
    if (n.p[0] == 0 || e.p[0] == 0)
        return FAIL(ERR_FORMAT, "a modulus or exponent with leading zeros");
    /* libcrypto takes integers in the machine's byte order, here little-endian. */
    uint8_t n_le[RSA_BITS_MAX / 8], e_le[RSA_EXPONENT_MAX / 8];
    for (size_t i = 0; i < n.n; i++)
        n_le[i] = n.p[n.n - 1 - i];
    for (size_t i = 0; i < e.n; i++)
        e_le[i] = e.p[e.n - 1 - i];
    OSSL_PARAM params[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n_le, n.n),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e_le, e.n), OSSL_PARAM_construct_end()};
    return from_params("RSA", params, out);
}

/* An encrypted PEM would ask the terminal for a pass phrase; ours are never encrypted. */
static int no_pass_phrase(char *to, int size, int writing, void *context)
{
    (void)to;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

struct err key_from_pem(struct bytes pem, bool private_key, struct key **out)
{
    if (pem.n > PEM_MAX || !bytes_starts(pem, BYTES_LIT("-----BEGIN ")))
        return FAIL(ERR_FORMAT, "no PEM text");
    LIB_SCOPED(bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    if (bio == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory to read a PEM text");
    EVP_PKEY *pkey = private_key ? PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, NULL)
                                 : PEM_read_bio_PUBKEY(bio, NULL, no_pass_phrase, NULL);
    if (pkey == NULL)
        return LIB_FAIL(ERR_FORMAT, "no such key in the PEM text");
    ERR_clear_error();
    SCOPED_KEY struct key *k = NULL;
    TRY(key_adopt(pkey, private_key, &k));
    uint8_t c;
    while (BIO_read(bio, &c, 1) == 1) {
        if (c != '\n' && c != '\r' && c != ' ')
            return FAIL(ERR_FORMAT, "something stands behind the key");
    }
    *out = k;
    k = NULL;
    return OK;
}

enum key_kind key_kind_of(const struct key *k)
{
    return k->kind;
}

int key_bits(const struct key *k)
{
    return EVP_PKEY_get_bits(k->pkey);
}

bool key_is_private(const struct key *k)
{
    return k->is_private;
}

struct err key_point(const struct key *k, uint8_t *x, uint8_t *y, size_t *n)
{
    const struct curve *curve = curve_find(k->kind);
    if (curve == NULL)
        return FAIL(ERR_STATE, "not an EC key");
    uint8_t point[1 + 2 * COORD_MAX];
    size_t have = 0;
    LIB_TRY(EVP_PKEY_get_octet_string_param(k->pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &have),
            ERR_BUG, "the point cannot be read");
    if (have != 1 + 2 * curve->width || point[0] != 4)
        return FAIL(ERR_BUG, "the point has another form");
    memcpy(x, point + 1, curve->width);
    memcpy(y, point + 1 + curve->width, curve->width);
    *n = curve->width;
    return OK;
}

static struct err append_integer(const struct key *k, const char *param, struct buf *out)
{
    LIB_SCOPED(bignum) BIGNUM *v = NULL;
    LIB_TRY(EVP_PKEY_get_bn_param(k->pkey, param, &v), ERR_BUG, "an integer of the key cannot be read");
    uint8_t *to;
    size_t n = (size_t)BN_num_bytes(v);
    TRY(buf_space(out, n, &to));
    if (BN_bn2bin(v, to) != (int)n)
        return LIB_FAIL(ERR_BUG, "an integer of the key cannot be written");
    buf_commit(out, n);
    return OK;
}

struct err key_rsa(const struct key *k, struct buf *n_out, struct buf *e_out)
{
    if (k->kind != KEY_RSA)
        return FAIL(ERR_STATE, "not an RSA key");
    TRY(append_integer(k, OSSL_PKEY_PARAM_RSA_N, n_out));
    return append_integer(k, OSSL_PKEY_PARAM_RSA_E, e_out);
}

struct err key_pem_private(const struct key *k, struct secret *out)
{
    if (!k->is_private)
        return FAIL(ERR_STATE, "no private key");
    /* A memory BIO wipes what it grows out of and what it is freed with. */
    LIB_SCOPED(bio) BIO *bio = BIO_new(BIO_s_secmem());
    if (bio == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory to write a key");
    LIB_TRY(PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL, NULL), ERR_BUG, "the key is not written");
    char *text = NULL;
    long n = BIO_get_mem_data(bio, &text);
    if (text == NULL || n <= 0)
        return LIB_FAIL(ERR_BUG, "the key is not written");
    return secret_copy(bytes_of(text, (size_t)n), out);
}

struct err key_pem_public(const struct key *k, struct buf *out)
{
    LIB_SCOPED(bio) BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory to write a key");
    LIB_TRY(PEM_write_bio_PUBKEY(bio, k->pkey), ERR_BUG, "the key is not written");
    char *text = NULL;
    long n = BIO_get_mem_data(bio, &text);
    if (text == NULL || n <= 0)
        return LIB_FAIL(ERR_BUG, "the key is not written");
    buf_add(out, bytes_of(text, (size_t)n));
    struct bytes whole;
    return buf_end(out, &whole);
}
