#include "base/limits.h"
#include "broker/keys/policy.h"
#include "broker/keys/workers.h"
#include "sys/log.h"
#include "json/json.h"

/*
 * The operator's trust as one JSON text for the workers: reference values, enrolled endorsement keys, roots,
 * attestation policies, options. Made anew after each committed change.
 */

#define TRUST_MAX (16 * MIB)

static struct err put_all(struct keys *k, struct arena *a, enum store_kind kind, struct buf *out)
{
    const struct store_entry *entries;
    size_t count;
    TRY(store_list(k->store, a, kind, &entries, &count));
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        struct bytes value;
        uint64_t version;
        TRY(store_get_public(k->store, a, kind, entries[i].name, &value, &version));
        if (!first)
            buf_u8(out, ',');
        first = false;
        json_quote(entries[i].name, out);
        buf_u8(out, ':');
        buf_add(out, value);
    }
    return OK;
}

/* id -> text of each attestation policy; where none stands for a class of TEEs, the built-in one appraises. */
static struct err put_policies(struct keys *k, struct arena *a, struct buf *out)
{
    const struct store_entry *entries;
    size_t count;
    size_t prefix = sizeof(POLICY_ATTESTATION) - 1;
    bool first = true;
    TRY(store_list(k->store, a, STORE_POLICY, &entries, &count));
    for (size_t i = 0; i < count; i++) {
        struct bytes text;
        uint64_t version;
        struct bytes name = entries[i].name;
        if (!bytes_starts(name, BYTES_LIT(POLICY_ATTESTATION)))
            continue;
        TRY(store_get_public(k->store, a, STORE_POLICY, name, &text, &version));
        buf_text(out, first ? "" : ",");
        first = false;
        json_quote(bytes_of(name.p + prefix, name.n - prefix), out);
        buf_u8(out, ':');
        json_quote(text, out);
    }
    return OK;
}

static void put_option(struct keys *k, const char *name, enum setting id, struct buf *out)
{
    buf_u8(out, ',');
    json_quote(bytes_of_text(name), out);
    buf_u8(out, ':');
    buf_text(out, settings_bool(k->settings, id) ? "true" : "false");
}

static void put_number(struct keys *k, const char *name, enum setting id, struct buf *out)
{
    buf_u8(out, ',');
    json_quote(bytes_of_text(name), out);
    buf_u8(out, ':');
    buf_decimal(out, settings_int(k->settings, id));
}

static void put_options(struct keys *k, struct buf *out)
{
    buf_text(out, "\"snp_v2_product\":");
    json_quote(bytes_of_text(settings_text(k->settings, SETTING_VERIFIER_SNP_ALLOW_REPORT_V2)), out);
    put_number(k, "snp_max_vmpl", SETTING_VERIFIER_SNP_MAX_VMPL, out);
    put_number(k, "snp_min_bootloader", SETTING_VERIFIER_SNP_MIN_BOOTLOADER, out);
    put_number(k, "snp_min_tee", SETTING_VERIFIER_SNP_MIN_TEE, out);
    put_number(k, "snp_min_snp", SETTING_VERIFIER_SNP_MIN_SNP, out);
    put_number(k, "snp_min_microcode", SETTING_VERIFIER_SNP_MIN_MICROCODE, out);
    put_option(k, "snp_allow_debug", SETTING_VERIFIER_SNP_INSECURE_ALLOW_DEBUG, out);
    put_option(k, "snp_allow_migration", SETTING_VERIFIER_SNP_INSECURE_ALLOW_MIGRATION, out);
    put_option(k, "snp_allow_masked_chip", SETTING_VERIFIER_SNP_INSECURE_ALLOW_MASKED_CHIP, out);
    put_option(k, "snp_require_alias_check", SETTING_VERIFIER_SNP_REQUIRE_ALIAS_CHECK, out);
    put_option(k, "verbose_tokens", SETTING_TOKEN_VERBOSE, out);
    put_option(k, "sample", SETTING_VERIFIER_SAMPLE_INSECURE_ENABLED, out);
    put_option(k, "initdata_optional", SETTING_INITDATA_INSECURE_OPTIONAL, out);
}

static struct err encode_trust(struct keys *k, struct arena *a, struct buf *out)
{
    buf_text(out, "{\"references\":{");
    TRY(put_all(k, a, STORE_REFERENCE, out));
    buf_text(out, "},\"eks\":{");
    TRY(put_all(k, a, STORE_EK, out));
    buf_text(out, "},\"attestation_policies\":{");
    TRY(put_policies(k, a, out));
    buf_text(out, "},\"tpm_roots\":");
    json_quote(k->tpm_roots_pem, out);
    buf_text(out, ",\"insecure_software_tpm_roots\":");
    json_quote(k->insecure_tpm_roots_pem, out);
    buf_text(out, ",\"snp_test_roots\":");
    json_quote(k->snp_test_roots_pem, out);
    buf_text(out, ",\"snp_certs\":");
    buf_add(out, k->snp_endorsements);
    buf_text(out, ",\"snp_crls\":");
    buf_add(out, k->snp_crls);
    buf_text(out, ",\"options\":{");
    put_options(k, out);
    buf_text(out, "}}");
    return OK;
}

static struct err rebuild(struct keys *k, uint64_t generation)
{
    struct arena a;
    arena_init(&a, 4 * TRUST_MAX);
    SCOPED(buf) struct buf text;
    SCOPED(buf) struct buf message;
    buf_init(&text, TRUST_MAX);
    buf_init(&message, TRUST_MAX + 64);
    struct err e = encode_trust(k, &a, &text);
    arena_clear(&a);
    TRY(e);
    struct appraise_config config = {.generation = generation};
    TRY(buf_end(&text, &config.trust));
    appraise_config_encode(&config, &message);
    struct bytes body;
    TRY(buf_end(&message, &body));
    arena_clear(&k->trust_arena);
    return arena_copy(&k->trust_arena, body, &k->trust);
}

void keys_trust_changed(struct keys *k)
{
    uint64_t generation = store_head(k->store).generation;
    struct err e = rebuild(k, generation);
    if (!failed(e))
        e = policies_load(k);
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "trust.unusable", e);
        policies_drop(k);
        return;
    }
    k->trust_generation = generation;
    workers_dispatch(k);
}
