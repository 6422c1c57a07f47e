#include "host/attack/attack.h"

#include <string.h>

#include "host/attack/boot.h"
#include "host/attack/message.h"

static const struct attack attacks[] = {
    {"command-line", "T-BOOT-03", "an image with another command line", attack_image},
    {"command-line-override", "T-BOOT-03", "the host's own command line replaces the image's", attack_append},
    {"initramfs", "T-BOOT-04", "an image with another initramfs", attack_image},
    {"kernel", "T-BOOT-02", "an image with another kernel", attack_image},
    {"foreign-initdata", "T-INIT-01", "the initdata of somebody else", attack_image},
    {"no-initdata", "T-INIT-02", "no initdata at all", attack_no_initdata},
    {"unenrolled-ek", "T-ATT-03", "a TPM that nobody enrolled", attack_fresh_tpm},
    {"replay", "T-ATT-01", "the evidence of another session", attack_replay},
    {"session-reuse", "T-ATT-01", "other evidence in a session that has attested", attack_session_reuse},
    {"relay", "T-ATT-02", "honest evidence with somebody else's TEE key", attack_relay},
    {"token-stolen", "T-ATT-02", "a guest's token without the guest's key", attack_token_stolen},
    {"eventlog-mismatch", "T-BOOT-07", "an event log with one changed digest", attack_eventlog},
    {"token-bit", "T-ATT-15", "a token with one changed bit", attack_token_bit},
    {"token-foreign-key", "T-ATT-15", "the token's claims under another signature", attack_token_foreign_key},
    {"other-resource", "T-SEC-03", "another workload's resource", attack_other_resource},
    {"forged-software", "T-ATT-03", "a quote signed by a key that lives in no TPM", attack_forged_software},
    {"forged-boot", "T-ATT-03", "a boot that never happened, forged by the owner of the vTPM: NOT PROTECTED",
     attack_forged_boot},
};

const struct attack *attack_find(const char *name)
{
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        if (strcmp(attacks[i].name, name) == 0)
            return &attacks[i];
    return NULL;
}

void attack_list(FILE *to)
{
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        fprintf(to, "  %-22s %-10s %s\n", attacks[i].name, attacks[i].threat, attacks[i].what);
}
