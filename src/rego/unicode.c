#include "rego/unicode.h"

static uint32_t map(const struct unicode_pair *pairs, size_t count, uint32_t c)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (pairs[mid].from == c)
            return pairs[mid].to;
        if (pairs[mid].from < c)
            low = mid + 1;
        else
            high = mid;
    }
    return c;
}

uint32_t unicode_lower(uint32_t c)
{
    return map(unicode_to_lower, unicode_to_lower_count, c);
}

uint32_t unicode_upper(uint32_t c)
{
    return map(unicode_to_upper, unicode_to_upper_count, c);
}

uint32_t unicode_next_fold(uint32_t c)
{
    return map(unicode_fold, unicode_fold_count, c);
}

const struct unicode_class *unicode_find(struct bytes name)
{
    for (size_t i = 0; i < unicode_class_count; i++)
        if (bytes_is(name, unicode_classes[i].name))
            return &unicode_classes[i];
    return NULL;
}

bool unicode_is(const char *name, uint32_t c)
{
    const struct unicode_class *class = unicode_find(bytes_of_text(name));
    size_t low = 0;
    size_t high = class == NULL ? 0 : class->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct unicode_span *s = &class->spans[mid];
        if (c >= s->first && c <= s->last)
            return true;
        if (c > s->last)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}
