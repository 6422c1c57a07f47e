/*
 * Who made a TPM's quote. A key that calls itself an attestation key proves nothing: the host can make one. It counts
 * only when a secret came back that was encrypted to an endorsement key for this very AK, and the endorsement key
 * counts by enrolment; a root alone is a warning, because every TPM of that maker has one.
 */
#include "base/limits.h"
#include "rats/tpm_credential.h"
#include "verifier/check.h"
#include "verifier/tpm_ek.h"

/* The AK's public area: what the key may do, that it is the key of the quote, and that it is the session's. */
static struct err verify_ak(const struct tpm_evidence *e, const struct key *ak, const struct session_binding *binding,
                            struct tpm_identity_facts *facts)
{
    struct tpm_public public;
    SCOPED_KEY struct key *inside = NULL;
    SCOPED(buf) struct buf spki = {0};
    SCOPED(buf) struct buf quote_spki = {0};
    TRY_AS(REASON_TPM_AK_ATTRIBUTES, tpm_public_decode(e->ak, &public));
    TRY(tpm_public_check_ak(&public));
    TRY_AS(REASON_TPM_AK_ATTRIBUTES, tpm_public_key(&public, &inside));
    buf_init(&spki, CERT_SIZE_MAX);
    buf_init(&quote_spki, CERT_SIZE_MAX);
    TRY(key_spki(inside, &spki));
    TRY(key_spki(ak, &quote_spki));
    if (!bytes_equal(buf_view(&spki), buf_view(&quote_spki)))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_NAME, "the quote is by another key than the AK");
    TRY(tpm_public_name(&public, &facts->ak_name));
    facts->has_ak_name = true;
    if (binding->tpm_ak_name.n != 0 && !bytes_equal_ct(binding->tpm_ak_name, digest_view(&facts->ak_name)))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_NAME, "the AK is not the one of the session");
    return OK;
}

static bool is_enrolled(const struct endorsements *trust, const struct digest *ek)
{
    for (size_t i = 0; i < trust->enrolled_ek_count; i++)
        if (bytes_equal_ct(trust->enrolled_eks[i], digest_view(ek)))
            return true;
    return false;
}

/* What the certificate is, from before or anew; one that leads to an affirming or a warning identity is kept. */
static struct err know_ek(const struct tpm_evidence *e, const struct endorsements *trust, int64_t now_sec,
                          struct tpm_identity_facts *facts)
{
    const struct tpm_ek *before = tpm_eks_find(trust->known_eks, e->ek_cert);
    if (before != NULL && tpm_ek_is_current(before, now_sec)) {
        facts->ek = before->spki_digest;
        facts->chain = before->chain;
        return OK;
    }
    struct tpm_ek ek = {0};
    TRY(tpm_ek_decode(e->ek_cert, &ek));
    struct err done = tpm_ek_check_role(&ek);
    if (!failed(done))
        done = tpm_ek_follow(&ek, trust, now_sec);
    facts->ek = ek.spki_digest;
    facts->chain = ek.chain;
    /* A stranger's certificate takes nobody's place. */
    if (!failed(done) && trust->known_eks != NULL &&
        (ek.chain != TPM_EK_NO_CHAIN || is_enrolled(trust, &ek.spki_digest)))
        tpm_eks_keep(trust->known_eks, &ek);
    tpm_ek_clear(&ek);
    return done;
}

static struct err verify_ek(const struct tpm_evidence *e, const struct endorsements *trust,
                            const struct session_binding *binding, int64_t now_sec, struct tpm_identity_facts *facts)
{
    TRY(know_ek(e, trust, now_sec, facts));
    facts->has_ek = true;
    if (binding->tpm_ek_digest.n != 0 && !bytes_equal_ct(binding->tpm_ek_digest, digest_view(&facts->ek)))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_UNBOUND, "the EK is not the one that the credential was made for");
    facts->enrolled = is_enrolled(trust, &facts->ek);
    return OK;
}

/* The proof counts only if the session's credential was made for exactly this AK and this EK. */
static struct err verify_activation(const struct tpm_evidence *e, const struct session_binding *binding,
                                    struct tpm_identity_facts *facts)
{
    if (!e->has_activation || binding->tpm_credential_secret.n == 0)
        return OK;
    if (!facts->has_ak_name || !facts->has_ek || binding->tpm_ak_name.n == 0 || binding->tpm_ek_digest.n == 0)
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_UNBOUND, "a proof of activation without AK, EK or session");
    struct digest want;
    TRY_AS(REASON_TPM_AK_UNBOUND, tpm_activation_proof(binding->tpm_credential_secret, binding->nonce,
                                                       digest_view(&facts->ak_name), e->message, &want));
    if (!bytes_equal_ct(digest_view(&want), e->activation))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_AK_UNBOUND, "the proof of activation does not hold");
    facts->activated = true;
    return OK;
}

static void decide(const struct tpm_identity_facts *facts, struct verified *out)
{
    out->identity = VERDICT_CONTRAINDICATED;
    if (!facts->activated) {
        out->identity_reason = REASON_TPM_AK_UNBOUND;
    } else if (facts->enrolled) {
        out->identity = VERDICT_AFFIRMING;
        out->identity_reason = REASON_NONE;
    } else if (facts->chain != TPM_EK_NO_CHAIN) {
        out->identity = VERDICT_WARNING;
        out->identity_reason = REASON_TPM_EK_UNENROLLED;
    } else {
        out->identity_reason = REASON_TPM_EK_CHAIN;
    }
}

static const char *chain_result(const struct tpm_identity_facts *facts)
{
    if (!facts->has_ek)
        return "absent";
    if (facts->chain == TPM_EK_ROOT)
        return "holds";
    if (facts->chain == TPM_EK_SOFTWARE_ROOT)
        return "holds, to a root of software TPMs (insecure)";
    return "no path to a configured root";
}

static const char *activation_result(const struct tpm_evidence *e, const struct tpm_identity_facts *facts)
{
    if (facts->activated)
        return "holds";
    return e->has_activation ? "not checked: no credential of a session" : "absent";
}

struct err tpm_identity_verify(const struct tpm_evidence *e, const struct key *ak, const struct endorsements *trust,
                               const struct session_binding *binding, int64_t now_sec, struct tpm_identity_facts *facts,
                               struct verified *out)
{
    struct tpm_identity_facts f = {0};
    if (e->has_ak)
        TRY(verify_ak(e, ak, binding, &f));
    if (e->has_ek_cert)
        TRY(verify_ek(e, trust, binding, now_sec, &f));
    TRY(verify_activation(e, binding, &f));
    check_add(out, "attestation key attributes and name", e->has_ak ? "hold" : "absent");
    check_add(out, "endorsement key certificate", chain_result(&f));
    check_add(out, "endorsement key enrolment", f.enrolled ? "enrolled" : "not enrolled");
    check_add(out, "credential activation", activation_result(e, &f));
    decide(&f, out);
    *facts = f;
    return OK;
}
