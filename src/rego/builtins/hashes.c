/*
 * crypto.md5 .. crypto.hmac.equal. MD5 and SHA-1 are what a policy asks for by name; nothing else uses them.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

#include "codec/hex.h"
#include "crypto/hash.h"
#include "crypto/weak.h"

static struct err put_hex(struct call *c, const struct digest *d, const struct json **out)
{
    struct bytes text;
    TRY(hex_encode_arena(c->arena, digest_view(d), &text));
    return json_new_string(c->arena, text, out);
}

static struct err need_strings(struct call *c)
{
    for (size_t i = 1; i <= c->count; i++) {
        TRY(builtin_need(c, i, JSON_STRING));
        TRY(builtin_cost(c, 64 + c->args[i - 1]->text.n));
    }
    return OK;
}

static struct err hash(struct call *c, enum hash_alg alg, const struct json **out)
{
    struct digest d;
    TRY(need_strings(c));
    TRY(hash_of(alg, c->args[0]->text, &d));
    return put_hex(c, &d, out);
}

/* The message comes first, the key second. */
static struct err hmac(struct call *c, enum hash_alg alg, const struct json **out)
{
    struct digest d;
    TRY(need_strings(c));
    TRY(hmac_of(alg, c->args[1]->text, &c->args[0]->text, 1, &d));
    return put_hex(c, &d, out);
}

static struct err bi_md5(struct call *c, const struct json **out)
{
    struct digest d;
    TRY(need_strings(c));
    TRY(weak_md5(c->args[0]->text, &d));
    return put_hex(c, &d, out);
}

static struct err bi_sha1(struct call *c, const struct json **out)
{
    return hash(c, HASH_SHA1, out);
}

static struct err bi_sha256(struct call *c, const struct json **out)
{
    return hash(c, HASH_SHA256, out);
}

static struct err bi_hmac_md5(struct call *c, const struct json **out)
{
    struct digest d;
    TRY(need_strings(c));
    TRY(weak_hmac_md5(c->args[1]->text, c->args[0]->text, &d));
    return put_hex(c, &d, out);
}

static struct err bi_hmac_sha1(struct call *c, const struct json **out)
{
    return hmac(c, HASH_SHA1, out);
}

static struct err bi_hmac_sha256(struct call *c, const struct json **out)
{
    return hmac(c, HASH_SHA256, out);
}

static struct err bi_hmac_sha512(struct call *c, const struct json **out)
{
    return hmac(c, HASH_SHA512, out);
}

static struct err bi_hmac_equal(struct call *c, const struct json **out)
{
    TRY(need_strings(c));
    *out = value_bool(bytes_equal_ct(c->args[0]->text, c->args[1]->text));
    return OK;
}

const struct builtin builtins_hashes[] = {
    {"crypto.md5", 1, false, bi_md5},
    {"crypto.sha1", 1, false, bi_sha1},
    {"crypto.sha256", 1, false, bi_sha256},
    {"crypto.hmac.md5", 2, false, bi_hmac_md5},
    {"crypto.hmac.sha1", 2, false, bi_hmac_sha1},
    {"crypto.hmac.sha256", 2, false, bi_hmac_sha256},
    {"crypto.hmac.sha512", 2, false, bi_hmac_sha512},
    {"crypto.hmac.equal", 2, false, bi_hmac_equal},
};
BUILTIN_ROWS(hashes)
