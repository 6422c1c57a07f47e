#include "rego/unicode.h"

static uint32_t last_of(const struct unicode_range *r)
{
    return r->first + (uint32_t)(r->count - 1) * r->stride;
}

/* The first range that does not end before a character; ranges do not overlap. */
static size_t range_from(const struct unicode_range *ranges, size_t count, uint32_t c)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (last_of(&ranges[mid]) < c)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool map(const struct unicode_range *ranges, size_t count, uint32_t c, uint32_t *out)
{
    size_t i = range_from(ranges, count, c);
    *out = c;
    if (i == count || c < ranges[i].first || (c - ranges[i].first) % ranges[i].stride != 0)
        return false;
    *out = (uint32_t)((int32_t)c + ranges[i].distance);
    return true;
}

uint32_t unicode_to_lower(uint32_t c)
{
    uint32_t to;
    (void)map(unicode_lower, unicode_lower_count, c, &to);
    return to;
}

uint32_t unicode_to_upper(uint32_t c)
{
    uint32_t to;
    (void)map(unicode_upper, unicode_upper_count, c, &to);
    return to;
}

uint32_t unicode_next_fold(uint32_t c)
{
    uint32_t to;
    if (map(unicode_other_folds, unicode_other_folds_count, c, &to) || map(unicode_lower, unicode_lower_count, c, &to))
        return to;
    return unicode_to_upper(c);
}

static uint32_t next_in(const struct unicode_range *ranges, size_t count, uint32_t from)
{
    size_t i = range_from(ranges, count, from);
    if (i == count)
        return UINT32_MAX;
    if (from <= ranges[i].first)
        return ranges[i].first;
    uint32_t behind = (from - ranges[i].first) % ranges[i].stride;
    return behind == 0 ? from : from + ranges[i].stride - behind;
}

uint32_t unicode_next_cased(uint32_t from)
{
    uint32_t least = next_in(unicode_lower, unicode_lower_count, from);
    uint32_t upper = next_in(unicode_upper, unicode_upper_count, from);
    uint32_t other = next_in(unicode_other_folds, unicode_other_folds_count, from);
    least = upper < least ? upper : least;
    return other < least ? other : least;
}

static bool find_named(const char *const *names, size_t count, struct bytes name, struct unicode_class *out)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_is(name, names[i])) {
            out->least = out->most = (uint8_t)(i + 1);
            return true;
        }
    return false;
}

/* The categories whose names begin with a letter have numbers in a row. */
static bool find_group(struct bytes letter, struct unicode_class *out)
{
    *out = (struct unicode_class){unicode_categories, unicode_categories_count, 0, 0};
    for (size_t i = 0; letter.n == 1 && i < unicode_categories_names_count; i++) {
        if (unicode_categories_names[i][0] != (char)letter.p[0])
            continue;
        out->most = (uint8_t)(i + 1);
        out->least = out->least == 0 ? out->most : out->least;
    }
    return out->least != 0;
}

bool unicode_find(struct bytes name, struct unicode_class *out)
{
    if (find_group(name, out) || find_named(unicode_categories_names, unicode_categories_names_count, name, out))
        return true;
    *out = (struct unicode_class){unicode_scripts, unicode_scripts_count, 0, 0};
    return find_named(unicode_scripts_names, unicode_scripts_names_count, name, out);
}

static bool run_is_in(const struct unicode_class *c, size_t at)
{
    uint8_t kind = (uint8_t)c->runs[at];
    return kind >= c->least && kind <= c->most;
}

/* The last run has no kind, so every other one ends. */
bool unicode_next_span(const struct unicode_class *c, size_t *at, struct unicode_span *out)
{
    while (*at < c->count && !run_is_in(c, *at))
        ++*at;
    if (*at == c->count)
        return false;
    out->first = c->runs[*at] >> 8;
    while (run_is_in(c, *at))
        ++*at;
    out->last = (c->runs[*at] >> 8) - 1;
    return true;
}

bool unicode_is(const char *name, uint32_t character)
{
    struct unicode_class c;
    if (!unicode_find(bytes_of_text(name), &c))
        return false;
    size_t low = 0; /* runs up to the character */
    size_t high = c.count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c.runs[mid] >> 8 <= character)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && run_is_in(&c, low - 1);
}
