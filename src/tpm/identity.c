/*
 * Who this TPM is: the endorsement key with its certificate, a fresh attestation key below it, and the opening of a
 * credential, which proves that both live in one TPM. Runs in the guest's attester.
 */
#include "tpm/tpm_state.h"

#include "base/limits.h"
#include "base/rd.h"

#define EK_CHUNK 512 /* NV reads: every TPM takes at least this much */

struct ek_place {
    TPM2_HANDLE nv, persistent;
    TPMI_ALG_PUBLIC type;
};
static const struct ek_place places[] = {
    {0x01c00002, 0x81010001, TPM2_ALG_RSA},
    {0x01c0000a, 0x81010002, TPM2_ALG_ECC},
};

/* PolicySecret(TPM_RH_ENDORSEMENT): source: TCG EK Credential Profile 2.2, B.6.2 policy A, SHA-256 */
static const uint8_t ek_policy[32] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
                                      0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
                                      0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};

static struct err find_object(struct tpm *t, TPM2_HANDLE handle, ESYS_TR *out)
{
    ESYS_TR got = ESYS_TR_NONE;
    TRY(tpm_check(Esys_TR_FromTPMPublic(t->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &got)));
    *out = got;
    return OK;
}

static struct err read_nv_at(struct tpm *t, ESYS_TR nv, uint8_t *out, UINT16 n, UINT16 offset)
{
    TPM2B_MAX_NV_BUFFER *part = NULL;
    TRY(tpm_check(Esys_NV_Read(t->esys, nv, nv, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, n, offset, &part)));
    bool fits = part->size == n;
    if (fits)
        memcpy(out, part->buffer, n);
    Esys_Free(part);
    return fits ? OK : FAIL(ERR_PEER, "the TPM returns another number of bytes than asked for");
}

static struct err read_nv(struct tpm *t, struct arena *a, TPM2_HANDLE handle, struct bytes *out)
{
    ESYS_TR nv = ESYS_TR_NONE;
    TRY(find_object(t, handle, &nv));
    TPM2B_NV_PUBLIC *public = NULL;
    TRY(tpm_check(Esys_NV_ReadPublic(t->esys, nv, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &public, NULL)));
    UINT16 size = public->nvPublic.dataSize;
    Esys_Free(public);
    if (size == 0 || size > CERT_SIZE_MAX)
        return FAIL(ERR_PEER, "the EK certificate is empty or too large");
    void *room = NULL;
    TRY(arena_alloc(a, size, &room));
    for (UINT16 at = 0; at < size;) {
        UINT16 left = (UINT16)(size - at), n = left < EK_CHUNK ? left : EK_CHUNK;
        TRY(read_nv_at(t, nv, (uint8_t *)room + at, n, at));
        at = (UINT16)(at + n);
    }
    *out = bytes_of(room, size);
    return OK;
}

static void fill_ek_template(TPMI_ALG_PUBLIC type, TPM2B_PUBLIC *out)
{
    TPMT_SYM_DEF_OBJECT aes = {.algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};
    TPMT_PUBLIC *p = &out->publicArea;
    *out = (TPM2B_PUBLIC){0};
    p->type = type;
    p->nameAlg = TPM2_ALG_SHA256;
    p->objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                          TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
    p->authPolicy.size = sizeof(ek_policy);
    memcpy(p->authPolicy.buffer, ek_policy, sizeof(ek_policy));
    if (type == TPM2_ALG_RSA) {
        p->parameters.rsaDetail =
            (TPMS_RSA_PARMS){.symmetric = aes, .scheme = {.scheme = TPM2_ALG_NULL}, .keyBits = 2048};
        p->unique.rsa.size = 256;
    } else {
        p->parameters.eccDetail = (TPMS_ECC_PARMS){.symmetric = aes,
                                                   .scheme = {.scheme = TPM2_ALG_NULL},
                                                   .curveID = TPM2_ECC_NIST_P256,
                                                   .kdf = {.scheme = TPM2_ALG_NULL}};
        p->unique.ecc.x.size = 32;
        p->unique.ecc.y.size = 32;
    }
}

static struct err open_ek(struct tpm *t, const struct ek_place *place)
{
    if (!failed(find_object(t, place->persistent, &t->ek)))
        return OK;
    TPM2B_PUBLIC template;
    fill_ek_template(place->type, &template);
    TPM2B_SENSITIVE_CREATE sensitive = {0};
    TPM2B_DATA outside = {0};
    TPML_PCR_SELECTION none = {0};
    TRY(tpm_check(Esys_CreatePrimary(t->esys, ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                     &sensitive, &template, &outside, &none, &t->ek, NULL, NULL, NULL, NULL)));
    t->is_ek_transient = true;
    return OK;
}

/* A session that satisfies the EK's policy; one use. */
static struct err open_ek_session(struct tpm *t, ESYS_TR *out)
{
    TPMT_SYM_DEF none = {.algorithm = TPM2_ALG_NULL};
    ESYS_TR session = ESYS_TR_NONE;
    TRY(tpm_check(Esys_StartAuthSession(t->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                        NULL, TPM2_SE_POLICY, &none, TPM2_ALG_SHA256, &session)));
    struct err e = tpm_check(Esys_PolicySecret(t->esys, ESYS_TR_RH_ENDORSEMENT, session, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                               ESYS_TR_NONE, NULL, NULL, NULL, 0, NULL, NULL));
    if (failed(e)) {
        (void)Esys_FlushContext(t->esys, session);
        return e;
    }
    *out = session;
    return OK;
}

static struct err create_ak(struct tpm *t, TPM2B_PRIVATE **private, TPM2B_PUBLIC **public)
{
    TPM2B_PUBLIC template = {
        .publicArea = {
            .type = TPM2_ALG_ECC,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                                TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT,
            .parameters.eccDetail = {.symmetric = {.algorithm = TPM2_ALG_NULL},
                                     .scheme = {.scheme = TPM2_ALG_ECDSA, .details.ecdsa.hashAlg = TPM2_ALG_SHA256},
                                     .curveID = TPM2_ECC_NIST_P256,
                                     .kdf = {.scheme = TPM2_ALG_NULL}}}};
    TPM2B_SENSITIVE_CREATE sensitive = {0};
    TPM2B_DATA outside = {0};
    TPML_PCR_SELECTION none = {0};
    ESYS_TR session = ESYS_TR_NONE;
    TRY(open_ek_session(t, &session));
    struct err e = tpm_check(Esys_Create(t->esys, t->ek, session, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &template,
                                         &outside, &none, private, public, NULL, NULL, NULL));
    (void)Esys_FlushContext(t->esys, session);
    return e;
}

static struct err load_ak(struct tpm *t, const TPM2B_PRIVATE *private, const TPM2B_PUBLIC *public)
{
    ESYS_TR session = ESYS_TR_NONE;
    TRY(open_ek_session(t, &session));
    struct err e = tpm_check(Esys_Load(t->esys, t->ek, session, ESYS_TR_NONE, ESYS_TR_NONE, private, public, &t->ak));
    (void)Esys_FlushContext(t->esys, session);
    return e;
}

/* The Name is computed here and not asked for, so that TPM and evidence cannot disagree. */
static struct err keep_ak(struct arena *a, const TPM2B_PUBLIC *public, struct tpm_identity *out)
{
    uint8_t room[sizeof(TPM2B_PUBLIC)];
    size_t n = 0;
    TRY(tpm_check(Tss2_MU_TPM2B_PUBLIC_Marshal(public, room, sizeof(room), &n)));
    struct digest digest = {0};
    TRY(hash_of(HASH_SHA256, bytes_of(room + 2, n - 2), &digest));
    uint8_t name[2 + 32] = {TPM2_ALG_SHA256 >> 8, TPM2_ALG_SHA256 & 0xff};
    memcpy(name + 2, digest.p, 32);
    TRY(arena_copy(a, bytes_of(room, n), &out->ak_public));
    return arena_copy(a, BYTES_OF(name), &out->ak_name);
}

struct err tpm_identity_make(struct tpm *t, struct arena *a, struct tpm_identity *out)
{
    if (t->ak != ESYS_TR_NONE)
        return FAIL(ERR_STATE, "the identity was made before");
    struct tpm_identity made = {.ek_cert = BYTES_EMPTY};
    const struct ek_place *place = &places[0];
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && made.ek_cert.n == 0; i++)
        if (!failed(read_nv(t, a, places[i].nv, &made.ek_cert)))
            place = &places[i];
    if (t->ek == ESYS_TR_NONE)
        TRY(open_ek(t, place));
    TPM2B_PRIVATE *private = NULL;
    TPM2B_PUBLIC *public = NULL;
    TRY(create_ak(t, &private, &public));
    struct err e = keep_ak(a, public, &made);
    if (!failed(e))
        e = load_ak(t, private, public);
    Esys_Free(private);
    Esys_Free(public);
    TRY(e);
    *out = made;
    return OK;
}

struct err tpm_credential_activate(struct tpm *t, struct bytes credential, struct secret *out)
{
    if (t->ak == ESYS_TR_NONE)
        return FAIL(ERR_STATE, "no attestation key was made yet");
    struct rd r = rd_of(credential);
    struct bytes object, wrapped;
    TRY(rd_prefix16be(&r, &object));
    TRY(rd_prefix16be(&r, &wrapped));
    TRY(rd_end(&r));
    TPM2B_ID_OBJECT id = {.size = (UINT16)object.n};
    TPM2B_ENCRYPTED_SECRET seed = {.size = (UINT16)wrapped.n};
    if (object.n > sizeof(id.credential) || wrapped.n > sizeof(seed.secret))
        return FAIL(ERR_FORMAT, "the credential is larger than any TPM takes");
    memcpy(id.credential, object.p, object.n);
    memcpy(seed.secret, wrapped.p, wrapped.n);
    ESYS_TR session = ESYS_TR_NONE;
    TRY(open_ek_session(t, &session));
    TPM2B_DIGEST *info = NULL;
    TSS2_RC rc =
        Esys_ActivateCredential(t->esys, t->ak, t->ek, ESYS_TR_PASSWORD, session, ESYS_TR_NONE, &id, &seed, &info);
    (void)Esys_FlushContext(t->esys, session);
    if (rc != TSS2_RC_SUCCESS)
        return FAIL(ERR_UNVERIFIED, "the credential does not open for this attestation key");
    struct err e = secret_copy(bytes_of(info->buffer, info->size), out);
    explicit_bzero(info, sizeof(*info));
    Esys_Free(info);
    return e;
}
