/*
 * regex.globs_match: whether two simple patterns have a text in common that is not empty. A pattern is made of
 * characters, dots and sets, each with + or * or neither.
 */
#include "rego/builtins/builtin.h"
#include "rego/eval.h"
#include "rego/regex/charset.h"
#include "rego/regex/regex.h"
#include "rego/regex/text.h"
#include "rego/value.h"

/* x+ is two of them: x, and x as often as it likes. */
struct token {
    struct charset set;
    bool star;
};

struct tokens {
    struct call *call;
    struct bytes text;
    size_t at;
    int64_t position; /* the same in characters */
    struct token *items;
    size_t count;
};

#define WRONG "the input provided is invalid"

static struct err wrong(const struct tokens *t, const char *text)
{
    return builtin_error(t->call, "input:%.*s, pos:%lld, %s: " WRONG, (int)t->text.n, (const char *)t->text.p,
                         (long long)t->position, text);
}

static struct err read_character(struct tokens *t, uint32_t *c, bool *escaped)
{
    *escaped = t->text.p[t->at] == '\\';
    if (*escaped && t->at + 1 == t->text.n)
        return wrong(t, "input ends with a \\ (escape) character");
    t->at += *escaped;
    t->position += 1 + *escaped;
    *c = text_next(t->text, &t->at);
    return OK;
}

/* The dash of a range was read, `first` stands before it. */
static struct err read_range(struct tokens *t, struct charset_builder *b, uint32_t first)
{
    uint32_t last;
    bool escaped;
    if (first == UINT32_MAX)
        return wrong(t, "range character '-' must be preceded by a Unicode character");
    size_t after = t->at;
    if (after < t->text.n)
        (void)text_next(t->text, &after);
    if (after >= t->text.n)
        return wrong(t, "range character '-' must be followed by a Unicode character");
    TRY(read_character(t, &last, &escaped));
    if (!escaped && (last == ']' || last == '-'))
        return wrong(t, "range character '-' cannot be followed by a special symbol");
    return last < first ? wrong(t, "range is out of order") : charset_add(b, first, last);
}

static struct err read_set(struct tokens *t, struct charset *out)
{
    struct charset_builder b = {.arena = t->call->arena};
    uint32_t before = UINT32_MAX;
    while (t->at < t->text.n) {
        uint32_t c;
        bool escaped;
        TRY(read_character(t, &c, &escaped));
        if (c == ']' && !escaped)
            return charset_make(&b, false, out);
        if (c == '-' && !escaped) {
            TRY(read_range(t, &b, before));
            before = UINT32_MAX;
        } else {
            TRY(charset_add(&b, c, c));
            before = c;
        }
    }
    return wrong(t, "found [ without matching ]");
}

static struct err read_token(struct tokens *t, struct charset *out)
{
    struct charset_builder b = {.arena = t->call->arena};
    uint32_t c;
    bool escaped;
    TRY(read_character(t, &c, &escaped));
    if (!escaped && c == '[')
        return read_set(t, out);
    if (!escaped && c == ']')
        return wrong(t, "set-close ']' with no preceding '['");
    if (!escaped && (c == '+' || c == '*'))
        return wrong(t,
                     c == '+' ? "flag '+' must be preceded by a non-flag" : "flag '*' must be preceded by a non-flag");
    if (!escaped && c == '.')
        TRY(charset_add(&b, 0, CHARACTER_MAX));
    else
        TRY(charset_add(&b, c, c));
    return charset_make(&b, false, out);
}

static struct err read_tokens(struct call *c, struct bytes text, struct tokens *out)
{
    *out = (struct tokens){.call = c, .text = text};
    if (text.n > REGEX_PATTERN_MAX)
        return FAIL(ERR_LIMIT, "a pattern is too long");
    TRY(arena_array(c->arena, text.n * 2 + 1, &out->items));
    while (out->at < text.n) {
        struct token token = {.star = false};
        TRY(read_token(out, &token.set));
        bool plus = out->at < text.n && text.p[out->at] == '+';
        token.star = out->at < text.n && text.p[out->at] == '*';
        out->at += plus || token.star;
        out->position += plus || token.star;
        out->items[out->count++] = token;
        token.star = true;
        if (plus)
            out->items[out->count++] = token;
    }
    return builtin_cost(c, text.n);
}

/* Places in both patterns that a common text leads to: bit 1 the empty text, bit 2 another. */
struct row {
    uint8_t *now; /* by place in the second pattern */
    uint8_t *next;
};

static void visit(const struct token *a, const struct tokens *b, size_t j, struct row *row)
{
    const struct token *t = j < b->count ? &b->items[j] : NULL;
    bool meet = a != NULL && t != NULL && charset_meets(a->set, t->set);
    if (meet && a->star && t->star)
        row->now[j] = row->now[j] != 0 ? row->now[j] | 2 : 0;
    uint8_t here = row->now[j];
    if (here == 0)
        return;
    if (a != NULL && a->star)
        row->next[j] |= here;
    if (t != NULL && t->star)
        row->now[j + 1] |= here;
    if (meet && !(a->star && t->star)) {
        uint8_t *to = a->star ? row->now : row->next;
        to[j + !t->star] |= 2;
    }
}

static struct err intersect(struct call *c, const struct tokens *a, const struct tokens *b, bool *out)
{
    struct row row;
    TRY(arena_array(c->arena, b->count + 2, &row.now));
    TRY(arena_array(c->arena, b->count + 2, &row.next));
    row.now[0] = 1;
    for (size_t i = 0; i <= a->count; i++) {
        const struct token *t = i < a->count ? &a->items[i] : NULL;
        TRY(builtin_cost(c, (b->count + 1) * (8 + (t == NULL ? 0 : t->set.count)) + b->text.n));
        for (size_t j = 0; j <= b->count; j++)
            visit(t, b, j, &row);
        if (t == NULL)
            break;
        uint8_t *empty = row.now;
        row.now = row.next;
        row.next = empty;
        memset(empty, 0, b->count + 2);
    }
    *out = (row.now[b->count] & 2) != 0 || (a->text.n == 0 && b->text.n == 0);
    return OK;
}

static struct err bi_globs_match(struct call *c, const struct json **out)
{
    struct tokens a;
    struct tokens b;
    bool yes;
    TRY(builtin_need_strings(c, 2));
    TRY(read_tokens(c, c->args[0]->text, &a));
    TRY(read_tokens(c, c->args[1]->text, &b));
    TRY(intersect(c, &a, &b, &yes));
    *out = value_bool(yes);
    return OK;
}

const struct builtin builtins_globs[] = {{"regex.globs_match", 2, false, bi_globs_match}};
BUILTIN_ROWS(globs)
