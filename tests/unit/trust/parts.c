/*
 * The small decoders of the assessment: addresses, names of images, sealed secrets, templates.
 */
#include "crypto/x509.h"
#include "trust/endpoint.h"
#include "trust/image_name.h"
#include "trust/sealed.h"
#include "trust/subst.h"
#include "trust/tree.h"
#include "trust/words.h"

#define DAY ((int64_t)86400)

#include "check.h"

static const char *const no_urls[] = {"",
                                      "kbs",
                                      "://host",
                                      "https://",
                                      "https:///x",
                                      "https://h:",
                                      "https://h:x",
                                      "https://h:70000",
                                      "https://[::1",
                                      "https://[::1]x",
                                      "https://@",
                                      "https://h:123456"};

static void refuses_what_is_no_url(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(no_urls) / sizeof(no_urls[0]); i++) {
        struct endpoint e = {.port = 7};
        ROW(no_urls[i]);
        assert_code(endpoint_parse(bytes_of_text(no_urls[i]), &e), ERR_FORMAT);
        assert_int_equal(e.port, 7);
    }
}

static void takes_urls_apart(void **state)
{
    static const struct {
        const char *url, *scheme, *host;
        unsigned port;
        bool is_loopback, is_cluster_name;
    } rows[] = {
        {"https://kbs.example.org", "https", "kbs.example.org", 443, false, false},
        {"http://kbs.example.org:8080/x?y", "http", "kbs.example.org", 8080, false, false},
        {"http://127.0.0.1:8006/cdh", "http", "127.0.0.1", 8006, true, false},
        {"http://localhost", "http", "localhost", 80, true, false},
        {"https://[::1]:1", "https", "::1", 1, true, false},
        {"https://[fd00::2]", "https", "fd00::2", 443, false, false},
        {"https://user:pass@kbs.example.org", "https", "kbs.example.org", 443, false, false},
        {"http://kbs:8080", "http", "kbs", 8080, false, true},
        {"http://kbs.shop.svc", "http", "kbs.shop.svc", 80, false, true},
        {"http://kbs.shop.svc.cluster.local", "http", "kbs.shop.svc.cluster.local", 80, false, true},
        {"http://10.0.0.7", "http", "10.0.0.7", 80, false, false},
        {"http://127.example.org", "http", "127.example.org", 80, true, false},
    };
    (void)state;
    for (size_t i = 0; i + 1 < sizeof(rows) / sizeof(rows[0]); i++) {
        struct endpoint e;
        ROW(rows[i].url);
        assert_ok(endpoint_parse(bytes_of_text(rows[i].url), &e));
        assert_text(e.scheme, rows[i].scheme);
        assert_text(e.host, rows[i].host);
        assert_int_equal(e.port, rows[i].port);
        assert_int_equal(e.is_loopback, rows[i].is_loopback);
        assert_int_equal(e.is_cluster_name, rows[i].is_cluster_name);
    }
}

/* A name that begins like an address of this machine is none. */
static void takes_no_name_for_loopback(void **state)
{
    struct endpoint e;
    (void)state;
    assert_ok(endpoint_parse(BYTES_LIT("http://127.example.org"), &e));
    assert_false(e.is_loopback);
    assert_ok(endpoint_parse(BYTES_LIT("http://127.0.0.1.example.org"), &e));
    assert_false(e.is_loopback);
}

static void says_what_is_wrong_with_a_certificate(void **state)
{
    static const char *const rows[][2] = {
        {"", "absent"},
        {"no PEM", "malformed"},
        {"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "malformed"}};
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < 3; i++) {
        const struct json *facts;
        ROW(rows[i][0]);
        assert_ok(endpoint_certificate(&a, bytes_of_text(rows[i][0]), BYTES_LIT("h"), 0, &facts));
        assert_text(tree_text(facts, "state"), rows[i][1]);
    }
    arena_clear(&a);
}

static void judges_a_certificate_by_the_day(void **state)
{
    static const struct {
        const char *host;
        int64_t at_sec;
        const char *state;
    } rows[] = {
        {"kbs.example.org", DAY * 20000 - DAY, "not-yet"},
        {"kbs.example.org", DAY * 20000, "valid"},
        {"KBS.example.org", DAY * 20000, "valid"},
        {"other.example.org", DAY * 20000, "other-name"},
        {"", DAY * 20000, "valid"},
        {"kbs.example.org", DAY * 20009, "valid"},
        {"kbs.example.org", DAY * 20011, "expired"},
    };
    SCOPED(buf) struct buf pem = {0};
    const char *const names[] = {"kbs.example.org"};
    struct key *k;
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    buf_init(&pem, 1 << 16);
    assert_ok(key_generate(KEY_EC_P256, &k));
    assert_ok(cert_self_signed(k, names, 1, DAY * 20000 + 43200, 10, &pem)); /* begins at noon */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct json *facts;
        ROW(rows[i].state);
        assert_ok(endpoint_certificate(&a, buf_view(&pem), bytes_of_text(rows[i].host), rows[i].at_sec, &facts));
        assert_text(tree_text(facts, "state"), rows[i].state);
    }
    key_free(k);
    arena_clear(&a);
}

static void takes_images_apart(void **state)
{
    static const char *const rows[][6] = {
        {"nginx", "docker.io", "docker.io/library/nginx", "", "", "nginx"},
        {"team/app:1", "docker.io", "docker.io/team/app", "1", "", "app"},
        {"registry.example.org/a/b:1.4", "registry.example.org", "registry.example.org/a/b", "1.4", "", "b"},
        {"registry:5000/a", "registry:5000", "registry:5000/a", "", "", "a"},
        {"localhost/a@sha256:00", "localhost", "localhost/a", "", "sha256:00", "a"},
        {"r.io/a:1@sha256:00", "r.io", "r.io/a", "1", "sha256:00", "a"},
    };
    struct arena a;
    struct image_name n;
    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i][0]);
        assert_ok(image_name_parse(&a, bytes_of_text(rows[i][0]), &n));
        assert_text(n.registry, rows[i][1]);
        assert_text(n.repository, rows[i][2]);
        assert_text(n.tag, rows[i][3]);
        assert_text(n.digest, rows[i][4]);
        assert_text(n.last, rows[i][5]);
    }
    assert_code(image_name_parse(&a, BYTES_EMPTY, &n), ERR_FORMAT);
    assert_code(image_name_parse(&a, BYTES_LIT("a b"), &n), ERR_FORMAT);
    assert_code(image_name_parse(&a, BYTES_LIT("r.io/"), &n), ERR_FORMAT);
    arena_clear(&a);
}

#define HEAD "eyJhbGciOiJFUzI1NiIsImtpZCI6ImticzovLy9hL2IvYyJ9" /* {"alg":"ES256","kid":"kbs:///a/b/c"} */
#define BODY                                                                                                           \
    "eyJ2ZXJzaW9uIjoiMC4xLjAiLCJ0eXBlIjoidmF1bHQiLCJuYW1lIjoia2JzOi8vL3gveS96In0" /* version 0.1.0, vault, x/y/z */
#define SIGNED "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void reads_sealed_secrets(void **state)
{
    static const struct {
        const char *text;
        bool is_sealed, is_sound;
    } rows[] = {
        {"plain", false, false},
        {"sealed", false, false},
        {"sealed.", true, false},
        {"sealed.a.b", true, false},
        {"sealed." HEAD "." BODY, true, false},
        {"sealed." HEAD "." BODY "." SIGNED ".x", true, false},
        {"sealed." HEAD "." BODY ".AA", true, false},
        {"sealed.fakejwsheader." BODY "." SIGNED, true, false},
        {"sealed.e30." BODY "." SIGNED, true, false},
        {"sealed." HEAD ".e30." SIGNED, true, false},
        {"sealed." HEAD "." BODY "." SIGNED, true, true},
    };
    struct arena a;
    struct sealed s;
    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        assert_ok(sealed_decode(&a, bytes_of_text(rows[i].text), &s));
        assert_int_equal(s.is_sealed, rows[i].is_sealed);
        assert_int_equal(s.is_sound, rows[i].is_sound);
        assert_true(s.is_sound || !s.is_sealed || s.why[0] != '\0');
    }
    assert_text(s.kid, "kbs:///a/b/c");
    assert_text(s.name, "kbs:///x/y/z");
    FAULT_PASS(sealed_decode(&a, bytes_of_text(rows[10].text), &s), (void)0);
    arena_clear(&a);
}

static struct err filled(struct arena *a, const char *template, struct bytes *out)
{
    const struct json *v, *vars, *made;
    TRY(json_decode(a, BYTES_LIT("{\"a\":\"x\",\"n\":7,\"list\":[1,2],\"none\":[]}"), NULL, NULL, &vars));
    TRY(json_decode(a, bytes_of_text(template), NULL, NULL, &v));
    TRY(subst_tree(a, v, vars, &made));
    return tree_encode(a, made, out);
}

static void fills_in_templates(void **state)
{
    static const char *const rows[][2] = {
        {"{\"k\":[\"${a}-${n}\",true]}", "{\"k\":[\"x-7\",true]}"},
        {"[\"${=list}\",\"${*list}\",\"${*none}\"]", "[[1,2],1,2]"},
        {"\"${=n}\"", "7"},
        {"\"${a\"", "\"${a\""},
        {"\"$a\"", "\"$a\""},
    };
    struct arena a;
    struct bytes text;
    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i][0]);
        assert_ok(filled(&a, rows[i][0], &text));
        assert_text(text, rows[i][1]);
    }
    assert_code(filled(&a, "\"${b}\"", &text), ERR_ABSENT);
    assert_code(filled(&a, "\"${=b}\"", &text), ERR_ABSENT);
    assert_code(filled(&a, "[\"${*a}\"]", &text), ERR_ABSENT);
    FAULT_PASS(filled(&a, rows[1][0], &text), (void)0);
    arena_clear(&a);
}

static void finds_words(void **state)
{
    (void)state;
    assert_true(words_in(BYTES_LIT("abcd"), "bc"));
    assert_false(words_in(BYTES_LIT("abcd"), "ce"));
    assert_false(words_in(BYTES_EMPTY, "a"));
    assert_true(words_end(BYTES_LIT("a.toml"), ".toml"));
    assert_false(words_end(BYTES_LIT("toml"), ".toml"));
    assert_true(words_begin(BYTES_LIT("ab"), "a"));
    assert_false(words_at(BYTES_LIT("ab"), 2, "a"));
    assert_false(words_at(BYTES_LIT("ab"), 3, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_what_is_no_url),
                                       cmocka_unit_test(takes_urls_apart),
                                       cmocka_unit_test(takes_no_name_for_loopback),
                                       cmocka_unit_test(says_what_is_wrong_with_a_certificate),
                                       cmocka_unit_test(judges_a_certificate_by_the_day),
                                       cmocka_unit_test(takes_images_apart),
                                       cmocka_unit_test(reads_sealed_secrets),
                                       cmocka_unit_test(fills_in_templates),
                                       cmocka_unit_test(finds_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
