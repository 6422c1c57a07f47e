#include "rats/tpm_attest.h"

#include "base/rd.h"
#include "rats/tpm_alg.h"

#define MAGIC         0xff544347 /* TPM_GENERATED_VALUE: only the TPM writes it in front of what a restricted key signs */
#define ST_QUOTE      0x8018
#define SELECT_BYTES  3
#define RSA_SIG_BYTES 256

static struct err read_selection(struct rd *r, struct tpm_attest *q)
{
    uint32_t count = 0;
    uint16_t hash = 0;
    uint8_t size = 0;
    struct bytes map;
    TRY(rd_u32be(r, &count));
    if (count != 1)
        return REFUSE(ERR_FORMAT, REASON_TPM_SELECTION, "not exactly one PCR selection");
    TRY(rd_u16be(r, &hash));
    TRY(rd_u8(r, &size));
    if (hash != TPM_ALG_SHA256)
        return REFUSE(ERR_FORMAT, REASON_TPM_SELECTION, "a bank other than SHA-256");
    if (size != SELECT_BYTES)
        return REFUSE(ERR_FORMAT, REASON_TPM_SELECTION, "a bitmap of another size than 24 PCRs");
    TRY(rd_take(r, SELECT_BYTES, &map));
    q->pcr_mask = (uint32_t)map.p[0] | (uint32_t)map.p[1] << 8 | (uint32_t)map.p[2] << 16;
    if (q->pcr_mask == 0)
        return REFUSE(ERR_FORMAT, REASON_TPM_SELECTION, "no PCR is selected");
    return OK;
}

static struct err read_clock(struct rd *r, struct tpm_attest *q)
{
    uint8_t safe = 0;
    TRY(rd_u64be(r, &q->clock));
    TRY(rd_u32be(r, &q->reset_count));
    TRY(rd_u32be(r, &q->restart_count));
    TRY(rd_u8(r, &safe));
    if (safe > 1)
        return FAIL(ERR_FORMAT, "safe is neither yes nor no");
    if (q->clock > INT64_MAX)
        return FAIL(ERR_FORMAT, "a clock beyond what a claim holds");
    q->safe = safe == 1;
    return OK;
}

static struct err read_quote(struct rd *r, struct tpm_attest *q)
{
    uint32_t magic = 0;
    uint16_t type = 0;
    TRY(rd_u32be(r, &magic));
    TRY(rd_u16be(r, &type));
    if (magic != MAGIC)
        return FAIL(ERR_FORMAT, "not made by a TPM");
    if (type != ST_QUOTE)
        return FAIL(ERR_FORMAT, "an attestation of another type than quote");
    TRY(rd_prefix16be(r, &q->qualified_signer));
    TRY(rd_prefix16be(r, &q->extra_data));
    TRY(read_clock(r, q));
    TRY(rd_u64be(r, &q->firmware_version));
    TRY(read_selection(r, q));
    TRY(rd_prefix16be(r, &q->pcr_digest));
    if (q->pcr_digest.n != TPM_PCR_SIZE)
        return FAIL(ERR_FORMAT, "a PCR digest of another size than SHA-256");
    return rd_end(r);
}

struct err tpm_attest_decode(struct bytes in, struct tpm_attest *out)
{
    struct rd r = rd_of(in);
    struct tpm_attest q = {0};
    TRY_AS(REASON_TPM_QUOTE_FORMAT, read_quote(&r, &q));
    *out = q;
    return OK;
}

/* Appends a number to s, fixed to 32 bytes. */
static struct err read_number(struct rd *r, struct tpm_signature *s)
{
    struct bytes v;
    TRY(rd_prefix16be(r, &v));
    if (v.n == 0 || v.n > 32)
        return FAIL(ERR_FORMAT, "a number of the signature is wider than the curve");
    s->n += 32;
    for (size_t i = 0; i < v.n; i++)
        s->p[s->n - v.n + i] = v.p[i];
    return OK;
}

static struct err read_signature(struct rd *r, struct tpm_signature *s)
{
    uint16_t alg = 0;
    uint16_t hash = 0;
    TRY(rd_u16be(r, &alg));
    TRY(rd_u16be(r, &hash));
    if (hash != TPM_ALG_SHA256)
        return FAIL(ERR_UNSUPPORTED, "a signature with another hash than SHA-256");
    if (alg == TPM_ALG_ECDSA) {
        s->alg = SIG_ECDSA_SHA256;
        TRY(read_number(r, s));
        TRY(read_number(r, s));
        return rd_end(r);
    }
    if (alg != TPM_ALG_RSASSA)
        return FAIL(ERR_UNSUPPORTED, "a signature scheme other than ECDSA and RSASSA");
    struct bytes v;
    TRY(rd_prefix16be(r, &v));
    if (v.n != RSA_SIG_BYTES)
        return FAIL(ERR_FORMAT, "an RSA signature of another size than 2048 bits");
    s->alg = SIG_RSA_PKCS1_SHA256;
    s->n = v.n;
    memcpy(s->p, v.p, v.n);
    return rd_end(r);
}

struct err tpm_signature_decode(struct bytes in, struct tpm_signature *out)
{
    struct rd r = rd_of(in);
    struct tpm_signature s = {0};
    TRY_AS(REASON_TPM_QUOTE_SIGNATURE, read_signature(&r, &s));
    *out = s;
    return OK;
}

struct err tpm_quote_verify(const struct key *ak, struct bytes message, struct bytes signature)
{
    struct tpm_signature s;
    TRY(tpm_signature_decode(signature, &s));
    enum key_kind kind = key_kind_of(ak);
    bool fits = s.alg == SIG_ECDSA_SHA256 ? kind == KEY_EC_P256 : kind == KEY_RSA && key_bits(ak) == 2048;
    if (!fits)
        return REFUSE(ERR_UNSUPPORTED, REASON_TPM_QUOTE_SIGNATURE, "signature and key do not fit");
    TRY_AS(REASON_TPM_QUOTE_SIGNATURE, key_verify(ak, s.alg, message, bytes_of(s.p, s.n)));
    return OK;
}
