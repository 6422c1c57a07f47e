/*
 * Amounts with units: "500m", "1.5Gi", "10KB". Decimal and exact.
 */
#include "base/limits.h"
#include "rego/arith.h"
#include "rego/big.h"
#include "rego/builtins/builtin.h"
#include "rego/value.h"

#define FRACTION_DIGITS 10 /* of an amount that is not whole */
#define UNIT_MAX        8

struct unit {
    const char *name;
    uint64_t factor;
};

#define K  1000ULL
#define KI 1024ULL
static const struct unit units[] = {
    {"", 1},
    {"k", K},
    {"K", K},
    {"ki", KI},
    {"Ki", KI},
    {"M", K *K},
    {"mi", KI *KI},
    {"Mi", KI *KI},
    {"g", K *K *K},
    {"G", K *K *K},
    {"gi", KI *KI *KI},
    {"Gi", KI *KI *KI},
    {"t", K *K *K *K},
    {"T", K *K *K *K},
    {"ti", KI *KI *KI *KI},
    {"Ti", KI *KI *KI *KI},
    {"p", K *K *K *K *K},
    {"P", K *K *K *K *K},
    {"pi", KI *KI *KI *KI *KI},
    {"Pi", KI *KI *KI *KI *KI},
    {"e", K *K *K *K *K *K},
    {"E", K *K *K *K *K *K},
    {"ei", KI *KI *KI *KI *KI *KI},
    {"Ei", KI *KI *KI *KI *KI *KI},
};

struct amount {
    struct bytes number;
    struct bytes unit;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Where the number ends. An `e` belongs to it only before what may be an exponent. */
static size_t number_end(struct bytes text)
{
    size_t i = 0;
    for (; i < text.n; i++) {
        uint8_t c = text.p[i];
        uint8_t next = i + 1 < text.n ? text.p[i + 1] : 0;
        if (c == 'e' || c == 'E') {
            if (!is_digit(next) && next != '+' && next != '-')
                break;
        } else if (!is_digit(c) && c != '.' && c != '+' && c != '-') {
            break;
        }
    }
    return i;
}

/* A copy without quotation marks, in two parts. */
static struct err split(struct call *c, const char *amount, struct amount *out)
{
    uint8_t *copy;
    size_t n = 0;
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    TRY(arena_array(c->arena, text.n, &copy));
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ')
            return builtin_error(c, "spaces not allowed in resource strings");
        if (text.p[i] != '"')
            copy[n++] = text.p[i];
    }
    size_t end = number_end(bytes_of(copy, n));
    if (end == 0)
        return builtin_error(c, "no %s provided", amount);
    *out = (struct amount){bytes_of(copy, end), bytes_of(copy + end, n - end)};
    return OK;
}

static bool find_unit(const char *name, uint64_t *out)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(units[i].name, name) == 0) {
            *out = units[i].factor;
            return true;
        }
    return false;
}

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

struct digits {
    char text[JSON_NUMBER_MAX + 2];
    size_t n;
    int exponent;
    bool negative;
};

static bool read_exponent(struct bytes text, int *out)
{
    bool negative = text.n > 0 && text.p[0] == '-';
    size_t i = text.n > 0 && (negative || text.p[0] == '+');
    int e = 0;
    if (i == text.n)
        return false;
    for (; i < text.n; i++) {
        if (!is_digit(text.p[i]) || e > JSON_EXPONENT_MAX)
            return false;
        e = e * 10 + (text.p[i] - '0');
    }
    *out = negative ? -e : e;
    return e <= JSON_EXPONENT_MAX;
}

/* "-12.5e3" as digits and a power of ten. */
static bool read_digits(struct bytes text, struct digits *out)
{
    size_t i = text.p[0] == '+' || text.p[0] == '-';
    bool point = false;
    *out = (struct digits){.negative = text.p[0] == '-'};
    for (; i < text.n && text.p[i] != 'e' && text.p[i] != 'E'; i++) {
        if (text.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(text.p[i]) || out->n == JSON_NUMBER_MAX)
            return false;
        out->text[out->n++] = (char)text.p[i];
        out->exponent -= point;
    }
    int e = 0;
    if (i < text.n && !read_exponent(bytes_of(text.p + i + 1, text.n - i - 1), &e))
        return false;
    out->exponent += e;
    return out->n > 0;
}

/* An exponent is computed with all its zeros. */
static struct err charge_digits(struct call *c, const struct digits *d)
{
    return builtin_cost(c, 4 * arith_cost_of(d->n + (uint64_t)(d->exponent < 0 ? -d->exponent : d->exponent)));
}

static struct err times_unit(const struct digits *d, uint64_t factor, struct big *out)
{
    SCOPED(big) struct big unit = {0};
    TRY(big_init(out));
    TRY(big_set(&unit, factor));
    BIG(mp_read_radix(&out->v, d->text, 10));
    BIG(mp_mul(&out->v, &unit.v, &out->v));
    if (d->negative)
        BIG(mp_neg(&out->v, &out->v));
    return OK;
}

/* v / 10^places cut towards zero; whether anything is left, and whether that is half or more. */
static struct err cut(struct big *v, unsigned places, bool *any, bool *half)
{
    SCOPED(big) struct big power = {0};
    SCOPED(big) struct big rest = {0};
    TRY(big_set(&power, 1));
    TRY(big_scale10(&power, places));
    TRY(big_init(&rest));
    BIG(mp_div(&v->v, &power.v, &v->v, &rest.v));
    *any = !mp_iszero(&rest.v);
    BIG(mp_mul_2d(&rest.v, 1, &rest.v));
    *half = mp_cmp_mag(&rest.v, &power.v) != MP_LT;
    return OK;
}

static struct err put_number(struct call *c, struct bytes text, const struct json **out)
{
    struct err made = json_new_number(c->arena, text, out);
    return made.code == ERR_FORMAT ? FAIL(ERR_LIMIT, "a number is too large") : made;
}

static struct err put_whole(struct call *c, const struct big *v, const struct json **out)
{
    struct bytes text;
    TRY(big_text(c->arena, v, 10, &text));
    return put_number(c, text, out);
}

/* v * 10^-FRACTION_DIGITS with all its digits. */
static struct err put_fraction(struct call *c, const struct big *v, bool negative, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes digits;
    struct bytes text;
    TRY(big_text(c->arena, v, 10, &digits));
    if (digits.p[0] == '-')
        digits = bytes_of(digits.p + 1, digits.n - 1);
    size_t whole = digits.n > FRACTION_DIGITS ? digits.n - FRACTION_DIGITS : 0;
    buf_init(&b, digits.n + FRACTION_DIGITS + 4);
    buf_text(&b, negative ? "-" : "");
    buf_text(&b, whole == 0 ? "0" : "");
    buf_add(&b, bytes_of(digits.p, whole));
    buf_text(&b, ".");
    buf_fill(&b, '0', whole == 0 ? FRACTION_DIGITS - digits.n : 0);
    buf_add(&b, bytes_of(digits.p + whole, digits.n - whole));
    TRY(buf_end(&b, &text));
    return put_number(c, text, out);
}

static struct err bi_parse(struct call *c, const struct json **out)
{
    SCOPED(big) struct big v = {0};
    struct amount a;
    struct digits d;
    char unit[UNIT_MAX] = "";
    uint64_t factor = 1;
    bool any;
    bool half;
    TRY(split(c, "amount", &a));
    for (size_t i = 0; i < a.unit.n && i < UNIT_MAX - 1; i++)
        unit[i] = i == 0 ? (char)a.unit.p[0] : lower(a.unit.p[i]);
    bool milli = strcmp(unit, "m") == 0;
    if (!milli && !find_unit(unit, &factor))
        return builtin_error(c, "unit %.*s not recognized", a.unit.n > 60 ? 60 : (int)a.unit.n, (const char *)a.unit.p);
    if (!read_digits(a.number, &d))
        return builtin_error(c, "could not parse amount to a number");
    TRY(charge_digits(c, &d));
    d.exponent -= milli ? 3 : 0;
    TRY(times_unit(&d, factor, &v));
    if (d.exponent >= 0) {
        TRY(big_scale10(&v, (unsigned)d.exponent));
        return put_whole(c, &v, out);
    }
    SCOPED(big) struct big whole = {0};
    TRY(times_unit(&d, factor, &whole));
    TRY(cut(&whole, (unsigned)-d.exponent, &any, &half));
    if (!any)
        return put_whole(c, &whole, out);
    TRY(big_scale10(&v, FRACTION_DIGITS));
    TRY(cut(&v, (unsigned)-d.exponent, &any, &half));
    if (half)
        BIG(d.negative ? mp_sub_d(&v.v, 1, &v.v) : mp_add_d(&v.v, 1, &v.v));
    return put_fraction(c, &v, d.negative, out);
}

/* "KiB" and "Ki" are the same; letters in any case. */
static bool byte_unit(struct bytes text, uint64_t *out)
{
    char unit[UNIT_MAX] = "";
    if (text.n > 3)
        return false;
    for (size_t i = 0; i < text.n; i++)
        unit[i] = lower(text.p[i]);
    if (text.n >= 2 && unit[text.n - 1] == 'b')
        unit[text.n - 1] = '\0';
    if (strcmp(unit, "m") == 0)
        return find_unit("M", out);
    return find_unit(unit, out);
}

static struct err bi_parse_bytes(struct call *c, const struct json **out)
{
    SCOPED(big) struct big v = {0};
    struct amount a;
    struct digits d;
    uint64_t factor = 1;
    bool any;
    bool half;
    TRY(split(c, "byte amount", &a));
    if (!byte_unit(a.unit, &factor))
        return builtin_error(c, "byte unit %.*s not recognized", a.unit.n > 60 ? 60 : (int)a.unit.n,
                             (const char *)a.unit.p);
    if (!read_digits(a.number, &d))
        return builtin_error(c, "could not parse byte amount to a number");
    TRY(charge_digits(c, &d));
    TRY(times_unit(&d, factor, &v));
    if (d.exponent >= 0)
        TRY(big_scale10(&v, (unsigned)d.exponent));
    else
        TRY(cut(&v, (unsigned)-d.exponent, &any, &half));
    return put_whole(c, &v, out);
}

const struct builtin builtins_units[] = {
    {"units.parse", 1, false, bi_parse},
    {"units.parse_bytes", 1, false, bi_parse_bytes},
};
BUILTIN_ROWS(units)
