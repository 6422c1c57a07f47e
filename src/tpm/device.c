/*
 * The connection to a TPM, and the PCR commands. Runs in the guest's init and attester; the TPM's answers are hostile.
 */
#include "tpm/tpm_state.h"

#include <errno.h>
#include <unistd.h>

#include <tss2/tss2_tcti_device.h>

#include "base/mem.h"

struct err tpm_check(TSS2_RC rc)
{
    return rc == TSS2_RC_SUCCESS ? OK : FAIL(ERR_PEER, "the TPM refuses a command");
}

static struct err open_esys(struct tpm *t, TSS2_TCTI_CONTEXT *tcti)
{
    /* Only the ABI that this program was built against. */
    TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
    return tpm_check(Esys_Initialize(&t->esys, tcti, &abi));
}

static struct err new_tpm(struct tpm **out)
{
    struct tpm *t = mem_new(sizeof(*t));
    if (t == NULL)
        return FAIL(ERR_NOMEM, "no memory for the TPM");
    t->ek = ESYS_TR_NONE;
    t->ak = ESYS_TR_NONE;
    *out = t;
    return OK;
}

static struct err open_tcti(struct tpm *t, const char *path)
{
    size_t size = 0;
    TRY(tpm_check(Tss2_Tcti_Device_Init(NULL, &size, path)));
    t->own_tcti = mem_new(size);
    if (t->own_tcti == NULL)
        return FAIL(ERR_NOMEM, "no memory for the TPM's transport");
    if (Tss2_Tcti_Device_Init(t->own_tcti, &size, path) != TSS2_RC_SUCCESS) {
        mem_free(t->own_tcti);
        t->own_tcti = NULL;
        return FAIL(ERR_IO, "the TPM device does not open");
    }
    return open_esys(t, t->own_tcti);
}

struct err tpm_open_device(const char *path, struct tpm **out)
{
    if (access(path, F_OK) != 0)
        return REFUSE(ERR_ABSENT, REASON_GUEST_NO_TEE, "there is no TPM device");
    struct tpm *t = NULL;
    TRY(new_tpm(&t));
    struct err e = open_tcti(t, path);
    if (failed(e)) {
        tpm_close(t);
        return e;
    }
    *out = t;
    return OK;
}

struct err tpm_open_tcti(TSS2_TCTI_CONTEXT *tcti, struct tpm **out)
{
    struct tpm *t = NULL;
    TRY(new_tpm(&t));
    struct err e = open_esys(t, tcti);
    if (failed(e)) {
        tpm_close(t);
        return e;
    }
    *out = t;
    return OK;
}

void tpm_close(struct tpm *t)
{
    if (t == NULL)
        return;
    /* A handle that does not flush any more dies with the connection's resource manager: nothing else to do. */
    if (t->ak != ESYS_TR_NONE)
        (void)Esys_FlushContext(t->esys, t->ak);
    if (t->ek != ESYS_TR_NONE && t->is_ek_transient)
        (void)Esys_FlushContext(t->esys, t->ek);
    if (t->esys != NULL)
        Esys_Finalize(&t->esys);
    if (t->own_tcti != NULL)
        Tss2_Tcti_Finalize(t->own_tcti);
    mem_free(t->own_tcti);
    mem_free(t);
}

struct err tpm_pcr_extend(struct tpm *t, unsigned pcr, const struct digest *digest)
{
    if (pcr > 23 || digest->n != TPM2_SHA256_DIGEST_SIZE)
        return FAIL(ERR_BUG, "a PCR is extended with 32 bytes, and has a number up to 23");
    TPML_DIGEST_VALUES values = {.count = 1, .digests = {{.hashAlg = TPM2_ALG_SHA256}}};
    memcpy(values.digests[0].digest.sha256, digest->p, TPM2_SHA256_DIGEST_SIZE);
    return tpm_check(
        Esys_PCR_Extend(t->esys, ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &values));
}

struct err tpm_pcr_read(struct tpm *t, unsigned pcr, struct digest *out)
{
    if (pcr > 23)
        return FAIL(ERR_BUG, "a PCR has a number up to 23");
    TPML_PCR_SELECTION want = {.count = 1, .pcrSelections = {{.hash = TPM2_ALG_SHA256, .sizeofSelect = 3}}};
    want.pcrSelections[0].pcrSelect[pcr / 8] = (BYTE)(1u << (pcr % 8));
    TPML_DIGEST *values = NULL;
    TRY(tpm_check(Esys_PCR_Read(t->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &want, NULL, NULL, &values)));
    /* A TPM without that bank answers with no value at all: zero digests are not success. */
    bool fits = values->count == 1 && values->digests[0].size == TPM2_SHA256_DIGEST_SIZE;
    struct digest got = {.n = TPM2_SHA256_DIGEST_SIZE};
    if (fits)
        memcpy(got.p, values->digests[0].buffer, got.n);
    Esys_Free(values);
    if (!fits)
        return FAIL(ERR_PEER, "the TPM has no SHA-256 value for this PCR");
    *out = got;
    return OK;
}
