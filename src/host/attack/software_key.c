#include "host/attack/software_key.h"

#include "base/limits.h"
#include "rats/tpm_public.h"

#define ALG_SHA256  0x000b
#define ALG_ECDSA   0x0018
#define POINT_WIDTH 32

/* The public area up to the point stays; the point is ours. */
static struct err put_point(struct arena *a, struct bytes like, const struct key *key, struct bytes *out)
{
    struct tpm_public public;
    SCOPED(buf) struct buf area;
    SCOPED(buf) struct buf whole;
    uint8_t x[66];
    uint8_t y[66];
    size_t n;
    struct bytes view;
    buf_init(&area, KIB);
    buf_init(&whole, KIB);
    TRY(tpm_public_decode(like, &public));
    TRY(key_point(key, x, y, &n));
    if (public.kind != KEY_EC_P256 || n != POINT_WIDTH)
        return FAIL(ERR_UNSUPPORTED, "the attestation key is not ECC P-256");
    size_t before = (size_t)(public.x.p - 2 - public.area.p);
    buf_add(&area, bytes_of(public.area.p, before));
    buf_prefix16be(&area, bytes_of(x, n));
    buf_prefix16be(&area, bytes_of(y, n));
    TRY(buf_end(&area, &view));
    buf_prefix16be(&whole, view);
    TRY(buf_end(&whole, &view));
    return arena_copy(a, view, out);
}

struct err software_key_make(struct arena *a, const struct tpm_identity *like, struct key **key,
                             struct tpm_identity *identity)
{
    SCOPED_KEY struct key *made = NULL;
    struct tpm_identity own = {.ek_cert = like->ek_cert};
    struct tpm_public public;
    struct digest name;
    TRY(key_generate(KEY_EC_P256, &made));
    TRY(put_point(a, like->ak_public, made, &own.ak_public));
    TRY(tpm_public_decode(own.ak_public, &public));
    TRY(tpm_public_name(&public, &name));
    TRY(arena_copy(a, digest_view(&name), &own.ak_name));
    *identity = own;
    *key = made;
    made = NULL;
    return OK;
}

struct err software_key_sign(struct arena *a, const struct key *key, struct bytes message, struct bytes *signature)
{
    SCOPED(buf) struct buf raw;
    SCOPED(buf) struct buf out;
    struct bytes rs;
    struct bytes view;
    buf_init(&raw, KIB);
    buf_init(&out, KIB);
    TRY(key_sign(key, SIG_ECDSA_SHA256, message, &raw));
    TRY(buf_end(&raw, &rs));
    buf_u16be(&out, ALG_ECDSA);
    buf_u16be(&out, ALG_SHA256);
    buf_prefix16be(&out, bytes_of(rs.p, rs.n / 2));
    buf_prefix16be(&out, bytes_of(rs.p + rs.n / 2, rs.n / 2));
    TRY(buf_end(&out, &view));
    return arena_copy(a, view, signature);
}
