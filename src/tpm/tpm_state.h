/*
 * What the files of this folder share: one connection to a TPM and the handles made on it.
 */
#pragma once

#include "tpm/tpm.h"

#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>

struct tpm {
    ESYS_CONTEXT *esys;
    TSS2_TCTI_CONTEXT *own_tcti; /* NULL when the caller keeps it */
    ESYS_TR ek;                  /* ESYS_TR_NONE until tpm_identity_make */
    ESYS_TR ak;
    bool is_ek_transient;
};

/*
 * tpm_check - the answer of an Esys, Mu or Tcti call as an error.
 *
 * out      nothing
 * errors   PEER  any value but success
 */
MUST_CHECK struct err tpm_check(TSS2_RC rc);
