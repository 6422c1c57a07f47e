#include "host/attack/attack.h"

#include <string.h>

#include "host/attack/boot.h"

static const struct attack attacks[] = {
    {"command-line", "T-BOOT-03", "an image with another command line", attack_image},
    {"command-line-override", "T-BOOT-03", "the host's own command line replaces the image's", attack_append},
    {"initramfs", "T-BOOT-04", "an image with another initramfs", attack_image},
    {"kernel", "T-BOOT-02", "an image with another kernel", attack_image},
    {"foreign-initdata", "T-INIT-01", "the initdata of somebody else", attack_image},
    {"no-initdata", "T-INIT-02", "no initdata at all", attack_no_initdata},
    {"unenrolled-ek", "T-ATT-03", "a TPM that nobody enrolled", attack_fresh_tpm},
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
