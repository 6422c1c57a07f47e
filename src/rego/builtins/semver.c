/*
 * Semantic versions, strictly. source: Semantic Versioning 2.0.0
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

#define CORE_PARTS 3

struct version {
    struct bytes core[CORE_PARTS];
    struct bytes pre; /* empty: a release */
};

static bool is_number(struct bytes part)
{
    for (size_t i = 0; i < part.n; i++)
        if (part.p[i] < '0' || part.p[i] > '9')
            return false;
    return part.n > 0;
}

static bool is_canonical_number(struct bytes part)
{
    return is_number(part) && (part.n == 1 || part.p[0] != '0');
}

static bool is_identifier(struct bytes part)
{
    for (size_t i = 0; i < part.n; i++) {
        uint8_t c = part.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return part.n > 0;
}

/* The part up to a byte, which is cut off the text together with it; the whole text where it does not occur. */
static struct bytes take_until(struct bytes *text, uint8_t end, bool *found)
{
    const uint8_t *at = memchr(text->p, end, text->n);
    *found = at != NULL;
    struct bytes part = bytes_of(text->p, at == NULL ? text->n : (size_t)(at - text->p));
    *text = at == NULL ? BYTES_EMPTY : bytes_of(at + 1, text->n - part.n - 1);
    return part;
}

static bool are_identifiers(struct bytes text, bool numbers_are_canonical)
{
    for (bool more = true; more;) {
        struct bytes part = take_until(&text, '.', &more);
        if (!is_identifier(part) || (numbers_are_canonical && is_number(part) && !is_canonical_number(part)))
            return false;
    }
    return true;
}

static bool read_version(struct bytes text, struct version *out)
{
    bool has_build;
    bool has_pre;
    bool more;
    *out = (struct version){0};
    struct bytes before = take_until(&text, '+', &has_build);
    if (has_build && !are_identifiers(text, false))
        return false;
    struct bytes core = take_until(&before, '-', &has_pre);
    out->pre = before;
    if (has_pre && !are_identifiers(before, true))
        return false;
    for (size_t i = 0; i < CORE_PARTS; i++) {
        out->core[i] = take_until(&core, '.', &more);
        if (!is_canonical_number(out->core[i]) || more != (i + 1 < CORE_PARTS))
            return false;
    }
    return true;
}

static int compare_numbers(struct bytes a, struct bytes b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return bytes_compare(a, b);
}

static int compare_identifiers(struct bytes a, struct bytes b)
{
    if (is_number(a) != is_number(b))
        return is_number(a) ? -1 : 1;
    return is_number(a) ? compare_numbers(a, b) : bytes_compare(a, b);
}

static int compare_pre(struct bytes a, struct bytes b)
{
    if (a.n == 0 || b.n == 0)
        return (a.n == 0) - (b.n == 0);
    for (;;) {
        bool more_a;
        bool more_b;
        int order = compare_identifiers(take_until(&a, '.', &more_a), take_until(&b, '.', &more_b));
        if (order != 0 || !more_a || !more_b)
            return order != 0 ? order : (int)more_a - (int)more_b;
    }
}

static int compare_versions(const struct version *a, const struct version *b)
{
    for (size_t i = 0; i < CORE_PARTS; i++) {
        int order = compare_numbers(a->core[i], b->core[i]);
        if (order != 0)
            return order;
    }
    return compare_pre(a->pre, b->pre);
}

static struct err bi_compare(struct call *c, const struct json **out)
{
    struct version v[2];
    TRY(builtin_need_strings(c, 2));
    for (size_t i = 0; i < 2; i++) {
        struct bytes text = c->args[i]->text;
        if (!read_version(text, &v[i]))
            return builtin_error(c, "operand %zu: string \"%.*s\" is not a valid SemVer", i + 1,
                                 text.n > 100 ? 100 : (int)text.n, (const char *)text.p);
    }
    int order = compare_versions(&v[0], &v[1]);
    return value_int(c->arena, (order > 0) - (order < 0), out);
}

static struct err bi_is_valid(struct call *c, const struct json **out)
{
    struct version v;
    *out = value_bool(c->args[0]->type == JSON_STRING && read_version(c->args[0]->text, &v));
    return builtin_cost(c, c->args[0]->text.n);
}

const struct builtin builtins_semver[] = {
    {"semver.compare", 2, false, bi_compare},
    {"semver.is_valid", 1, false, bi_is_valid},
};
BUILTIN_ROWS(semver)
