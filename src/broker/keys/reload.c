#include "broker/keys/reload.h"

#include "base/limits.h"
#include "broker/keys/group.h"
#include "broker/keys/token.h"
#include "jose/jwk.h"
#include "sys/file.h"

static struct err read_key(int fd, struct key **out)
{
    SCOPED(secret) struct secret pem = {0};
    TRY(file_read_secret_fd(fd, &pem));
    return key_from_pem(secret_borrow(&pem), true, out);
}

static struct err is_same(const struct key *a, const struct key *b, bool *out)
{
    SCOPED(buf) struct buf left;
    SCOPED(buf) struct buf right;
    buf_init(&left, 4 * KIB);
    buf_init(&right, 4 * KIB);
    TRY(key_spki(a, &left));
    TRY(key_spki(b, &right));
    *out = bytes_equal(buf_view(&left), buf_view(&right));
    return OK;
}

static struct err change_audit_key(struct keys *k, struct key **next)
{
    TRY(audit_change_key(k->audit, *next, keys_now_sec(k)));
    key_free(k->audit_key);
    k->audit_key = *next;
    *next = NULL;
    return OK;
}

/* The record is durable before the first token of the key leaves. */
static struct err change_token_key(struct keys *k, struct key **next, struct bytes header_text)
{
    struct bytes kid;
    struct audit_event event = {
        .kind = "token.key", .session = BYTES_EMPTY, .evidence = BYTES_EMPTY, .rule = BYTES_EMPTY};
    struct arena a;
    arena_init(&a, 64 * KIB);
    struct err e = jwk_thumbprint(&a, *next, &kid);
    event.subject = kid;
    if (!failed(e))
        e = group_audit(k, &event);
    if (!failed(e))
        e = audit_sync(k->audit, keys_now_sec(k));
    arena_clear(&a);
    audit_drop(k->audit); /* the group held this line alone */
    k->group_failed = false;
    TRY(e);
    signer_use(k, *next, header_text);
    *next = NULL;
    return OK;
}

struct err keys_reload(struct keys *k, int token_fd, int audit_fd)
{
    SCOPED_KEY struct key *token = NULL;
    SCOPED_KEY struct key *audit = NULL;
    struct bytes header_text;
    bool same_token, same_audit;
    TRY(read_key(token_fd, &token));
    TRY(read_key(audit_fd, &audit));
    TRY(signer_header(token, &k->setup, &header_text));
    TRY(is_same(token, k->signer.key, &same_token));
    TRY(is_same(audit, k->audit_key, &same_audit));
    group_flush(k);
    if (!same_audit)
        TRY(change_audit_key(k, &audit));
    if (!same_token)
        TRY(change_token_key(k, &token, header_text));
    return OK;
}
