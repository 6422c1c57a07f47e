#include "trust/sealed.h"

#include "codec/base64.h"
#include "trust/tree.h"

#define PREFIX         BYTES_LIT("sealed.")
#define SIGNATURE_SIZE 64
#define PARTS          3

static bool split(struct bytes text, struct bytes parts[PARTS])
{
    size_t from = 0, count = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] != '.')
            continue;
        if (count == PARTS)
            return false;
        parts[count++] = bytes_of(text.p + from, i - from);
        from = i + 1;
    }
    return count == PARTS;
}

static struct err decode_part(struct arena *a, struct bytes text, const struct json **out)
{
    struct bytes raw;
    TRY(base64_decode(a, BASE64_URL, text, &raw));
    return json_decode(a, raw, NULL, NULL, out);
}

static struct err broken(struct err e, const char *why, struct sealed *out)
{
    if (e.code == ERR_NOMEM)
        return e;
    out->why = why;
    return OK;
}

struct err sealed_decode(struct arena *a, struct bytes text, struct sealed *out)
{
    struct bytes parts[PARTS], signature;
    const struct json *header, *payload;
    *out = (struct sealed){.why = ""};
    if (!bytes_starts(text, PREFIX))
        return OK;
    out->is_sealed = true;
    if (!split(bytes_of(text.p + PREFIX.n, text.n - PREFIX.n), parts))
        return broken(OK, "a sealed secret has three parts", out);
    struct err e = decode_part(a, parts[0], &header);
    if (failed(e))
        return broken(e, "the header cannot be decoded", out);
    out->kid = tree_text(header, "kid");
    if (!bytes_is(tree_text(header, "alg"), "ES256"))
        return broken(OK, "the header names no ES256 signature", out);
    e = decode_part(a, parts[1], &payload);
    if (failed(e))
        return broken(e, "the payload cannot be decoded", out);
    if (bytes_is(tree_text(payload, "type"), "vault"))
        out->name = tree_text(payload, "name");
    e = base64_decode(a, BASE64_URL, parts[2], &signature);
    if (failed(e) || signature.n != SIGNATURE_SIZE)
        return broken(e, "the signature is not 64 bytes", out);
    if (!bytes_is(tree_text(payload, "version"), "0.1.0"))
        return broken(OK, "the payload is not of version 0.1.0", out);
    out->is_sound = true;
    return OK;
}

struct err sealed_facts(struct arena *a, const struct sealed *s, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "state", s->is_sound ? "sound" : "broken");
    json_object_text(&o, "why", s->why);
    json_object_string(&o, "kid", s->kid);
    json_object_string(&o, "name", s->name);
    return json_object_end(&o, out);
}
