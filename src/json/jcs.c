/*
 * What RFC 8785 does differently: the order of keys and the form of numbers.
 */
#include <math.h>

#include "base/limits.h"
#include "json/encode.h"
#include "json/number.h"
#include "json/shortest.h"

#define INT_EXACT 9007199254740991LL /* 2^53 - 1: up to here an integer is its own shortest form */

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

/* ECMAScript 6 7.1.12.1, Number::toString; v > 0. */
static void put_es6(double v, struct buf *out)
{
    struct shortest s = shortest_of(v);
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
    struct shortest s = shortest_of(v);
    struct number m = {.whole = bytes_of(s.digits, (size_t)s.count), .fraction = BYTES_EMPTY, .point = s.point};
    struct number size = *n;
    size.negative = false;
    return number_compare(&size, &m) == 0;
}

static struct err number_es6(const struct json *v, struct buf *out)
{
    char text[JSON_NUMBER_MAX + 1];
    if (v->is_int && v->as_int >= -INT_EXACT && v->as_int <= INT_EXACT) {
        buf_decimal(out, v->as_int);
        return OK;
    }
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
