/* proves: R7 R13 R14 R26 R35 M-REL M-JWE M-TEN M-AUD T-SEC-02 T-SEC-03 T-INIT-01 T-ATT-01 T-ATT-06 T-ATT-11 T-ATT-15
 * T-KBS-07 */
/*
 * The release: what is refused, and that nothing leaves without a durable record, whatever fails on the way.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "codec/base64.h"
#include "jose/jwe.h"
#include "keys_place.h"

static struct place p;

static int setup(void **state)
{
    (void)state;
    place_new(&p);
    int flags = fcntl(p.front.fd, F_GETFL);
    return fcntl(p.front.fd, F_SETFL, flags | O_NONBLOCK);
}

static int teardown(void **state)
{
    (void)state;
    place_clear(&p);
    return 0;
}

static struct err count_release(void *context, struct bytes line)
{
    const struct json *v;
    struct arena a;
    size_t *count = context;
    arena_init(&a, 4 * MIB);
    struct err e = json_decode(&a, line, NULL, NULL, &v);
    if (!failed(e)) {
        const struct json *kind = json_at(v, "kind");
        const struct json *reason = json_at(v, "reason");
        bool refused = json_is(reason, JSON_STRING) && reason->text.n != 0;
        *count += json_is(kind, JSON_STRING) && bytes_is(kind->text, "release") && !refused;
    }
    arena_clear(&a);
    return e;
}

/* Releases that the log holds durably, checked with the public key as an auditor would. */
static size_t releases(void)
{
    size_t count = 0;
    struct audit_report report;
    assert_ok(audit_walk(settings_text(p.keys->settings, SETTING_AUDIT_DIRECTORY), p.keys->audit_key, count_release,
                         &count, &report));
    return count;
}

static bool holds_secret(const struct keys_reply *r)
{
    const struct json *header;
    struct arena a;
    SCOPED(secret) struct secret value = {0};
    arena_init(&a, 4 * MIB);
    bool ok = r->error == 0 && !failed(jwe_decrypt(&a, p.tee_key, r->body, &header, &value)) &&
              bytes_is(secret_borrow(&value), SECRET);
    arena_clear(&a);
    return ok;
}

static void refused(const char *method, const char *path, struct bytes token, uint16_t error, enum reason reason)
{
    struct keys_reply r;
    place_ask(&p, method, path, token, &r);
    if (r.error != error || r.reason != reason || r.body.n != 0)
        fail_msg("row '%s': error %u reason %s, %zu bytes", check_row, r.error, reason_code(r.reason), r.body.n);
    assert_int_equal(releases(), 0);
}

static void what_is_not_allowed_is_refused(void **state)
{
    (void)state;
    struct bytes good = place_token(&p, 3, WORKLOAD);
    char changed[8192];
    const struct {
        const char *name, *method, *path;
        struct bytes token;
        uint16_t error;
        enum reason reason;
    } rows[] = {
        {"no token", "GET", "resource/" PATH, BYTES_EMPTY, KBS_ERROR_TOKEN_NOT_FOUND, REASON_TOKEN_ABSENT},
        {"no token at all", "GET", "resource/" PATH, BYTES_LIT("x"), KBS_ERROR_TOKEN_VERIFIER, REASON_TOKEN_SIGNATURE},
        {"a cut token", "GET", "resource/" PATH, bytes_of(good.p, good.n - 1), KBS_ERROR_TOKEN_VERIFIER,
         REASON_TOKEN_MALFORMED},
        {"warning", "GET", "resource/" PATH, place_token(&p, 33, WORKLOAD), KBS_ERROR_POLICY_DENY,
         REASON_RELEASE_NOT_AFFIRMING},
        {"contraindicated", "GET", "resource/" PATH, place_token(&p, 97, WORKLOAD), KBS_ERROR_POLICY_DENY,
         REASON_RELEASE_NOT_AFFIRMING},
        {"no status", "GET", "resource/" PATH, place_token(&p, 0, WORKLOAD), KBS_ERROR_POLICY_DENY,
         REASON_RELEASE_NOT_AFFIRMING},
        {"another workload", "GET", "resource/" PATH, place_token(&p, 3, "44"), KBS_ERROR_POLICY_DENY,
         REASON_RELEASE_INITDATA},
        {"no workload", "GET", "resource/" PATH, place_token(&p, 3, ""), KBS_ERROR_POLICY_DENY,
         REASON_RELEASE_INITDATA},
        {"not on the list", "GET", "resource/default/demo/other", good, KBS_ERROR_POLICY_DENY,
         REASON_RELEASE_OTHER_WORKLOAD},
        {"longer", "GET", "resource/" PATH "x", good, KBS_ERROR_POLICY_DENY, REASON_RELEASE_OTHER_WORKLOAD},
        {"deeper", "GET", "resource/" PATH "/x", good, KBS_ERROR_POLICY_DENY, REASON_RELEASE_OTHER_WORKLOAD},
        {"two slashes", "GET", "resource//" PATH, good, KBS_ERROR_POLICY_DENY, REASON_RELEASE_OTHER_WORKLOAD},
        {"nothing", "GET", "resource/", good, KBS_ERROR_POLICY_DENY, REASON_RELEASE_OTHER_WORKLOAD},
        {"no key", "GET", "resource/" PATH, place_token_for(&p, 3, WORKLOAD, BYTES_LIT("null")), KBS_ERROR_JWE,
         REASON_TOKEN_KEY},
        {"a key of another use", "GET", "resource/" PATH, place_token_for(&p, 3, WORKLOAD, place_key(&p, "RSA1_5")),
         KBS_ERROR_JWE, REASON_TOKEN_KEY},
        {"another plugin", "GET", "pkcs11/" PATH, good, KBS_ERROR_PLUGIN_NOT_FOUND, REASON_NONE},
        {"another method", "PUT", "resource/" PATH, good, KBS_ERROR_PLUGIN_INTERNAL, REASON_REQUEST_MALFORMED},
        {"allowed and missing", "GET", "resource/default/demo/absent", good, KBS_ERROR_RESOURCE_NOT_FOUND,
         REASON_RESOURCE_ABSENT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        refused(rows[i].method, rows[i].path, rows[i].token, rows[i].error, rows[i].reason);
    }
    ROW("each bit of the token");
    memcpy(changed, good.p, good.n);
    for (size_t i = 0; i < good.n; i++) {
        struct keys_reply r;
        changed[i] ^= 1;
        place_ask(&p, "GET", "resource/" PATH, bytes_of(changed, good.n), &r);
        changed[i] ^= 1;
        if (r.error == 0 || r.body.n != 0)
            fail_msg("byte %zu of the token was changed, and it passed", i);
    }
    ROW("a token of another time");
    p.keys->now_override_sec = NOW + 301;
    refused("GET", "resource/" PATH, good, KBS_ERROR_TOKEN_VERIFIER, REASON_TOKEN_EXPIRED);
}

static void revoked_tokens_and_no_policy_release_nothing(void **state)
{
    (void)state;
    struct bytes good = place_token(&p, 3, WORKLOAD);
    place_put(&p, STORE_REVOCATION, "tokens", "");
    refused("GET", "resource/" PATH, good, KBS_ERROR_POLICY_DENY, REASON_TOKEN_REVOKED);
    good = place_token(&p, 3, WORKLOAD);
    place_put(&p, STORE_POLICY, POLICY_RELEASE, "package policy\nallow := nosuch(1)\n"); /* as no administrator can */
    refused("GET", "resource/" PATH, good, KBS_ERROR_POLICY_DENY, REASON_TOKEN_REVOKED);
    assert_null(p.keys->policies.release);
    p.keys->policies.token_floor = 0; /* without a policy nothing leaves, even if every token were in force */
    refused("GET", "resource/" PATH, good, KBS_ERROR_POLICY_DENY, REASON_RELEASE_NO_POLICY);
}

/* What the workers run is broken: then nothing is in force, the sound release policy included. */
static void a_broken_attestation_policy_releases_nothing(void **state)
{
    (void)state;
    struct bytes good = place_token(&p, 3, WORKLOAD);
    place_put(&p, STORE_POLICY, POLICY_ATTESTATION "default_cpu", "package policy\nx := 1\n");
    assert_null(p.keys->policies.release);
    refused("GET", "resource/" PATH, good, KBS_ERROR_POLICY_DENY, REASON_TOKEN_REVOKED);
}

static void only_the_value_true_allows(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        uint16_t error;
        enum reason reason;
    } rows[] = {
        {"allow := \"true\"", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow := 1", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow := [true]", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow := null", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow if input.nosuch", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow := true\nallow := false", KBS_ERROR_POLICY_ENGINE, REASON_POLICY_INVALID},
        {"allow := false\nrefusal := \"release.initdata\"", KBS_ERROR_POLICY_DENY, REASON_RELEASE_INITDATA},
        {"allow := false\nrefusal := \"key.binding\"", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow := false\nrefusal := \"release.nosuch\"", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
        {"allow := false\nrefusal := true", KBS_ERROR_POLICY_DENY, REASON_RELEASE_POLICY},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        ROW(rows[i].rules);
        (void)snprintf(text, sizeof(text), "package policy\n%s\n", rows[i].rules);
        place_put(&p, STORE_POLICY, POLICY_RELEASE, text);
        refused("GET", "resource/" PATH, place_token(&p, 3, WORKLOAD), rows[i].error, rows[i].reason);
    }
}

/* A policy that allows every path still leads to no name that the store cannot have. */
static void a_path_that_names_no_resource_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",       "a/b",    "a/b/c/d", "a//c", "/a/b/c", "a/b/c/", "../demo/secret",
                                       ".a/b/c", "a/b/..", "a/b/c d"};
    place_put(&p, STORE_POLICY, POLICY_RELEASE, "package policy\nallow := true\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[64];
        ROW(rows[i]);
        (void)snprintf(path, sizeof(path), "resource/%s", rows[i]);
        refused("GET", path, place_token(&p, 3, WORKLOAD), KBS_ERROR_PLUGIN_INTERNAL, REASON_RESOURCE_PATH);
    }
}

static void put_pair(struct buf *b, const char *name, const char *value)
{
    ipc_put_bytes(b, bytes_of_text(name));
    ipc_put_bytes(b, bytes_of_text(value));
}

static void a_query_is_bounded_and_whole(void **state)
{
    (void)state;
    struct bytes token = place_token(&p, 3, WORKLOAD);
    struct keys_reply r;
    SCOPED(buf) struct buf query;
    char name[16];
    buf_init(&query, 64 * KIB);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof(name), "n%d", i);
        put_pair(&query, name, "x");
    }
    p.query = buf_view(&query);
    refused("GET", "resource/" PATH, token, KBS_ERROR_POLICY_ENGINE, REASON_REQUEST_MALFORMED);
    buf_reset(&query);
    put_pair(&query, "n", "\xff");
    p.query = buf_view(&query);
    refused("GET", "resource/" PATH, token, KBS_ERROR_POLICY_ENGINE, REASON_REQUEST_MALFORMED);
    buf_reset(&query);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof(name), "n%d", i % 64);
        put_pair(&query, name, "x");
    }
    p.query = bytes_of(query.p, query.n - 1);
    refused("GET", "resource/" PATH, token, KBS_ERROR_POLICY_ENGINE, REASON_NONE);
    p.query = buf_view(&query);
    place_ask(&p, "GET", "resource/" PATH, token, &r);
    assert_true(holds_secret(&r));
}

static void sign_with(struct key *key, struct bytes header_text)
{
    memset(&p.keys->signer, 0, sizeof(p.keys->signer));
    p.keys->signer.key = key;
    p.keys->signer.header_text = header_text;
}

/* A token names the key that signed it, and is sound under that key: it is not under ours. */
static void a_token_is_not_believed_with_the_key_that_it_brings(void **state)
{
    (void)state;
    struct keys_reply r;
    struct key *own = p.keys->signer.key, *other;
    struct bytes own_header = p.keys->signer.header_text, other_header;
    assert_ok(key_generate(KEY_EC_P256, &other));
    assert_ok(signer_header(other, &p.arena, &other_header));
    sign_with(other, other_header);
    struct bytes token = place_token(&p, 3, WORKLOAD);
    sign_with(own, own_header);
    refused("GET", "resource/" PATH, token, KBS_ERROR_TOKEN_VERIFIER, REASON_TOKEN_SIGNATURE);
    sign_with(other, other_header);
    place_ask(&p, "GET", "resource/" PATH, token, &r);
    assert_true(holds_secret(&r));
    sign_with(own, own_header);
    key_free(other);
}

/* Signatures that this process made are remembered by digest: one of them does not hold for anything else. */
static void a_remembered_signature_holds_for_its_token_alone(void **state)
{
    (void)state;
    struct bytes good = place_token(&p, 3, WORKLOAD);
    struct bytes signature = good;
    while (memchr(signature.p, '.', signature.n) != NULL)
        signature = bytes_of(signature.p + 1, signature.n - 1);
    for (int i = 0; i < 8 * SIGNER_KEEPS; i++) {
        char payload[32];
        const struct json *claims;
        struct bytes text;
        SCOPED(buf) struct buf forged;
        struct arena a;
        (void)snprintf(payload, sizeof(payload), "{\"exp\":%d}", i);
        buf_init(&forged, 16 * KIB);
        arena_init(&a, MIB);
        buf_add(&forged, p.keys->signer.header_text);
        base64_encode(BASE64_URL, bytes_of_text(payload), &forged);
        buf_text(&forged, ".");
        buf_add(&forged, signature);
        assert_refused(token_check(p.keys, &a, buf_view(&forged), &claims, &text), REASON_TOKEN_SIGNATURE);
        arena_clear(&a);
    }
}

static void an_affirming_guest_gets_what_is_on_its_list(void **state)
{
    (void)state;
    struct keys_reply r;
    place_ask(&p, "GET", "resource/" PATH, place_token(&p, 3, WORKLOAD), &r);
    assert_true(holds_secret(&r));
    assert_int_equal(releases(), 1);
}

/* Every allocation of the request fails in turn: it releases with a record, or not at all. */
static void no_failing_allocation_releases_unrecorded(void **state)
{
    (void)state;
    size_t recorded = 0;
    struct bytes token = place_token(&p, 3, WORKLOAD);
    for (unsigned long n = 1;; n++) {
        struct keys_reply r;
        mem_fault_at(n);
        place_ask(&p, "GET", "resource/" PATH, token, &r);
        bool fired = mem_fault_fired();
        mem_fault_at(0);
        size_t now = releases();
        bool released = r.error == 0;
        bool is_lost = r.error == UINT16_MAX; /* durable, and then the packet could not be made */
        if (released != holds_secret(&r) || now != recorded + (released || is_lost))
            fail_msg("allocation %lu failed: released %d (error %u, %s), recorded %zu", n, released, r.error,
                     reason_code(r.reason), now - recorded);
        recorded = now;
        if (!fired) {
            assert_true(released);
            return;
        }
    }
}

static void limit_files(rlim_t bytes)
{
    struct rlimit r = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static long size_of_audit(void)
{
    long total = 0;
    DIR *d = opendir(settings_text(p.keys->settings, SETTING_AUDIT_DIRECTORY));
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct stat st;
        if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            total += st.st_size;
    }
    closedir(d);
    return total;
}

/* The disk fills up at any byte of the record: nothing leaves, and the log that was there stays whole. */
static void a_full_disk_releases_nothing(void **state)
{
    (void)state;
    struct bytes token = place_token(&p, 3, WORKLOAD);
    signal(SIGXFSZ, SIG_IGN);
    long begun = size_of_audit();
    for (long room = 0; room < 2000; room += 97) {
        struct keys_reply r;
        size_t before = releases();
        limit_files((rlim_t)(begun + room));
        place_ask(&p, "GET", "resource/" PATH, token, &r);
        limit_files(RLIM_INFINITY);
        size_t after = releases();
        bool released = r.error == 0;
        if (released != holds_secret(&r) || after != before + released)
            fail_msg("room for %ld bytes: released %d, recorded %zu", room, released, after - before);
        if (r.error != 0 && r.body.n != 0)
            fail_msg("room for %ld bytes: a refusal with a body", room);
        begun = size_of_audit();
    }
    struct keys_reply r;
    place_ask(&p, "GET", "resource/" PATH, token, &r);
    assert_true(holds_secret(&r));
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(what_is_not_allowed_is_refused),
        T(revoked_tokens_and_no_policy_release_nothing),
        T(a_broken_attestation_policy_releases_nothing),
        T(only_the_value_true_allows),
        T(a_path_that_names_no_resource_is_refused),
        T(a_query_is_bounded_and_whole),
        T(a_token_is_not_believed_with_the_key_that_it_brings),
        T(a_remembered_signature_holds_for_its_token_alone),
        T(an_affirming_guest_gets_what_is_on_its_list),
        T(no_failing_allocation_releases_unrecorded),
        T(a_full_disk_releases_nothing),
    };
    return cmocka_run_group_tests_name("broker/release", tests, NULL, NULL);
}
