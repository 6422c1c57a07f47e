#include "rego/regex/charset.h"

#define SPANS_MAX 20000 /* of one class; the largest of Unicode has about 700 */
#define CASE_COST 16    /* work of one character whose other cases are looked for */

static void count_work(const struct charset_builder *b, uint64_t n)
{
    if (b->work != NULL)
        *b->work += n;
}

static struct err append(struct charset_builder *b, uint32_t first, uint32_t last)
{
    count_work(b, 1);
    if (b->count == b->cap) {
        size_t cap = b->cap == 0 ? 4 : b->cap * 2;
        struct unicode_span *grown;
        if (cap > SPANS_MAX * 2)
            return FAIL(ERR_LIMIT, "a character class with too many parts");
        TRY(arena_array(b->arena, cap, &grown));
        for (size_t i = 0; i < b->count; i++)
            grown[i] = b->spans[i];
        b->spans = grown;
        b->cap = cap;
    }
    b->spans[b->count++] = (struct unicode_span){first, last};
    return OK;
}

struct err charset_add(struct charset_builder *b, uint32_t first, uint32_t last)
{
    TRY(append(b, first, last));
    if (!b->fold || (first == 0 && last == CHARACTER_MAX))
        return OK;
    for (uint32_t at = unicode_next_cased(first); at <= last; at = unicode_next_cased(at + 1)) {
        count_work(b, CASE_COST);
        for (uint32_t c = unicode_next_fold(at); c != at; c = unicode_next_fold(c))
            if (c < first || c > last)
                TRY(append(b, c, c));
    }
    return OK;
}

struct err charset_add_set(struct charset_builder *b, struct charset set, bool negate)
{
    struct charset other;
    if (!negate) {
        for (size_t i = 0; i < set.count; i++)
            TRY(charset_add(b, set.spans[i].first, set.spans[i].last));
        return OK;
    }
    struct charset_builder inner = {.arena = b->arena, .fold = b->fold, .work = b->work};
    TRY(charset_add_set(&inner, set, false));
    TRY(charset_make(&inner, true, &other));
    for (size_t i = 0; i < other.count; i++)
        TRY(append(b, other.spans[i].first, other.spans[i].last));
    return OK;
}

/* The heap below `root` has its largest span on top again. */
static void sift(struct unicode_span *spans, size_t root, size_t count)
{
    struct unicode_span moved = spans[root];
    for (size_t child; (child = root * 2 + 1) < count; root = child) {
        if (child + 1 < count && spans[child].first < spans[child + 1].first)
            child++;
        if (moved.first >= spans[child].first)
            break;
        spans[root] = spans[child];
    }
    spans[root] = moved;
}

/* Heap sort: libc's sort may allocate. */
static void sort(struct unicode_span *spans, size_t count)
{
    size_t i = 1;
    while (i < count && spans[i - 1].first <= spans[i].first)
        i++;
    if (i >= count)
        return;
    for (i = count / 2; i > 0; i--)
        sift(spans, i - 1, count);
    for (i = count; i > 1; i--) {
        struct unicode_span last = spans[i - 1];
        spans[i - 1] = spans[0];
        spans[0] = last;
        sift(spans, 0, i - 1);
    }
}

/* Sorted spans without overlap or touch; gives their number. */
static size_t merge(struct unicode_span *spans, size_t count)
{
    size_t kept = 0;
    sort(spans, count);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && spans[i].first <= spans[kept - 1].last + 1) {
            if (spans[i].last > spans[kept - 1].last)
                spans[kept - 1].last = spans[i].last;
            continue;
        }
        spans[kept++] = spans[i];
    }
    return kept;
}

static struct err complement(struct arena *a, struct charset set, struct charset *out)
{
    struct charset_builder b = {.arena = a};
    uint32_t from = 0;
    for (size_t i = 0; i < set.count; i++) {
        if (set.spans[i].first > from)
            TRY(append(&b, from, set.spans[i].first - 1));
        from = set.spans[i].last + 1;
    }
    if (from <= CHARACTER_MAX)
        TRY(append(&b, from, CHARACTER_MAX));
    *out = (struct charset){b.spans, b.count};
    return OK;
}

struct err charset_make(struct charset_builder *b, bool negate, struct charset *out)
{
    count_work(b, 2 * b->count);
    struct charset set = {b->spans, merge(b->spans, b->count)};
    b->spans = NULL;
    b->count = b->cap = 0;
    if (negate)
        return complement(b->arena, set, out);
    *out = set;
    return OK;
}

bool charset_has(struct charset set, uint32_t c)
{
    size_t low = 0;
    size_t high = set.count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c < set.spans[mid].first)
            high = mid;
        else if (c > set.spans[mid].last)
            low = mid + 1;
        else
            return true;
    }
    return false;
}

bool charset_meets(struct charset a, struct charset b)
{
    size_t i = 0;
    size_t j = 0;
    while (i < a.count && j < b.count) {
        if (a.spans[i].last < b.spans[j].first)
            i++;
        else if (b.spans[j].last < a.spans[i].first)
            j++;
        else
            return true;
    }
    return false;
}

struct named {
    const char *name;
    struct charset set;
};
#define SPANS(...)                                                                                                     \
    {                                                                                                                  \
        (const struct unicode_span[]){__VA_ARGS__},                                                                    \
            sizeof((const struct unicode_span[]){__VA_ARGS__}) / sizeof(struct unicode_span)                           \
    }
static const struct named perl[] = {
    {"d", SPANS({'0', '9'})},
    {"s", SPANS({'\t', '\n'}, {'\f', '\r'}, {' ', ' '})},
    {"w", SPANS({'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'})},
};
static const struct named posix[] = {
    {"alnum", SPANS({'0', '9'}, {'A', 'Z'}, {'a', 'z'})},
    {"alpha", SPANS({'A', 'Z'}, {'a', 'z'})},
    {"ascii", SPANS({0, 0x7f})},
    {"blank", SPANS({'\t', '\t'}, {' ', ' '})},
    {"cntrl", SPANS({0, 0x1f}, {0x7f, 0x7f})},
    {"digit", SPANS({'0', '9'})},
    {"graph", SPANS({'!', '~'})},
    {"lower", SPANS({'a', 'z'})},
    {"print", SPANS({' ', '~'})},
    {"punct", SPANS({'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'})},
    {"space", SPANS({'\t', '\r'}, {' ', ' '})},
    {"upper", SPANS({'A', 'Z'})},
    {"word", SPANS({'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'})},
    {"xdigit", SPANS({'0', '9'}, {'A', 'F'}, {'a', 'f'})},
};

static bool find_named(const struct named *rows, size_t count, struct bytes name, struct charset *out)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_is(name, rows[i].name)) {
            *out = rows[i].set;
            return true;
        }
    return false;
}

bool charset_perl(uint8_t letter, struct charset *out)
{
    return find_named(perl, sizeof(perl) / sizeof(perl[0]), bytes_of(&letter, 1), out);
}

bool charset_posix(struct bytes name, struct charset *out)
{
    return find_named(posix, sizeof(posix) / sizeof(posix[0]), name, out);
}

const struct charset charset_any = {&(const struct unicode_span){0, CHARACTER_MAX}, 1};

struct err charset_add_unicode(struct charset_builder *b, struct bytes name, bool negate, bool *found)
{
    struct charset_builder plain = {.arena = b->arena, .work = b->work};
    struct unicode_class class;
    struct unicode_span span;
    *found = true;
    if (bytes_is(name, "Any"))
        return charset_add_set(b, charset_any, negate);
    *found = unicode_find(name, &class);
    for (size_t at = 0; *found && unicode_next_span(&class, &at, &span);)
        TRY(append(&plain, span.first, span.last));
    return *found ? charset_add_set(b, (struct charset){plain.spans, plain.count}, negate) : OK;
}
