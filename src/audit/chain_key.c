/*
 * The key in force of an audit log, and how a log goes over to another one: a line names the next key, the head behind
 * it is signed by the old key, and the head behind that by the new one.
 */
#include "audit/chain.h"

#include <assert.h>

#include "codec/base64.h"

#define SPKI_MAX 512

struct err audit_signer_init(struct audit_signer *s, const struct key *key)
{
    enum key_kind kind = key_kind_of(key);
    if (kind != KEY_EC_P256 && kind != KEY_ED25519)
        return FAIL(ERR_UNSUPPORTED, "an audit key is P-256 or Ed25519");
    SCOPED(buf) struct buf spki;
    SCOPED(buf) struct buf id;
    struct bytes text;
    struct digest d;
    buf_init(&spki, SPKI_MAX);
    buf_init(&id, sizeof(s->id));
    TRY(key_spki(key, &spki));
    TRY(hash_of(HASH_SHA256, buf_view(&spki), &d));
    base64_encode(BASE64_URL, digest_view(&d), &id);
    TRY(buf_end(&id, &text));
    assert(text.n < sizeof(s->id));
    *s = (struct audit_signer){.key = key, .alg = kind == KEY_EC_P256 ? SIG_ECDSA_SHA256 : SIG_ED25519};
    memcpy(s->id, text.p, text.n);
    return OK;
}

void audit_change_clear(struct audit_change *change)
{
    key_free(change->owned);
    *change = (struct audit_change){.owned = NULL};
}

struct err audit_change_detail(struct arena *a, const struct key *next, const struct json **out)
{
    SCOPED(buf) struct buf spki;
    struct bytes text;
    struct json_object o;
    buf_init(&spki, SPKI_MAX);
    TRY(key_spki(next, &spki));
    TRY(base64_encode_arena(a, BASE64_URL, buf_view(&spki), &text));
    json_object_init(&o, a);
    json_object_string(&o, "key", text);
    return json_object_end(&o, out);
}

struct err audit_change_read(struct arena *a, const struct json *line, struct audit_change *change)
{
    struct bytes text, spki;
    const struct json *detail;
    audit_change_clear(change);
    TRY(json_need_object(line, "detail", &detail));
    TRY(json_need_string(detail, "key", &text));
    TRY(base64_decode(a, BASE64_URL, text, &spki));
    TRY(key_from_spki(spki, &change->owned));
    return audit_signer_init(&change->next, change->owned);
}

const struct audit_signer *audit_signer_named(const struct audit_chain *c, struct bytes key_id)
{
    if (bytes_is(key_id, c->signer.id))
        return &c->signer;
    return c->change.is_closed && bytes_is(key_id, c->change.next.id) ? &c->change.next : NULL;
}

void audit_chain_signed(struct audit_chain *c, const struct audit_signer *by)
{
    c->has_own_head = true;
    c->awaits_own_head = false;
    if (by == &c->change.next) {
        key_free(c->owned);
        c->owned = c->change.owned;
        c->signer = c->change.next;
        c->change = (struct audit_change){.owned = NULL};
    } else if (c->change.owned != NULL && !c->change.is_closed) {
        c->change.is_closed = true;
    } else {
        audit_change_clear(&c->change);
    }
}
