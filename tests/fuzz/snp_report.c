/* A report of SEV-SNP, raw or as JSON: what a rendering gives is a report's size and decodes or is refused by reason.
 */
#include "rats/snp_report.h"

#include "base/limits.h"
#include "fuzz.h"

static void decode(struct bytes raw)
{
    struct snp_report r;
    bool ok;
    struct err e = snp_report_decode(raw, &r);
    if (failed(e)) {
        FUZZ_CHECK(e.reason == REASON_SNP_FORMAT || e.reason == REASON_SNP_VERSION);
        return;
    }
    FUZZ_CHECK(r.signed_part.n == SNP_SIGNED_SIZE && r.chip_id.n == 64);
    snp_tcb_split(snp_report_product(&r), r.raw_reported_tcb, &ok);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct json *tree;
    struct buf raw;
    decode(bytes_of(data, size));
    arena_init(&a, 16 * MIB);
    buf_init(&raw, SNP_REPORT_SIZE);
    if (!failed(json_decode(&a, bytes_of(data, size), NULL, NULL, &tree)) &&
        !failed(snp_report_from_json(tree, &raw))) {
        FUZZ_CHECK(raw.n == SNP_REPORT_SIZE);
        decode(buf_view(&raw));
    }
    buf_clear(&raw);
    arena_clear(&a);
    return 0;
}
