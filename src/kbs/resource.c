#include <stdio.h>
#include <stdlib.h>

#include "jose/jwe.h"
#include "kbs/exchange.h"

/* Members of the protected header that our broker sets: a JWE has no sender, and a host that plays broker behind a
 * broken TLS link could hand out one resource for another. */
static struct err check_header(const struct json *header, const char *path, uint64_t *version)
{
    struct bytes named, number;
    TRY_AS(REASON_JWE_HEADER, json_need_string(header, "casemate.path", &named));
    TRY_AS(REASON_JWE_HEADER, json_need_string(header, "casemate.version", &number));
    if (!bytes_is(named, path) || number.n == 0 || number.n > 18)
        return REFUSE(ERR_UNVERIFIED, REASON_JWE_HEADER, "the sealed reply names another resource");
    uint64_t v = 0;
    for (size_t i = 0; i < number.n; i++) {
        if (number.p[i] < '0' || number.p[i] > '9')
            return REFUSE(ERR_FORMAT, REASON_JWE_HEADER, "a version that is no number");
        v = v * 10 + (uint64_t)(number.p[i] - '0');
    }
    *version = v;
    return OK;
}

static struct err open_reply(struct kbs_session *s, struct bytes answer, const char *path, bool allow_unbound,
                             struct secret *out, uint64_t *version)
{
    const struct json *header;
    SCOPED(secret) struct secret plain = {0};
    struct err e = jwe_decrypt(s->arena, s->tee_key, answer, &header, &plain);
    if (e.code == ERR_UNVERIFIED)
        return REFUSE(ERR_UNVERIFIED, REASON_JWE_KEY_MISMATCH, "the sealed reply does not open with our key");
    TRY_AS(REASON_JWE_MALFORMED, e);
    *version = 0;
    if (!allow_unbound)
        TRY(check_header(header, path, version));
    *out = secret_take(&plain);
    return OK;
}

struct err kbs_resource(struct kbs_session *s, const char *path, bool allow_unbound, struct secret *out,
                        uint64_t *version)
{
    char target[640];
    struct bytes answer, bearer;
    SCOPED(buf) struct buf value = {0};
    int n = snprintf(target, sizeof(target), "/kbs/v0/resource/%s", path);
    if (n < 0 || (size_t)n >= sizeof(target))
        return FAIL(ERR_LIMIT, "a resource path that is too long");
    for (const char *p = path; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 0x7f || strchr("?#%\\\"", *p) != NULL)
            return FAIL(ERR_FORMAT, "a character that no resource path has");
    buf_init(&value, 64 * KIB);
    buf_text(&value, "Bearer ");
    buf_add(&value, s->token);
    TRY(buf_end(&value, &bearer));
    const struct http_header headers[] = {{BYTES_LIT("Authorization"), bearer}, {{NULL, 0}, {NULL, 0}}};
    if (s->tee_key == NULL || s->token.n == 0)
        return FAIL(ERR_STATE, "not attested yet");
    TRY(kbs_exchange(s, "GET", target, headers, BYTES_EMPTY, &answer));
    return open_reply(s, answer, path, allow_unbound, out, version);
}
