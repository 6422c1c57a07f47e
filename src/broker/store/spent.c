/*
 * The sessions that attested. Rows stand until they expire; each is sealed whole, so that a row cannot be altered or
 * stand for another session. A row that somebody deletes is not noticed: the session key, which is new at each start,
 * and the nonce inside the evidence bound what that is worth.
 */
#include "base/limits.h"
#include "broker/store/store_db.h"

#define SESSION_SIZE 32
#define DIGEST_SIZE  32

static const char spent_domain[] = "casemate-store-spent/1";

static struct err associated_data(struct bytes session, struct bytes digest, uint64_t expires_at, struct buf *out,
                                  struct bytes *view)
{
    buf_add(out, BYTES_OF(spent_domain));
    buf_prefix16be(out, session);
    buf_prefix16be(out, digest);
    buf_u64be(out, expires_at);
    return buf_end(out, view);
}

static struct err has_row(struct store *s, struct bytes session, bool *out)
{
    TRY(store_db_bind_bytes(s, STORE_SQL_SPENT, 1, session));
    return store_db_row(s, STORE_SQL_SPENT, out);
}

static struct err insert(struct store *s, struct bytes session, struct bytes digest, struct bytes token,
                         uint64_t expires_at)
{
    SCOPED(buf) struct buf associated, sealed;
    buf_init(&associated, 256);
    buf_init(&sealed, TOKEN_MAX);
    struct bytes aad, text;
    uint8_t iv[AEAD_IV], tag[AEAD_TAG];
    TRY(associated_data(session, digest, expires_at, &associated, &aad));
    TRY(random_bytes(iv, sizeof(iv)));
    TRY(aead_seal(secret_borrow(&s->spent_key), BYTES_OF(iv), aad, token, &sealed, tag));
    TRY(buf_end(&sealed, &text));
    const enum store_statement id = STORE_SQL_SPEND;
    TRY(store_db_bind_bytes(s, id, 1, session));
    TRY(store_db_bind_bytes(s, id, 2, digest));
    TRY(store_db_bind_int(s, id, 3, expires_at));
    TRY(store_db_bind_bytes(s, id, 4, BYTES_OF(iv)));
    TRY(store_db_bind_bytes(s, id, 5, text));
    TRY(store_db_bind_bytes(s, id, 6, BYTES_OF(tag)));
    return store_db_step(s, id);
}

struct err store_spend(struct store *s, struct bytes session, struct bytes digest, struct bytes token,
                       int64_t expires_at_sec)
{
    if (!s->in_transaction)
        return FAIL(ERR_STATE, "no transaction is open");
    if (s->is_spoilt)
        return REFUSE(ERR_IO, REASON_STORE_DOWN, "an earlier change of this transaction failed");
    if (session.n != SESSION_SIZE || digest.n != DIGEST_SIZE || token.n > TOKEN_MAX || expires_at_sec < 0)
        return FAIL(ERR_LIMIT, "a session, digest or token of another size");
    bool is_spent = true;
    struct err e = has_row(s, session, &is_spent);
    store_db_reset(s, STORE_SQL_SPENT);
    if (!failed(e) && is_spent)
        return REFUSE(ERR_STALE, REASON_SESSION_SPENT, "this session attested already");
    if (!failed(e))
        e = insert(s, session, digest, token, (uint64_t)expires_at_sec);
    s->is_spoilt = failed(e);
    return e.code == ERR_UNVERIFIED ? e : err_with_reason(e, REASON_STORE_DOWN);
}

/* Open the row that the statement stands on. */
static struct err open_row(struct store *s, struct arena *a, struct bytes session, struct bytes *digest,
                           struct bytes *token)
{
    const enum store_statement id = STORE_SQL_SPENT;
    struct bytes row_digest, iv, sealed, tag, aad, view;
    uint64_t expires_at;
    TRY(store_db_bytes(s, id, 0, DIGEST_SIZE, &row_digest));
    TRY(store_db_int(s, id, 1, &expires_at));
    TRY(store_db_bytes(s, id, 2, AEAD_IV, &iv));
    TRY(store_db_bytes(s, id, 3, TOKEN_MAX, &sealed));
    TRY(store_db_bytes(s, id, 4, AEAD_TAG, &tag));
    if (row_digest.n != DIGEST_SIZE || iv.n != AEAD_IV || tag.n != AEAD_TAG)
        return STORE_TAMPERED("a spent session with columns of another size");
    SCOPED(buf) struct buf associated, plain;
    buf_init(&associated, 256);
    buf_init(&plain, TOKEN_MAX);
    TRY(associated_data(session, row_digest, expires_at, &associated, &aad));
    struct err e = aead_open_public(secret_borrow(&s->spent_key), iv, aad, sealed, tag, &plain);
    if (e.code == ERR_UNVERIFIED)
        return STORE_TAMPERED("a spent session does not open");
    TRY(e);
    TRY(buf_end(&plain, &view));
    struct bytes digest_copy, token_copy;
    TRY(arena_copy(a, row_digest, &digest_copy));
    TRY(arena_copy(a, view, &token_copy));
    *digest = digest_copy;
    *token = token_copy;
    return OK;
}

struct err store_spent_find(struct store *s, struct arena *a, struct bytes session, struct bytes *digest,
                            struct bytes *token)
{
    bool is_spent = false;
    struct err e = has_row(s, session, &is_spent);
    if (!failed(e))
        e = is_spent ? open_row(s, a, session, digest, token) : FAIL(ERR_ABSENT, "this session has not attested");
    store_db_reset(s, STORE_SQL_SPENT);
    return e;
}

struct err store_spent_expire(struct store *s, int64_t now_sec)
{
    TRY(store_db_bind_int(s, STORE_SQL_EXPIRE, 1, (uint64_t)(now_sec < 0 ? 0 : now_sec)));
    struct err e = store_db_step(s, STORE_SQL_EXPIRE);
    if (failed(e) && s->in_transaction)
        s->is_spoilt = true;
    return e;
}
