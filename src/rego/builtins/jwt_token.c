/*
 * Tokens taken apart. What is read here is unverified: it came with the request that a policy judges.
 */
#include "rego/builtins/jwt.h"
#include "rego/value.h"

#include "codec/base64.h"

/* Where the first character stands that is not of the alphabet; the length where none is. */
static size_t first_foreign(struct bytes text)
{
    size_t i = 0;
    for (; i < text.n; i++) {
        uint8_t ch = text.p[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (!letter && ch != '-' && ch != '_')
            break;
    }
    return i;
}

static struct err report_part(struct call *c, struct err e, struct bytes text, const char *what)
{
    return builtin_settle(c, e, "JWT %s had invalid encoding: illegal base64 data at input byte %zu", what,
                          first_foreign(text));
}

static struct err decode_part(struct call *c, struct bytes text, const char *what, struct bytes *out)
{
    return report_part(c, base64_decode(c->arena, BASE64_URL, text, out), text, what);
}

struct err jwt_object(struct call *c, struct bytes text, bool strict, const char *what, const struct json **out)
{
    const struct json_bounds bounds = {.keep_last = !strict};
    TRY(builtin_settle(c, json_decode(c->arena, text, &bounds, NULL, out), "%s is not JSON", what));
    return (*out)->type == JSON_OBJECT ? OK : builtin_error(c, "%s is not a JSON object", what);
}

/* A signature whose last bits are not zero is no signature, but not malformed either: it does not hold. */
static struct err decode_signature(struct call *c, struct bytes text, bool strict, struct bytes *out)
{
    struct err e = base64_decode(c->arena, BASE64_URL, text, out);
    if (e.code == ERR_FORMAT && strict && text.n % 4 != 1 && first_foreign(text) == text.n) {
        *out = BYTES_EMPTY;
        return OK;
    }
    return report_part(c, e, text, "signature");
}

static struct err split_text(struct call *c, struct bytes text, struct bytes parts[3])
{
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] != '.')
            continue;
        if (count < 3)
            parts[count] = bytes_of(text.p + start, i - start);
        count++;
        start = i + 1;
    }
    if (count == 1)
        return builtin_error(c, "encoded JWT had no period separators");
    if (count != 3)
        return builtin_error(c, "encoded JWT must have 3 sections, found %zu", count);
    return OK;
}

struct err jwt_split(struct call *c, struct bytes text, bool strict, struct jwt_token *out)
{
    struct bytes parts[3];
    struct bytes header;
    struct jwt_token t;
    TRY(builtin_cost(c, 64 + 2 * text.n));
    TRY(split_text(c, text, parts));
    TRY(decode_part(c, parts[0], "header", &header));
    TRY(jwt_object(c, header, strict, "JWT header", &t.header));
    if (json_at(t.header, "enc") != NULL)
        return builtin_error(c, "JWT is a JWE object, which is not supported");
    TRY(decode_part(c, parts[1], "payload", &t.payload));
    TRY(decode_signature(c, parts[2], strict, &t.signature));
    t.signed_part = bytes_of(text.p, parts[0].n + 1 + parts[1].n);
    *out = t;
    return OK;
}

bool jwt_is_nested(const struct jwt_token *t, struct bytes *inner)
{
    const struct json *cty = json_at(t->header, "cty");
    if (!json_is(cty, JSON_STRING) || !bytes_is(cty->text, "JWT"))
        return false;
    /* Some write the inner token as a JSON string. */
    struct bytes text = t->payload;
    if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
        text = bytes_of(text.p + 1, text.n - 2);
    *inner = text;
    return true;
}
