/*
 * The native rules for a TPM: every PCR 0..15 is pinned by a reference value, computed (8 from the initdata, 10 from
 * IMA) or zero, and 0 and 4 are pinned. The firmware runs first and can extend any later PCR, so none may stay free.
 * The PCRs alone decide; single measured parts only choose which reason is given.
 */
#include "codec/hex.h"
#include "rats/reference.h"
#include "rats/tpm_ima.h"
#include "verifier/rules.h"

#define PCRS    16
#define BIT(n_) (1U << (n_))
/* Firmware: its code, configuration, option ROMs, boot manager, Secure Boot. 8 is initdata, 10 IMA. */
#define PCRS_PLATFORM    (BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(5) | BIT(6) | BIT(7))
#define PCRS_EXECUTABLES (BIT(4) | BIT(9) | BIT(11) | BIT(12))

/* Every boot extends these with the firmware and with what it starts: where they are zero, nothing was measured. */
#define PCRS_ALWAYS (BIT(0) | BIT(4))

/* In the order in which a boot uses them, so that the first finding is the cause and the later ones follow from it. */
static const uint8_t order[PCRS] = {0, 1, 2, 3, 5, 6, 7, 12, 4, 9, 11, 8, 13, 14, 15, 10};

struct pcrs {
    struct digest value[PCRS]; /* n == 0: not quoted */
    bool registered[PCRS];
    uint32_t bad; /* bit n: PCR n is not as it must be */
};

struct names {
    char claim[8];
    char reference[16];
};

static struct names names_of(unsigned pcr)
{
    struct names n;
    (void)snprintf(n.claim, sizeof(n.claim), "pcr%02u", pcr % 100);
    (void)snprintf(n.reference, sizeof(n.reference), "tpm_pcr%02u", pcr % 100);
    return n;
}

static bool is_zero(const struct digest *d)
{
    return d->n == TPM_PCR_SIZE && bytes_all(digest_view(d), 0);
}

static struct err holds_without_reference(const struct rules *r, const struct pcrs *p, unsigned pcr, bool *holds)
{
    *holds = is_zero(&p->value[pcr]) && (PCRS_ALWAYS & BIT(pcr)) == 0;
    if (pcr == 8 && r->has_initdata) {
        /* The verifier has compared it with the initdata of the session. */
        *holds = p->value[8].n == TPM_PCR_SIZE;
        return OK;
    }
    if (pcr == 10 && !*holds) {
        struct digest want;
        TRY(tpm_ima_boot_pcr(p->value, &want));
        *holds = bytes_equal_ct(digest_view(&want), digest_view(&p->value[10]));
    }
    return OK;
}

/* PCR 8 belongs to the initdata alone: a registered value would let an unchecked document pass. */
static struct err check_pcr(const struct rules *r, struct pcrs *p, unsigned pcr)
{
    struct names n = names_of(pcr);
    bool holds = reference_holds_value(r->references, n.reference, json_at(r->claims, n.claim), &p->registered[pcr]);
    if (pcr == 8 || !p->registered[pcr])
        TRY(holds_without_reference(r, p, pcr, &holds));
    if (!holds || p->value[pcr].n == 0)
        p->bad |= BIT(pcr);
    return OK;
}

static struct err read_pcrs(const struct rules *r, struct pcrs *p)
{
    for (unsigned i = 0; i < PCRS; i++) {
        struct bytes text = BYTES_EMPTY;
        if (failed(json_need_string(r->claims, names_of(i).claim, &text)))
            continue;
        TRY(hex_decode_fixed(text, p->value[i].p, TPM_PCR_SIZE));
        p->value[i].n = TPM_PCR_SIZE;
    }
    for (unsigned i = 0; i < PCRS; i++)
        TRY(check_pcr(r, p, i));
    return OK;
}

/* Parts of the boot that the log names and somebody may have registered, in order of weight. */
static const struct part {
    const char *claim;
    const char *reference;
    enum reason reason;
} parts[] = {
    {"uki_linux", "tpm_uki_linux", REASON_APPRAISAL_KERNEL},
    {"uki_cmdline", "tpm_uki_cmdline", REASON_APPRAISAL_COMMAND_LINE},
    {"uki_initrd", "tpm_uki_initrd", REASON_APPRAISAL_INITRAMFS},
    {"linux_initrd", "tpm_uki_initrd", REASON_APPRAISAL_INITRAMFS},
    {"uki_osrel", "tpm_uki_osrel", REASON_APPRAISAL_KERNEL},
};

static bool part_differs(const struct rules *r, const struct part *part)
{
    bool registered = false;
    const struct json *have = json_at(r->claims, part->claim);
    return !reference_holds_value(r->references, part->reference, have, &registered) && registered && have != NULL;
}

/* Notes each part that differs; *first is the reason of the first one, REASON_NONE if none does. */
static struct err find_parts(const struct rules *r, enum reason *first)
{
    *first = REASON_NONE;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!part_differs(r, &parts[i]))
            continue;
        TRY(rules_find(r, parts[i].claim, parts[i].reference, parts[i].reason));
        if (*first == REASON_NONE)
            *first = parts[i].reason;
    }
    return OK;
}

/* Why PCR 9 alone differs: with kernel and image as registered, only the text that the loader passed is left. */
static enum reason loader_reason(const struct rules *r, const struct pcrs *p)
{
    bool registered = false;
    bool initrd =
        reference_holds_value(r->references, "tpm_uki_initrd", json_at(r->claims, "linux_initrd"), &registered);
    bool image = (p->bad & (BIT(4) | BIT(11))) == 0 && !is_zero(&p->value[11]);
    return initrd || image ? REASON_APPRAISAL_COMMAND_LINE : REASON_APPRAISAL_MEASUREMENT;
}

static enum reason reason_of(const struct rules *r, const struct pcrs *p, unsigned pcr, enum reason part)
{
    if (p->value[pcr].n == 0)
        return REASON_TPM_SELECTION;
    if (pcr == 8)
        return r->has_initdata ? REASON_INITDATA_BINDING : REASON_INITDATA_ABSENT;
    if (pcr == 12)
        return REASON_APPRAISAL_COMMAND_LINE;
    if (pcr == 10)
        return REASON_APPRAISAL_MEASUREMENT;
    if (!p->registered[pcr])
        return REASON_APPRAISAL_NO_REFERENCE;
    if ((PCRS_PLATFORM >> pcr & 1) != 0)
        return REASON_APPRAISAL_FIRMWARE;
    if ((PCRS_EXECUTABLES >> pcr & 1) == 0)
        return REASON_APPRAISAL_MEASUREMENT;
    if (part != REASON_NONE)
        return part;
    if ((p->bad & BIT(12)) != 0)
        return REASON_APPRAISAL_COMMAND_LINE;
    return pcr == 9 ? loader_reason(r, p) : REASON_APPRAISAL_KERNEL;
}

static struct err find_all(const struct rules *r, const struct pcrs *p)
{
    enum reason part = REASON_NONE;
    for (size_t i = 0; i < PCRS; i++) {
        unsigned pcr = order[i];
        if (pcr == 4 && (p->bad & (BIT(4) | BIT(9) | BIT(11))) != 0)
            TRY(find_parts(r, &part));
        struct names n = names_of(pcr);
        if ((p->bad & BIT(pcr)) != 0)
            TRY(rules_find(r, n.claim, n.reference, reason_of(r, p, pcr, part)));
    }
    return OK;
}

struct err appraise_rules_tpm(const struct rules *r)
{
    struct pcrs p = {0};
    TRY(read_pcrs(r, &p));
    TRY(find_all(r, &p));
    rules_set(r, EAR_EXECUTABLES, (p.bad & PCRS_EXECUTABLES) == 0 ? 3 : 33);
    rules_finish(r, (p.bad & PCRS_PLATFORM) == 0, 2);
    return OK;
}
