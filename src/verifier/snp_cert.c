/*
 * What a VCEK or VLEK certificate says of its chip: the firmware level that its key was derived for, and the chip's id.
 */
#include "codec/der.h"
#include "verifier/snp.h"

#define OID_AMD        "1.3.6.1.4.1.3704.1"
#define OID_BOOTLOADER OID_AMD ".3.1"
#define OID_TEE        OID_AMD ".3.2"
#define OID_SNP        OID_AMD ".3.3"
#define OID_MICROCODE  OID_AMD ".3.8"
#define OID_FMC        OID_AMD ".3.9"
#define OID_HWID       OID_AMD ".4"
#define OID_CSP        OID_AMD ".5"
#define TURIN_ID       8 /* bytes of a chip id that Turin uses */

static struct err check_level(const struct cert *leaf, const char *oid, uint8_t want)
{
    struct bytes value;
    uint64_t level = 0;
    TRY(cert_extension(leaf, oid, &value));
    struct rd r = rd_of(value);
    TRY(der_uint(&r, &level));
    TRY(rd_end(&r));
    if (level != want)
        return FAIL(ERR_UNVERIFIED, "a level of the certificate is not the report's");
    return OK;
}

/* Equal, not at least: the key is derived for exactly one level. */
static struct err check_tcb(const struct cert *leaf, const struct snp_report *report, enum snp_product product)
{
    bool reserved_ok = false;
    struct snp_tcb tcb = snp_tcb_split(product, report->raw_reported_tcb, &reserved_ok);
    if (!reserved_ok)
        return FAIL(ERR_FORMAT, "reserved bytes of the firmware level are set");
    TRY(check_level(leaf, OID_BOOTLOADER, tcb.bootloader));
    TRY(check_level(leaf, OID_TEE, tcb.tee));
    TRY(check_level(leaf, OID_SNP, tcb.snp));
    TRY(check_level(leaf, OID_MICROCODE, tcb.microcode));
    return product == SNP_TURIN ? check_level(leaf, OID_FMC, tcb.fmc) : OK;
}

/* Raw bytes as the extension's value, or in newer certificates an OCTET STRING around them. */
static struct err read_hwid(const struct cert *leaf, size_t size, struct bytes *out)
{
    struct bytes value;
    TRY(cert_extension(leaf, OID_HWID, &value));
    if (value.n == size) {
        *out = value;
        return OK;
    }
    struct rd r = rd_of(value);
    TRY(der_take(&r, DER_OCTET_STRING, out));
    TRY(rd_end(&r));
    return out->n == size ? OK : FAIL(ERR_FORMAT, "a chip id of a wrong size");
}

static struct err check_chip(const struct cert *leaf, const struct snp_report *report, enum snp_product product)
{
    size_t size = product == SNP_TURIN ? TURIN_ID : report->chip_id.n;
    struct bytes hwid = BYTES_EMPTY;
    TRY(read_hwid(leaf, size, &hwid));
    struct bytes rest = bytes_of(report->chip_id.p + size, report->chip_id.n - size);
    if (!bytes_equal_ct(hwid, bytes_of(report->chip_id.p, size)) || !bytes_all(rest, 0))
        return FAIL(ERR_UNVERIFIED, "the certificate is of another chip");
    return OK;
}

static struct err read_csp(const struct cert *leaf, struct bytes *out)
{
    struct bytes value;
    TRY(cert_extension(leaf, OID_CSP, &value));
    struct rd r = rd_of(value);
    TRY(der_take(&r, DER_IA5_STRING, out));
    TRY(rd_end(&r));
    return bytes_is_utf8(*out) ? OK : FAIL(ERR_FORMAT, "the provider's name is no text");
}

struct err snp_cert_check(const struct cert *leaf, const struct snp_report *report, enum snp_product product,
                          enum snp_signing_key role, bool masked_ok, bool *masked, struct bytes *csp_id)
{
    TRY_AS(REASON_SNP_TCB_MISMATCH, check_tcb(leaf, report, product));
    *masked = false;
    *csp_id = BYTES_EMPTY;
    if (role == SNP_KEY_VLEK) {
        TRY_AS(REASON_SNP_CERT_ROLE, read_csp(leaf, csp_id));
        return OK;
    }
    *masked = bytes_all(report->chip_id, 0);
    if (*masked && masked_ok)
        return OK;
    if (*masked)
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_CHIP_ID, "the report hides its chip");
    TRY_AS(REASON_SNP_CHIP_ID, check_chip(leaf, report, product));
    return OK;
}
