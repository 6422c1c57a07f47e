/* proves: R9 M-NONCE T-ATT-01 */
/* The session cookie: for how long it opens, and that nothing but its own bytes opens. */
#include "broker/keys/session.h"

#include "base/limits.h"
#include "check.h"

#define BEGUN    (500000 * 3600LL) /* the first second of an hour */
#define LIFETIME 300

static struct session_keys keys;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 * MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_keys_clear(&keys);
    arena_clear(&arena);
    return 0;
}

static struct bytes cookie_of(int64_t now_sec, int64_t lifetime_sec, struct session *s)
{
    struct bytes cookie;
    assert_ok(session_begin(TEE_TPM, now_sec, lifetime_sec, s));
    assert_ok(session_seal(&keys, &arena, s, now_sec, &cookie));
    return cookie;
}

static void a_cookie_opens_until_its_session_expires(void **state)
{
    (void)state;
    struct session s;
    struct session out;
    struct bytes cookie = cookie_of(BEGUN, LIFETIME, &s);
    assert_ok(session_open(&keys, &arena, cookie, BEGUN + LIFETIME - 1, &out));
    assert_bytes(BYTES_OF(out.id), BYTES_OF(s.id));
    assert_bytes(BYTES_OF(out.nonce), BYTES_OF(s.nonce));
    assert_int_equal(out.state, SESSION_AUTHED);
    assert_refused(session_open(&keys, &arena, cookie, BEGUN + LIFETIME, &out), REASON_SESSION_EXPIRED);
}

/* The hour that a cookie names is hostile: it may not make a key, and a key that is gone opens nothing. */
static void a_key_lives_for_its_hour_and_the_next(void **state)
{
    (void)state;
    struct session s;
    struct session out;
    struct bytes old = cookie_of(BEGUN, 3 * 3600, &s);
    struct bytes next = cookie_of(BEGUN + 3600, 3 * 3600, &s);
    assert_ok(session_open(&keys, &arena, old, BEGUN + 3600, &out));
    cookie_of(BEGUN + 7200, LIFETIME, &s);
    assert_ok(session_open(&keys, &arena, next, BEGUN + 7200, &out));
    assert_refused(session_open(&keys, &arena, old, BEGUN + 7200, &out), REASON_SESSION_UNKNOWN);
    assert_ok(session_open(&keys, &arena, next, BEGUN + 7200, &out)); /* asking for the old one cost nobody a key */
    session_keys_clear(&keys);
    assert_refused(session_open(&keys, &arena, next, BEGUN + 7200, &out), REASON_SESSION_UNKNOWN);
}

static void nothing_but_its_own_bytes_opens(void **state)
{
    (void)state;
    struct session s;
    struct session out;
    uint8_t copy[COOKIE_MAX + 4];
    struct bytes cookie = cookie_of(BEGUN, LIFETIME, &s);
    assert_in_range(cookie.n, 1, COOKIE_MAX - 4);
    memcpy(copy, cookie.p, cookie.n);
    for (size_t i = 0; i < cookie.n; i++) {
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        assert_refused(session_open(&keys, &arena, bytes_of(copy, cookie.n), BEGUN, &out), REASON_SESSION_UNKNOWN);
        assert_refused(session_open(&keys, &arena, bytes_of(copy, i), BEGUN, &out), REASON_SESSION_UNKNOWN);
        copy[i] = cookie.p[i];
    }
    memset(copy + cookie.n, 'A', sizeof(copy) - cookie.n);
    assert_refused(session_open(&keys, &arena, bytes_of(copy, cookie.n + 4), BEGUN, &out), REASON_SESSION_UNKNOWN);
    assert_refused(session_open(&keys, &arena, BYTES_OF(copy), BEGUN, &out), REASON_SESSION_UNKNOWN);
    assert_refused(session_open(&keys, &arena, BYTES_EMPTY, BEGUN, &out), REASON_SESSION_UNKNOWN);
    assert_ok(session_open(&keys, &arena, cookie, BEGUN, &out));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_cookie_opens_until_its_session_expires, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_lives_for_its_hour_and_the_next, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_but_its_own_bytes_opens, setup, teardown),
    };
    return cmocka_run_group_tests_name("broker/session", tests, NULL, NULL);
}
