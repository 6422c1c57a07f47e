#include <stdio.h>

#include "base/limits.h"
#include "broker/appraise/appraise.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "verifier/tpm_ek.h"

void trust_clear(struct trust *t)
{
    for (size_t i = 0; i < TRUST_ROOTS_MAX; i++) {
        cert_free(t->tpm_roots[i]);
        cert_free(t->insecure_tpm_roots[i]);
        cert_free(t->snp_test_roots[i]);
    }
    for (size_t i = 0; i < t->policy_count; i++)
        attestation_policy_free(t->policies[i].policy);
    attestation_policy_free(t->builtin);
    tpm_eks_free(t->endorsements.known_eks);
    arena_clear(&t->arena);
    *t = (struct trust){0};
}

static struct err decode_roots(const struct json *trust, const char *name, struct cert **out, size_t *count)
{
    struct bytes pem;
    TRY(json_need_string(trust, name, &pem));
    *count = 0;
    if (bytes_all(pem, '\n') || pem.n == 0)
        return OK;
    return cert_decode_pem(pem, out, TRUST_ROOTS_MAX, count);
}

/* Names of the enrolled EKs are hex digests; keys checked that when they were enrolled. */
static struct err decode_eks(struct trust *t, const struct json *trust)
{
    const struct json *eks;
    struct bytes *list;
    TRY(json_need_object(trust, "eks", &eks));
    TRY(arena_array(&t->arena, eks->count, &list));
    for (size_t i = 0; i < eks->count; i++)
        TRY(hex_decode(&t->arena, eks->members[i].key, &list[i]));
    t->endorsements.enrolled_eks = list;
    t->endorsements.enrolled_ek_count = eks->count;
    return OK;
}

static struct err decode_blobs(struct trust *t, const struct json *trust, const char *name, const struct bytes **out,
                               size_t *count)
{
    const struct json *texts;
    struct bytes *list;
    TRY(json_need_array(trust, name, &texts));
    TRY(arena_array(&t->arena, texts->count, &list));
    for (size_t i = 0; i < texts->count; i++)
        TRY(base64_decode(&t->arena, BASE64_PADDED, texts->items[i]->text, &list[i]));
    *out = list;
    *count = texts->count;
    return OK;
}

static struct err small_number(const struct json *options, const char *name, uint8_t *out)
{
    int64_t v;
    TRY(json_need_int(options, name, 0, UINT8_MAX, &v));
    *out = (uint8_t)v;
    return OK;
}

static struct err decode_options(struct trust *t, const struct json *trust)
{
    const struct json *o;
    struct verifier_options *v = &t->options;
    struct bytes product;
    char *product_text;
    TRY(json_need_object(trust, "options", &o));
    TRY(json_need_string(o, "snp_v2_product", &product));
    TRY(arena_text(&t->arena, product, &product_text));
    v->snp_allow_v2 = product.n != 0;
    v->snp_v2_product = product_text;
    TRY(small_number(o, "snp_max_vmpl", &v->snp_vmpl_max));
    TRY(small_number(o, "snp_min_bootloader", &v->snp_min_bootloader));
    TRY(small_number(o, "snp_min_tee", &v->snp_min_tee));
    TRY(small_number(o, "snp_min_snp", &v->snp_min_snp));
    TRY(small_number(o, "snp_min_microcode", &v->snp_min_microcode));
    TRY(json_need_bool(o, "snp_allow_debug", &v->insecure_snp_allow_debug));
    TRY(json_need_bool(o, "snp_allow_migration", &v->insecure_snp_allow_migration));
    TRY(json_need_bool(o, "snp_allow_masked_chip", &v->insecure_snp_allow_masked_chip));
    TRY(json_need_bool(o, "snp_require_alias_check", &v->snp_require_alias_check));
    TRY(json_need_bool(o, "verbose_tokens", &t->verbose_tokens));
    TRY(json_need_bool(o, "sample", &t->allow_sample));
    return json_need_bool(o, "initdata_optional", &t->initdata_optional);
}

/* keys has compiled each of them already. */
static struct err decode_policies(struct trust *t, const struct json *trust)
{
    const struct json *texts;
    struct policy_fault fault;
    TRY(json_need_object(trust, "attestation_policies", &texts));
    TRY(builtin_attestation_policy("cpu", &t->builtin));
    if (texts->count > TRUST_POLICIES_MAX)
        return FAIL(ERR_LIMIT, "too many attestation policies");
    for (size_t i = 0; i < texts->count; i++) {
        struct trust_policy *p = &t->policies[i];
        p->id = texts->members[i].key;
        TRY(attestation_policy_new("attestation-policy", texts->members[i].value->text, &p->policy, &fault));
        t->policy_count++;
    }
    return OK;
}

const struct attestation_policy *trust_policy(const struct trust *t, const char *class)
{
    char id[32];
    (void)snprintf(id, sizeof(id), "default_%s", class);
    for (size_t i = 0; i < t->policy_count; i++)
        if (bytes_is(t->policies[i].id, id))
            return t->policies[i].policy;
    return NULL;
}

static struct err decode(const struct appraise_config *m, struct trust *t)
{
    const struct json *trust;
    struct endorsements *e = &t->endorsements;
    TRY(tpm_eks_new(&e->known_eks));
    TRY(json_decode(&t->arena, m->trust, NULL, NULL, &trust));
    TRY(json_need_object(trust, "references", &t->references));
    TRY(decode_roots(trust, "tpm_roots", t->tpm_roots, &e->tpm_root_count));
    TRY(decode_roots(trust, "insecure_software_tpm_roots", t->insecure_tpm_roots,
                     &e->insecure_software_tpm_root_count));
    TRY(decode_roots(trust, "snp_test_roots", t->snp_test_roots, &e->snp_test_root_count));
    e->snp_test_roots = e->snp_test_root_count != 0 ? t->snp_test_roots : NULL;
    e->tpm_roots = t->tpm_roots;
    e->insecure_software_tpm_roots = t->insecure_tpm_roots;
    TRY(decode_eks(t, trust));
    TRY(decode_blobs(t, trust, "snp_certs", &e->snp_certs, &e->snp_cert_count));
    TRY(decode_blobs(t, trust, "snp_crls", &e->snp_crls, &e->snp_crl_count));
    TRY(decode_policies(t, trust));
    return decode_options(t, trust);
}

struct err trust_decode(const struct appraise_config *m, struct trust *t)
{
    *t = (struct trust){.generation = m->generation};
    arena_init(&t->arena, 4 * JSON_TEXT_MAX);
    struct err e = decode(m, t);
    if (failed(e))
        trust_clear(t);
    return e;
}
