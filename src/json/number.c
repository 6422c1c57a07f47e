#include "json/number.h"

#include "base/limits.h"

#define SHORT_DIGITS 18 /* so many digits always fit an int64 */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static const uint8_t *skip_digits(const uint8_t *p)
{
    while (is_digit(*p))
        p++;
    return p;
}

/* The written exponent may not be out of bounds, whatever it multiplies: then no sum of ours can overflow. */
static struct err scan_exponent(const uint8_t **at)
{
    const uint8_t *p = *at + 1;
    if (*p == '+' || *p == '-')
        p++;
    if (!is_digit(*p))
        return FAIL(ERR_FORMAT, "an exponent without a digit");
    long value = 0;
    for (; is_digit(*p); p++) {
        value = value * 10 + (*p - '0');
        if (value > JSON_EXPONENT_MAX)
            return FAIL(ERR_LIMIT, "an exponent out of bounds");
    }
    *at = p;
    return OK;
}

static struct err scan_fraction_and_exponent(const uint8_t **at)
{
    const uint8_t *p = *at;
    if (*p == '.') {
        p++;
        if (!is_digit(*p))
            return FAIL(ERR_FORMAT, "a point without a digit behind it");
        p = skip_digits(p);
    }
    if (*p == 'e' || *p == 'E')
        TRY(scan_exponent(&p));
    *at = p;
    return OK;
}

struct err number_scan(const uint8_t *at, struct json *v)
{
    bool negative = *at == '-';
    const uint8_t *first = at + negative;
    if (!is_digit(*first))
        return FAIL(ERR_FORMAT, "not a JSON value");
    const uint8_t *p = skip_digits(first);
    if (*first == '0' && p - first > 1)
        return FAIL(ERR_FORMAT, "a number with a leading zero");
    const uint8_t *whole_end = p;
    TRY(scan_fraction_and_exponent(&p));
    if (p - at > JSON_NUMBER_MAX)
        return FAIL(ERR_LIMIT, "a number with too many digits");
    *v = (struct json){.type = JSON_NUMBER, .text = bytes_of(at, (size_t)(p - at))};
    if (p == whole_end && p - first <= SHORT_DIGITS) {
        int64_t value = 0;
        for (const uint8_t *d = first; d < p; d++)
            value = value * 10 + (*d - '0');
        v->is_int = true;
        v->as_int = negative ? -value : value;
        return OK;
    }
    struct number n = number_split(v->text);
    int64_t value;
    if (number_int(&n, &value)) {
        v->is_int = true;
        v->as_int = value;
    }
    return OK;
}

static struct bytes without_leading_zeros(struct bytes d)
{
    while (d.n > 0 && d.p[0] == '0')
        d = bytes_of(d.p + 1, d.n - 1);
    return d;
}

static struct bytes without_trailing_zeros(struct bytes d)
{
    while (d.n > 0 && d.p[d.n - 1] == '0')
        d.n--;
    return d;
}

/* The digits at the start of a view, which is then moved behind them. */
static struct bytes take_digits(struct bytes *text)
{
    size_t n = 0;
    while (n < text->n && is_digit(text->p[n]))
        n++;
    struct bytes digits = bytes_of(text->p, n);
    *text = bytes_of(text->p + n, text->n - n);
    return digits;
}

static bool take_char(struct bytes *text, char c)
{
    if (text->n == 0 || text->p[0] != (uint8_t)c)
        return false;
    *text = bytes_of(text->p + 1, text->n - 1);
    return true;
}

static int64_t take_exponent(struct bytes *text)
{
    if (!take_char(text, 'e') && !take_char(text, 'E'))
        return 0;
    bool negative = take_char(text, '-');
    if (!negative)
        (void)take_char(text, '+');
    struct bytes digits = take_digits(text);
    int64_t value = 0;
    for (size_t i = 0; i < digits.n; i++)
        value = value * 10 + (digits.p[i] - '0');
    return negative ? -value : value;
}

struct number number_split(struct bytes text)
{
    struct number n = {.negative = take_char(&text, '-'), .fraction = BYTES_EMPTY};
    n.whole = without_leading_zeros(take_digits(&text));
    if (take_char(&text, '.'))
        n.fraction = without_trailing_zeros(take_digits(&text));
    n.point = take_exponent(&text) + (int64_t)n.whole.n;
    if (n.whole.n == 0) {
        struct bytes significant = without_leading_zeros(n.fraction);
        n.point -= (int64_t)(n.fraction.n - significant.n);
        n.fraction = significant;
    }
    if (n.fraction.n == 0)
        n.whole = without_trailing_zeros(n.whole);
    return n;
}

static size_t digit_count(const struct number *n)
{
    return n->whole.n + n->fraction.n;
}

static uint8_t digit(const struct number *n, size_t i)
{
    return i < n->whole.n ? n->whole.p[i] : n->fraction.p[i - n->whole.n];
}

bool number_is_zero(const struct number *n)
{
    return digit_count(n) == 0;
}

bool number_is_whole(const struct number *n)
{
    return number_is_zero(n) || (int64_t)digit_count(n) <= n->point;
}

/* Order of the absolute values of two numbers that are not zero. */
static int compare_size(const struct number *a, const struct number *b)
{
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    size_t a_n = digit_count(a);
    size_t b_n = digit_count(b);
    for (size_t i = 0; i < a_n && i < b_n; i++)
        if (digit(a, i) != digit(b, i))
            return digit(a, i) < digit(b, i) ? -1 : 1;
    return (a_n > b_n) - (a_n < b_n);
}

static int sign(const struct number *n)
{
    if (number_is_zero(n))
        return 0;
    return n->negative ? -1 : 1;
}

int number_compare(const struct number *a, const struct number *b)
{
    if (sign(a) != sign(b))
        return sign(a) < sign(b) ? -1 : 1;
    if (sign(a) == 0)
        return 0;
    return sign(a) * compare_size(a, b);
}

bool number_int(const struct number *n, int64_t *out)
{
    if (!number_is_whole(n) || (!number_is_zero(n) && n->point > 19))
        return false;
    int64_t value = 0; /* kept negative, so that INT64_MIN fits */
    for (int64_t i = 0; !number_is_zero(n) && i < n->point; i++) {
        int64_t d = (size_t)i < digit_count(n) ? digit(n, (size_t)i) - '0' : 0;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, d, &value))
            return false;
    }
    if (!n->negative && value == INT64_MIN)
        return false;
    *out = n->negative ? value : -value;
    return true;
}
