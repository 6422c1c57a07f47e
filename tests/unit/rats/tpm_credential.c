#include "rats/tpm_credential.h"

#include "base/rd.h"
#include "crypto/aead.h"
#include "rats/tpm_public.h"
#include "vectors.h"

static const uint8_t secret[TPM_CREDENTIAL_SECRET] = {1, 2, 3, 4, 5, 6, 7, 8};

static struct err make(const char *ek, struct bytes ak, struct tpm_enrolment *session, struct buf *out)
{
    uint8_t cert[2048];
    struct bytes der = own_vector(ek);
    memcpy(cert, der.p, der.n);
    buf_reset(out);
    return tpm_credential_for(bytes_of(cert, der.n), ak, BYTES_OF(secret), session, out);
}

/* What TPM2_ActivateCredential does with a seed: check the integrity, decrypt. CFB of CFB's stream decrypts. */
static void open_identity(struct bytes seed, struct bytes name, struct bytes object, struct bytes want)
{
    struct rd r = rd_of(object);
    struct bytes mac;
    SCOPED(secret) struct secret hmac_key = {0};
    SCOPED(secret) struct secret aes_key = {0};
    struct digest have;
    assert_ok(rd_prefix16be(&r, &mac));
    struct bytes identity = rd_rest(&r);
    assert_ok(kdfa(seed, "INTEGRITY", BYTES_EMPTY, BYTES_EMPTY, 32, &hmac_key));
    const struct bytes parts[] = {identity, name};
    assert_ok(hmac_of(HASH_SHA256, secret_borrow(&hmac_key), parts, 2, &have));
    assert_bytes(digest_view(&have), mac);
    assert_ok(kdfa(seed, "STORAGE", name, BYTES_EMPTY, 16, &aes_key));
    SCOPED(buf) struct buf again = {0};
    uint8_t plain[34] = {0x00, 0x20};
    memcpy(plain + 2, want.p, 32);
    buf_init(&again, 64);
    assert_ok(cfb_encrypt(secret_borrow(&aes_key), BYTES_OF(plain), &again));
    assert_bytes(buf_view(&again), identity);
}

static void split(const struct buf *credential, struct bytes *object, struct bytes *encrypted)
{
    struct rd r = rd_of(buf_view(credential));
    assert_ok(rd_prefix16be(&r, object));
    assert_ok(rd_prefix16be(&r, encrypted));
    assert_ok(rd_end(&r));
}

static void an_rsa_ek_opens_its_credential(void **state)
{
    (void)state;
    struct tpm_enrolment session;
    SCOPED(buf) struct buf out = {0};
    SCOPED_KEY struct key *ek = NULL;
    SCOPED(secret) struct secret seed = {0};
    struct bytes object;
    struct bytes encrypted;
    buf_init(&out, TPM_CREDENTIAL_MAX);
    assert_ok(make("tpm/ek.der", own_vector("tpm/ak.tpm2b"), &session, &out));
    assert_bytes(digest_view(&session.ak_name), own_vector("tpm/ak.name"));
    split(&out, &object, &encrypted);
    assert_int_equal(out.n, 70 + 258); /* TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET */
    assert_ok(key_from_pem(own_vector("tpm/ek_key.pem"), true, &ek));
    assert_ok(key_oaep_decrypt(ek, HASH_SHA256, bytes_of("IDENTITY", 9), encrypted, &seed));
    open_identity(secret_borrow(&seed), digest_view(&session.ak_name), object, BYTES_OF(secret));
}

static void an_ec_ek_opens_its_credential(void **state)
{
    (void)state;
    struct tpm_enrolment session;
    SCOPED(buf) struct buf out = {0};
    SCOPED(buf) struct buf info = {0};
    SCOPED_KEY struct key *ek = NULL;
    SCOPED_KEY struct key *theirs = NULL;
    SCOPED(secret) struct secret z = {0};
    SCOPED(secret) struct secret seed = {0};
    struct bytes object, encrypted, x, y;
    uint8_t ek_x[66], ek_y[66];
    size_t n;
    buf_init(&out, TPM_CREDENTIAL_MAX);
    buf_init(&info, 256);
    assert_ok(make("tpm/ek_ecc.der", own_vector("tpm/ak.tpm2b"), &session, &out));
    split(&out, &object, &encrypted);
    struct rd r = rd_of(encrypted);
    assert_ok(rd_prefix16be(&r, &x));
    assert_ok(rd_prefix16be(&r, &y));
    assert_ok(rd_end(&r));
    assert_ok(key_from_pem(own_vector("tpm/ek_ecc_key.pem"), true, &ek));
    assert_ok(key_from_point(KEY_EC_P256, x, y, &theirs));
    assert_ok(key_agree(ek, theirs, &z));
    assert_ok(key_point(ek, ek_x, ek_y, &n));
    buf_add(&info, bytes_of("IDENTITY", 9));
    buf_add(&info, x);
    buf_add(&info, bytes_of(ek_x, n));
    assert_ok(concat_kdf(secret_borrow(&z), buf_view(&info), 32, &seed));
    open_identity(secret_borrow(&seed), digest_view(&session.ak_name), object, BYTES_OF(secret));
}

static void refuses_what_is_no_ek_or_ak(void **state)
{
    (void)state;
    struct tpm_enrolment session;
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, TPM_CREDENTIAL_MAX);
    assert_refused(make("tpm/ak.spki", own_vector("tpm/ak.tpm2b"), &session, &out), REASON_TPM_EK_MALFORMED);
    assert_refused(make("tpm/ek.der", own_vector("tpm/ak.spki"), &session, &out), REASON_TPM_AK_ATTRIBUTES);
    uint8_t ak[90];
    memcpy(ak, own_vector("tpm/ak.tpm2b").p, sizeof(ak));
    ak[7] ^= 1; /* no longer restricted */
    assert_refused(make("tpm/ek.der", BYTES_OF(ak), &session, &out), REASON_TPM_AK_ATTRIBUTES);
    SCOPED_KEY struct key *p384 = NULL;
    assert_ok(key_generate(KEY_EC_P384, &p384));
    assert_refused(tpm_credential_make(p384, own_vector("tpm/ak.name"), BYTES_OF(secret), &out),
                   REASON_TPM_EK_MALFORMED);
    for (size_t n = 0; n < 40; n++) {
        uint8_t room[40] = {0};
        if (n != 34)
            assert_code(tpm_credential_make(p384, bytes_of(room, n), BYTES_OF(secret), &out), ERR_FORMAT);
        if (n != 32)
            assert_code(tpm_credential_make(p384, bytes_of(room, 34), bytes_of(secret, n % 32), &out), ERR_FORMAT);
    }
}

static void the_proof_is_over_every_part(void **state)
{
    (void)state;
    struct digest base;
    struct digest other;
    assert_ok(tpm_activation_proof(own_vector("tpm/secret.bin"), own_vector("tpm/nonce.txt"), own_vector("tpm/ak.name"),
                                   own_vector("tpm/quote.msg"), &base));
    assert_bytes(digest_view(&base), own_vector("tpm/activation.bin"));
    const struct bytes parts[] = {BYTES_LIT("s"), BYTES_LIT("n"), BYTES_LIT("a"), BYTES_LIT("q")};
    assert_ok(tpm_activation_proof(parts[0], parts[1], parts[2], parts[3], &base));
    for (int i = 0; i < 4; i++) {
        struct bytes p[] = {parts[0], parts[1], parts[2], parts[3]};
        p[i] = BYTES_LIT("x");
        assert_ok(tpm_activation_proof(p[0], p[1], p[2], p[3], &other));
        assert_false(bytes_equal(digest_view(&base), digest_view(&other)));
        p[i] = BYTES_EMPTY;
        if (i < 3)
            assert_code(tpm_activation_proof(p[0], p[1], p[2], p[3], &other), ERR_FORMAT);
    }
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    struct tpm_enrolment session;
    uint8_t ak[90];
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, TPM_CREDENTIAL_MAX);
    memcpy(ak, own_vector("tpm/ak.tpm2b").p, sizeof(ak));
    FAULT_PASS(make("tpm/ek.der", BYTES_OF(ak), &session, &out), (void)0);
    FAULT_PASS(make("tpm/ek_ecc.der", BYTES_OF(ak), &session, &out), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_rsa_ek_opens_its_credential),    cmocka_unit_test(an_ec_ek_opens_its_credential),
        cmocka_unit_test(refuses_what_is_no_ek_or_ak),       cmocka_unit_test(the_proof_is_over_every_part),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("rats/tpm_credential", tests, NULL, NULL);
}
