/*
 * What a TPM adds to the handshake: the extra-params of auth and the primary evidence of attest. Pure; used by the
 * guest's attester and by the host's attack driver, so that an attack differs from the truth in one part only.
 */
#include "kbs/kbs.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "rats/tpm_credential.h"
#include "rats/tpm_public.h"

#define PCR_COUNT 24

static struct err add_base64(struct json_object *o, struct arena *a, const char *key, struct bytes v)
{
    struct bytes text = BYTES_EMPTY;
    TRY(base64_encode_arena(a, BASE64_PADDED, v, &text));
    json_object_string(o, key, text);
    return OK;
}

struct err kbs_tpm_extra(struct arena *a, struct bytes ek_cert, struct bytes ak_public, const struct json **out)
{
    struct json_object inner, outer;
    const struct json *tpm = NULL;
    json_object_init(&inner, a);
    json_object_init(&outer, a);
    TRY(add_base64(&inner, a, "ek_cert", ek_cert));
    TRY(add_base64(&inner, a, "ak", ak_public));
    TRY(json_object_end(&inner, &tpm));
    json_object_add(&outer, "tpm", tpm);
    return json_object_end(&outer, out);
}

static struct err make_quote(struct arena *a, const struct kbs_tpm_parts *parts, const struct json **out)
{
    const struct json *items[PCR_COUNT], *list = NULL;
    struct json_object o;
    for (size_t i = 0; i < PCR_COUNT; i++) {
        struct bytes text = BYTES_EMPTY;
        if (parts->pcrs[i].n != hash_size(HASH_SHA256))
            return FAIL(ERR_FORMAT, "a PCR of the SHA-256 bank has 32 bytes");
        TRY(hex_encode_arena(a, digest_view(&parts->pcrs[i]), &text));
        TRY(json_new_string(a, text, &items[i]));
    }
    TRY(json_new_array(a, items, PCR_COUNT, &list));
    json_object_init(&o, a);
    TRY(add_base64(&o, a, "signature", parts->signature));
    TRY(add_base64(&o, a, "message", parts->message));
    json_object_add(&o, "pcrs", list);
    return json_object_end(&o, out);
}

/* The key of the AK once more as SPKI: the member that upstream's verifier reads. */
static struct err add_spki(struct json_object *o, struct arena *a, struct bytes ak_public)
{
    struct tpm_public public;
    SCOPED_KEY struct key *key = NULL;
    SCOPED(buf) struct buf spki;
    struct bytes der = BYTES_EMPTY;
    buf_init(&spki, CERT_SIZE_MAX);
    TRY(tpm_public_decode(ak_public, &public));
    TRY(tpm_public_key(&public, &key));
    TRY(key_spki(key, &spki));
    TRY(buf_end(&spki, &der));
    return add_base64(o, a, "ak_public", der);
}

static struct err add_activation(struct json_object *o, struct arena *a, const struct kbs_tpm_parts *parts,
                                 struct bytes nonce)
{
    if (parts->credential_secret == NULL || parts->credential_secret->n == 0)
        return OK;
    struct digest mac = {0};
    TRY(tpm_activation_proof(secret_borrow(parts->credential_secret), nonce, parts->ak_name, parts->message, &mac));
    return add_base64(o, a, "activation", digest_view(&mac));
}

struct err kbs_tpm_evidence(struct arena *a, const struct kbs_tpm_parts *parts, struct bytes nonce,
                            const struct json **out)
{
    const struct json *quote = NULL;
    struct json_object o;
    TRY(make_quote(a, parts, &quote));
    json_object_init(&o, a);
    json_object_add(&o, "tpm_quote", quote);
    TRY(add_spki(&o, a, parts->ak_public));
    TRY(add_base64(&o, a, "ak", parts->ak_public));
    TRY(add_base64(&o, a, "ek_cert", parts->ek_cert));
    TRY(add_activation(&o, a, parts, nonce));
    if (parts->event_log.n != 0)
        TRY(add_base64(&o, a, "event_log", parts->event_log));
    return json_object_end(&o, out);
}
