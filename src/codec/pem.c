/*
 * PEM, for texts from outside whose kind is not known beforehand. What a block holds is for others to judge.
 */
#include "codec/pem.h"

#include "codec/base64.h"

#define BEGIN "-----BEGIN "
#define END   "-----END "
#define DASH  "-----"

/* Where `part` first stands in the text, or its length. */
static size_t find(struct bytes text, struct bytes part)
{
    const uint8_t *at = text.n == 0 ? NULL : memmem(text.p, text.n, part.p, part.n);
    return at == NULL ? text.n : (size_t)(at - text.p);
}

static struct bytes skip(struct bytes text, size_t n)
{
    return bytes_of(text.p + n, text.n - n);
}

static bool is_space(uint8_t c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

static struct err decode_content(struct arena *a, struct bytes text, struct bytes *out)
{
    uint8_t *packed;
    size_t n = 0;
    TRY(arena_array(a, text.n, &packed));
    for (size_t i = 0; i < text.n; i++)
        if (!is_space(text.p[i]))
            packed[n++] = text.p[i];
    return base64_decode(a, BASE64_PADDED, bytes_of(packed, n), out);
}

struct err pem_next(struct arena *a, struct bytes *rest, struct pem_block *out, bool *found)
{
    size_t begin = find(*rest, BYTES_LIT(BEGIN));
    *found = begin < rest->n;
    if (!*found)
        return OK;
    struct bytes text = skip(*rest, begin + sizeof(BEGIN) - 1);
    size_t label = find(text, BYTES_LIT(DASH));
    struct pem_block b = {.label = bytes_of(text.p, label)};
    if (label == text.n || memchr(b.label.p, '\n', label) != NULL)
        return FAIL(ERR_FORMAT, "a PEM block whose first line does not end");
    text = skip(text, label + sizeof(DASH) - 1);
    size_t content = find(text, BYTES_LIT(END));
    if (content == text.n)
        return FAIL(ERR_FORMAT, "a PEM block without an end");
    TRY(decode_content(a, bytes_of(text.p, content), &b.der));
    text = skip(text, content + sizeof(END) - 1);
    if (!bytes_starts(text, b.label) || !bytes_starts(skip(text, label), BYTES_LIT(DASH)))
        return FAIL(ERR_FORMAT, "a PEM block that ends under another label");
    text = skip(text, label + sizeof(DASH) - 1);
    b.text = bytes_of(rest->p + begin, rest->n - begin - text.n);
    if (bytes_starts(text, BYTES_LIT("\r\n")))
        text = skip(text, 2);
    else if (bytes_starts(text, BYTES_LIT("\n")))
        text = skip(text, 1);
    *rest = text;
    *out = b;
    return OK;
}
