/* proves: R9 R10 R11 M-EVID M-NONCE M-INIT T-ATT-01 T-ATT-02 T-ATT-03 T-BOOT-07 T-INIT-03 */
#include "tpm_fixture.h"
#include "verifier/tpm_ek.h"

/* Flips a bit of every byte of a part, makes it shorter and one byte longer: none may verify. */
static void never_verifies(struct fixture *f, struct bytes *part, const char *row)
{
    struct verified out;
    struct bytes good = *part;
    ROW(row);
    uint8_t *p = fixture_copy(f, part);
    for (size_t i = 0; i < part->n; i++) {
        p[i] ^= (uint8_t)(1U << i % 8);
        struct err e = fixture_verify(f, &out);
        if (!failed(e) || e.reason == REASON_NONE)
            fail_msg("%s: byte %zu changed, and it gave %s", row, i, err_code_name(e));
        p[i] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t n = 1; n < good.n; n++) {
        *part = bytes_of(good.p, n);
        assert_true(failed(fixture_verify(f, &out)));
    }
    uint8_t longer[512] = {0};
    assert_true(good.n < sizeof(longer));
    memcpy(longer, good.p, good.n);
    *part = bytes_of(longer, good.n + 1);
    assert_true(failed(fixture_verify(f, &out)));
    *part = good;
}

static void refuses_any_change_of_quote_and_proof(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    never_verifies(&f, &f.signature, "signature");
    never_verifies(&f, &f.message, "message");
    never_verifies(&f, &f.ak_spki, "ak_public");
    never_verifies(&f, &f.ak, "ak");
    never_verifies(&f, &f.activation, "activation");
    fixture_clear(&f);
}

/* A changed certificate may still decode, and its key may be the same: then it must at least not chain. */
static void never_chains_with_a_changed_certificate(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.trust.enrolled_ek_count = 0;
    uint8_t *p = fixture_copy(&f, &f.ek_cert);
    for (size_t i = 0; i < f.ek_cert.n; i++) {
        p[i] ^= (uint8_t)(1U << i % 8);
        if (!failed(fixture_verify(&f, &out)) && out.identity != VERDICT_CONTRAINDICATED)
            fail_msg("byte %zu of the certificate changed, and it chained", i);
        p[i] ^= (uint8_t)(1U << i % 8);
    }
    fixture_clear(&f);
}

/* Verifies and gives the claims as text, in memory that the next call takes over. */
static struct bytes claims_text(struct fixture *f, struct verified *out)
{
    static struct buf text;
    buf_clear(&text);
    buf_init(&text, 1 * MIB);
    assert_ok(fixture_verify(f, out));
    json_encode(out->claims, &text);
    return buf_view(&text);
}

static void a_kept_certificate_changes_no_answer(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    struct bytes alone;
    fixture_init(&f);
    f.trust.enrolled_ek_count = 0;
    assert_ok(arena_copy(&f.arena, claims_text(&f, &out), &alone));
    assert_ok(tpm_eks_new(&f.trust.known_eks));
    for (int i = 0; i < 3; i++) {
        assert_bytes(claims_text(&f, &out), alone);
        assert_int_equal(out.identity, VERDICT_WARNING);
        assert_non_null(tpm_eks_find(f.trust.known_eks, f.ek_cert));
    }
    /* What is not the certificate's is looked at each time. */
    f.trust.enrolled_ek_count = 1;
    assert_ok(fixture_verify(&f, &out));
    assert_int_equal(out.identity, VERDICT_AFFIRMING);
    f.binding.tpm_ek_digest = kept("tpm/secret.bin");
    assert_refused(fixture_verify(&f, &out), REASON_TPM_AK_UNBOUND);
    tpm_eks_free(f.trust.known_eks);
    fixture_clear(&f);
}

static void a_kept_certificate_expires(void **state)
{
    (void)state;
    static const int64_t expired = 2019686400; /* the vectors' certificates end on 2034-01-01 */
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.trust.enrolled_ek_count = 0;
    assert_ok(tpm_eks_new(&f.trust.known_eks));
    assert_ok(fixture_verify(&f, &out));
    for (int64_t now = expired - 2; now < expired + 3; now++) {
        struct verified alone;
        struct endorsements without = f.trust;
        f.now_sec = now;
        assert_ok(fixture_verify(&f, &out));
        without.known_eks = NULL;
        struct fixture g = f;
        g.trust = without;
        assert_ok(fixture_verify(&g, &alone));
        assert_int_equal(out.identity, alone.identity);
        assert_int_equal(out.identity_reason, alone.identity_reason);
    }
    assert_int_equal(out.identity, VERDICT_CONTRAINDICATED);
    f.now_sec = 1704067199; /* one second before they begin */
    assert_ok(fixture_verify(&f, &out));
    assert_int_equal(out.identity, VERDICT_CONTRAINDICATED);
    tpm_eks_free(f.trust.known_eks);
    fixture_clear(&f);
}

static void a_changed_certificate_is_another_one(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.trust.enrolled_ek_count = 0;
    assert_ok(tpm_eks_new(&f.trust.known_eks));
    assert_ok(fixture_verify(&f, &out));
    uint8_t *p = fixture_copy(&f, &f.ek_cert);
    for (size_t i = 0; i < f.ek_cert.n; i++) {
        p[i] ^= (uint8_t)(1U << i % 8);
        assert_null(tpm_eks_find(f.trust.known_eks, f.ek_cert));
        if (!failed(fixture_verify(&f, &out)) && out.identity != VERDICT_CONTRAINDICATED)
            fail_msg("byte %zu of the certificate changed, and it chained", i);
        assert_null(tpm_eks_find(f.trust.known_eks, f.ek_cert));
        p[i] ^= (uint8_t)(1U << i % 8);
    }
    assert_non_null(tpm_eks_find(f.trust.known_eks, f.ek_cert));
    tpm_eks_free(f.trust.known_eks);
    fixture_clear(&f);
}

static void a_stranger_is_not_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.trust.enrolled_ek_count = 0;
    f.trust.tpm_root_count = 0;
    assert_ok(tpm_eks_new(&f.trust.known_eks));
    assert_ok(fixture_verify(&f, &out));
    assert_null(tpm_eks_find(f.trust.known_eks, f.ek_cert));
    f.trust.enrolled_ek_count = 1;
    assert_ok(fixture_verify(&f, &out));
    assert_non_null(tpm_eks_find(f.trust.known_eks, f.ek_cert));
    tpm_eks_free(f.trust.known_eks);
    fixture_clear(&f);
}

static void refuses_any_change_of_the_log(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    struct bytes good = f.event_log;
    for (size_t n = 1; n < good.n; n++) {
        f.event_log = bytes_of(good.p, n);
        assert_true(failed(fixture_verify(&f, &out)));
    }
    f.event_log = good;
    uint8_t *p = fixture_copy(&f, &f.event_log);
    size_t passed = 0;
    for (size_t i = 0; i < good.n; i++) {
        p[i] ^= 1;
        struct err e = fixture_verify(&f, &out);
        passed += !failed(e);
        if (failed(e) && e.reason != REASON_TPM_EVENTLOG_FORMAT && e.reason != REASON_TPM_EVENTLOG_REPLAY &&
            e.reason != REASON_TPM_EVENTLOG_EVENT)
            fail_msg("byte %zu: reason %s", i, reason_code(e.reason));
        p[i] ^= 1;
    }
    /*
     * What no digest covers may change: data of blobs, images, boot variables, tags and section names, the number of an
     * event's type, versions in the header. That is the smaller part of the log.
     */
    assert_true(passed < good.n / 2);
    fixture_clear(&f);
}

static void refuses_another_session(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    uint8_t *p = fixture_copy(&f, &f.binding.report_data);
    for (size_t i = 0; i < 48; i++) {
        p[i] ^= 0x10;
        /* The quote's field is 32 bytes wide: the digest is cut to it. */
        if (i < 32)
            assert_refused(fixture_verify(&f, &out), REASON_KEY_BINDING);
        else
            assert_ok(fixture_verify(&f, &out));
        p[i] ^= 0x10;
    }
    f.binding.nonce = BYTES_LIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=");
    assert_refused(fixture_verify(&f, &out), REASON_TPM_AK_UNBOUND);
    f.binding.nonce = BYTES_EMPTY;
    assert_refused(fixture_verify(&f, &out), REASON_TPM_AK_UNBOUND);
    fixture_clear(&f);
}

static void refuses_other_initdata(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    uint8_t *p = fixture_copy(&f, &f.binding.init_data);
    for (size_t i = 0; i < 32; i++) {
        p[i] ^= 4;
        assert_refused(fixture_verify(&f, &out), REASON_INITDATA_BINDING);
        p[i] ^= 4;
    }
    uint8_t room[64] = {0};
    for (size_t n = 0; n <= 64; n++) {
        f.binding.init_data = bytes_of(room, n);
        if (n != 32)
            assert_refused(fixture_verify(&f, &out), REASON_INITDATA_ALGORITHM);
    }
    fixture_clear(&f);
}

static void refuses_other_pcr_values(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    for (size_t i = 0; i < TPM_PCR_COUNT; i++) {
        f.pcrs[i][i] ^= 1;
        assert_refused(fixture_verify(&f, &out), REASON_TPM_PCR_DIGEST);
        f.pcrs[i][i] ^= 1;
    }
    for (f.pcr_count = 1; f.pcr_count < TPM_PCR_COUNT; f.pcr_count++)
        assert_refused(fixture_verify(&f, &out), REASON_TPM_SELECTION);
    f.pcr_count = 0;
    assert_refused(fixture_verify(&f, &out), REASON_EVIDENCE_MALFORMED);
    fixture_clear(&f);
}

/* The message with another PCR selection: the map, and the digest over these values. */
static struct bytes select_pcrs(struct fixture *f, uint32_t map, struct bytes values)
{
    struct digest d;
    struct bytes copy = f->message;
    uint8_t *p = fixture_copy(f, &copy);
    assert_ok(hash_of(HASH_SHA256, values, &d));
    p[copy.n - 37] = (uint8_t)map;
    p[copy.n - 36] = (uint8_t)(map >> 8);
    p[copy.n - 35] = (uint8_t)(map >> 16);
    memcpy(p + copy.n - 32, d.p, 32);
    return copy;
}

/* A guest with the AK's handle quotes {0..7, 16}: the ninth value must not pass for PCR 8. */
static void refuses_a_relabelled_pcr(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.event_log = BYTES_EMPTY;
    f.pcr_count = 9;
    fixture_sign(&f, select_pcrs(&f, 0xff | 1 << 16, bytes_of(f.pcrs, sizeof(f.pcrs[0]) * 9)));
    assert_refused(fixture_verify(&f, &out), REASON_INITDATA_BINDING);
    f.binding.has_init_data = false;
    assert_ok(fixture_verify(&f, &out));
    assert_null(json_at(out.claims, "pcr08"));
    assert_non_null(json_at(out.claims, "pcr16"));
    assert_null(out.init_data);
    fixture_sign(&f, select_pcrs(&f, 0, BYTES_EMPTY));
    assert_refused(fixture_verify(&f, &out), REASON_TPM_SELECTION);
    fixture_clear(&f);
}

static void refuses_a_signed_message_that_is_no_quote(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    const struct {
        const char *row;
        size_t from_end; /* offset counted from the end, or 0: from the start */
        size_t at;
        uint8_t value;
        enum reason reason;
    } rows[] = {{"magic", 0, 0, 0xfe, REASON_TPM_QUOTE_FORMAT}, {"type", 0, 5, 0x17, REASON_TPM_QUOTE_FORMAT},
                {"selections", 41, 0, 2, REASON_TPM_SELECTION}, {"bank", 39, 0, 0x0c, REASON_TPM_SELECTION},
                {"map size", 38, 0, 4, REASON_TPM_SELECTION},   {"digest size", 33, 0, 31, REASON_TPM_QUOTE_FORMAT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].row);
        fixture_init(&f);
        struct bytes m = f.message;
        uint8_t *p = fixture_copy(&f, &m);
        p[rows[i].from_end != 0 ? m.n - rows[i].from_end : rows[i].at] = rows[i].value;
        fixture_sign(&f, m);
        assert_refused(fixture_verify(&f, &out), rows[i].reason);
        fixture_clear(&f);
    }
}

static void refuses_an_ak_that_may_sign_anything(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.binding.tpm_ak_name = BYTES_EMPTY; /* else the Name differs too */
    uint8_t *p = fixture_copy(&f, &f.ak);
    const unsigned bits[] = {1, 4, 5, 16, 17, 18};
    for (size_t i = 0; i < 6; i++) {
        p[9 - bits[i] / 8] ^= (uint8_t)(1U << bits[i] % 8);
        assert_refused(fixture_verify(&f, &out), REASON_TPM_AK_ATTRIBUTES);
        p[9 - bits[i] / 8] ^= (uint8_t)(1U << bits[i] % 8);
    }
    fixture_clear(&f);
}

enum { AK = 1, SPKI, EK, EK_CA, DROP_AK, DROP_EK, DROP_SESSION_EK, DROP_SESSION_NAME };

static void refuses_swapped_keys_and_certificates(void **state)
{
    (void)state;
    const struct {
        int change;
        enum reason reason;
    } rows[] = {{AK, REASON_TPM_AK_NAME},
                {SPKI, REASON_TPM_QUOTE_SIGNATURE},
                {EK, REASON_TPM_AK_UNBOUND},
                {EK_CA, REASON_TPM_EK_MALFORMED},
                {DROP_AK, REASON_TPM_AK_UNBOUND},
                {DROP_EK, REASON_TPM_AK_UNBOUND},
                {DROP_SESSION_EK, REASON_TPM_AK_UNBOUND},
                {DROP_SESSION_NAME, REASON_TPM_AK_UNBOUND}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;
        struct verified out;
        int c = rows[i].change;
        fixture_init(&f);
        f.ak = c == AK ? kept("tpm/ak_other.tpm2b") : c == DROP_AK ? BYTES_EMPTY : f.ak;
        f.ak_spki = c == SPKI ? kept("tpm/ak_other.spki") : f.ak_spki;
        f.ek_cert = c == EK ? kept("tpm/ek_other.der") : c == EK_CA ? kept("tpm/ek_ca.der") : f.ek_cert;
        f.ek_cert = c == DROP_EK ? BYTES_EMPTY : f.ek_cert;
        f.binding.tpm_ek_digest = c == DROP_SESSION_EK ? BYTES_EMPTY : f.binding.tpm_ek_digest;
        f.binding.tpm_ak_name = c == DROP_SESSION_NAME ? BYTES_EMPTY : f.binding.tpm_ak_name;
        assert_refused(fixture_verify(&f, &out), rows[i].reason);
        fixture_clear(&f);
    }
}

enum { NO_AK = 1, NO_EK = 2, NO_PROOF = 4, NO_ROOT = 8, SOFT = 16, NO_ENROLMENT = 32, OFFLINE = 64, EXPIRED = 128 };

static void identity_rests_on_all_of_it(void **state)
{
    (void)state;
    const struct {
        const char *row;
        int change;
        enum verdict identity;
        enum reason reason;
    } rows[] = {
        {"all", 0, VERDICT_AFFIRMING, REASON_NONE},
        {"enrolled without chain", NO_ROOT, VERDICT_AFFIRMING, REASON_NONE},
        {"software root", SOFT, VERDICT_AFFIRMING, REASON_NONE},
        {"enrolled, certificate expired", EXPIRED, VERDICT_AFFIRMING, REASON_NONE},
        {"chain only", NO_ENROLMENT, VERDICT_WARNING, REASON_TPM_EK_UNENROLLED},
        {"software root only", NO_ENROLMENT | SOFT, VERDICT_WARNING, REASON_TPM_EK_UNENROLLED},
        {"neither", NO_ENROLMENT | NO_ROOT, VERDICT_CONTRAINDICATED, REASON_TPM_EK_CHAIN},
        {"expired, not enrolled", NO_ENROLMENT | EXPIRED, VERDICT_CONTRAINDICATED, REASON_TPM_EK_CHAIN},
        {"no proof", NO_PROOF, VERDICT_CONTRAINDICATED, REASON_TPM_AK_UNBOUND},
        {"upstream's form", NO_PROOF | NO_AK | NO_EK, VERDICT_CONTRAINDICATED, REASON_TPM_AK_UNBOUND},
        {"offline", OFFLINE, VERDICT_CONTRAINDICATED, REASON_TPM_AK_UNBOUND},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;
        struct verified out;
        int c = rows[i].change;
        fixture_init(&f);
        ROW(rows[i].row);
        f.ak = c & NO_AK ? BYTES_EMPTY : f.ak;
        f.ek_cert = c & NO_EK ? BYTES_EMPTY : c & EXPIRED ? kept("tpm/ek_expired.der") : f.ek_cert;
        f.activation = c & NO_PROOF ? BYTES_EMPTY : f.activation;
        f.trust.tpm_root_count = c & (NO_ROOT | SOFT) ? 0 : 2;
        f.trust.insecure_software_tpm_roots = f.roots;
        f.trust.insecure_software_tpm_root_count = c & SOFT ? 2 : 0;
        f.trust.enrolled_ek_count = c & NO_ENROLMENT ? 0 : 1;
        if (c & OFFLINE)
            f.binding = (struct session_binding){.has_report_data = true, .report_data = f.binding.report_data};
        assert_ok(fixture_verify(&f, &out));
        if (out.identity != rows[i].identity || out.identity_reason != rows[i].reason)
            fail_msg("%s: %s %s", rows[i].row, verdict_name(out.identity), reason_code(out.identity_reason));
        assert_int_equal(json_at(out.claims, "insecure_software_tpm") != NULL, (c & SOFT) != 0);
        fixture_clear(&f);
    }
}

static void says_what_it_saw(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    bool enrolled = false;
    int64_t resets = 0;
    fixture_init(&f);
    assert_ok(fixture_verify(&f, &out));
    assert_ok(json_need_bool(out.claims, "ek_enrolled", &enrolled));
    assert_true(enrolled);
    assert_ok(json_need_int(out.claims, "reset_count", 0, 9, &resets));
    assert_int_equal(resets, 7);
    assert_text(json_at(out.claims, "pcr_selection")->text, "ffffff");
    assert_text(json_at(out.claims, "ek_chain")->text, "root");
    assert_text(json_at(out.claims, "pcr17")->text, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    assert_true(json_equal(out.init_data, json_at(out.claims, "pcr08")));
    assert_int_equal(out.report_data->text.n, 64);
    assert_int_equal(json_at(out.claims, "event_log")->type, JSON_ARRAY);
    assert_non_null(json_at(out.claims, "uki_cmdline"));
    f.event_log = BYTES_EMPTY;
    assert_ok(fixture_verify(&f, &out));
    assert_text(json_at(out.claims, "event_log")->text, "absent");
    fixture_clear(&f);
}

static void takes_rsa_quotes(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    f.ak = kept("tpm/ak_rsa.tpm2b");
    f.ak_spki = kept("tpm/ak_rsa.spki");
    f.signature = kept("tpm/quote_rsa.sig");
    f.activation = f.binding.tpm_ak_name = BYTES_EMPTY;
    assert_ok(fixture_verify(&f, &out));
    assert_int_equal(out.identity, VERDICT_CONTRAINDICATED);
    f.signature = kept("tpm/quote.sig");
    assert_refused(fixture_verify(&f, &out), REASON_TPM_QUOTE_SIGNATURE);
    fixture_clear(&f);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    struct fixture f;
    struct verified out;
    fixture_init(&f);
    FAULT_PASS(fixture_verify(&f, &out), (void)0);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_any_change_of_quote_and_proof),
        cmocka_unit_test(never_chains_with_a_changed_certificate),
        cmocka_unit_test(a_kept_certificate_changes_no_answer),
        cmocka_unit_test(a_kept_certificate_expires),
        cmocka_unit_test(a_changed_certificate_is_another_one),
        cmocka_unit_test(a_stranger_is_not_kept),
        cmocka_unit_test(refuses_any_change_of_the_log),
        cmocka_unit_test(refuses_another_session),
        cmocka_unit_test(refuses_other_initdata),
        cmocka_unit_test(refuses_other_pcr_values),
        cmocka_unit_test(refuses_a_relabelled_pcr),
        cmocka_unit_test(refuses_a_signed_message_that_is_no_quote),
        cmocka_unit_test(refuses_an_ak_that_may_sign_anything),
        cmocka_unit_test(refuses_swapped_keys_and_certificates),
        cmocka_unit_test(identity_rests_on_all_of_it),
        cmocka_unit_test(says_what_it_saw),
        cmocka_unit_test(takes_rsa_quotes),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("verifier/tpm", tests, NULL, NULL);
}
