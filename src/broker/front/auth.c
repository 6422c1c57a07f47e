#include "base/limits.h"
#include "broker/front/front.h"
#include "broker/ipc/kbs_error.h"
#include "codec/base64.h"
#include "rats/tee.h"
#include "json/json.h"

#define VERSION       "0.4.0"
#define EK_CERT_MAX   CERT_SIZE_MAX
#define AK_PUBLIC_MAX 2048

/* "0.4.0" and nothing newer or older; build metadata behind '+' does not count. source: Semantic Versioning 2.0.0 10 */
static bool version_fits(struct bytes v)
{
    struct bytes want = BYTES_LIT(VERSION);
    if (!bytes_starts(v, want))
        return false;
    if (v.n == want.n)
        return true;
    for (size_t i = want.n + 1; i < v.n; i++) {
        uint8_t c = v.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.'))
            return false;
    }
    return v.p[want.n] == '+' && v.n > want.n + 1;
}

static bool looks_like_version(struct bytes v)
{
    unsigned dots = 0;
    for (size_t i = 0; i < v.n; i++)
        dots += v.p[i] == '.';
    return v.n != 0 && v.n < 64 && v.p[0] >= '0' && v.p[0] <= '9' && dots >= 2;
}

/* extra-params.tpm: {"ek_cert","ak"}; anything else in extra-params is other clients' business. */
static struct err read_tpm(struct arena *a, const struct json *extra, struct keys_auth *m)
{
    const struct json *tpm = json_at(extra, "tpm");
    struct bytes ek;
    struct bytes ak;
    if (tpm == NULL)
        return OK;
    TRY(json_need_string(tpm, "ek_cert", &ek));
    TRY(json_need_string(tpm, "ak", &ak));
    TRY(base64_decode(a, BASE64_PADDED, ek, &m->ek_cert));
    TRY(base64_decode(a, BASE64_PADDED, ak, &m->ak));
    if (m->ek_cert.n == 0 || m->ek_cert.n > EK_CERT_MAX || m->ak.n == 0 || m->ak.n > AK_PUBLIC_MAX)
        return FAIL(ERR_LIMIT, "the TPM's keys have an impossible size");
    return OK;
}

static struct err read_request(struct arena *a, struct bytes body, struct keys_auth *m, struct bytes *version)
{
    const struct json *request;
    struct bytes tee;
    TRY(json_decode(a, body, NULL, NULL, &request));
    TRY(json_need_string(request, "version", version));
    TRY(json_need_string(request, "tee", &tee));
    m->tee = (uint16_t)tee_named(tee);
    if (m->tee == TEE_NONE)
        return FAIL(ERR_UNSUPPORTED, "a TEE that we do not know");
    if (json_at(request, "extra-params") == NULL)
        return FAIL(ERR_FORMAT, "extra-params is missing");
    return read_tpm(a, json_at(request, "extra-params"), m);
}

void front_auth(struct front *f, struct exchange *x, struct bytes body)
{
    struct arena *a = exchange_arena(x);
    struct keys_auth m = {.peer = exchange_peer(x), .ek_cert = BYTES_EMPTY, .ak = BYTES_EMPTY};
    struct bytes version = BYTES_EMPTY;
    f->counts.auth_requests++;
    struct err e = read_request(a, body, &m, &version);
    if (failed(e) || !version_fits(version)) {
        f->counts.auth_errors++;
        SCOPED(buf) struct buf detail;
        buf_init(&detail, 1 * KIB);
        if (failed(e)) {
            buf_text(&detail, "deserialize Request");
        } else if (looks_like_version(version)) {
            buf_text(&detail, "KBS Client Protocol Version Mismatch: expect =" VERSION " while the request is ");
            buf_add(&detail, version);
        } else {
            buf_text(&detail, "failed to parse KBS client version");
        }
        front_error(x, KBS_ERROR_AUTH, buf_view(&detail));
        return;
    }
    SCOPED(buf) struct buf message;
    buf_init(&message, EK_CERT_MAX + AK_PUBLIC_MAX + 1 * KIB);
    keys_auth_encode(&m, &message);
    front_pass(f, x, FRONT_AUTH, KEYS_AUTH, buf_view(&message));
}
