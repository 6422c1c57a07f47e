#include "base/limits.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "verifier/tpm.h"

#define ACTIVATION_BYTES 32

static struct err need_base64(struct arena *a, const struct json *object, const char *key, size_t max,
                              struct bytes *out)
{
    struct bytes text = BYTES_EMPTY;
    TRY(json_need_string(object, key, &text));
    if (text.n > max / 3 * 4 + 4)
        return FAIL(ERR_LIMIT, "a member longer than its bound");
    return base64_decode(a, BASE64_PADDED, text, out);
}

/* A member of our own: absent in evidence of upstream's clients, never null. */
static struct err may_base64(struct arena *a, const struct json *object, const char *key, size_t max, bool *has,
                             struct bytes *out)
{
    *has = json_at(object, key) != NULL;
    *out = BYTES_EMPTY;
    return *has ? need_base64(a, object, key, max, out) : OK;
}

static struct err read_values(const struct json *quote, struct tpm_evidence *e)
{
    const struct json *list = NULL;
    TRY(json_need_array(quote, "pcrs", &list));
    if (list->count == 0 || list->count > TPM_PCR_COUNT)
        return FAIL(ERR_FORMAT, "no PCR values, or more than a TPM has");
    for (size_t i = 0; i < list->count; i++) {
        if (!json_is(list->items[i], JSON_STRING))
            return FAIL(ERR_FORMAT, "a PCR value is no string");
        TRY(hex_decode_fixed(list->items[i]->text, e->values[i].p, TPM_PCR_SIZE));
        e->values[i].n = TPM_PCR_SIZE;
    }
    e->value_count = list->count;
    return OK;
}

static struct err decode(struct arena *a, const struct json *evidence, struct tpm_evidence *e)
{
    const struct json *quote = NULL;
    TRY(json_need_object(evidence, "tpm_quote", &quote));
    TRY(need_base64(a, quote, "signature", QUOTE_MAX, &e->signature));
    TRY(need_base64(a, quote, "message", QUOTE_MAX, &e->message));
    TRY(read_values(quote, e));
    TRY(json_need_string(evidence, "ak_public", &e->ak_spki_text));
    TRY(need_base64(a, evidence, "ak_public", CERT_SIZE_MAX, &e->ak_spki));
    TRY(may_base64(a, evidence, "ak", CERT_SIZE_MAX, &e->has_ak, &e->ak));
    TRY(may_base64(a, evidence, "ek_cert", CERT_SIZE_MAX, &e->has_ek_cert, &e->ek_cert));
    TRY(may_base64(a, evidence, "activation", ACTIVATION_BYTES, &e->has_activation, &e->activation));
    TRY(may_base64(a, evidence, "event_log", EVENTLOG_MAX, &e->has_event_log, &e->event_log));
    if (e->has_activation && e->activation.n != ACTIVATION_BYTES)
        return FAIL(ERR_FORMAT, "a proof of activation of a wrong size");
    return OK;
}

struct err tpm_evidence_decode(struct arena *a, const struct json *evidence, struct tpm_evidence *out)
{
    struct tpm_evidence e = {0};
    TRY_AS(REASON_EVIDENCE_MALFORMED, decode(a, evidence, &e));
    *out = e;
    return OK;
}
