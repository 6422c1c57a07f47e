#include "check.h"

#include "base/limits.h"
#include "kbs/kbs.h"

static struct arena arena;

static const struct json *make(struct kbs_tpm_parts *parts)
{
    const struct json *out = NULL;
    assert_ok(kbs_tpm_evidence(&arena, parts, BYTES_LIT("bm9uY2U="), &out));
    return out;
}

static void refuse(struct kbs_tpm_parts *parts, const char *why)
{
    const struct json *out = NULL;
    struct err e = kbs_tpm_evidence(&arena, parts, BYTES_LIT("bm9uY2U="), &out);
    assert_code(e, ERR_FORMAT);
    assert_non_null(strstr(e.at, why));
    assert_null(out);
}

static void refuses_before_it_encodes(void **state)
{
    (void)state;
    struct digest pcrs[24] = {0};
    struct kbs_tpm_parts parts = {.message = BYTES_LIT("m"),
                                  .signature = BYTES_LIT("s"),
                                  .ak_public = BYTES_LIT("no"),
                                  .ak_name = BYTES_LIT("n"),
                                  .ek_cert = BYTES_EMPTY,
                                  .event_log = BYTES_EMPTY,
                                  .pcrs = pcrs};
    arena_init(&arena, MIB);
    ROW("a PCR without a value");
    refuse(&parts, "a PCR of the SHA-256 bank");
    for (size_t i = 0; i < 24; i++)
        pcrs[i].n = 32;
    ROW("a public area that is none");
    refuse(&parts, "");
    arena_clear(&arena);
}

static void names_both_keys_in_auth(void **state)
{
    (void)state;
    const struct json *out = NULL;
    SCOPED(buf) struct buf text;
    buf_init(&text, 1024);
    arena_init(&arena, MIB);
    assert_ok(kbs_tpm_extra(&arena, BYTES_LIT("cert"), BYTES_LIT("key"), &out));
    json_encode(out, &text);
    assert_text(buf_view(&text), "{\"tpm\":{\"ak\":\"a2V5\",\"ek_cert\":\"Y2VydA==\"}}");
    arena_clear(&arena);
}

/* Without the secret there is no proof; with it there is one of 32 bytes, and the log is there only when given. */
static void proves_activation_only_with_the_secret(void **state)
{
    (void)state;
    static const uint8_t head[] = {0, 86, 0,    0x23, 0,    0x0b, 0,    5, 0, 0x72, 0,
                                   0, 0,  0x10, 0,    0x18, 0,    0x0b, 0, 3, 0,    0x10};
    struct digest pcrs[24] = {0};
    uint8_t x[66], y[66];
    size_t n = 0;
    SCOPED_KEY struct key *key = NULL;
    SCOPED(buf) struct buf ak;
    SCOPED(secret) struct secret secret = {0};
    for (size_t i = 0; i < 24; i++)
        pcrs[i].n = 32;
    buf_init(&ak, 256);
    arena_init(&arena, MIB);
    assert_ok(key_generate(KEY_EC_P256, &key));
    assert_ok(key_point(key, x, y, &n));
    buf_add(&ak, BYTES_OF(head));
    buf_prefix16be(&ak, bytes_of(x, n));
    buf_prefix16be(&ak, bytes_of(y, n));
    ak.p[1] = (uint8_t)(ak.n - 2);
    struct kbs_tpm_parts parts = {.message = BYTES_LIT("m"),
                                  .signature = BYTES_LIT("s"),
                                  .ak_public = buf_view(&ak),
                                  .ak_name = BYTES_LIT("n"),
                                  .ek_cert = BYTES_LIT("e"),
                                  .event_log = BYTES_EMPTY,
                                  .pcrs = pcrs};
    const struct json *out = make(&parts);
    assert_null(json_at(out, "activation"));
    assert_null(json_at(out, "event_log"));
    assert_int_equal(json_path(out, "tpm_quote", "pcrs", NULL)->count, 24);
    assert_ok(secret_copy(BYTES_LIT("secret"), &secret));
    parts.credential_secret = &secret;
    out = make(&parts);
    assert_int_equal(json_at(out, "activation")->text.n, 44);
    assert_true(json_at(out, "ak_public")->text.n > 100);
    arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_before_it_encodes),
        cmocka_unit_test(proves_activation_only_with_the_secret),
        cmocka_unit_test(names_both_keys_in_auth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
