/*
 * The attestation report of AMD SEV-SNP: raw bytes and the JSON rendering that upstream's guests send. Hostile: decoded
 * here, believed only once the chip's signature holds.
 */
#pragma once

#include "base/buf.h"
#include "crypto/hash.h"
#include "json/json.h"

#define SNP_REPORT_SIZE 1184
#define SNP_SIGNED_SIZE 672 /* what the signature is over */

enum snp_product { SNP_NONE = 0, SNP_MILAN, SNP_GENOA, SNP_TURIN };

/* source: AMD SEV-SNP Firmware ABI, guest policy and platform info */
#define SNP_POLICY_SMT           (1ULL << 16)
#define SNP_POLICY_MUST_BE_ONE   (1ULL << 17)
#define SNP_POLICY_MIGRATE_MA    (1ULL << 18)
#define SNP_POLICY_DEBUG         (1ULL << 19)
#define SNP_POLICY_SINGLE_SOCKET (1ULL << 20)
#define SNP_POLICY_RESERVED      (~0ULL << 26)
#define SNP_PLATFORM_SMT         (1ULL << 0)
#define SNP_PLATFORM_TSME        (1ULL << 1)
#define SNP_PLATFORM_CIPHERTEXT  (1ULL << 4)
#define SNP_PLATFORM_ALIAS_CHECK (1ULL << 5)

enum snp_signing_key { SNP_KEY_VCEK = 0, SNP_KEY_VLEK = 1 };

struct snp_tcb { /* security version numbers */
    uint8_t fmc; /* Turin and later */
    uint8_t bootloader, tee, snp, microcode;
};

struct snp_report { /* views into the input */
    uint32_t version;
    uint32_t guest_svn;
    uint64_t policy;
    struct bytes family_id, image_id;
    uint32_t vmpl;
    uint32_t signature_algo;
    uint64_t platform_info;
    uint32_t key_info;
    struct bytes report_data, measurement, host_data, id_key_digest, author_key_digest, report_id, report_id_ma;
    uint8_t cpuid_family, cpuid_model, cpuid_step; /* zero below version 3 */
    struct bytes chip_id;
    uint64_t raw_current_tcb, raw_reported_tcb, raw_committed_tcb, raw_launch_tcb;
    uint64_t launch_mit_vector, current_mit_vector; /* zero below version 5 */
    struct bytes signed_part;
    uint8_t signature[96]; /* r ‖ s, big-endian, as key_verify wants it */
};

/*
 * snp_report_decode - split a raw report into fields; does not verify anything.
 *
 * in       exactly SNP_REPORT_SIZE bytes, hostile; borrowed
 * out      only on success
 * errors   FORMAT       wrong size, reserved bytes set, r or s too wide, reason snp.format
 *          UNSUPPORTED  a version outside 2..5, reason snp.version
 * cost     one pass, no allocation
 * source: AMD SEV-SNP Firmware ABI Specification (56860), ATTESTATION_REPORT; spec/evidence.md 1.2
 */
MUST_CHECK struct err snp_report_decode(struct bytes in, struct snp_report *out);

/*
 * snp_report_product - the product line of a version 3 or later report, from its CPUID bytes; SNP_NONE if unknown.
 * snp_product_named - "Milan", "Genoa", "Turin", also with a stepping ("Milan-B0"); SNP_NONE otherwise.
 * snp_product_name - the reverse; "" for SNP_NONE. snp_tcb_split - a TCB in the layout of its product line.
 *
 * out      the answer; snp_tcb_split: *reserved_ok whether the unused bytes are zero
 * errors   none
 * source: spec/evidence.md 1.2
 */
enum snp_product snp_report_product(const struct snp_report *r);
enum snp_product snp_product_named(struct bytes name);
const char *snp_product_name(enum snp_product product);
struct snp_tcb snp_tcb_split(enum snp_product product, uint64_t raw, bool *reserved_ok);

/*
 * snp_report_from_json - the raw report from upstream's JSON rendering of it ({"version":…,"signature":{"r","s"}}).
 * Reserved bytes are zero there, and the layout of a TCB follows from whether it has an "fmc".
 *
 * in       report: hostile
 * out      SNP_REPORT_SIZE bytes appended; nothing is verified, so decode them again
 * errors   FORMAT  a member missing, of another type or width, reason snp.format; LIMIT, NOMEM
 * source: spec/evidence.md 1.1
 */
MUST_CHECK struct err snp_report_from_json(const struct json *report, struct buf *out);
