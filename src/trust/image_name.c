#include "trust/image_name.h"

#include "trust/tree.h"

static bool is_registry(struct bytes part)
{
    return memchr(part.p, '.', part.n) != NULL || memchr(part.p, ':', part.n) != NULL || bytes_is(part, "localhost");
}

static size_t last_of(struct bytes text, uint8_t c)
{
    for (size_t i = text.n; i > 0; i--)
        if (text.p[i - 1] == c)
            return i - 1;
    return text.n;
}

static bool is_clean(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
            return false;
    return text.n > 0;
}

struct err image_name_parse(struct arena *a, struct bytes text, struct image_name *out)
{
    struct image_name n = {BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY};
    struct bytes rest = text;
    if (!is_clean(text))
        return FAIL(ERR_FORMAT, "no name of an image");
    size_t at = last_of(rest, '@');
    if (at < rest.n) {
        n.digest = bytes_of(rest.p + at + 1, rest.n - at - 1);
        rest = bytes_of(rest.p, at);
    }
    size_t colon = last_of(rest, ':'), slash = last_of(rest, '/');
    if (colon < rest.n && (slash == rest.n || colon > slash)) {
        n.tag = bytes_of(rest.p + colon + 1, rest.n - colon - 1);
        rest = bytes_of(rest.p, colon);
    }
    const uint8_t *first = memchr(rest.p, '/', rest.n);
    struct bytes head = first == NULL ? BYTES_EMPTY : bytes_of(rest.p, (size_t)(first - rest.p));
    bool named = head.n > 0 && is_registry(head);
    n.registry = named ? head : BYTES_LIT("docker.io");
    n.path = named ? bytes_of(first + 1, rest.n - head.n - 1) : rest;
    if (n.path.n == 0)
        return FAIL(ERR_FORMAT, "no name of an image");
    size_t last = last_of(n.path, '/');
    n.last = last < n.path.n ? bytes_of(n.path.p + last + 1, n.path.n - last - 1) : n.path;
    bool is_library = !named && first == NULL;
    TRY(tree_format(a, &n.repository, "%.*s/%s%.*s", (int)n.registry.n, (const char *)n.registry.p,
                    is_library ? "library/" : "", (int)n.path.n, (const char *)n.path.p));
    *out = n;
    return OK;
}
