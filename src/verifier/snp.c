/*
 * Evidence of AMD SEV-SNP: a report signed by the chip's key, whose certificate leads to AMD's pinned root. Offline:
 * the certificates come with the evidence or as endorsements. Runs in the appraise process on hostile bytes.
 */
#include "verifier/snp.h"

#include "rats/runtime_data.h"
#include "verifier/check.h"

#define HOST_DATA_SIZE 32
#define ALGO_P384      1

struct facts {
    struct snp_report report;
    enum snp_product product;
    enum snp_signing_key role;
    struct snp_tcb reported;
    bool masked;
    bool init_data_cut;
    struct bytes csp_id;
};

static struct err find_product(const struct verifier_options *options, struct facts *f)
{
    f->product = snp_report_product(&f->report);
    if (f->report.version < 3) {
        if (!options->snp_allow_v2)
            return REFUSE(ERR_UNSUPPORTED, REASON_SNP_VERSION, "report version 2 is not enabled");
        f->product =
            options->snp_v2_product == NULL ? SNP_NONE : snp_product_named(bytes_of_text(options->snp_v2_product));
    }
    if (f->product == SNP_NONE)
        return REFUSE(ERR_UNSUPPORTED, REASON_SNP_PRODUCT, "an unknown product line");
    return OK;
}

static bool at_most(const struct snp_tcb *a, const struct snp_tcb *b)
{
    return a->fmc <= b->fmc && a->bootloader <= b->bootloader && a->tee <= b->tee && a->snp <= b->snp &&
           a->microcode <= b->microcode;
}

/* Reported and committed levels never pass the current one; the operator's minimum bounds what is reported. */
static struct err check_levels(const struct verifier_options *o, struct facts *f)
{
    bool ok[3];
    struct snp_tcb current = snp_tcb_split(f->product, f->report.raw_current_tcb, &ok[0]);
    struct snp_tcb committed = snp_tcb_split(f->product, f->report.raw_committed_tcb, &ok[1]);
    f->reported = snp_tcb_split(f->product, f->report.raw_reported_tcb, &ok[2]);
    if (!ok[0] || !ok[1] || !ok[2])
        return REFUSE(ERR_FORMAT, REASON_SNP_FORMAT, "reserved bytes of a firmware level are set");
    if (!at_most(&f->reported, &current) || !at_most(&committed, &current))
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_TCB_ROLLBACK, "a firmware level above the current one");
    if (f->reported.bootloader < o->snp_min_bootloader || f->reported.tee < o->snp_min_tee ||
        f->reported.snp < o->snp_min_snp || f->reported.microcode < o->snp_min_microcode)
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_TCB_ROLLBACK, "a firmware level below the configured minimum");
    return OK;
}

static struct err check_policy(const struct verifier_options *o, const struct snp_report *r)
{
    if (r->vmpl > o->snp_vmpl_max)
        return REFUSE(ERR_DENIED, REASON_SNP_VMPL, "asked for at a privilege level that we do not accept");
    if ((r->policy & SNP_POLICY_MUST_BE_ONE) == 0 || (r->policy & SNP_POLICY_RESERVED) != 0)
        return REFUSE(ERR_FORMAT, REASON_SNP_POLICY, "a guest policy with reserved bits");
    if ((r->policy & SNP_POLICY_DEBUG) != 0 && !o->insecure_snp_allow_debug)
        return REFUSE(ERR_DENIED, REASON_SNP_DEBUG, "the host may debug the guest");
    if ((r->policy & SNP_POLICY_MIGRATE_MA) != 0 && !o->insecure_snp_allow_migration)
        return REFUSE(ERR_DENIED, REASON_SNP_MIGRATABLE, "a migration agent may take the guest");
    if (o->snp_require_alias_check && (r->platform_info & SNP_PLATFORM_ALIAS_CHECK) == 0)
        return REFUSE(ERR_DENIED, REASON_APPRAISAL_PLATFORM, "the platform did not check for memory aliases");
    return OK;
}

static struct err check_session(const struct session_binding *binding, struct facts *f, struct verified *out)
{
    struct digest want;
    check_add(out, "report data",
              binding->has_report_data ? "is the session's" : "not checked: no expected value given");
    check_add(out, "initdata",
              binding->has_init_data ? "is what the host data holds" : "not checked: no expected value given");
    if (binding->has_report_data) {
        TRY(report_data_fit(binding->report_data, tee_report_data_size(TEE_SNP), &want));
        if (!bytes_equal_ct(digest_view(&want), f->report.report_data))
            return REFUSE(ERR_UNVERIFIED, REASON_KEY_BINDING, "the report is over other report data");
    }
    if (!binding->has_init_data)
        return OK;
    if (binding->init_data.n == 0)
        return REFUSE(ERR_FORMAT, REASON_INITDATA_ALGORITHM, "an empty digest of the initdata");
    TRY(report_data_fit(binding->init_data, HOST_DATA_SIZE, &want));
    f->init_data_cut = binding->init_data.n > HOST_DATA_SIZE;
    if (!bytes_equal_ct(digest_view(&want), f->report.host_data))
        return REFUSE(ERR_UNVERIFIED, REASON_INITDATA_BINDING, "the host data is not this initdata");
    return OK;
}

static void add_upstream(struct json_object *o, const struct facts *f)
{
    const struct snp_report *r = &f->report;
    json_object_int(o, "policy_abi_major", (int64_t)(r->policy >> 8 & 0xff));
    json_object_int(o, "policy_abi_minor", (int64_t)(r->policy & 0xff));
    json_object_bool(o, "policy_smt_allowed", (r->policy & SNP_POLICY_SMT) != 0);
    json_object_bool(o, "policy_migrate_ma", (r->policy & SNP_POLICY_MIGRATE_MA) != 0);
    json_object_bool(o, "policy_debug_allowed", (r->policy & SNP_POLICY_DEBUG) != 0);
    json_object_bool(o, "policy_single_socket", (r->policy & SNP_POLICY_SINGLE_SOCKET) != 0);
    json_object_int(o, "reported_tcb_bootloader", f->reported.bootloader);
    json_object_int(o, "reported_tcb_tee", f->reported.tee);
    json_object_int(o, "reported_tcb_snp", f->reported.snp);
    json_object_int(o, "reported_tcb_microcode", f->reported.microcode);
    json_object_bool(o, "platform_tsme_enabled", (r->platform_info & SNP_PLATFORM_TSME) != 0);
    json_object_bool(o, "platform_smt_enabled", (r->platform_info & SNP_PLATFORM_SMT) != 0);
    json_object_hex(o, "measurement", r->measurement);
    json_object_hex(o, "report_data", r->report_data);
    json_object_hex(o, "init_data", r->host_data);
    json_object_hex(o, "chip_id", r->chip_id);
}

static void add_ours(struct json_object *o, const struct facts *f)
{
    const struct snp_report *r = &f->report;
    json_object_int(o, "version", r->version);
    json_object_text(o, "product", snp_product_name(f->product));
    json_object_int(o, "vmpl", r->vmpl);
    json_object_int(o, "guest_svn", r->guest_svn);
    json_object_hex(o, "family_id", r->family_id);
    json_object_hex(o, "image_id", r->image_id);
    json_object_hex(o, "id_key_digest", r->id_key_digest);
    if ((r->key_info & 1) != 0)
        json_object_hex(o, "author_key_digest", r->author_key_digest);
    if (f->product == SNP_TURIN)
        json_object_int(o, "reported_tcb_fmc", f->reported.fmc);
    json_object_bool(o, "platform_alias_check_complete", (r->platform_info & SNP_PLATFORM_ALIAS_CHECK) != 0);
    json_object_bool(o, "platform_ciphertext_hiding", (r->platform_info & SNP_PLATFORM_CIPHERTEXT) != 0);
    json_object_text(o, "signing_key", f->role == SNP_KEY_VCEK ? "vcek" : "vlek");
    if (f->csp_id.n != 0)
        json_object_string(o, "csp_id", f->csp_id);
    if (f->init_data_cut)
        json_object_bool(o, "init_data_cut", true);
    if (f->masked)
        json_object_bool(o, "insecure_masked_chip", true);
}

/* Signature, chain and what the certificate says; nothing of the report counts before this holds. */
static struct err verify_signer(const struct snp_evidence *e, const struct endorsements *trust,
                                const struct verifier_options *options, int64_t now_sec, struct facts *f,
                                struct verified *out)
{
    const struct cert *leaf = NULL;
    if (f->report.signature_algo != ALGO_P384)
        return REFUSE(ERR_UNSUPPORTED, REASON_SNP_FORMAT, "a signature algorithm other than ECDSA P-384");
    if (!snp_role(&f->report, &f->role))
        return REFUSE(ERR_UNSUPPORTED, REASON_SNP_CERT_ROLE, "a signing key that is neither VCEK nor VLEK");
    TRY(snp_leaf_find(&e->pool, &f->report, &leaf));
    check_add(out, "report signature", "holds");
    TRY(snp_chain_verify(&e->pool, leaf, f->product, f->role, trust, now_sec));
    check_add(out, "certificate chain",
              trust->snp_test_root_count > 0 ? "holds, to a test root" : "holds, to AMD's root");
    check_add(out, "revocation",
              trust->snp_crl_count > 0 ? "on no list given for this product line" : "not checked: no list given");
    TRY(snp_cert_check(leaf, &f->report, f->product, f->role, options->insecure_snp_allow_masked_chip, &f->masked,
                       &f->csp_id));
    check_add(out, "firmware level of the certificate", "is the report's");
    check_add(out, "chip", f->masked ? "hidden (insecure)" : f->role == SNP_KEY_VCEK ? "is the certificate's" : "VLEK");
    return OK;
}

static struct err make_claims(struct arena *a, const struct facts *f, struct verified *out)
{
    struct json_object o;
    json_object_init(&o, a);
    add_upstream(&o, f);
    add_ours(&o, f);
    TRY(json_object_end(&o, &out->claims));
    out->report_data = json_at(out->claims, "report_data");
    out->init_data = json_at(out->claims, "init_data");
    out->identity = f->masked ? VERDICT_WARNING : VERDICT_AFFIRMING;
    out->identity_reason = f->masked ? REASON_SNP_CHIP_ID : REASON_NONE;
    return OK;
}

static struct err verify_decoded(struct arena *a, const struct snp_evidence *e, const struct endorsements *trust,
                                 const struct verifier_options *options, const struct session_binding *binding,
                                 int64_t now_sec, struct verified *out)
{
    struct facts f = {.csp_id = BYTES_EMPTY};
    TRY(snp_report_decode(e->report, &f.report));
    TRY(find_product(options, &f));
    TRY(verify_signer(e, trust, options, now_sec, &f, out));
    TRY(check_levels(options, &f));
    TRY(check_policy(options, &f.report));
    TRY(check_session(binding, &f, out));
    return make_claims(a, &f, out);
}

static struct err verify(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                         const struct verifier_options *options, const struct session_binding *binding, int64_t now_sec,
                         struct verified *out)
{
    struct snp_evidence e;
    struct verified v = {0};
    TRY(snp_evidence_decode(a, evidence, trust, &e));
    struct err done = verify_decoded(a, &e, trust, options, binding, now_sec, &v);
    snp_pool_clear(&e.pool);
    TRY(done);
    *out = v;
    return OK;
}

const struct verifier verifier_snp = {TEE_SNP, verify};
