/*
 * sprintf: the format text with its flags, widths and argument numbers.
 */
#include <math.h>

#include "base/limits.h"
#include "rego/arith.h"
#include "rego/builtins/builtin.h"
#include "rego/builtins/chars.h"
#include "rego/builtins/verb.h"
#include "rego/value.h"

#define WIDTH_MAX 1000000 /* of a field; more is no width at all */

struct format {
    struct call *c;
    struct bytes text;
    size_t at;
    const struct verb_arg *args;
    size_t arg_count;
    size_t next;       /* argument */
    bool chosen;       /* an argument's number stands right before */
    bool index_holds;  /* the numbers of arguments are sound */
    bool out_of_order; /* some argument was chosen by number */
    bool unclosed;     /* no ']' stands behind: it is not looked for again */
    struct verb verb;
    struct buf *out;
};

static uint32_t peek(const struct format *f)
{
    return f->at < f->text.n ? f->text.p[f->at] : 0;
}

static void take_flags(struct format *f)
{
    struct verb *v = &f->verb;
    for (;; f->at++) {
        uint32_t c = peek(f);
        if (c == '+')
            v->plus = true;
        else if (c == '-')
            v->minus = true;
        else if (c == '#')
            v->sharp = true;
        else if (c == ' ')
            v->space = true;
        else if (c == '0')
            v->zero = true;
        else
            return;
    }
}

/* Digits up to `end`. A number that is too large uses up all that is left. */
static bool take_number(struct format *f, size_t end, size_t *out)
{
    size_t first = f->at;
    size_t n = 0;
    for (; f->at < end && f->text.p[f->at] >= '0' && f->text.p[f->at] <= '9'; f->at++) {
        n = n * 10 + (size_t)(f->text.p[f->at] - '0');
        if (n > WIDTH_MAX) {
            f->at = end;
            return false;
        }
    }
    *out = n;
    return f->at > first;
}

/* "[3]": the argument that comes next. */
static void take_index(struct format *f)
{
    f->chosen = false;
    if (peek(f) != '[')
        return;
    f->out_of_order = true;
    const uint8_t *close = f->unclosed ? NULL : memchr(f->text.p + f->at, ']', f->text.n - f->at);
    if (close == NULL) {
        f->unclosed = true;
        f->index_holds = false;
        f->at++;
        return;
    }
    size_t end = (size_t)(close - f->text.p);
    size_t n = 0;
    f->at++;
    bool number = take_number(f, end, &n) && f->at == end;
    f->at = end + 1;
    f->chosen = number;
    if (number && n >= 1 && n <= f->arg_count)
        f->next = n - 1;
    else
        f->index_holds = false;
}

/* "*": a width or precision from the arguments. */
static bool take_star(struct format *f, int64_t *out)
{
    f->at++;
    f->chosen = false;
    if (f->next >= f->arg_count)
        return false;
    const struct verb_arg *arg = &f->args[f->next++];
    *out = arg->integer;
    return arg->kind == VERB_INT && arg->integer <= WIDTH_MAX && arg->integer >= -WIDTH_MAX;
}

static void take_width(struct format *f)
{
    int64_t n = 0;
    if (peek(f) != '*') {
        f->verb.has_width = take_number(f, f->text.n, &f->verb.width);
        f->index_holds = f->index_holds && !(f->chosen && f->verb.has_width);
        return;
    }
    f->verb.has_width = take_star(f, &n);
    if (!f->verb.has_width) {
        buf_text(f->out, "%!(BADWIDTH)");
        return;
    }
    f->verb.minus = f->verb.minus || n < 0;
    f->verb.zero = f->verb.zero && n >= 0;
    f->verb.width = (size_t)(n < 0 ? -n : n);
}

static void take_precision(struct format *f)
{
    int64_t n = 0;
    if (peek(f) != '.')
        return;
    f->at++;
    f->index_holds = f->index_holds && !f->chosen;
    take_index(f);
    f->verb.has_precision = true;
    if (peek(f) != '*') {
        size_t digits = 0;
        f->verb.precision = take_number(f, f->text.n, &digits) ? digits : 0;
        return;
    }
    f->verb.has_precision = take_star(f, &n) && n >= 0;
    f->verb.precision = f->verb.has_precision ? (size_t)n : 0;
    if (!f->verb.has_precision)
        buf_text(f->out, "%!(BADPREC)");
}

static struct err put_bad(struct format *f, uint32_t letter, const char *why)
{
    uint8_t utf8[4];
    buf_text(f->out, "%!");
    buf_add(f->out, bytes_of(utf8, bytes_encode_utf8(letter, utf8)));
    buf_text(f->out, why);
    return OK;
}

static struct err cost_of_verb(struct format *f, const struct verb_arg *arg)
{
    uint64_t digits = arg->kind == VERB_BIG ? 4 * arith_cost_of(arg->text.n) : 0;
    return builtin_cost(f->c, 8 + f->verb.width + f->verb.precision + 2 * arg->text.n + digits);
}

static struct err put_verb(struct format *f)
{
    f->at++;
    f->verb = (struct verb){0};
    f->index_holds = true;
    take_flags(f);
    take_index(f);
    take_width(f);
    take_precision(f);
    if (!f->chosen)
        take_index(f);
    if (f->at >= f->text.n) {
        buf_text(f->out, "%!(NOVERB)");
        return OK;
    }
    f->verb.letter = chars_next(f->text, &f->at);
    if (f->verb.letter == '%') {
        buf_text(f->out, "%");
        return OK;
    }
    if (!f->index_holds)
        return put_bad(f, f->verb.letter, "(BADINDEX)");
    if (f->next >= f->arg_count)
        return put_bad(f, f->verb.letter, "(MISSING)");
    const struct verb_arg *arg = &f->args[f->next++];
    TRY(cost_of_verb(f, arg));
    return verb_put(f->c->arena, &f->verb, arg, f->out);
}

static struct err put_surplus(struct format *f)
{
    f->verb = (struct verb){.letter = 'v'};
    if (f->out_of_order || f->next >= f->arg_count)
        return OK;
    buf_text(f->out, "%!(EXTRA ");
    for (size_t i = f->next; i < f->arg_count; i++) {
        buf_text(f->out, i > f->next ? ", " : "");
        buf_text(f->out, verb_type(&f->args[i]));
        buf_text(f->out, "=");
        TRY(cost_of_verb(f, &f->args[i]));
        TRY(verb_put(f->c->arena, &f->verb, &f->args[i], f->out));
    }
    buf_text(f->out, ")");
    return OK;
}

static bool is_plain_integer(struct bytes text)
{
    for (size_t i = text.p[0] == '-'; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}

static void number_arg(const struct json *v, struct verb_arg *out)
{
    char text[JSON_NUMBER_MAX + 1];
    bool plain = is_plain_integer(v->text);
    *out = (struct verb_arg){.kind = VERB_TEXT, .text = v->text, .number = v->text};
    if (plain) {
        out->kind = v->is_int ? VERB_INT : VERB_BIG;
        out->integer = v->is_int ? v->as_int : 0;
        return;
    }
    if (v->text.n > JSON_NUMBER_MAX)
        return;
    memcpy(text, v->text.p, v->text.n);
    text[v->text.n] = '\0';
    out->real = strtod(text, NULL);
    out->kind = isfinite(out->real) ? VERB_FLOAT : VERB_TEXT;
}

static struct err make_arg(struct call *c, const struct json *v, struct verb_arg *out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    if (v->type == JSON_NUMBER) {
        number_arg(v, out);
        return OK;
    }
    *out = (struct verb_arg){.kind = VERB_TEXT, .text = v->text};
    if (v->type == JSON_STRING)
        return OK;
    builtin_text(c, &b);
    value_print(v, false, &b);
    TRY(buf_end(&b, &text));
    return arena_copy(c->arena, text, &out->text);
}

static struct err bi_sprintf(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct verb_arg *args;
    TRY(builtin_need_strings(c, 1));
    TRY(builtin_need(c, 2, JSON_ARRAY));
    const struct json *list = c->args[1];
    TRY(arena_array(c->arena, list->count + 1, &args));
    for (size_t i = 0; i < list->count; i++)
        TRY(make_arg(c, list->items[i], &args[i]));
    builtin_text(c, &b);
    struct format f = {.c = c, .text = c->args[0]->text, .args = args, .arg_count = list->count, .out = &b};
    while (f.at < f.text.n) {
        const uint8_t *percent = memchr(f.text.p + f.at, '%', f.text.n - f.at);
        size_t end = percent == NULL ? f.text.n : (size_t)(percent - f.text.p);
        buf_add(&b, bytes_of(f.text.p + f.at, end - f.at));
        f.at = end;
        if (percent != NULL)
            TRY(put_verb(&f));
    }
    TRY(put_surplus(&f));
    return builtin_string(c, &b, out);
}

const struct builtin builtins_format[] = {
    {"sprintf", 2, false, bi_sprintf},
};
BUILTIN_ROWS(format)
