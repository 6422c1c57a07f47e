#include "base/limits.h"
#include "codec/toml_value.h"

#define NUMBER_MAX 256 /* digits that anybody writes in a configuration */

/* The number as JSON writes it: without underscores and plus. */
struct digits {
    char text[NUMBER_MAX];
    size_t n;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* One more character; a number that is too long shows at the end. */
static void add(struct digits *d, uint8_t c)
{
    if (d->n < NUMBER_MAX)
        d->text[d->n++] = (char)c;
}

/* The value of a digit, or 99. */
static unsigned digit_value(uint8_t c)
{
    uint8_t lower = c | 0x20;
    if (is_digit(c))
        return (unsigned)(c - '0');
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a' + 10) : 99;
}

/* Digits of a radix, where one underscore may stand between two of them. */
static struct err take_digits(struct toml *t, unsigned radix, struct digits *d)
{
    struct toml_text *text = &t->text;
    for (;;) {
        if (digit_value(*text->at) >= radix)
            return toml_wrong(text, "a digit");
        while (digit_value(*text->at) < radix)
            add(d, *text->at++);
        if (*text->at != '_')
            break;
        text->at++;
    }
    if (d->n == NUMBER_MAX)
        return toml_wrong_at(text, ERR_LIMIT, text->at, "a number of fewer digits");
    return OK;
}

static struct err take_radix(struct toml *t, unsigned radix, const struct json **out)
{
    struct digits d = {.n = 0};
    uint8_t *start = t->text.at;
    int64_t value = 0;
    t->text.at += 2;
    TRY(take_digits(t, radix, &d));
    for (size_t i = 0; i < d.n; i++) {
        int64_t digit = digit_value((uint8_t)d.text[i]);
        if (__builtin_mul_overflow(value, (int64_t)radix, &value) || __builtin_add_overflow(value, digit, &value))
            return toml_wrong_at(&t->text, ERR_FORMAT, start, "an integer of 64 bits");
    }
    return json_new_int(t->arena, value, out);
}

/* Behind the whole digits: a fraction, an exponent, or neither. */
static struct err take_rest(struct toml *t, struct digits *d, bool *is_float)
{
    struct toml_text *text = &t->text;
    if (*text->at == '.') {
        add(d, *text->at++);
        TRY(take_digits(t, 10, d));
        *is_float = true;
    }
    if (*text->at == 'e' || *text->at == 'E') {
        add(d, *text->at++);
        if (*text->at == '+' || *text->at == '-')
            add(d, *text->at++);
        TRY(take_digits(t, 10, d));
        *is_float = true;
    }
    return OK;
}

static struct err take_decimal(struct toml *t, bool negative, const struct json **out)
{
    struct digits d = {.n = 0};
    uint8_t *start = t->text.at;
    bool is_float = false;
    const struct json *exact;
    if (start[0] == '0' && (is_digit(start[1]) || start[1] == '_'))
        return toml_wrong(&t->text, "a number without a leading zero");
    if (negative)
        add(&d, '-');
    TRY(take_digits(t, 10, &d));
    TRY(take_rest(t, &d, &is_float));
    struct err e = json_new_number(t->arena, bytes_of(d.text, d.n), &exact);
    if (failed(e))
        return toml_wrong_at(&t->text, e.code, start, "a number within bounds");
    if (!is_float && !exact->is_int)
        return toml_wrong_at(&t->text, ERR_FORMAT, start, "an integer of 64 bits");
    if (!is_float)
        return json_new_int(t->arena, exact->as_int, out); /* -0 is 0 */
    *out = exact;
    return OK;
}

/* What begins like 1979-05-27 or 07:32. */
static bool is_date_or_time(const uint8_t *p)
{
    size_t n = 0;
    while (n < 5 && is_digit(p[n]))
        n++;
    return (n == 4 && p[4] == '-') || (n == 2 && p[2] == ':');
}

struct err toml_take_number(struct toml *t, const struct json **out)
{
    struct toml_text *text = &t->text;
    const uint8_t *p = text->at;
    if (is_date_or_time(p))
        return toml_wrong_at(text, ERR_UNSUPPORTED, p, "no date or time: write a string");
    bool is_signed = *p == '+' || *p == '-';
    const char *word = (const char *)p + is_signed;
    if (strncmp(word, "inf", 3) == 0 || strncmp(word, "nan", 3) == 0)
        return toml_wrong_at(text, ERR_UNSUPPORTED, p, "a finite number");
    if (!is_signed && p[0] == '0' && p[1] == 'x')
        return take_radix(t, 16, out);
    if (!is_signed && p[0] == '0' && p[1] == 'o')
        return take_radix(t, 8, out);
    if (!is_signed && p[0] == '0' && p[1] == 'b')
        return take_radix(t, 2, out);
    text->at += is_signed;
    if (!is_digit(*text->at))
        return toml_wrong(text, is_signed ? "a digit" : "a value");
    return take_decimal(t, is_signed && *p == '-', out);
}
