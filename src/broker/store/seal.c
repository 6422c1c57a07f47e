/*
 * The cryptography of the store. Each value is sealed under a key of its own, which the wrapping key wraps; everything
 * else in the row is associated data, so that no column can be changed and no row stand for another. A deletion is the
 * sealed empty value: it is authenticated by the same way.
 */
#include "broker/store/store_db.h"

#define TENANT      "" /* one tenant today; its place in the associated data is kept */
#define ASSOCIATED  (4 * STORE_NAME_MAX)
#define KEY_SIZE    32
#define ROOT_SIZE   32
#define DIGEST_SIZE 32

static const char change_domain[] = "casemate-store-change/1";
static const char head_domain[] = "casemate-store-head/1";

struct err store_seal_keys(struct store *s, const struct secret *master)
{
    struct bytes key = secret_borrow(master);
    if (key.n != KEY_SIZE)
        return FAIL(ERR_LIMIT, "the master key has not 32 bytes");
    TRY(hkdf(key, BYTES_EMPTY, BYTES_LIT("casemate-store-wrap/1"), KEY_SIZE, &s->wrap_key));
    TRY(hkdf(key, BYTES_EMPTY, BYTES_LIT("casemate-store-head/1"), KEY_SIZE, &s->head_key));
    return hkdf(key, BYTES_EMPTY, BYTES_LIT("casemate-store-spent/1"), KEY_SIZE, &s->spent_key);
}

/* Every column but the value, each with its length, in one text. */
static struct err associated_data(const struct store_change *c, struct buf *out, struct bytes *view)
{
    buf_add(out, BYTES_OF(change_domain));
    buf_prefix16be(out, BYTES_LIT(TENANT));
    buf_u8(out, (uint8_t)c->kind);
    buf_prefix16be(out, c->name);
    buf_u64be(out, c->version);
    buf_u64be(out, c->generation);
    buf_u8(out, c->is_deleted ? 1 : 0);
    buf_u64be(out, (uint64_t)c->at_sec);
    buf_prefix16be(out, c->by);
    return buf_end(out, view);
}

struct err store_seal_change(const struct store *s, const struct store_change *change, struct bytes value,
                             struct buf *memory, struct store_sealed *out)
{
    SCOPED(secret) struct secret key = {0};
    SCOPED(buf) struct buf associated;
    buf_init(&associated, ASSOCIATED);
    struct bytes aad;
    TRY(associated_data(change, &associated, &aad));
    uint8_t iv[AEAD_IV], tag[AEAD_TAG];
    TRY(secret_new(KEY_SIZE, &key));
    TRY(random_bytes(key.p, key.n));
    TRY(random_bytes(iv, sizeof(iv)));
    TRY(key_wrap(secret_borrow(&s->wrap_key), secret_borrow(&key), memory));
    buf_add(memory, BYTES_OF(iv));
    TRY(aead_seal(secret_borrow(&key), BYTES_OF(iv), aad, value, memory, tag));
    buf_add(memory, BYTES_OF(tag));
    struct bytes all;
    TRY(buf_end(memory, &all));
    if (all.n != STORE_WRAPPED + AEAD_IV + value.n + AEAD_TAG)
        return FAIL(ERR_BUG, "a sealed value of another size");
    out->wrapped = bytes_of(all.p, STORE_WRAPPED);
    out->iv = bytes_of(all.p + STORE_WRAPPED, AEAD_IV);
    out->sealed = bytes_of(all.p + STORE_WRAPPED + AEAD_IV, value.n);
    out->tag = bytes_of(all.p + STORE_WRAPPED + AEAD_IV + value.n, AEAD_TAG);
    return OK;
}

/* Whatever the tag or the sizes say, the answer is one: this row is not as it was written. */
static struct err as_tampered(struct err e)
{
    bool by_content = e.code == ERR_UNVERIFIED || e.code == ERR_LIMIT || e.code == ERR_FORMAT;
    return by_content ? STORE_TAMPERED("a value does not open") : e;
}

static struct err unwrap(const struct store *s, const struct store_sealed *in, struct secret *key)
{
    if (in->wrapped.n != STORE_WRAPPED || in->iv.n != AEAD_IV || in->tag.n != AEAD_TAG)
        return STORE_TAMPERED("a sealed value with columns of another size");
    return as_tampered(key_unwrap(secret_borrow(&s->wrap_key), in->wrapped, key));
}

struct err store_seal_open(const struct store *s, const struct store_change *change, const struct store_sealed *in,
                           struct secret *out)
{
    if (in->sealed.n == 0) { /* there is no secret of no bytes; the tag still has to hold */
        SCOPED(buf) struct buf empty;
        buf_init(&empty, 1);
        TRY(store_seal_open_public(s, change, in, &empty));
        *out = (struct secret){0};
        return OK;
    }
    SCOPED(secret) struct secret key = {0};
    SCOPED(buf) struct buf associated;
    buf_init(&associated, ASSOCIATED);
    struct bytes aad;
    TRY(associated_data(change, &associated, &aad));
    TRY(unwrap(s, in, &key));
    return as_tampered(aead_open(secret_borrow(&key), in->iv, aad, in->sealed, in->tag, out));
}

struct err store_seal_open_public(const struct store *s, const struct store_change *change,
                                  const struct store_sealed *in, struct buf *out)
{
    SCOPED(secret) struct secret key = {0};
    SCOPED(buf) struct buf associated;
    buf_init(&associated, ASSOCIATED);
    struct bytes aad;
    TRY(associated_data(change, &associated, &aad));
    TRY(unwrap(s, in, &key));
    return as_tampered(aead_open_public(secret_borrow(&key), in->iv, aad, in->sealed, in->tag, out));
}

struct err store_seal_root(const uint8_t before[32], const struct store_change *change,
                           const struct store_sealed *sealed, uint8_t out[32])
{
    SCOPED(buf) struct buf associated;
    buf_init(&associated, ASSOCIATED);
    buf_prefix16be(&associated, sealed->wrapped);
    buf_prefix16be(&associated, sealed->iv);
    buf_prefix16be(&associated, sealed->tag);
    struct bytes columns;
    TRY(associated_data(change, &associated, &columns));
    /* The value stands last: the lengths of all before it are in the text, so it needs none. */
    const struct bytes row[] = {columns, sealed->sealed};
    struct digest row_digest, root;
    TRY(hash_of_parts(HASH_SHA256, row, 2, &row_digest));
    const struct bytes step[] = {bytes_of(before, ROOT_SIZE), digest_view(&row_digest)};
    TRY(hash_of_parts(HASH_SHA256, step, 2, &root));
    memcpy(out, root.p, ROOT_SIZE);
    return OK;
}

struct err store_seal_head(const struct store *s, const struct store_head *head, struct digest *out)
{
    SCOPED(buf) struct buf generation;
    buf_init(&generation, 8);
    buf_u64be(&generation, head->generation);
    struct bytes g;
    TRY(buf_end(&generation, &g));
    const struct bytes parts[] = {BYTES_OF(head_domain), g, BYTES_OF(head->root)};
    return hmac_of(HASH_SHA256, secret_borrow(&s->head_key), parts, 3, out);
}
