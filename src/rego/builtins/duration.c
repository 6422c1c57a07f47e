/*
 * time.parse_duration_ns: "1h15m30.5s" as nanoseconds.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

#define LARGEST (1ULL << 63) /* of either sign; as a positive one it is too large by one */

struct unit {
    const char *name;
    uint64_t ns;
};

static const struct unit units[] = {
    {"ns", 1},           {"us", 1000},      {"\xc2\xb5s", 1000}, /* U+00B5 */
    {"\xce\xbcs", 1000},                                         /* U+03BC */
    {"ms", 1000000},     {"s", 1000000000}, {"m", 60000000000},  {"h", 3600000000000},
};

#define SHOWN(text_) (int)((text_).n > 80 ? 80 : (text_).n), (const char *)(text_).p

static struct err invalid(struct call *c)
{
    return builtin_error(c, "time: invalid duration \"%.*s\"", SHOWN(c->args[0]->text));
}

static bool is_digit(struct bytes text)
{
    return text.n > 0 && text.p[0] >= '0' && text.p[0] <= '9';
}

static struct bytes rest_of(struct bytes text, size_t n)
{
    return bytes_of(text.p + n, text.n - n);
}

/* The digits at the start; false where they are more than LARGEST. */
static bool take_whole(struct bytes *text, uint64_t *out)
{
    *out = 0;
    for (; is_digit(*text); *text = rest_of(*text, 1)) {
        if (*out > LARGEST / 10)
            return false;
        *out = *out * 10 + (uint64_t)(text->p[0] - '0');
        if (*out > LARGEST)
            return false;
    }
    return true;
}

/* Digits behind the point; those that no 64 bits hold are dropped. */
static void take_fraction(struct bytes *text, uint64_t *digits, double *scale)
{
    bool full = false;
    *digits = 0;
    *scale = 1;
    for (; is_digit(*text); *text = rest_of(*text, 1)) {
        full = full || *digits > (LARGEST - 1) / 10 || *digits * 10 + (uint64_t)(text->p[0] - '0') > LARGEST;
        if (full)
            continue;
        *digits = *digits * 10 + (uint64_t)(text->p[0] - '0');
        *scale *= 10;
    }
}

static struct err take_unit(struct call *c, struct bytes *text, uint64_t *out)
{
    size_t n = 0;
    while (n < text->n && text->p[n] != '.' && !is_digit(rest_of(*text, n)))
        n++;
    struct bytes name = bytes_of(text->p, n);
    *text = rest_of(*text, n);
    if (n == 0)
        return builtin_error(c, "time: missing unit in duration \"%.*s\"", SHOWN(c->args[0]->text));
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (bytes_is(name, units[i].name)) {
            *out = units[i].ns;
            return OK;
        }
    return builtin_error(c, "time: unknown unit \"%.*s\" in duration \"%.*s\"", SHOWN(name), SHOWN(c->args[0]->text));
}

/* One amount with its unit is added to *sum. */
static struct err take_amount(struct call *c, struct bytes *text, uint64_t *sum)
{
    uint64_t whole;
    uint64_t fraction = 0;
    uint64_t unit;
    double scale = 1;
    bool digits = is_digit(*text);
    if (!take_whole(text, &whole))
        return invalid(c);
    if (text->n > 0 && text->p[0] == '.') {
        *text = rest_of(*text, 1);
        digits = digits || is_digit(*text);
        take_fraction(text, &fraction, &scale);
    }
    if (!digits)
        return invalid(c);
    TRY(take_unit(c, text, &unit));
    if (whole > LARGEST / unit)
        return invalid(c);
    whole *= unit;
    if (fraction > 0)
        whole += (uint64_t)((double)fraction * ((double)unit / scale));
    *sum += whole;
    return whole > LARGEST || *sum > LARGEST ? invalid(c) : OK;
}

static struct err bi_parse_duration_ns(struct call *c, const struct json **out)
{
    uint64_t sum = 0;
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    bool negative = text.n > 0 && text.p[0] == '-';
    if (negative || (text.n > 0 && text.p[0] == '+'))
        text = rest_of(text, 1);
    if (bytes_is(text, "0"))
        return value_int(c->arena, 0, out);
    if (text.n == 0)
        return invalid(c);
    while (text.n > 0)
        TRY(take_amount(c, &text, &sum));
    if (sum == LARGEST && !negative)
        return invalid(c);
    return value_int(c->arena, negative ? (int64_t)(0 - sum) : (int64_t)sum, out);
}

const struct builtin builtins_duration[] = {
    {"time.parse_duration_ns", 1, false, bi_parse_duration_ns},
};
BUILTIN_ROWS(duration)
