/*
 * The native rules for SEV-SNP, with upstream's names of reference values.
 */
#include "rats/reference.h"
#include "verifier/rules.h"

static const struct row {
    const char *claim;
    const char *reference;
} levels[] = {{"reported_tcb_bootloader", "snp_bootloader"},
              {"reported_tcb_tee", "snp_tee_svn"},
              {"reported_tcb_snp", "snp_snp_svn"},
              {"reported_tcb_microcode", "snp_microcode"}},
  settings[] = {{"platform_smt_enabled", "snp_smt_enabled"},   {"platform_tsme_enabled", "snp_tsme_enabled"},
                {"policy_abi_major", "snp_guest_abi_major"},   {"policy_abi_minor", "snp_guest_abi_minor"},
                {"policy_single_socket", "snp_single_socket"}, {"policy_smt_allowed", "snp_smt_allowed"}};

static bool is_true(const struct rules *r, const char *claim)
{
    const struct json *v = json_at(r->claims, claim);
    return !json_is(v, JSON_BOOL) || v->as_bool;
}

static struct err check_levels(const struct rules *r, bool *hold)
{
    *hold = true;
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        bool one = false;
        TRY(rules_check(r, levels[i].claim, levels[i].reference, REASON_APPRAISAL_PLATFORM, &one));
        *hold = *hold && one;
    }
    return OK;
}

/* The settings are upstream's refinement: all as registered gives 2, else 3; both affirm. */
static int8_t configuration(const struct rules *r)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        bool registered = false;
        if (!reference_holds_value(r->references, settings[i].reference, json_at(r->claims, settings[i].claim),
                                   &registered))
            return 3;
    }
    return 2;
}

static struct err check_host_data(const struct rules *r)
{
    struct bytes host_data = BYTES_EMPTY;
    if (failed(json_need_string(r->claims, "init_data", &host_data)))
        return rules_find(r, "init_data", "", REASON_INITDATA_BINDING);
    /* A field that no initdata was checked against must hold nothing. */
    if (!r->has_initdata && !bytes_all(host_data, '0'))
        return rules_find(r, "init_data", "", REASON_INITDATA_ABSENT);
    return OK;
}

struct err appraise_rules_snp(const struct rules *r)
{
    bool measured = false;
    bool platform = false;
    TRY(rules_check(r, "measurement", "snp_launch_measurement", REASON_APPRAISAL_MEASUREMENT, &measured));
    TRY(check_levels(r, &platform));
    if (is_true(r, "policy_debug_allowed"))
        TRY(rules_find(r, "policy_debug_allowed", "", REASON_SNP_DEBUG));
    if (is_true(r, "policy_migrate_ma"))
        TRY(rules_find(r, "policy_migrate_ma", "", REASON_SNP_MIGRATABLE));
    TRY(check_host_data(r));
    rules_set(r, EAR_EXECUTABLES, measured ? 3 : 33);
    rules_finish(r, platform, configuration(r));
    return OK;
}
