/*
 * Numbers as sprintf writes them: integers of 64 bits, larger ones, and doubles.
 */
#include <ctype.h>
#include <math.h>

#include "rego/arith.h"
#include "rego/builtins/verb.h"
#include "json/shortest.h"

#define BITS      64
#define EXACT_MAX 1100 /* no double has more significant digits: what lies behind them is zero */

static unsigned base_of(uint32_t letter)
{
    if (letter == 'b')
        return 2;
    if (letter == 'o' || letter == 'O')
        return 8;
    return letter == 'x' || letter == 'X' ? 16 : letter == 'd' || letter == 'v' ? 10 : 0;
}

static struct bytes digits_of(uint64_t x, unsigned base, bool upper, char out[BITS])
{
    size_t at = BITS;
    do {
        out[--at] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[x % base];
        x /= base;
    } while (x > 0);
    return bytes_of(out + at, BITS - at);
}

static const char *prefix_of(const struct verb *v, bool octal_zero)
{
    if (v->letter == 'O')
        return "0o";
    if (!v->sharp)
        return "";
    if (v->letter == 'b')
        return "0b";
    if (v->letter == 'o')
        return octal_zero ? "0" : "";
    return v->letter == 'x' ? "0x" : v->letter == 'X' ? "0X" : "";
}

static const char *sign_of(const struct verb *v, bool negative)
{
    return negative ? "-" : v->plus ? "+" : v->space ? " " : "";
}

/* Zeros in front fill the width before a prefix is put before them: %#08x has ten characters. */
static void put_digits(const struct verb *v, bool negative, struct bytes digits, struct buf *out)
{
    SCOPED(buf) struct buf text = {0};
    const char *sign = sign_of(v, negative);
    size_t least = v->has_precision ? v->precision : 0;
    if (!v->has_precision && v->zero && !v->minus && v->has_width)
        least = v->width - (sign[0] != '\0' && v->width > 0);
    size_t zeros = least > digits.n ? least - digits.n : 0;
    buf_init(&text, out->max);
    buf_text(&text, sign);
    buf_text(&text, prefix_of(v, zeros == 0 && digits.p[0] != '0'));
    buf_fill(&text, '0', zeros);
    buf_add(&text, digits);
    struct verb spaces = *v;
    spaces.zero = false;
    verb_pad(&spaces, buf_view(&text), out);
    if (text.bad != 0)
        out->bad = text.bad;
}

void verb_put_int(const struct verb *v, int64_t x, bool *fits, struct buf *out)
{
    char room[BITS];
    unsigned base = base_of(v->letter);
    *fits = base > 0 || v->letter == 'c' || v->letter == 'q' || v->letter == 'U';
    if (!*fits)
        return;
    if (base == 0) {
        verb_put_character(v, x, out);
        return;
    }
    if (v->has_precision && v->precision == 0 && x == 0) {
        buf_fill(out, ' ', v->width);
        return;
    }
    uint64_t size = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    put_digits(v, x < 0, digits_of(size, base, v->letter == 'X', room), out);
}

/* The digits of a number of any size, without its sign. */
static struct err big_digits(struct arena *a, const struct verb *v, struct bytes x, struct bytes *out)
{
    struct json number = {.type = JSON_NUMBER, .text = x};
    uint8_t *upper;
    TRY(arith_format(a, &number, (int)base_of(v->letter == 's' ? 'd' : v->letter), out));
    if (out->p[0] == '-')
        *out = bytes_of(out->p + 1, out->n - 1);
    if (v->letter != 'X')
        return OK;
    TRY(arena_array(a, out->n, &upper));
    for (size_t i = 0; i < out->n; i++)
        upper[i] = (uint8_t)toupper(out->p[i]);
    *out = bytes_of(upper, out->n);
    return OK;
}

struct err verb_put_big(struct arena *a, const struct verb *v, struct bytes x, bool *fits, struct buf *out)
{
    struct bytes digits;
    *fits = base_of(v->letter) > 0 || v->letter == 's';
    if (!*fits)
        return OK;
    TRY(big_digits(a, v, x, &digits));
    const char *sign = sign_of(v, x.p[0] == '-');
    const char *prefix = prefix_of(v, true);
    size_t zeros = v->has_precision && v->precision > digits.n ? v->precision - digits.n : 0;
    size_t length = strlen(sign) + strlen(prefix) + zeros + digits.n;
    size_t spaces = v->has_width && v->width > length ? v->width - length : 0;
    if (v->zero && !v->has_precision && !v->minus) {
        zeros = spaces;
        spaces = 0;
    }
    buf_fill(out, ' ', v->minus ? 0 : spaces);
    buf_text(out, sign);
    buf_text(out, prefix);
    buf_fill(out, '0', zeros);
    buf_add(out, digits);
    buf_fill(out, ' ', v->minus ? spaces : 0);
    return OK;
}

/* The shortest digits with or without an exponent; x > 0. */
static void put_shortest(double x, bool exponent, struct buf *out)
{
    struct shortest s = shortest_of(x);
    struct bytes digits = bytes_of(s.digits, (size_t)s.count);
    if (exponent) {
        char tail[16];
        buf_add(out, bytes_of(digits.p, 1));
        buf_text(out, digits.n > 1 ? "." : "");
        buf_add(out, bytes_of(digits.p + 1, digits.n - 1));
        (void)snprintf(tail, sizeof(tail), "e%+03d", s.point - 1);
        buf_text(out, tail);
        return;
    }
    size_t whole = s.point <= 0 ? 0 : (size_t)s.point < digits.n ? (size_t)s.point : digits.n;
    buf_text(out, whole == 0 ? "0" : "");
    buf_add(out, bytes_of(digits.p, whole));
    buf_fill(out, '0', s.point > s.count ? (size_t)(s.point - s.count) : 0);
    buf_text(out, digits.n > whole ? "." : "");
    buf_fill(out, '0', s.point < 0 ? (size_t)-s.point : 0);
    buf_add(out, bytes_of(digits.p + whole, digits.n - whole));
}

/* Mantissa in hexadecimal, as libc has it, but with two digits of exponent at least. */
static void put_hexadecimal(double x, bool has_precision, int precision, struct buf *out)
{
    char text[EXACT_MAX + 64];
    int e = 0;
    double unit = x == 0 ? 0 : ldexp(frexp(x, &e), 1);
    if (has_precision)
        (void)snprintf(text, sizeof(text), "%.*a", precision, unit);
    else
        (void)snprintf(text, sizeof(text), "%a", unit);
    char *p = strchr(text, 'p');
    int shift = p == NULL ? 0 : (int)strtol(p + 1, NULL, 10);
    if (p != NULL)
        *p = '\0';
    buf_text(out, text);
    (void)snprintf(text, sizeof(text), "p%+03d", x == 0 ? 0 : e - 1 + shift);
    buf_text(out, text);
}

static void put_binary(double x, struct buf *out)
{
    char text[64];
    int e;
    double unit = frexp(x, &e);
    bool tiny = x != 0 && e < -1021;
    e = x == 0 || tiny ? -1021 : e;
    (void)snprintf(text, sizeof(text), "%.0fp%+d", ldexp(tiny || x == 0 ? ldexp(x, 1021) : unit, 53), e - 53);
    buf_text(out, text);
}

/* x >= 0 by a verb in lower case. */
static void put_size(const struct verb *v, char letter, double x, struct buf *out)
{
    char text[EXACT_MAX + 400];
    int precision = v->precision > EXACT_MAX ? EXACT_MAX : (int)v->precision;
    size_t more = v->precision - (size_t)precision;
    if (letter == 'b') {
        put_binary(x, out);
    } else if (letter == 'x') {
        put_hexadecimal(x, v->has_precision, precision, out);
    } else if (letter == 'g' && !v->has_precision) {
        if (x == 0)
            buf_text(out, "0");
        else
            put_shortest(x, shortest_of(x).point < -3 || shortest_of(x).point > 6, out);
    } else if (letter == 'g') {
        (void)snprintf(text, sizeof(text), "%.*g", precision, x);
        buf_text(out, text);
    } else if (letter == 'f') {
        (void)snprintf(text, sizeof(text), "%.*f", v->has_precision ? precision : 6, x);
        buf_text(out, text);
        buf_fill(out, '0', v->has_precision ? more : 0);
    } else {
        (void)snprintf(text, sizeof(text), "%.*e", v->has_precision ? precision : 6, x);
        char *e = strchr(text, 'e');
        buf_add(out, bytes_of(text, (size_t)(e - text)));
        buf_fill(out, '0', v->has_precision ? more : 0);
        buf_text(out, e);
    }
}

/* "#": a point is always written, and %g keeps as many digits as its precision says. */
static void put_point(const struct verb *v, char letter, struct bytes text, struct buf *out)
{
    size_t digits = letter == 'g' || letter == 'x' ? v->has_precision ? v->precision : 6 : 0;
    size_t at = 0;
    bool point = false;
    bool counts = false;
    for (; at < text.n && text.p[at] != 'p' && (text.p[at] != 'e' || letter == 'x'); at++) {
        point = point || text.p[at] == '.';
        counts = counts || (text.p[at] != '0' && text.p[at] != '.');
        digits -= counts && text.p[at] != '.' && digits > 0;
    }
    if (at == 1 && text.p[0] == '0' && digits > 0)
        digits--;
    buf_add(out, bytes_of(text.p, at));
    buf_text(out, point ? "" : ".");
    buf_fill(out, '0', digits);
    buf_add(out, bytes_of(text.p + at, text.n - at));
}

static void put_signed(const struct verb *v, const char *sign, struct bytes text, struct buf *out)
{
    size_t length = text.n + strlen(sign);
    size_t fill = v->has_width && v->width > length ? v->width - length : 0;
    bool zeros = v->zero && !v->minus;
    buf_fill(out, ' ', zeros || v->minus ? 0 : fill);
    buf_text(out, sign);
    buf_fill(out, '0', zeros ? fill : 0);
    buf_add(out, text);
    buf_fill(out, ' ', v->minus ? fill : 0);
}

void verb_put_float(const struct verb *v, double x, bool *fits, struct buf *out)
{
    SCOPED(buf) struct buf plain = {0};
    SCOPED(buf) struct buf text = {0};
    uint32_t c = v->letter == 'v' ? 'g' : v->letter;
    *fits = c < 0x80 && c != 0 && strchr("befgxEFGX", (int)c) != NULL;
    if (!*fits)
        return;
    char letter = (char)tolower((int)c);
    buf_init(&plain, out->max);
    buf_init(&text, out->max);
    put_size(v, letter, fabs(x), &plain);
    if (v->sharp && letter != 'b')
        put_point(v, letter, buf_view(&plain), &text);
    else
        buf_add(&text, buf_view(&plain));
    for (size_t i = 0; c < 'a' && i < text.n; i++)
        text.p[i] = (uint8_t)toupper(text.p[i]);
    put_signed(v, sign_of(v, signbit(x) != 0), buf_view(&text), out);
    if (plain.bad != 0 || text.bad != 0)
        out->bad = plain.bad != 0 ? plain.bad : text.bad;
}
