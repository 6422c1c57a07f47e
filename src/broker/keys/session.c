#include "broker/keys/session.h"

#include "base/limits.h"
#include "base/rd.h"
#include "codec/base64.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#define COOKIE_FORM 1
#define HOUR        3600

/*
 * The cookie: form u8, hour u64 (names the key), id[32], iv[12], sealed body, tag[16]; in base64url. The hour, the id
 * and the purpose are authenticated with it. A key is used for at most two hours: a session begun at the end of one is
 * still readable in the next.
 */

void session_keys_clear(struct session_keys *k)
{
    secret_clear(&k->key[0]);
    secret_clear(&k->key[1]);
    *k = (struct session_keys){0};
}

/* The key of an hour: the current hour's is made on demand, older ones than the last are gone. */
static struct err key_of_hour(struct session_keys *k, int64_t hour, int64_t now_sec, const struct secret **out)
{
    size_t slot = (size_t)(hour & 1);
    if (k->hour[slot] == hour && k->key[slot].p != NULL) {
        *out = &k->key[slot];
        return OK;
    }
    if (hour != now_sec / HOUR)
        return REFUSE(ERR_UNVERIFIED, REASON_SESSION_UNKNOWN, "the session's key is gone");
    struct secret fresh;
    TRY(secret_new(32, &fresh));
    struct err e = random_bytes(fresh.p, 32);
    if (failed(e)) {
        secret_clear(&fresh);
        return e;
    }
    secret_clear(&k->key[slot]);
    k->key[slot] = fresh;
    k->hour[slot] = hour;
    *out = &k->key[slot];
    return OK;
}

static struct err derive(const struct secret *hour_key, struct bytes id, struct bytes purpose, struct secret *out)
{
    return hkdf(secret_borrow(hour_key), id, purpose, 32, out);
}

struct err session_begin(enum tee tee, int64_t now_sec, int64_t lifetime_sec, struct session *out)
{
    struct session s = {
        .state = SESSION_AUTHED, .tee = tee, .begun_hour = now_sec / HOUR, .expires_at_sec = now_sec + lifetime_sec};
    TRY(random_bytes(s.nonce, sizeof(s.nonce)));
    char text[45];
    TRY(session_nonce_text(&s, text));
    struct digest id;
    TRY(hash_of(HASH_SHA256, bytes_of_text(text), &id));
    memcpy(s.id, id.p, SESSION_ID);
    *out = s;
    return OK;
}

struct err session_nonce_text(const struct session *s, char out[45])
{
    SCOPED(buf) struct buf b;
    buf_init(&b, 64);
    base64_encode(BASE64_PADDED, BYTES_OF(s->nonce), &b);
    struct bytes text;
    TRY(buf_end(&b, &text));
    if (text.n != 44)
        return FAIL(ERR_BUG, "a nonce of another length");
    memcpy(out, text.p, 44);
    out[44] = '\0';
    return OK;
}

static void encode_body(const struct session *s, struct buf *b)
{
    buf_u8(b, (uint8_t)s->state);
    buf_u16le(b, (uint16_t)s->tee);
    buf_u64le(b, (uint64_t)s->begun_hour);
    buf_u64le(b, (uint64_t)s->expires_at_sec);
    buf_add(b, BYTES_OF(s->nonce));
    buf_u8(b, s->has_tpm ? 1 : 0);
    buf_add(b, BYTES_OF(s->ek_digest));
    buf_prefix16be(b, bytes_of(s->ak_name, s->ak_name_len));
}

static struct err decode_body(struct bytes in, struct session *out)
{
    struct rd r = rd_of(in);
    uint8_t state;
    uint8_t has_tpm;
    uint16_t tee;
    uint64_t begun;
    uint64_t expires;
    struct bytes nonce;
    struct bytes ek;
    struct bytes name;
    TRY(rd_u8(&r, &state));
    TRY(rd_u16le(&r, &tee));
    TRY(rd_u64le(&r, &begun));
    TRY(rd_u64le(&r, &expires));
    TRY(rd_take(&r, SESSION_NONCE, &nonce));
    TRY(rd_u8(&r, &has_tpm));
    TRY(rd_take(&r, sizeof(out->ek_digest), &ek));
    TRY(rd_prefix16be(&r, &name));
    TRY(rd_end(&r));
    if ((state != SESSION_AUTHED && state != SESSION_ATTESTED) || tee == TEE_NONE || tee >= TEE_COUNT ||
        name.n > SESSION_NAME_MAX)
        return FAIL(ERR_BUG, "a sealed session of our own holds nonsense");
    out->state = (enum session_state)state;
    out->tee = (enum tee)tee;
    out->begun_hour = (int64_t)begun;
    out->expires_at_sec = (int64_t)expires;
    memcpy(out->nonce, nonce.p, nonce.n);
    out->has_tpm = has_tpm == 1;
    memcpy(out->ek_digest, ek.p, ek.n);
    memcpy(out->ak_name, name.p, name.n);
    out->ak_name_len = name.n;
    return OK;
}

static void frame(struct buf *b, int64_t hour, const uint8_t *id)
{
    buf_u8(b, COOKIE_FORM);
    buf_u64le(b, (uint64_t)hour);
    buf_add(b, bytes_of(id, SESSION_ID));
}

struct err session_seal(struct session_keys *k, struct arena *a, const struct session *s, int64_t now_sec,
                        struct bytes *out)
{
    const struct secret *hour_key;
    int64_t hour = now_sec / HOUR;
    TRY(key_of_hour(k, hour, now_sec, &hour_key));
    SCOPED(secret) struct secret key = {0};
    TRY(derive(hour_key, BYTES_OF(s->id), BYTES_LIT("session cookie"), &key));
    SCOPED(buf) struct buf plain;
    SCOPED(buf) struct buf cookie;
    buf_init(&plain, 512);
    buf_init(&cookie, 1024);
    encode_body(s, &plain);
    frame(&cookie, hour, s->id);
    struct bytes aad_view;
    TRY(buf_end(&cookie, &aad_view));
    struct bytes aad;
    TRY(arena_copy(a, aad_view, &aad));
    uint8_t iv[AEAD_IV];
    uint8_t tag[AEAD_TAG];
    TRY(random_bytes(iv, sizeof(iv)));
    buf_add(&cookie, BYTES_OF(iv));
    TRY(aead_seal(secret_borrow(&key), BYTES_OF(iv), aad, buf_view(&plain), &cookie, tag));
    buf_add(&cookie, BYTES_OF(tag));
    struct bytes whole;
    TRY(buf_end(&cookie, &whole));
    return base64_encode_arena(a, BASE64_URL, whole, out);
}

struct opened { /* the frame of a cookie, not believed yet */
    int64_t hour;
    struct bytes aad, id, iv, sealed, tag;
};

static struct err split(struct arena *a, struct bytes cookie, struct opened *out)
{
    if (cookie.n > COOKIE_MAX)
        return FAIL(ERR_FORMAT, "a cookie of that length is not ours");
    struct bytes raw;
    TRY(base64_decode(a, BASE64_URL, cookie, &raw));
    struct rd r = rd_of(raw);
    uint8_t form;
    uint64_t hour;
    TRY(rd_u8(&r, &form));
    TRY(rd_u64le(&r, &hour));
    TRY(rd_take(&r, SESSION_ID, &out->id));
    out->aad = bytes_of(raw.p, raw.n - rd_left(&r));
    TRY(rd_take(&r, AEAD_IV, &out->iv));
    if (form != COOKIE_FORM || hour > INT64_MAX || rd_left(&r) < AEAD_TAG)
        return FAIL(ERR_FORMAT, "the frame of the cookie is not ours");
    TRY(rd_take(&r, rd_left(&r) - AEAD_TAG, &out->sealed));
    TRY(rd_take(&r, AEAD_TAG, &out->tag));
    out->hour = (int64_t)hour;
    return rd_end(&r);
}

struct err session_open(struct session_keys *k, struct arena *a, struct bytes cookie, int64_t now_sec,
                        struct session *out)
{
    struct opened o;
    if (failed(split(a, cookie, &o)))
        return REFUSE(ERR_UNVERIFIED, REASON_SESSION_UNKNOWN, "the cookie is malformed");
    const struct secret *hour_key;
    TRY(key_of_hour(k, o.hour, now_sec, &hour_key));
    SCOPED(secret) struct secret key = {0};
    TRY(derive(hour_key, o.id, BYTES_LIT("session cookie"), &key));
    SCOPED(buf) struct buf plain;
    buf_init(&plain, 512);
    TRY_AS(REASON_SESSION_UNKNOWN, aead_open_public(secret_borrow(&key), o.iv, o.aad, o.sealed, o.tag, &plain));
    struct session s = {0};
    TRY(decode_body(buf_view(&plain), &s));
    memcpy(s.id, o.id.p, SESSION_ID);
    if (now_sec >= s.expires_at_sec)
        return REFUSE(ERR_STALE, REASON_SESSION_EXPIRED, "the session has expired");
    *out = s;
    return OK;
}

struct err session_proof(struct session_keys *k, const struct session *s, int64_t now_sec, struct secret *out)
{
    const struct secret *hour_key;
    TRY(key_of_hour(k, s->begun_hour, now_sec, &hour_key));
    return derive(hour_key, BYTES_OF(s->id), BYTES_LIT("tpm credential"), out);
}
