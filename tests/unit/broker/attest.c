/* proves: R9 R14 M-NONCE M-JWE M-AUD T-ATT-01 T-ATT-02 */
/*
 * What keys does with a worker's answer: a worker that was taken over cannot answer for another session or another
 * body, and a session that has not attested gets nothing.
 */
#include <fcntl.h>

#include "broker/keys/workers.h"
#include "keys_place.h"

#define BODY "the body of the request"

static struct place p;
static struct session session;
static struct bytes cookie;

static int setup(void **state)
{
    (void)state;
    place_new(&p);
    assert_ok(session_begin(TEE_TPM, NOW, 300, &session));
    assert_ok(session_seal(&p.keys->sessions, &p.arena, &session, NOW, &cookie));
    return fcntl(p.front.fd, F_SETFL, fcntl(p.front.fd, F_GETFL) | O_NONBLOCK);
}

static int teardown(void **state)
{
    (void)state;
    place_clear(&p);
    return 0;
}

/* The answer of an honest worker about `body`. */
static struct appraise_verdict honest(const char *body)
{
    char nonce[45];
    char submods[2048];
    struct digest digest;
    struct bytes key = place_key(&p, "ECDH-ES+A256KW");
    struct appraise_verdict m = {.code = ERR_OK,
                                 .generation = p.keys->trust_generation,
                                 .verdict = VERDICT_AFFIRMING,
                                 .tee_key = key,
                                 .findings = BYTES_EMPTY,
                                 .at = BYTES_EMPTY};
    assert_ok(session_nonce_text(&session, nonce));
    assert_ok(arena_copy(&p.arena, bytes_of_text(nonce), &m.nonce));
    assert_ok(hash_of(HASH_SHA256, bytes_of_text(body), &digest));
    assert_ok(arena_copy(&p.arena, digest_view(&digest), &m.body_digest));
    (void)snprintf(submods, sizeof(submods),
                   "[{\"name\":\"cpu0\",\"policy\":\"default\",\"vector\":{\"executables\":3},\"annotated\":{"
                   "\"init_data\":\"" WORKLOAD "\",\"runtime_data_claims\":{\"nonce\":\"%s\",\"tee-pubkey\":%.*s}}}]",
                   nonce, (int)key.n, (const char *)key.p);
    assert_ok(arena_copy(&p.arena, bytes_of_text(submods), &m.submods));
    return m;
}

static void receive(struct keys_reply *out)
{
    struct message m;
    group_flush(p.keys);
    *out = (struct keys_reply){.error = UINT16_MAX, .body = BYTES_EMPTY};
    if (!failed(channel_recv(&p.front, &m)))
        assert_ok(keys_reply_decode(m.body, out));
}

/* Gives the worker's answer to a ticket of this generation; true if the ticket must be issued again. */
static bool give_to(uint64_t generation, const char *body, const struct appraise_verdict *m, struct keys_reply *out)
{
    struct arena a;
    struct digest digest;
    struct pending *ticket;
    struct caller c = {.keys = p.keys, .link = &p.keys->front, .id = 7, .peer = BYTES_LIT("peer")};
    assert_ok(pending_new(&c, APPRAISE_TICKET, &session, bytes_of_text(body), BYTES_EMPTY, &ticket));
    assert_ok(hash_of(HASH_SHA256, bytes_of_text(body), &digest));
    memcpy(ticket->body_digest, digest.p, sizeof(ticket->body_digest));
    ticket->generation = generation;
    arena_init(&a, REQUEST_ARENA_MAX);
    bool again = attest_on_verdict(p.keys, &a, ticket, m);
    arena_clear(&a);
    mem_free(ticket);
    receive(out);
    return again;
}

static bool give(const char *body, const struct appraise_verdict *m, struct keys_reply *out)
{
    return give_to(p.keys->trust_generation, body, m, out);
}

static void refused(const char *row, const struct appraise_verdict *m, uint16_t error, enum reason reason)
{
    struct keys_reply r;
    ROW(row);
    assert_false(give(BODY, m, &r));
    if (r.error != error || r.reason != reason || r.body.n != 0 || r.cookie.n != 0)
        fail_msg("row '%s': error %u reason %s, %zu bytes", row, r.error, reason_code(r.reason), r.body.n);
}

static void an_answer_about_something_else_is_refused(void **state)
{
    (void)state;
    struct bytes other = honest("another body").body_digest;
    struct keys_reply r;
    struct appraise_verdict m = honest(BODY);
    m.body_digest = other;
    refused("another body", &m, KBS_ERROR_ATTEST, REASON_SESSION_TICKET);
    m.body_digest = BYTES_EMPTY;
    refused("no body", &m, KBS_ERROR_ATTEST, REASON_SESSION_TICKET);
    m = honest(BODY);
    m.nonce = BYTES_LIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    refused("another nonce", &m, KBS_ERROR_ATTEST, REASON_SESSION_TICKET);
    m.nonce = BYTES_EMPTY;
    refused("no nonce", &m, KBS_ERROR_ATTEST, REASON_SESSION_TICKET);
    m = honest(BODY);
    assert_false(give(BODY, &m, &r)); /* and none of the rows above spent the session */
    assert_int_equal(r.error, 0);
    assert_true(r.body.n != 0 && r.cookie.n != 0);
}

static void a_key_that_nothing_can_be_sealed_to_is_refused(void **state)
{
    (void)state;
    struct appraise_verdict m = honest(BODY);
    m.tee_key = BYTES_LIT("{");
    refused("no JSON", &m, KBS_ERROR_ATTEST, REASON_KEY_MALFORMED);
    m.tee_key = BYTES_LIT("{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ECDH-ES+A256KW\",\"x\":\"AA\",\"y\":\"AA\"}");
    refused("off the curve", &m, KBS_ERROR_ATTEST, REASON_KEY_MALFORMED);
    m.tee_key = place_key(&p, "RSA1_5");
    refused("another algorithm", &m, KBS_ERROR_ATTEST, REASON_KEY_MALFORMED);
}

static void a_refusal_of_the_worker_stays_one(void **state)
{
    (void)state;
    struct appraise_verdict m = honest(BODY);
    m.code = ERR_UNVERIFIED;
    m.reason = REASON_SNP_SIGNATURE;
    refused("a refusal", &m, KBS_ERROR_ATTEST, REASON_SNP_SIGNATURE);
    m.reason = REASON_COUNT;
    refused("an unknown reason", &m, KBS_ERROR_ATTEST, REASON_EVIDENCE_MALFORMED);
    m.code = ERR_UNSET;
    m.reason = REASON_KEY_BINDING;
    refused("no code", &m, KBS_ERROR_UNAVAILABLE, REASON_KEY_BINDING);
    m.code = UINT16_MAX;
    refused("an unknown code", &m, KBS_ERROR_UNAVAILABLE, REASON_KEY_BINDING);
}

#define SUBMOD(name_, vector_)                                                                                         \
    "{\"name\":\"" name_ "\",\"policy\":\"default\",\"vector\":{" vector_ "},\"annotated\":{}}"

static void a_verdict_without_an_appraisal_makes_no_token(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "[]",
        "{}",
        "[{}]",
        "[" SUBMOD("", "") "]",
        "[" SUBMOD("cpu0", "\"executables\":258") "]", /* 2 if it were cut */
        "[" SUBMOD("0", "") "," SUBMOD("1", "") "," SUBMOD("2", "") "," SUBMOD("3", "") "," SUBMOD("4", "") "," SUBMOD(
            "5", "") "," SUBMOD("6", "") "," SUBMOD("7", "") "," SUBMOD("8", "") "," SUBMOD("9", "") "]",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keys_reply r;
        struct appraise_verdict m = honest(BODY);
        m.submods = bytes_of_text(rows[i]);
        assert_false(give(BODY, &m, &r));
        if (r.error != KBS_ERROR_ATTEST || r.body.n != 0 || r.cookie.n != 0)
            fail_msg("'%s' passed: error %u", rows[i], r.error);
    }
}

/* Revoked or changed meanwhile: the old verdict is worth nothing, and the evidence is looked at again. */
static void a_verdict_of_another_generation_is_asked_again(void **state)
{
    (void)state;
    struct keys_reply r;
    struct appraise_verdict m = honest(BODY);
    m.generation--;
    assert_true(give(BODY, &m, &r));
    assert_int_equal(r.error, UINT16_MAX); /* no reply */
    m = honest(BODY);
    p.keys->trust_generation++; /* while the worker was at it */
    assert_true(give_to(m.generation, BODY, &m, &r));
    assert_int_equal(r.error, UINT16_MAX);
}

static void a_session_is_spent_by_its_first_body(void **state)
{
    (void)state;
    struct keys_reply r;
    struct bytes first;
    struct appraise_verdict m = honest(BODY);
    assert_false(give(BODY, &m, &r));
    assert_int_equal(r.error, 0);
    assert_ok(arena_copy(&p.arena, r.body, &first));
    assert_false(give(BODY, &m, &r));
    assert_bytes(r.body, first);
    m = honest("another body");
    assert_false(give("another body", &m, &r));
    assert_int_equal(r.error, KBS_ERROR_ATTEST);
    assert_int_equal(r.reason, REASON_SESSION_SPENT);
    assert_int_equal(r.body.n + r.cookie.n, 0);
}

static void ask(struct bytes with, struct keys_reply *out)
{
    struct arena a;
    struct keys_resource request = {.peer = BYTES_LIT("peer"),
                                    .method = BYTES_LIT("GET"),
                                    .path = BYTES_LIT("resource/" PATH),
                                    .query = BYTES_EMPTY,
                                    .cookie = with,
                                    .bearer = BYTES_EMPTY};
    struct caller c = {.keys = p.keys, .link = &p.keys->front, .id = 7, .peer = request.peer};
    arena_init(&a, REQUEST_ARENA_MAX);
    keys_on_resource(&c, &a, &request);
    arena_clear(&a);
    receive(out);
}

/* The cookie of before the attestation is no way in, not even once the session has attested. */
static void only_the_cookie_of_the_attestation_releases(void **state)
{
    (void)state;
    struct keys_reply r;
    struct bytes attested;
    struct appraise_verdict m = honest(BODY);
    ask(cookie, &r);
    assert_int_equal(r.reason, REASON_SESSION_STATE);
    assert_false(give(BODY, &m, &r));
    assert_ok(arena_copy(&p.arena, r.cookie, &attested));
    ask(cookie, &r);
    assert_int_equal(r.error, KBS_ERROR_TOKEN_NOT_FOUND);
    assert_int_equal(r.reason, REASON_SESSION_STATE);
    assert_int_equal(r.body.n, 0);
    ask(attested, &r);
    assert_int_equal(r.error, 0);
    assert_true(r.body.n != 0);
    p.keys->now_override_sec = NOW + 300;
    ask(attested, &r);
    assert_int_equal(r.error, KBS_ERROR_TOKEN_NOT_FOUND);
    assert_int_equal(r.reason, REASON_SESSION_EXPIRED);
    assert_int_equal(r.body.n, 0);
}

static void attesting_needs_a_session_that_lives(void **state)
{
    (void)state;
    const struct {
        struct bytes cookie;
        int64_t now_sec;
        enum reason reason;
    } rows[] = {
        {BYTES_EMPTY, NOW, REASON_SESSION_MISSING},
        {BYTES_LIT("AAAA"), NOW, REASON_SESSION_UNKNOWN},
        {cookie, NOW + 300, REASON_SESSION_EXPIRED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena a;
        struct keys_reply r;
        struct keys_attest m = {.peer = BYTES_LIT("peer"), .cookie = rows[i].cookie, .body = BYTES_LIT(BODY)};
        struct caller c = {.keys = p.keys, .link = &p.keys->front, .id = 7, .peer = m.peer};
        p.keys->now_override_sec = rows[i].now_sec;
        arena_init(&a, REQUEST_ARENA_MAX);
        keys_on_attest(&c, &a, &m);
        arena_clear(&a);
        receive(&r);
        assert_int_equal(r.error, KBS_ERROR_ATTEST);
        assert_int_equal(r.reason, rows[i].reason);
        assert_int_equal(p.keys->queue_count, 0);
    }
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(an_answer_about_something_else_is_refused),
        T(a_key_that_nothing_can_be_sealed_to_is_refused),
        T(a_refusal_of_the_worker_stays_one),
        T(a_verdict_without_an_appraisal_makes_no_token),
        T(a_verdict_of_another_generation_is_asked_again),
        T(a_session_is_spent_by_its_first_body),
        T(only_the_cookie_of_the_attestation_releases),
        T(attesting_needs_a_session_that_lives),
    };
    return cmocka_run_group_tests_name("broker/attest", tests, NULL, NULL);
}
