/*
 * Symmetric encryption. Runs in keys, in the guest and in the store; ciphertext and tag may be hostile. What was
 * decrypted is given out only after the tag held, and wiped otherwise. The fetched ciphers are kept for the life of the
 * process (see hash.c for the reason).
 */
#include "crypto/aead.h"

#include <limits.h>

#include "crypto/ossl.h"

enum cipher { GCM_256, WRAP_256, CFB_128, CFB_256, CIPHER_COUNT };

static const EVP_CIPHER *cipher_of(enum cipher which)
{
    static const char *const names[CIPHER_COUNT] = {
        [GCM_256] = "AES-256-GCM", [WRAP_256] = "AES-256-WRAP", [CFB_128] = "AES-128-CFB", [CFB_256] = "AES-256-CFB"};
    static EVP_CIPHER *kept[CIPHER_COUNT];
    if (kept[which] == NULL)
        kept[which] = EVP_CIPHER_fetch(NULL, names[which], NULL);
    return kept[which];
}

/* A context that is ready for input. `iv` may be NULL where the mode has a default. */
static struct err start(EVP_CIPHER_CTX *ctx, enum cipher which, bool encrypt, struct bytes key, const uint8_t *iv)
{
    const EVP_CIPHER *cipher = cipher_of(which);
    if (ctx == NULL || cipher == NULL)
        return LIB_FAIL(ERR_BUG, "the cipher cannot be set up");
    if (key.n != (size_t)EVP_CIPHER_get_key_length(cipher))
        return FAIL(ERR_LIMIT, "wrong size of a key");
    LIB_TRY(EVP_CipherInit_ex2(ctx, cipher, key.p, iv, encrypt, NULL), ERR_BUG, "the cipher does not start");
    return OK;
}

static struct err start_gcm(EVP_CIPHER_CTX *ctx, bool encrypt, struct bytes key, struct bytes iv, struct bytes aad)
{
    if (iv.n != AEAD_IV)
        return FAIL(ERR_LIMIT, "wrong size of an iv");
    if (aad.n > INT_MAX)
        return FAIL(ERR_LIMIT, "too much associated data");
    TRY(start(ctx, GCM_256, encrypt, key, iv.p));
    int n = 0;
    if (aad.n != 0)
        LIB_TRY(EVP_CipherUpdate(ctx, NULL, &n, aad.p, (int)aad.n), ERR_BUG, "the associated data is not taken");
    return OK;
}

/* The whole of `in` through a stream-like mode. */
static struct err pass(EVP_CIPHER_CTX *ctx, struct bytes in, uint8_t *out)
{
    if (in.n > INT_MAX)
        return FAIL(ERR_LIMIT, "too much to encrypt at once");
    int n = 0;
    if (in.n != 0)
        LIB_TRY(EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n), ERR_BUG, "the cipher takes no input");
    return n == (int)in.n ? OK : FAIL(ERR_BUG, "the cipher gave another length");
}

struct err aead_seal(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in, struct buf *out,
                     uint8_t tag[AEAD_TAG])
{
    LIB_SCOPED(cipher_ctx) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    TRY(start_gcm(ctx, true, key, iv, aad));
    uint8_t *to;
    TRY(buf_space(out, in.n, &to));
    TRY(pass(ctx, in, to));
    uint8_t none[AEAD_TAG], made[AEAD_TAG];
    int n = 0;
    LIB_TRY(EVP_CipherFinal_ex(ctx, none, &n), ERR_BUG, "the cipher does not end");
    LIB_TRY(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, made), ERR_BUG, "the cipher gives no tag");
    buf_commit(out, in.n);
    memcpy(tag, made, AEAD_TAG);
    return OK;
}

/* Decrypt and check the tag; what stands in `to` after a failure must not be used. */
static struct err open_into(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in, struct bytes tag,
                            uint8_t *to)
{
    /* A shorter tag would be easier to guess: the size is fixed, not taken from the input. */
    if (tag.n != AEAD_TAG)
        return FAIL(ERR_UNVERIFIED, "wrong size of a tag");
    LIB_SCOPED(cipher_ctx) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    TRY(start_gcm(ctx, false, key, iv, aad));
    uint8_t want[AEAD_TAG];
    memcpy(want, tag.p, AEAD_TAG);
    LIB_TRY(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, want), ERR_BUG, "the cipher takes no tag");
    TRY(pass(ctx, in, to));
    uint8_t none[AEAD_TAG];
    int n = 0;
    LIB_TRY(EVP_CipherFinal_ex(ctx, none, &n), ERR_UNVERIFIED, "the tag does not hold");
    return OK;
}

struct err aead_open(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in, struct bytes tag,
                     struct secret *out)
{
    SCOPED(secret) struct secret made = {0};
    if (in.n != 0)
        TRY(secret_new(in.n, &made));
    TRY(open_into(key, iv, aad, in, tag, made.p));
    *out = secret_take(&made);
    return OK;
}

struct err aead_open_public(struct bytes key, struct bytes iv, struct bytes aad, struct bytes in, struct bytes tag,
                            struct buf *out)
{
    uint8_t *to;
    TRY(buf_space(out, in.n, &to));
    struct err e = open_into(key, iv, aad, in, tag, to);
    if (failed(e)) {
        if (in.n != 0)
            explicit_bzero(to, in.n);
        return e;
    }
    buf_commit(out, in.n);
    return OK;
}

#define WRAP_BLOCK 8
/* Keys are wrapped, not documents. */
#define WRAP_MAX 4096

static struct err wrap_start(EVP_CIPHER_CTX *ctx, bool encrypt, struct bytes kek, size_t n)
{
    if (n % WRAP_BLOCK != 0 || n > WRAP_MAX)
        return FAIL(ERR_LIMIT, "wrong size of a key to wrap");
    if (ctx != NULL)
        EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    return start(ctx, WRAP_256, encrypt, kek, NULL);
}

struct err key_wrap(struct bytes kek, struct bytes in, struct buf *out)
{
    LIB_SCOPED(cipher_ctx) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (in.n < 2 * WRAP_BLOCK)
        return FAIL(ERR_LIMIT, "a key to wrap has at least two blocks");
    TRY(wrap_start(ctx, true, kek, in.n));
    uint8_t *to;
    TRY(buf_space(out, in.n + WRAP_BLOCK, &to));
    int n = 0;
    LIB_TRY(EVP_CipherUpdate(ctx, to, &n, in.p, (int)in.n), ERR_BUG, "the key is not wrapped");
    if ((size_t)n != in.n + WRAP_BLOCK)
        return FAIL(ERR_BUG, "the wrapped key has another size");
    buf_commit(out, (size_t)n);
    return OK;
}

struct err key_unwrap(struct bytes kek, struct bytes in, struct secret *out)
{
    LIB_SCOPED(cipher_ctx) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (in.n < 3 * WRAP_BLOCK)
        return FAIL(ERR_LIMIT, "a wrapped key has at least three blocks");
    TRY(wrap_start(ctx, false, kek, in.n));
    /* libcrypto works on the whole of the input before it cuts off the integrity value. */
    SCOPED(secret) struct secret work = {0};
    TRY(secret_new(in.n, &work));
    int n = 0;
    if (EVP_CipherUpdate(ctx, work.p, &n, in.p, (int)in.n) != 1 || (size_t)n != in.n - WRAP_BLOCK)
        return LIB_FAIL(ERR_UNVERIFIED, "the wrapped key does not open");
    return secret_copy(bytes_of(work.p, (size_t)n), out);
}

struct err cfb_encrypt(struct bytes key, struct bytes in, struct buf *out)
{
    static const uint8_t zero_iv[16];
    if (key.n != 16 && key.n != 32)
        return FAIL(ERR_LIMIT, "wrong size of a key");
    LIB_SCOPED(cipher_ctx) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    TRY(start(ctx, key.n == 16 ? CFB_128 : CFB_256, true, key, zero_iv));
    uint8_t *to;
    TRY(buf_space(out, in.n, &to));
    TRY(pass(ctx, in, to));
    buf_commit(out, in.n);
    return OK;
}
