#include "rats/evidence.h"

#include "base/limits.h"

static struct err read_initdata(const struct json *body, struct evidence *e)
{
    const struct json *initdata = json_at(body, "init-data");
    if (initdata == NULL || initdata->type == JSON_NULL)
        return OK;
    struct bytes format = BYTES_EMPTY;
    TRY_AS(REASON_INITDATA_MALFORMED, json_need_string(initdata, "format", &format));
    if (!bytes_is(format, "toml"))
        return REFUSE(ERR_FORMAT, REASON_INITDATA_MALFORMED, "initdata in a format other than toml");
    TRY_AS(REASON_INITDATA_MALFORMED, json_need_string(initdata, "body", &e->initdata_text));
    if (e->initdata_text.n > INITDATA_MAX)
        return REFUSE(ERR_LIMIT, REASON_INITDATA_MALFORMED, "initdata longer than its bound");
    e->has_initdata = true;
    return OK;
}

/* Objects are sorted by key, so the devices come out sorted by wire name. */
static struct err read_devices(struct arena *a, struct evidence *e)
{
    if (e->additional_text.n == 0)
        return OK;
    const struct json *devices;
    TRY_AS(REASON_EVIDENCE_DEVICE, json_decode(a, e->additional_text, NULL, NULL, &devices));
    if (!json_is(devices, JSON_OBJECT) || devices->count == 0)
        return REFUSE(ERR_FORMAT, REASON_EVIDENCE_DEVICE, "additional evidence names no device");
    if (devices->count > EVIDENCE_DEVICES_MAX)
        return REFUSE(ERR_LIMIT, REASON_EVIDENCE_DEVICE, "evidence of too many devices");
    for (size_t i = 0; i < devices->count; i++) {
        enum tee tee = tee_named(devices->members[i].key);
        if (tee == TEE_NONE)
            return REFUSE(ERR_FORMAT, REASON_EVIDENCE_DEVICE, "additional evidence of an unknown kind");
        e->devices[i] = (struct evidence_device){tee, devices->members[i].value};
    }
    e->device_count = devices->count;
    return OK;
}

struct err evidence_decode(struct arena *a, struct bytes body, struct evidence *out)
{
    const struct json *tree;
    const struct json *runtime = NULL;
    const struct json *tee_evidence = NULL;
    struct evidence e = {.additional_text = BYTES_EMPTY, .initdata_text = BYTES_EMPTY};
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_decode(a, body, NULL, NULL, &tree));
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_object(tree, "runtime-data", &runtime));
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_string(runtime, "nonce", &e.nonce));
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_object(runtime, "tee-pubkey", &e.tee_pubkey));
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_object(tree, "tee-evidence", &tee_evidence));
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_string(tee_evidence, "additional_evidence", &e.additional_text));
    e.primary = json_at(tee_evidence, "primary_evidence");
    if (e.primary == NULL || e.primary->type == JSON_NULL)
        return REFUSE(ERR_FORMAT, REASON_EVIDENCE_MALFORMED, "no primary evidence");
    TRY(read_initdata(tree, &e));
    TRY(read_devices(a, &e));
    *out = e;
    return OK;
}
