#include "verifier/tpm_ek.h"

#include "base/mem.h"

#define EKU_EK_CERTIFICATE "2.23.133.8.1"
#define OID_EKU            "2.5.29.37"
#define OID_SAN            "2.5.29.17"

struct tpm_eks {
    struct tpm_ek kept[TPM_EKS_KEPT];
    size_t next; /* place of the oldest */
};

void tpm_ek_clear(struct tpm_ek *ek)
{
    cert_free(ek->cert);
    key_free(ek->key);
    *ek = (struct tpm_ek){0};
}

static struct err decode(struct bytes der, struct tpm_ek *ek)
{
    TRY(cert_decode(der, &ek->cert));
    TRY(cert_spki_digest(ek->cert, &ek->spki_digest));
    return cert_key(ek->cert, &ek->key);
}

struct err tpm_ek_decode(struct bytes der, struct tpm_ek *out)
{
    struct tpm_ek ek = {0};
    struct err e = decode(der, &ek);
    if (failed(e)) {
        tpm_ek_clear(&ek);
        return err_with_reason(e, REASON_TPM_EK_MALFORMED);
    }
    *out = ek;
    return OK;
}

struct err tpm_ek_check_role(const struct tpm_ek *ek)
{
    struct bytes eku;
    if (cert_is_ca(ek->cert))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_EK_MALFORMED, "the EK certificate is one of a CA");
    struct err e = cert_extension(ek->cert, OID_EKU, &eku);
    if (e.code == ERR_ABSENT)
        return OK;
    TRY_AS(REASON_TPM_EK_MALFORMED, e);
    if (!cert_has_eku(ek->cert, EKU_EK_CERTIFICATE))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_EK_MALFORMED, "the certificate is for another use than an EK");
    return OK;
}

/* Whether a path to one of the roots exists; issuers between them may stand in the same list. */
static struct err chains_to(struct tpm_ek *ek, struct cert *const *roots, size_t count, int64_t now_sec, bool *out)
{
    static const char *const known_critical[] = {OID_SAN, NULL};
    *out = false;
    if (count == 0)
        return OK;
    struct err e =
        cert_verify_chain_time(ek->cert, NULL, 0, roots, count, now_sec, known_critical, &ek->from_sec, &ek->to_sec);
    *out = !failed(e);
    return e.code == ERR_NOMEM || e.code == ERR_BUG ? e : OK;
}

struct err tpm_ek_follow(struct tpm_ek *ek, const struct endorsements *trust, int64_t now_sec)
{
    bool chains = false;
    ek->chain = TPM_EK_NO_CHAIN;
    TRY(chains_to(ek, trust->tpm_roots, trust->tpm_root_count, now_sec, &chains));
    if (chains) {
        ek->chain = TPM_EK_ROOT;
        return OK;
    }
    TRY(chains_to(ek, trust->insecure_software_tpm_roots, trust->insecure_software_tpm_root_count, now_sec, &chains));
    if (chains) {
        ek->chain = TPM_EK_SOFTWARE_ROOT;
        /* A certificate of the better path may become valid at any time: while both lists have roots this holds now. */
        ek->to_sec = trust->tpm_root_count == 0 ? ek->to_sec : now_sec;
        return OK;
    }
    /* Without roots nothing can change; with roots a path may begin to be valid at any time. */
    bool has_roots = trust->tpm_root_count != 0 || trust->insecure_software_tpm_root_count != 0;
    ek->from_sec = INT64_MIN;
    ek->to_sec = has_roots ? INT64_MIN : INT64_MAX;
    return OK;
}

struct err tpm_eks_new(struct tpm_eks **out)
{
    struct tpm_eks *eks = mem_new(sizeof(*eks));
    if (eks == NULL)
        return FAIL(ERR_NOMEM, "no memory for endorsement keys");
    *out = eks;
    return OK;
}

void tpm_eks_free(struct tpm_eks *eks)
{
    if (eks == NULL)
        return;
    for (size_t i = 0; i < TPM_EKS_KEPT; i++)
        tpm_ek_clear(&eks->kept[i]);
    mem_free(eks);
}

const struct tpm_ek *tpm_eks_find(const struct tpm_eks *eks, struct bytes der)
{
    for (size_t i = 0; eks != NULL && i < TPM_EKS_KEPT; i++)
        if (eks->kept[i].cert != NULL && bytes_equal(cert_der(eks->kept[i].cert), der))
            return &eks->kept[i];
    return NULL;
}

bool tpm_ek_is_current(const struct tpm_ek *ek, int64_t now_sec)
{
    return ek->from_sec <= now_sec && now_sec < ek->to_sec;
}

void tpm_eks_keep(struct tpm_eks *eks, struct tpm_ek *ek)
{
    struct bytes der = cert_der(ek->cert);
    size_t at = eks->next;
    for (size_t i = 0; i < TPM_EKS_KEPT; i++)
        if (eks->kept[i].cert != NULL && bytes_equal(cert_der(eks->kept[i].cert), der))
            at = i;
    if (at == eks->next)
        eks->next = (eks->next + 1) % TPM_EKS_KEPT;
    tpm_ek_clear(&eks->kept[at]);
    eks->kept[at] = *ek;
    *ek = (struct tpm_ek){0};
}
