#include "rats/tpm_attest.h"

#include "vectors.h"

static void refuses_every_wrong_length(void **state)
{
    (void)state;
    uint8_t room[300] = {0};
    struct bytes quote = own_vector("tpm/quote.msg");
    struct tpm_attest out = {.pcr_mask = 77};
    memcpy(room, quote.p, quote.n);
    for (size_t n = 0; n <= quote.n + 1; n++)
        if (n != quote.n)
            assert_refused(tpm_attest_decode(bytes_of(room, n), &out), REASON_TPM_QUOTE_FORMAT);
    assert_int_equal(out.pcr_mask, 77);
    struct bytes sig = own_vector("tpm/quote.sig");
    struct tpm_signature s = {.n = 77};
    memset(room, 0, sizeof(room));
    memcpy(room, sig.p, sig.n);
    for (size_t n = 0; n <= sig.n + 1; n++)
        if (n != sig.n)
            assert_refused(tpm_signature_decode(bytes_of(room, n), &s), REASON_TPM_QUOTE_SIGNATURE);
    assert_int_equal(s.n, 77);
}

static void reads_the_quote(void **state)
{
    (void)state;
    struct tpm_attest q;
    assert_ok(tpm_attest_decode(own_vector("tpm/quote.msg"), &q));
    assert_int_equal(q.clock, 123456);
    assert_int_equal(q.reset_count, 7);
    assert_int_equal(q.restart_count, 1);
    assert_true(q.safe);
    assert_int_equal(q.pcr_mask, 0xffffff);
    assert_int_equal(q.extra_data.n, 32);
    assert_bytes(q.extra_data, bytes_of(own_vector("tpm/report_data.bin").p, 32));
}

static void refuses_other_signatures(void **state)
{
    (void)state;
    const struct {
        const char *row;
        size_t at;
        uint8_t value;
    } rows[] = {{"RSAPSS", 1, 0x16},  {"ECDAA", 1, 0x1a},       {"SHA-1", 3, 0x04},
                {"SHA-384", 3, 0x0c}, {"r of 33 bytes", 5, 33}, {"r of no byte", 5, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[80];
        struct tpm_signature s;
        struct bytes sig = own_vector("tpm/quote.sig");
        ROW(rows[i].row);
        memcpy(room, sig.p, sig.n);
        room[rows[i].at] = rows[i].value;
        assert_refused(tpm_signature_decode(bytes_of(room, sig.n), &s), REASON_TPM_QUOTE_SIGNATURE);
    }
}

/* A TPM may leave the leading zeros of r and s out. */
static void pads_short_numbers(void **state)
{
    (void)state;
    const uint8_t in[] = {0x00, 0x18, 0x00, 0x0b, 0, 1, 0x05, 0, 2, 0x06, 0x07};
    struct tpm_signature s;
    assert_ok(tpm_signature_decode(BYTES_OF(in), &s));
    assert_int_equal(s.n, 64);
    assert_true(bytes_all(bytes_of(s.p, 31), 0));
    assert_int_equal(s.p[31], 5);
    assert_int_equal(s.p[62], 6);
    assert_int_equal(s.p[63], 7);
}

static void verifies_only_with_the_key_that_signed(void **state)
{
    (void)state;
    const struct {
        const char *spki, *sig;
        bool good;
    } rows[] = {{"tpm/ak.spki", "tpm/quote.sig", true},
                {"tpm/ak_rsa.spki", "tpm/quote_rsa.sig", true},
                {"tpm/ak_other.spki", "tpm/quote.sig", false},
                {"tpm/ak.spki", "tpm/quote_rsa.sig", false},
                {"tpm/ak_rsa.spki", "tpm/quote.sig", false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        SCOPED_KEY struct key *k = NULL;
        ROW(rows[i].spki);
        assert_ok(key_from_spki(own_vector(rows[i].spki), &k));
        struct err e = tpm_quote_verify(k, own_vector("tpm/quote.msg"), own_vector(rows[i].sig));
        if (rows[i].good)
            assert_ok(e);
        else
            assert_refused(e, REASON_TPM_QUOTE_SIGNATURE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_wrong_length),
        cmocka_unit_test(reads_the_quote),
        cmocka_unit_test(refuses_other_signatures),
        cmocka_unit_test(pads_short_numbers),
        cmocka_unit_test(verifies_only_with_the_key_that_signed),
    };
    return cmocka_run_group_tests_name("rats/tpm_attest", tests, NULL, NULL);
}
