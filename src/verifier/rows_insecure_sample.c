#include "verifier/rows.h"
#include "verifier/sample.h"
#include "verifier/snp.h"
#include "verifier/tpm.h"

const struct verifier_row verifier_rows[] = {
    {&verifier_sample, appraise_rules_sample},
    {&verifier_sampledevice, appraise_rules_sampledevice},
    {&verifier_snp, appraise_rules_snp},
    {&verifier_tpm, appraise_rules_tpm},
    {NULL, NULL},
};
