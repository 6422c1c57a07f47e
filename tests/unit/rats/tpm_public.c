#include "rats/tpm_public.h"

#include "vectors.h"

static struct bytes own(const char *name, uint8_t room[600])
{
    struct bytes v = own_vector(name);
    assert_true(v.n <= 600);
    memcpy(room, v.p, v.n);
    return bytes_of(room, v.n);
}

static void refuses_every_wrong_length(void **state)
{
    (void)state;
    const char *const names[] = {"tpm/ak.tpm2b", "tpm/ak_rsa.tpm2b"};
    for (size_t i = 0; i < 2; i++) {
        uint8_t room[601] = {0};
        struct tpm_public out = {.attributes = 77};
        size_t whole = own(names[i], room).n;
        ROW(names[i]);
        for (size_t n = 0; n <= whole + 1; n++)
            if (n != whole)
                assert_code(tpm_public_decode(bytes_of(room, n), &out), ERR_FORMAT);
        assert_int_equal(out.attributes, 77);
        assert_ok(tpm_public_decode(bytes_of(room, whole), &out));
    }
}

/* Offsets in the area of an EC key: 2 type, 4 Name algorithm, 6 attributes, 10 policy, 12 symmetric, 14 scheme, ... */
static void refuses_what_no_attestation_key_is(void **state)
{
    (void)state;
    const struct {
        const char *row;
        size_t at;
        uint8_t value;
        uint16_t code;
    } rows[] = {{"type", 3, 0x08, ERR_UNSUPPORTED},        {"name algorithm", 5, 0x04, ERR_UNSUPPORTED},
                {"policy of one byte", 11, 1, ERR_FORMAT}, {"symmetric", 13, 0x26, ERR_UNSUPPORTED},
                {"scheme", 15, 0x1a, ERR_UNSUPPORTED},     {"curve", 19, 0x10, ERR_UNSUPPORTED},
                {"kdf", 21, 0x07, ERR_UNSUPPORTED},        {"x too short", 23, 31, ERR_FORMAT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[600];
        struct tpm_public out;
        struct bytes in = own("tpm/ak.tpm2b", room);
        ROW(rows[i].row);
        room[rows[i].at] = rows[i].value;
        assert_code(tpm_public_decode(in, &out), rows[i].code);
    }
    uint8_t room[600];
    struct tpm_public out;
    struct bytes in = own("tpm/ak_rsa.tpm2b", room);
    room[18] = 0x0c; /* 3072 bits */
    assert_code(tpm_public_decode(in, &out), ERR_UNSUPPORTED);
}

static void refuses_a_point_off_the_curve(void **state)
{
    (void)state;
    uint8_t room[600];
    struct tpm_public out;
    struct key *k = NULL;
    struct bytes in = own("tpm/ak.tpm2b", room);
    room[in.n - 1] ^= 1;
    assert_ok(tpm_public_decode(in, &out));
    assert_true(failed(tpm_public_key(&out, &k)));
    assert_null(k);
}

static void needs_every_attribute(void **state)
{
    (void)state;
    const uint32_t needed[] = {TPM_ATTR_FIXED_TPM, TPM_ATTR_FIXED_PARENT, TPM_ATTR_SENSITIVE_DATA_ORIGIN,
                               TPM_ATTR_RESTRICTED, TPM_ATTR_SIGN};
    struct tpm_public p = {.name_alg = HASH_SHA256};
    uint32_t all = 0;
    for (size_t i = 0; i < 5; i++)
        all |= needed[i];
    p.attributes = all;
    assert_ok(tpm_public_check_ak(&p));
    for (size_t i = 0; i < 5; i++) {
        p.attributes = all & ~needed[i];
        assert_refused(tpm_public_check_ak(&p), REASON_TPM_AK_ATTRIBUTES);
    }
    p.attributes = all | TPM_ATTR_DECRYPT;
    assert_refused(tpm_public_check_ak(&p), REASON_TPM_AK_ATTRIBUTES);
    p.attributes = all;
    p.name_alg = HASH_SHA384;
    assert_refused(tpm_public_check_ak(&p), REASON_TPM_AK_ATTRIBUTES);
}

static void computes_name_and_key(void **state)
{
    (void)state;
    const struct {
        const char *area, *spki;
    } rows[] = {{"tpm/ak.tpm2b", "tpm/ak.spki"}, {"tpm/ak_rsa.tpm2b", "tpm/ak_rsa.spki"}};
    for (size_t i = 0; i < 2; i++) {
        uint8_t room[600];
        struct tpm_public p;
        struct digest name;
        SCOPED_KEY struct key *k = NULL;
        SCOPED(buf) struct buf spki = {0};
        buf_init(&spki, 1024);
        assert_ok(tpm_public_decode(own(rows[i].area, room), &p));
        assert_ok(tpm_public_key(&p, &k));
        assert_ok(key_spki(k, &spki));
        assert_bytes(buf_view(&spki), own_vector(rows[i].spki));
        assert_ok(tpm_public_name(&p, &name));
        assert_int_equal(name.n, 34);
        if (i == 0)
            assert_bytes(digest_view(&name), own_vector("tpm/ak.name"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_wrong_length),    cmocka_unit_test(refuses_what_no_attestation_key_is),
        cmocka_unit_test(refuses_a_point_off_the_curve), cmocka_unit_test(needs_every_attribute),
        cmocka_unit_test(computes_name_and_key),
    };
    return cmocka_run_group_tests_name("rats/tpm_public", tests, NULL, NULL);
}
