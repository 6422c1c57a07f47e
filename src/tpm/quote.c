/*
 * Quotes. Runs in the guest's attester. The message is passed on as the TPM made it; the verifier judges it.
 */
#include "tpm/tpm_state.h"

#define QUOTE_ATTEMPTS 4 /* PCRs may move between quote and read; a TPM that never agrees with itself is broken */
#define QUOTE_PCRS     24

static struct err read_pcrs(struct tpm *t, struct tpm_quote *q, struct digest *composite)
{
    struct bytes parts[QUOTE_PCRS];
    for (unsigned i = 0; i < QUOTE_PCRS; i++) {
        TRY(tpm_pcr_read(t, i, &q->pcrs[i]));
        parts[i] = digest_view(&q->pcrs[i]);
    }
    return hash_of_parts(HASH_SHA256, parts, QUOTE_PCRS, composite);
}

static struct err keep_signature(struct arena *a, const TPMT_SIGNATURE *signature, struct bytes *out)
{
    uint8_t room[sizeof(TPMT_SIGNATURE)];
    size_t n = 0;
    TRY(tpm_check(Tss2_MU_TPMT_SIGNATURE_Marshal(signature, room, sizeof(room), &n)));
    return arena_copy(a, bytes_of(room, n), out);
}

/* The digest that the message attests, after the checks that show it is a quote at all. */
static struct err attested_digest(struct bytes message, struct digest *out)
{
    TPMS_ATTEST attest = {0};
    size_t at = 0;
    TRY(tpm_check(Tss2_MU_TPMS_ATTEST_Unmarshal(message.p, message.n, &at, &attest)));
    const TPM2B_DIGEST *digest = &attest.attested.quote.pcrDigest;
    if (at != message.n || attest.magic != TPM2_GENERATED_VALUE || attest.type != TPM2_ST_ATTEST_QUOTE ||
        digest->size != TPM2_SHA256_DIGEST_SIZE)
        return FAIL(ERR_PEER, "the TPM's answer is no SHA-256 quote");
    struct digest got = {.n = digest->size};
    memcpy(got.p, digest->buffer, got.n);
    *out = got;
    return OK;
}

static struct err quote_once(struct tpm *t, struct arena *a, const TPM2B_DATA *data, struct tpm_quote *q)
{
    TPML_PCR_SELECTION all = {
        .count = 1, .pcrSelections = {{.hash = TPM2_ALG_SHA256, .sizeofSelect = 3, .pcrSelect = {0xff, 0xff, 0xff}}}};
    TPMT_SIG_SCHEME scheme = {.scheme = TPM2_ALG_NULL}; /* the key's own */
    TPM2B_ATTEST *message = NULL;
    TPMT_SIGNATURE *signature = NULL;
    TRY(tpm_check(Esys_Quote(t->esys, t->ak, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, data, &scheme, &all,
                             &message, &signature)));
    struct err e = arena_copy(a, bytes_of(message->attestationData, message->size), &q->message);
    if (!failed(e))
        e = keep_signature(a, signature, &q->signature);
    Esys_Free(message);
    Esys_Free(signature);
    return e;
}

struct err tpm_quote_make(struct tpm *t, struct arena *a, struct bytes qualifying, struct tpm_quote *out)
{
    if (t->ak == ESYS_TR_NONE)
        return FAIL(ERR_STATE, "no attestation key was made yet");
    if (qualifying.n > 32)
        return FAIL(ERR_LIMIT, "qualifying data is at most 32 bytes");
    TPM2B_DATA data = {.size = (UINT16)qualifying.n};
    memcpy(data.buffer, qualifying.p, qualifying.n);
    for (int i = 0; i < QUOTE_ATTEMPTS; i++) {
        struct tpm_quote q = {0};
        struct digest attested = {0}, composite = {0};
        TRY(quote_once(t, a, &data, &q));
        TRY(attested_digest(q.message, &attested));
        TRY(read_pcrs(t, &q, &composite));
        if (bytes_equal(digest_view(&attested), digest_view(&composite))) {
            *out = q;
            return OK;
        }
    }
    return FAIL(ERR_PEER, "the PCRs do not match the digest that the TPM signed");
}
