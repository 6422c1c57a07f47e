#include "rats/tpm_public.h"

#include "base/rd.h"
#include "rats/tpm_alg.h"

#define RSA_BYTES        256 /* RSA-2048: what EKs and AKs of the profile are */
#define RSA_EXPONENT_DEF 65537

/* TPMT_SYM_DEF_OBJECT: absent, or AES as storage keys and EKs have it. */
static struct err skip_symmetric(struct rd *r)
{
    uint16_t alg = 0;
    uint16_t bits = 0;
    uint16_t mode = 0;
    TRY(rd_u16be(r, &alg));
    if (alg == TPM_ALG_NULL)
        return OK;
    if (alg != TPM_ALG_AES)
        return FAIL(ERR_UNSUPPORTED, "a symmetric algorithm other than AES");
    TRY(rd_u16be(r, &bits));
    return rd_u16be(r, &mode);
}

/* TPMT_RSA_SCHEME or TPMT_ECC_SCHEME: absent, or one with a hash and nothing else. */
static struct err skip_scheme(struct rd *r)
{
    uint16_t alg = 0;
    uint16_t hash = 0;
    TRY(rd_u16be(r, &alg));
    if (alg == TPM_ALG_NULL)
        return OK;
    if (alg != TPM_ALG_RSASSA && alg != TPM_ALG_RSAPSS && alg != TPM_ALG_OAEP && alg != TPM_ALG_ECDSA)
        return FAIL(ERR_UNSUPPORTED, "a scheme that no attestation or endorsement key has");
    return rd_u16be(r, &hash);
}

static struct err read_rsa(struct rd *r, struct tpm_public *p)
{
    uint16_t bits = 0;
    TRY(skip_symmetric(r));
    TRY(skip_scheme(r));
    TRY(rd_u16be(r, &bits));
    TRY(rd_u32be(r, &p->exponent));
    TRY(rd_prefix16be(r, &p->modulus));
    if (bits != RSA_BYTES * 8)
        return FAIL(ERR_UNSUPPORTED, "an RSA key of another size than 2048 bits");
    if (p->modulus.n != RSA_BYTES)
        return FAIL(ERR_FORMAT, "an RSA modulus of another size than stated");
    if (p->exponent == 0)
        p->exponent = RSA_EXPONENT_DEF;
    p->kind = KEY_RSA;
    return OK;
}

static struct err read_ecc(struct rd *r, struct tpm_public *p)
{
    uint16_t curve = 0;
    uint16_t kdf = 0;
    TRY(skip_symmetric(r));
    TRY(skip_scheme(r));
    TRY(rd_u16be(r, &curve));
    TRY(rd_u16be(r, &kdf));
    if (kdf != TPM_ALG_NULL)
        return FAIL(ERR_UNSUPPORTED, "an EC key with a key derivation of its own");
    if (curve != TPM_CURVE_P256 && curve != TPM_CURVE_P384)
        return FAIL(ERR_UNSUPPORTED, "a curve other than P-256 and P-384");
    p->kind = curve == TPM_CURVE_P256 ? KEY_EC_P256 : KEY_EC_P384;
    TRY(rd_prefix16be(r, &p->x));
    TRY(rd_prefix16be(r, &p->y));
    size_t width = curve == TPM_CURVE_P256 ? 32 : 48;
    if (p->x.n > width || p->y.n > width)
        return FAIL(ERR_FORMAT, "a coordinate wider than its curve");
    return OK;
}

static struct err read_area(struct rd *r, struct tpm_public *p)
{
    uint16_t type = 0;
    uint16_t name_alg = 0;
    struct bytes policy;
    TRY(rd_u16be(r, &type));
    TRY(rd_u16be(r, &name_alg));
    TRY(rd_u32be(r, &p->attributes));
    TRY(rd_prefix16be(r, &policy));
    p->name_alg = tpm_alg_hash(name_alg);
    if (p->name_alg != HASH_SHA256 && p->name_alg != HASH_SHA384)
        return FAIL(ERR_UNSUPPORTED, "a Name algorithm other than SHA-256 and SHA-384");
    if (policy.n != 0 && policy.n != hash_size(p->name_alg))
        return FAIL(ERR_FORMAT, "a policy digest of a wrong size");
    if (type == TPM_ALG_RSA)
        return read_rsa(r, p);
    if (type == TPM_ALG_ECC)
        return read_ecc(r, p);
    return FAIL(ERR_UNSUPPORTED, "a key that is neither RSA nor EC");
}

struct err tpm_public_decode(struct bytes in, struct tpm_public *out)
{
    struct rd r = rd_of(in);
    struct tpm_public p = {.modulus = BYTES_EMPTY, .x = BYTES_EMPTY, .y = BYTES_EMPTY};
    TRY(rd_prefix16be(&r, &p.area));
    TRY(rd_end(&r));
    struct rd area = rd_of(p.area);
    TRY(read_area(&area, &p));
    TRY(rd_end(&area));
    *out = p;
    return OK;
}

struct err tpm_public_name(const struct tpm_public *p, struct digest *out)
{
    struct digest d;
    TRY(hash_of(p->name_alg, p->area, &d));
    uint16_t alg = p->name_alg == HASH_SHA256 ? TPM_ALG_SHA256 : TPM_ALG_SHA384;
    struct digest name = {.n = d.n + 2};
    name.p[0] = (uint8_t)(alg >> 8);
    name.p[1] = (uint8_t)alg;
    for (size_t i = 0; i < d.n; i++)
        name.p[i + 2] = d.p[i];
    *out = name;
    return OK;
}

/* A coordinate with the leading zeros that some TPMs leave out. */
static struct bytes widen(struct bytes in, size_t width, uint8_t *room)
{
    for (size_t i = 0; i < width; i++)
        room[i] = i < width - in.n ? 0 : in.p[i - (width - in.n)];
    return bytes_of(room, width);
}

struct err tpm_public_key(const struct tpm_public *p, struct key **out)
{
    if (p->kind == KEY_RSA) {
        uint8_t e[4] = {(uint8_t)(p->exponent >> 24), (uint8_t)(p->exponent >> 16), (uint8_t)(p->exponent >> 8),
                        (uint8_t)p->exponent};
        size_t skip = 0;
        while (skip < 3 && e[skip] == 0)
            skip++;
        return key_from_rsa(p->modulus, bytes_of(e + skip, sizeof(e) - skip), out);
    }
    size_t width = p->kind == KEY_EC_P256 ? 32 : 48;
    uint8_t x[48];
    uint8_t y[48];
    return key_from_point(p->kind, widen(p->x, width, x), widen(p->y, width, y), out);
}

struct err tpm_public_check_ak(const struct tpm_public *p)
{
    const uint32_t needed = TPM_ATTR_RESTRICTED | TPM_ATTR_SIGN | TPM_ATTR_FIXED_TPM | TPM_ATTR_FIXED_PARENT |
                            TPM_ATTR_SENSITIVE_DATA_ORIGIN;
    if ((p->attributes & needed) != needed)
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_ATTRIBUTES, "the key lacks an attribute of an attestation key");
    if ((p->attributes & TPM_ATTR_DECRYPT) != 0)
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_ATTRIBUTES, "the key may decrypt");
    if (p->name_alg != HASH_SHA256)
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_ATTRIBUTES, "the key's Name is not by SHA-256");
    return OK;
}
