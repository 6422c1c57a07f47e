#include "base/limits.h"
#include "codec/base64.h"
#include "verifier/snp.h"

void snp_pool_clear(struct snp_pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        cert_free(pool->certs[i]);
    *pool = (struct snp_pool){0};
}

/* A certificate that does not decode is none: whoever sent it gains nothing by it. */
static struct err pool_add(struct snp_pool *pool, struct bytes der)
{
    struct cert *c = NULL;
    if (pool->count == SNP_CANDIDATES_MAX)
        return REFUSE(ERR_LIMIT, REASON_EVIDENCE_MALFORMED, "too many certificates");
    struct err e = cert_decode(der, &c);
    if (!failed(e))
        pool->certs[pool->count++] = c;
    return e.code == ERR_NOMEM ? e : OK;
}

/* A list of numbers 0..255, as upstream sends bytes. */
static struct err read_bytes(struct arena *a, const struct json *list, struct bytes *out)
{
    uint8_t *p;
    if (list->count > CERT_SIZE_MAX)
        return FAIL(ERR_LIMIT, "a certificate longer than its bound");
    TRY(arena_array(a, list->count + 1, &p));
    for (size_t i = 0; i < list->count; i++) {
        const struct json *v = list->items[i];
        if (!json_is(v, JSON_NUMBER) || !v->is_int || v->as_int < 0 || v->as_int > UINT8_MAX)
            return FAIL(ERR_FORMAT, "an item is no byte");
        p[i] = (uint8_t)v->as_int;
    }
    *out = bytes_of(p, list->count);
    return OK;
}

static struct err read_chain(struct arena *a, const struct json *evidence, struct snp_pool *pool)
{
    const struct json *chain = json_at(evidence, "cert_chain");
    if (chain == NULL || chain->type == JSON_NULL)
        return OK;
    if (chain->type != JSON_ARRAY)
        return FAIL(ERR_FORMAT, "the certificates are no list");
    if (chain->count > CERT_CHAIN_MAX)
        return FAIL(ERR_LIMIT, "too many certificates");
    for (size_t i = 0; i < chain->count; i++) {
        const struct json *data = NULL;
        struct bytes der;
        TRY(json_need_array(chain->items[i], "data", &data));
        TRY(read_bytes(a, data, &der));
        TRY(pool_add(pool, der));
    }
    return OK;
}

static struct err read_report(struct arena *a, const struct json *evidence, struct bytes *out)
{
    struct bytes text = BYTES_EMPTY;
    const struct json *rendered = json_at(evidence, "attestation_report");
    if (json_at(evidence, "attestation_report_raw") != NULL) {
        if (rendered != NULL)
            return REFUSE(ERR_FORMAT, REASON_EVIDENCE_MALFORMED, "two reports in one evidence");
        TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_string(evidence, "attestation_report_raw", &text));
        TRY_AS(REASON_EVIDENCE_MALFORMED, base64_decode(a, BASE64_PADDED, text, out));
        return OK;
    }
    if (rendered == NULL)
        return REFUSE(ERR_FORMAT, REASON_EVIDENCE_MALFORMED, "no report");
    SCOPED(buf) struct buf raw = {0};
    buf_init(&raw, SNP_REPORT_SIZE);
    TRY(snp_report_from_json(rendered, &raw));
    return arena_copy(a, buf_view(&raw), out);
}

static struct err fill_pool(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                            struct snp_pool *pool)
{
    for (size_t i = 0; i < trust->snp_cert_count; i++)
        TRY(pool_add(pool, trust->snp_certs[i]));
    TRY_AS(REASON_EVIDENCE_MALFORMED, read_chain(a, evidence, pool));
    return OK;
}

struct err snp_evidence_decode(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                               struct snp_evidence *out)
{
    struct snp_evidence e = {0};
    TRY(read_report(a, evidence, &e.report));
    struct err filled = fill_pool(a, evidence, trust, &e.pool);
    if (failed(filled)) {
        snp_pool_clear(&e.pool);
        return filled;
    }
    *out = e;
    return OK;
}
