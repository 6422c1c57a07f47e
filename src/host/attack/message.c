#include "host/attack/message.h"

#include "codec/hex.h"
#include "host/attack/forger.h"
#include "host/attack/software_key.h"
#include "host/attack/token.h"
#include "rats/eventlog.h"

/* The point that an attack changes. `honest` was accepted; `x` is empty. */
typedef struct err change_fn(struct forger *f, struct exchange *honest, struct exchange *x);

struct attempt {
    change_fn *change;      /* NULL: nothing is changed */
    bool is_other_resource; /* asks for --other-resource */
    bool has_no_session;    /* a token alone: the honest session would lead to the wrong record of the audit log */
};

/* What a changed exchange came to: released, or refused by the broker or by the guest's own code. */
static struct err conclude(struct arena *a, struct err e, const struct exchange *x, struct outcome *out)
{
    struct outcome o = {.kind = OUTCOME_OK, .by = BYTES_LIT("broker")};
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

static struct err run(struct arena *a, struct forger *f, const struct attempt *attempt, struct outcome *out)
{
    SCOPED(exchange) struct exchange honest = {0};
    SCOPED(exchange) struct exchange x = {0};
    struct err e = forger_exchange(f, &honest);
    if (attempt->change == NULL)
        return conclude(a, e, &honest, out);
    if (failed(e)) {
        fprintf(stderr, "the honest exchange was not accepted: %s (status %d)\n", e.at, honest.kbs.status);
        return FAIL(ERR_STATE, "the honest exchange was not accepted, so the attack would prove nothing");
    }
    e = attempt->change(f, &honest, &x);
    return conclude(a, e, x.kbs.challenge.nonce.n > 0 ? &x : &honest, out);
}

static struct err attempt_run(struct arena *a, const struct host_option *options, const struct attempt *attempt,
                              struct outcome *out, bool *is_misuse)
{
    SCOPED(forger) struct forger f = {.swtpm = -1, .fd = -1};
    TRY(forger_open(&f, a, options, is_misuse));
    *is_misuse = attempt->is_other_resource && f.other_resource == NULL;
    if (*is_misuse)
        return FAIL(ERR_FORMAT, "--other-resource is missing");
    TRY(run(a, &f, attempt, out));
    out->resource = bytes_of_text(attempt->is_other_resource ? f.other_resource : f.resource);
    if (attempt->has_no_session)
        out->session = BYTES_EMPTY;
    return OK;
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
    /* The whole of the old message, byte for byte, in a new session: its evidence, its nonce, its key. */
    struct key *fresh = x->kbs.tee_key;
    x->evidence = honest->evidence;
    x->kbs.challenge.nonce = honest->kbs.challenge.nonce;
    x->kbs.tee_key = honest->kbs.tee_key;
    honest->kbs.tee_key = fresh;
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

#define ATTACK(name_, ...)                                                                                             \
    struct err attack_##name_(struct arena *a, const struct host_option *options, struct outcome *out,                 \
                              bool *is_misuse)                                                                         \
    {                                                                                                                  \
        return attempt_run(a, options, &(const struct attempt){__VA_ARGS__}, out, is_misuse);                          \
    }

ATTACK(replay, .change = replay)
ATTACK(relay, .change = relay)
ATTACK(eventlog, .change = eventlog)
ATTACK(session_reuse, .change = session_reuse)
ATTACK(token_bit, .change = token_bit, .has_no_session = true)
ATTACK(token_foreign_key, .change = token_foreign_key, .has_no_session = true)
ATTACK(token_stolen, .change = token_stolen)
ATTACK(other_resource, .change = other_resource, .is_other_resource = true)
ATTACK(forged_software, .change = forged_software)
ATTACK(forged_boot, .change = NULL)
