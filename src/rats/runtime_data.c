#include "rats/runtime_data.h"

#include "base/limits.h"
#include "jose/jwk.h"

struct err runtime_data_claims(struct arena *a, struct bytes nonce, const struct json *jwk,
                               const struct bytes *additional, const struct json **out)
{
    const struct json *key;
    TRY(jwk_typed(a, jwk, &key));
    struct json_object o;
    json_object_init(&o, a);
    if (additional != NULL)
        json_object_string(&o, "additional-evidence", *additional);
    json_object_string(&o, "nonce", nonce);
    json_object_add(&o, "tee-pubkey", key);
    return json_object_end(&o, out);
}

struct err runtime_data_digest(const struct json *claims, enum hash_alg alg, struct digest *out)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, JSON_TEXT_MAX);
    TRY(json_encode_jcs(claims, &text));
    TRY(buf_end(&text, &view));
    return hash_of(alg, view, out);
}

struct err report_data_fit(struct bytes digest, size_t size, struct digest *out)
{
    if (size > HASH_SIZE_MAX)
        return FAIL(ERR_LIMIT, "a report-data field over 64 bytes");
    struct digest fitted = {.n = size};
    for (size_t i = 0; i < size && i < digest.n; i++)
        fitted.p[i] = digest.p[i];
    *out = fitted;
    return OK;
}
