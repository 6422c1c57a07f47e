/*
 * What RFC 8785 does differently: the order of keys and the form of numbers.
 */
#include <math.h>

#include "base/limits.h"
#include "json/encode.h"
#include "json/number.h"

#define DOUBLE_DIGITS 17 /* so many decimal digits tell any two doubles apart */

/* UTF-16 sorts characters above U+FFFF (surrogates) before U+E000..U+FFFF: UTF-8 begins those with F0.., EE and EF. */
static uint8_t utf16_rank(uint8_t c)
{
    if (c < 0xee)
        return c;
    return c >= 0xf0 ? (uint8_t)(c - 2) : (uint8_t)(c + 8);
}

static int compare_utf16(struct bytes a, struct bytes b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++)
        if (a.p[i] != b.p[i])
            return utf16_rank(a.p[i]) < utf16_rank(b.p[i]) ? -1 : 1;
    return (a.n > b.n) - (a.n < b.n);
}

static int by_utf16(const void *a, const void *b)
{
    return compare_utf16(((const struct json_member *)a)->key, ((const struct json_member *)b)->key);
}

static struct err order_utf16(struct arena *scratch, const struct json *object, const struct json_member **out)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < object->count; i++)
        sorted = by_utf16(&object->members[i - 1], &object->members[i]) < 0;
    if (sorted)
        return OK;
    struct json_member *members;
    TRY(arena_array(scratch, object->count, &members));
    for (size_t i = 0; i < object->count; i++)
        members[i] = object->members[i];
    qsort(members, object->count, sizeof(*members), by_utf16);
    *out = members;
    return OK;
}

/* The significant digits of a double and the place of the point: 0.DIGITS * 10^point. */
struct shortest {
    char digits[DOUBLE_DIGITS + 1];
    int count;
    int point;
};

static double value_of(const struct shortest *s)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "0.%se%d", s->digits, s->point);
    return strtod(text, NULL);
}

/* The double rounded to so many digits. */
static void round_to(double v, int count, struct shortest *out)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*e", count - 1, v);
    out->count = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p != '.')
            out->digits[out->count++] = *p;
    out->digits[out->count] = 0;
    out->point = (int)strtol(p + 1, NULL, 10) + 1;
}

/* Adds one to the last digit. */
static void step_up(struct shortest *s)
{
    int i = s->count - 1;
    while (i >= 0 && s->digits[i] == '9')
        s->digits[i--] = '0';
    if (i >= 0) {
        s->digits[i]++;
        return;
    }
    s->digits[0] = '1';
    s->point++;
}

/*
 * The fewest digits that read back as the same double. Beside a power of two the doubles below lie closer than those
 * above, so the nearest decimal (below) may fail where the next one above holds: hence the second try.
 */
static struct shortest shorten(double v)
{
    struct shortest s = {0};
    for (int count = 1; count <= DOUBLE_DIGITS; count++) {
        round_to(v, count, &s);
        if (value_of(&s) == v)
            break;
        struct shortest above = s;
        step_up(&above);
        if (value_of(&above) == v) {
            s = above;
            break;
        }
    }
    while (s.count > 1 && s.digits[s.count - 1] == '0')
        s.digits[--s.count] = 0;
    return s;
}

/* ECMAScript 6 7.1.12.1, Number::toString; v > 0. */
static void put_es6(double v, struct buf *out)
{
    struct shortest s = shorten(v);
    struct bytes digits = bytes_of(s.digits, (size_t)s.count);
    if (s.count <= s.point && s.point <= 21) {
        buf_add(out, digits);
        buf_fill(out, '0', (size_t)(s.point - s.count));
    } else if (0 < s.point && s.point <= 21) {
        buf_add(out, bytes_of(digits.p, (size_t)s.point));
        buf_text(out, ".");
        buf_add(out, bytes_of(digits.p + s.point, (size_t)(s.count - s.point)));
    } else if (-6 < s.point && s.point <= 0) {
        buf_text(out, "0.");
        buf_fill(out, '0', (size_t)-s.point);
        buf_add(out, digits);
    } else {
        buf_add(out, bytes_of(digits.p, 1));
        if (s.count > 1) {
            buf_text(out, ".");
            buf_add(out, bytes_of(digits.p + 1, (size_t)(s.count - 1)));
        }
        buf_text(out, s.point > 0 ? "e+" : "e");
        buf_decimal(out, s.point - 1);
    }
}

/* A whole number must keep its value: two integers that differ never get the same canonical text. */
static bool keeps_value(const struct number *n, double v)
{
    if (!number_is_whole(n))
        return true;
    struct shortest s = shorten(v);
    struct number m = {.whole = bytes_of(s.digits, (size_t)s.count), .fraction = BYTES_EMPTY, .point = s.point};
    struct number size = *n;
    size.negative = false;
    return number_compare(&size, &m) == 0;
}

static struct err number_es6(const struct json *v, struct buf *out)
{
    char text[JSON_NUMBER_MAX + 1];
    struct number n = number_split(v->text);
    if (number_is_zero(&n)) {
        buf_text(out, "0");
        return OK;
    }
    if (v->text.n > JSON_NUMBER_MAX)
        return FAIL(ERR_FORMAT, "a number with too many digits");
    memcpy(text, v->text.p, v->text.n);
    text[v->text.n] = 0;
    double d = fabs(strtod(text, NULL));
    if (!isfinite(d) || d == 0 || !keeps_value(&n, d))
        return FAIL(ERR_FORMAT, "no double holds this number");
    if (n.negative)
        buf_text(out, "-");
    put_es6(d, out);
    return OK;
}

struct err json_encode_jcs(const struct json *v, struct buf *out)
{
    struct encoder e = {.out = out, .number = number_es6, .order = order_utf16};
    arena_init(&e.scratch, SIZE_MAX);
    struct err done = encode_value(&e, v, 0);
    arena_clear(&e.scratch);
    TRY(done);
    struct bytes written;
    return buf_end(out, &written);
}
