/*
 * Hashes, MACs and the key derivations that are built from them. Runs in every process; the input may be hostile, the
 * keys are ours. The fetched algorithms below are the one exception to "no mutable file-scope variables": fetching
 * walks libcrypto's provider tables and costs more than hashing a nonce, and what is kept never changes once it is
 * there. Our processes have one thread.
 */
#include "crypto/hash.h"

#include "base/buf.h"
#include "crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>

struct hash_row {
    const char *name;    /* ours */
    const char *library; /* libcrypto's */
    size_t size;
};

static const struct hash_row ROWS[] = {
    [HASH_NONE] = {"", NULL, 0},
    [HASH_SHA1] = {"sha1", "SHA1", 20},
    [HASH_SHA256] = {"sha256", "SHA256", 32},
    [HASH_SHA384] = {"sha384", "SHA384", 48},
    [HASH_SHA512] = {"sha512", "SHA512", 64},
    [HASH_SM3] = {"sm3", "SM3", 32},
};

#define ROW_COUNT (sizeof(ROWS) / sizeof(ROWS[0]))

static const struct hash_row *row_of(enum hash_alg alg)
{
    return (size_t)alg < ROW_COUNT ? &ROWS[alg] : &ROWS[HASH_NONE];
}

size_t hash_size(enum hash_alg alg)
{
    return row_of(alg)->size;
}

const char *hash_name(enum hash_alg alg)
{
    return row_of(alg)->name;
}

enum hash_alg hash_named(struct bytes name)
{
    for (size_t i = 1; i < ROW_COUNT; i++) {
        if (bytes_is(name, ROWS[i].name))
            return (enum hash_alg)i;
    }
    return HASH_NONE;
}

const EVP_MD *hash_md(enum hash_alg alg)
{
    static EVP_MD *kept[ROW_COUNT];
    const struct hash_row *row = row_of(alg);
    if (row->library == NULL)
        return NULL;
    if (kept[alg] == NULL)
        kept[alg] = EVP_MD_fetch(NULL, row->library, NULL);
    return kept[alg];
}

struct err hash_of_parts(enum hash_alg alg, const struct bytes *parts, size_t count, struct digest *out)
{
    if (hash_size(alg) == 0)
        return FAIL(ERR_UNSUPPORTED, "no such hash");
    const EVP_MD *md = hash_md(alg);
    LIB_SCOPED(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (md == NULL || ctx == NULL)
        return LIB_FAIL(ERR_BUG, "the hash cannot be set up");
    LIB_TRY(EVP_DigestInit_ex2(ctx, md, NULL), ERR_BUG, "the hash does not start");
    for (size_t i = 0; i < count; i++)
        LIB_TRY(EVP_DigestUpdate(ctx, parts[i].p, parts[i].n), ERR_BUG, "the hash takes no input");
    struct digest d = {.n = hash_size(alg)};
    unsigned int n = 0;
    LIB_TRY(EVP_DigestFinal_ex(ctx, d.p, &n), ERR_BUG, "the hash does not end");
    if (n != d.n)
        return FAIL(ERR_BUG, "the hash has another size");
    *out = d;
    return OK;
}

struct err hash_of(enum hash_alg alg, struct bytes in, struct digest *out)
{
    return hash_of_parts(alg, &in, 1, out);
}

struct err hash_extend(enum hash_alg alg, struct digest *reg, struct bytes digest)
{
    const struct bytes parts[] = {digest_view(reg), digest};
    return hash_of_parts(alg, parts, 2, reg);
}

/*
 * A MAC context that knows its hash but no key, kept per hash. A copy of it takes the key, so that no key stays behind
 * in what is kept.
 */
static const EVP_MAC_CTX *mac_model(enum hash_alg alg)
{
    static EVP_MAC *mac;
    static EVP_MAC_CTX *kept[ROW_COUNT];
    if (kept[alg] != NULL)
        return kept[alg];
    if (mac == NULL)
        mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    if (ctx == NULL)
        return NULL;
    char name[16];
    (void)snprintf(name, sizeof(name), "%s", row_of(alg)->library);
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                 OSSL_PARAM_construct_end()};
    if (EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }
    kept[alg] = ctx;
    return ctx;
}

struct err hmac_of(enum hash_alg alg, struct bytes key, const struct bytes *parts, size_t count, struct digest *out)
{
    if (hash_size(alg) == 0)
        return FAIL(ERR_UNSUPPORTED, "no such hash");
    const EVP_MAC_CTX *model = mac_model(alg);
    LIB_SCOPED(mac_ctx) EVP_MAC_CTX *ctx = model == NULL ? NULL : EVP_MAC_CTX_dup(model);
    if (ctx == NULL)
        return LIB_FAIL(ERR_BUG, "the MAC cannot be set up");
    LIB_TRY(EVP_MAC_init(ctx, key.p, key.n, NULL), ERR_BUG, "the MAC takes no key");
    for (size_t i = 0; i < count; i++)
        LIB_TRY(EVP_MAC_update(ctx, parts[i].p, parts[i].n), ERR_BUG, "the MAC takes no input");
    struct digest d = {.n = hash_size(alg)};
    size_t n = 0;
    LIB_TRY(EVP_MAC_final(ctx, d.p, &n, sizeof(d.p)), ERR_BUG, "the MAC does not end");
    if (n != d.n)
        return FAIL(ERR_BUG, "the MAC has another size");
    *out = d;
    return OK;
}

static void digest_wipe(struct digest *d)
{
    explicit_bzero(d, sizeof(*d));
}

#define SCOPED_DIGEST __attribute__((cleanup(digest_wipe)))

static void put_u32be(uint32_t v, uint8_t out[4])
{
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* Write the next part of a derived key; false once the key is full. */
static bool fill(struct secret *out, size_t *done, const struct digest *block)
{
    size_t room = out->n - *done;
    size_t n = room < block->n ? room : block->n;
    memcpy(out->p + *done, block->p, n);
    *done += n;
    return *done < out->n;
}

struct err hkdf(struct bytes key, struct bytes salt, struct bytes info, size_t n, struct secret *out)
{
    if (n > 255 * hash_size(HASH_SHA256))
        return FAIL(ERR_LIMIT, "HKDF gives no more than 255 blocks");
    SCOPED_DIGEST struct digest prk = {0};
    SCOPED_DIGEST struct digest block = {0};
    TRY(hmac_of(HASH_SHA256, salt, &key, 1, &prk));
    SCOPED(secret) struct secret made = {0};
    TRY(secret_new(n, &made));
    size_t done = 0;
    bool more = true;
    for (uint8_t i = 1; more; i++) {
        const struct bytes parts[] = {digest_view(&block), info, {&i, 1}};
        TRY(hmac_of(HASH_SHA256, digest_view(&prk), parts, 3, &block));
        more = fill(&made, &done, &block);
    }
    *out = secret_take(&made);
    return OK;
}

struct err kdfa(struct bytes key, const char *label, struct bytes context_u, struct bytes context_v, size_t n,
                struct secret *out)
{
    SCOPED(secret) struct secret made = {0};
    TRY(secret_new(n, &made));
    uint8_t bits[4];
    put_u32be((uint32_t)n * 8, bits);
    SCOPED_DIGEST struct digest block = {0};
    size_t done = 0;
    bool more = true;
    for (uint32_t i = 1; more; i++) {
        uint8_t counter[4];
        put_u32be(i, counter);
        /* The label takes part with its NUL. */
        const struct bytes parts[] = {BYTES_OF(counter), bytes_of(label, strlen(label) + 1), context_u, context_v,
                                      BYTES_OF(bits)};
        TRY(hmac_of(HASH_SHA256, key, parts, 5, &block));
        more = fill(&made, &done, &block);
    }
    *out = secret_take(&made);
    return OK;
}

struct err concat_kdf(struct bytes z, struct bytes other_info, size_t n, struct secret *out)
{
    SCOPED(secret) struct secret made = {0};
    TRY(secret_new(n, &made));
    SCOPED_DIGEST struct digest block = {0};
    size_t done = 0;
    bool more = true;
    for (uint32_t i = 1; more; i++) {
        uint8_t counter[4];
        put_u32be(i, counter);
        const struct bytes parts[] = {BYTES_OF(counter), z, other_info};
        TRY(hash_of_parts(HASH_SHA256, parts, 3, &block));
        more = fill(&made, &done, &block);
    }
    *out = secret_take(&made);
    return OK;
}

struct err random_bytes(uint8_t *out, size_t n)
{
    if (n > INT32_MAX)
        return FAIL(ERR_LIMIT, "too many random bytes at once");
    if (RAND_bytes(out, (int)n) != 1) {
        explicit_bzero(out, n);
        return LIB_FAIL(ERR_IO, "no randomness");
    }
    return OK;
}
