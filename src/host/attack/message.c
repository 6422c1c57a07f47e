#include "host/attack/message.h"

#include "codec/hex.h"
#include "host/attack/forger.h"
#include "host/attack/software_key.h"
#include "host/attack/token.h"
#include "rats/eventlog.h"

/* What a changed exchange came to: released, or refused by the broker or by the guest's own code. */
static struct err conclude(struct arena *a, struct err e, const struct exchange *x, const char *resource,
                           struct outcome *out)
{
    struct outcome o = {.kind = OUTCOME_OK, .by = BYTES_LIT("broker"), .resource = bytes_of_text(resource)};
    if (failed(e) && e.code != ERR_DENIED && e.code != ERR_UNVERIFIED)
        return e;
    if (failed(e))
        o = outcome_of_error(e, e.code == ERR_DENIED ? "broker" : "guest");
    else
        TRY(hex_encode_arena(a, digest_view(&x->resource_digest), &o.sha256));
    TRY(arena_copy(a, bytes_of_text(x->kbs.challenge.session), &o.session));
    *out = o;
    return OK;
}

/* The point that an attack changes. `honest` was accepted; `x` is empty. */
typedef struct err change_fn(struct forger *f, struct exchange *honest, struct exchange *x);

static struct err attempt(struct arena *a, const struct host_option *options, change_fn *change, struct outcome *out,
                          bool *is_misuse)
{
    SCOPED(forger) struct forger f = {.swtpm = -1, .fd = -1};
    SCOPED(exchange) struct exchange honest = {0};
    SCOPED(exchange) struct exchange x = {0};
    TRY(forger_open(&f, a, options, is_misuse));
    struct err e = forger_exchange(&f, &honest);
    if (change == NULL)
        return conclude(a, e, &honest, f.resource, out);
    if (failed(e)) {
        fprintf(stderr, "the honest exchange was not accepted: %s (status %d)\n", e.at, honest.kbs.status);
        return FAIL(ERR_STATE, "the honest exchange was not accepted, so the attack would prove nothing");
    }
    e = change(&f, &honest, &x);
    const struct exchange *last = x.kbs.challenge.nonce.n > 0 ? &x : &honest;
    return conclude(a, e, last, f.resource, out);
}

/* Attest with what `x` holds, and get the resource if that was accepted. */
static struct err attest_and_fetch(struct forger *f, struct exchange *x)
{
    TRY(forger_attest(f, x));
    return forger_fetch(x, f->resource);
}

static struct err replay(struct forger *f, struct exchange *honest, struct exchange *x)
{
    TRY(forger_challenge(f, x));
    x->evidence = honest->evidence;
    return attest_and_fetch(f, x);
}

static struct err relay(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)honest;
    SCOPED_KEY struct key *other = NULL;
    TRY(forger_challenge(f, x));
    TRY(forger_quote(f, x));
    TRY(forger_evidence(f, x, f->event_log));
    TRY(key_generate(KEY_EC_P256, &other));
    key_free(x->kbs.tee_key);
    x->kbs.tee_key = other;
    other = NULL;
    return attest_and_fetch(f, x);
}

static struct err eventlog(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)honest;
    struct eventlog log;
    void *copy;
    TRY(eventlog_decode(f->arena, f->event_log, HASH_SHA256, &log));
    if (log.count == 0)
        return FAIL(ERR_FORMAT, "the event log is empty");
    TRY(arena_alloc(f->arena, f->event_log.n, &copy));
    memcpy(copy, f->event_log.p, f->event_log.n);
    ((uint8_t *)copy)[log.events[log.count - 1].digest.p - f->event_log.p] ^= 1;
    TRY(forger_challenge(f, x));
    TRY(forger_quote(f, x));
    TRY(forger_evidence(f, x, bytes_of(copy, f->event_log.n)));
    return attest_and_fetch(f, x);
}

/* A fresh quote makes other evidence; the session has had its one. */
static struct err session_reuse(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)x;
    TRY(forger_quote(f, honest));
    TRY(forger_evidence(f, honest, f->event_log));
    return attest_and_fetch(f, honest);
}

static struct err token_bit(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)x;
    struct bytes changed;
    TRY(token_flip(f->arena, honest->kbs.token, &changed));
    return token_use(f->client, f->resource, changed);
}

static struct err token_foreign_key(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)x;
    struct bytes changed;
    TRY(token_sign_again(f->arena, honest->kbs.token, &changed));
    return token_use(f->client, f->resource, changed);
}

/* The reply is sealed to the guest's key; a thief has another. */
static struct err token_stolen(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)x;
    SCOPED_KEY struct key *other = NULL;
    TRY(key_generate(KEY_EC_P256, &other));
    key_free(honest->kbs.tee_key);
    honest->kbs.tee_key = other;
    other = NULL;
    return forger_fetch(honest, f->resource);
}

static struct err other_resource(struct forger *f, struct exchange *honest, struct exchange *x)
{
    (void)x;
    if (f->other_resource == NULL)
        return FAIL(ERR_FORMAT, "--other-resource is missing");
    return forger_fetch(honest, f->other_resource);
}

/* The thief has the EK's certificate, which is public, but its TPM opens a credential only for a key of its own. */
static struct err forged_software(struct forger *f, struct exchange *honest, struct exchange *x)
{
    SCOPED_KEY struct key *key = NULL;
    struct tpm_identity genuine = f->identity;
    struct tpm_identity forged;
    TRY(software_key_make(f->arena, &genuine, &key, &forged));
    f->identity = forged;
    struct err e = forger_challenge(f, x);
    if (e.code == ERR_UNVERIFIED)
        e = secret_copy(secret_borrow(&honest->credential_secret), &x->credential_secret);
    f->identity = genuine;
    TRY(e);
    TRY(forger_quote(f, x));
    TRY(software_key_sign(f->arena, key, x->quote.message, &x->quote.signature));
    f->identity = forged;
    e = forger_evidence(f, x, f->event_log);
    f->identity = genuine;
    TRY(e);
    return attest_and_fetch(f, x);
}

#define ATTACK(name_, change_)                                                                                         \
    struct err attack_##name_(struct arena *a, const struct host_option *options, struct outcome *out,                 \
                              bool *is_misuse)                                                                         \
    {                                                                                                                  \
        return attempt(a, options, change_, out, is_misuse);                                                           \
    }

ATTACK(replay, replay)
ATTACK(relay, relay)
ATTACK(eventlog, eventlog)
ATTACK(session_reuse, session_reuse)
ATTACK(token_bit, token_bit)
ATTACK(token_foreign_key, token_foreign_key)
ATTACK(token_stolen, token_stolen)
ATTACK(other_resource, other_resource)
ATTACK(forged_software, forged_software)
ATTACK(forged_boot, NULL)
