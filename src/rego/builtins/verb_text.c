/*
 * Text and characters as sprintf writes them, and verbs that fit nothing.
 */
#include "rego/builtins/chars.h"
#include "rego/builtins/verb.h"
#include "rego/unicode.h"

#define REPLACEMENT   0xfffd
#define CHARACTER_MAX 0x10ffff

void verb_pad(const struct verb *v, struct bytes text, struct buf *out)
{
    size_t n = v->has_width ? chars_count(text) : 0;
    size_t fill = v->has_width && v->width > n ? v->width - n : 0;
    buf_fill(out, v->zero ? '0' : ' ', v->minus ? 0 : fill);
    buf_add(out, text);
    buf_fill(out, ' ', v->minus ? fill : 0);
}

/* What Go prints as it is: letters, marks, numbers, punctuation, symbols, and of the spaces the plain one. */
static bool is_printable(uint32_t c)
{
    if (c < 0x7f)
        return c >= ' ';
    return unicode_is("L", c) || unicode_is("M", c) || unicode_is("N", c) || unicode_is("P", c) || unicode_is("S", c);
}

static void put_utf8(uint32_t c, struct buf *out)
{
    uint8_t utf8[4];
    buf_add(out, bytes_of(utf8, bytes_encode_utf8(c, utf8)));
}

static void put_escaped(uint32_t c, uint32_t quote, bool ascii, struct buf *out)
{
    static const char plain[] = "\a\b\f\n\r\t\v";
    char text[16];
    const char *found = c > 0 && c < 0x20 ? strchr(plain, (int)c) : NULL;
    if (c == quote || c == '\\') {
        (void)snprintf(text, sizeof(text), "\\%c", (char)c);
    } else if (c < 0x7f ? c >= ' ' : !ascii && is_printable(c)) {
        put_utf8(c, out);
        return;
    } else if (found != NULL) {
        (void)snprintf(text, sizeof(text), "\\%c", "abfnrtv"[found - plain]);
    } else {
        const char *format_letter = c < 0x80 ? "x" : c < 0x10000 ? "u" : "U";
        (void)snprintf(text, sizeof(text), "\\%s%0*x", format_letter, c < 0x80 ? 2 : c < 0x10000 ? 4 : 8, c);
    }
    buf_text(out, text);
}

/* Whether a text can stand between back quotes. */
static bool is_raw(struct bytes text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t c = chars_next(text, &at);
        if (c == 0xfeff || (c < ' ' && c != '\t') || c == '`' || c == 0x7f)
            return false;
    }
    return true;
}

static void put_quoted(const struct verb *v, struct bytes text, struct buf *out)
{
    SCOPED(buf) struct buf quoted = {0};
    buf_init(&quoted, out->max);
    bool raw = v->sharp && is_raw(text);
    buf_text(&quoted, raw ? "`" : "\"");
    if (raw)
        buf_add(&quoted, text);
    for (size_t at = 0; !raw && at < text.n;)
        put_escaped(chars_next(text, &at), '"', v->plus, &quoted);
    buf_text(&quoted, raw ? "`" : "\"");
    verb_pad(v, buf_view(&quoted), out);
    if (quoted.bad != 0)
        out->bad = quoted.bad;
}

static void put_bytes(const struct verb *v, struct bytes text, struct buf *out)
{
    const char *digits = v->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    const char *prefix = !v->sharp ? "" : v->letter == 'X' ? "0X" : "0x";
    size_t n = v->has_precision && v->precision < text.n ? v->precision : text.n;
    size_t width = n == 0 ? 0 : 2 * n + (v->space ? n - 1 + (n * strlen(prefix)) : strlen(prefix));
    size_t fill = v->has_width && v->width > width ? v->width - width : 0;
    buf_fill(out, v->zero && !v->minus ? '0' : ' ', v->minus && n > 0 ? 0 : fill);
    for (size_t i = 0; i < n; i++) {
        if (v->space && i > 0)
            buf_text(out, " ");
        if (i == 0 || v->space)
            buf_text(out, prefix);
        buf_u8(out, (uint8_t)digits[text.p[i] >> 4]);
        buf_u8(out, (uint8_t)digits[text.p[i] & 15]);
    }
    buf_fill(out, ' ', v->minus && n > 0 ? fill : 0);
}

void verb_put_text(const struct verb *v, struct bytes text, bool *fits, struct buf *out)
{
    *fits = v->letter == 'v' || v->letter == 's' || v->letter == 'q' || v->letter == 'x' || v->letter == 'X';
    if (!*fits)
        return;
    if (v->letter == 'x' || v->letter == 'X') {
        put_bytes(v, text, out);
        return;
    }
    if (v->has_precision)
        text.n = chars_offset(text, v->precision);
    if (v->letter == 'q' || (v->letter == 'v' && v->sharp))
        put_quoted(v, text, out);
    else
        verb_pad(v, text, out);
}

static void put_code_point(const struct verb *v, int64_t character, struct buf *out)
{
    SCOPED(buf) struct buf text = {0};
    struct verb digits = {.letter = 'X', .has_precision = true, .precision = 4};
    bool fits;
    buf_init(&text, out->max);
    buf_text(&text, "U+");
    if (v->has_precision && v->precision > 4)
        digits.precision = v->precision;
    verb_put_int(&digits, character, &fits, &text);
    if (v->sharp && character >= 0 && character <= CHARACTER_MAX && is_printable((uint32_t)character)) {
        buf_text(&text, " '");
        put_utf8((uint32_t)character, &text);
        buf_text(&text, "'");
    }
    struct verb spaces = *v;
    spaces.zero = false;
    verb_pad(&spaces, buf_view(&text), out);
    if (text.bad != 0)
        out->bad = text.bad;
}

void verb_put_character(const struct verb *v, int64_t character, struct buf *out)
{
    SCOPED(buf) struct buf text = {0};
    bool valid = character >= 0 && character <= CHARACTER_MAX && (character < 0xd800 || character > 0xdfff);
    uint32_t c = valid ? (uint32_t)character : REPLACEMENT;
    if (v->letter == 'U') {
        put_code_point(v, character, out);
        return;
    }
    buf_init(&text, out->max);
    if (v->letter == 'q') {
        buf_text(&text, "'");
        put_escaped(c, '\'', v->plus, &text);
        buf_text(&text, "'");
    } else {
        put_utf8(c, &text);
    }
    verb_pad(v, buf_view(&text), out);
    if (text.bad != 0)
        out->bad = text.bad;
}

const char *verb_type(const struct verb_arg *arg)
{
    static const char *const names[] = {"int64", "*big.Int", "float64", "string"};
    return names[arg->kind];
}

static struct err put(struct arena *a, const struct verb *v, const struct verb_arg *arg, bool *fits, struct buf *out)
{
    *fits = true;
    if (v->letter == 'T')
        verb_pad(v, bytes_of_text(verb_type(arg)), out);
    else if (arg->kind == VERB_INT)
        verb_put_int(v, arg->integer, fits, out);
    else if (arg->kind == VERB_FLOAT)
        verb_put_float(v, arg->real, fits, out);
    else if (arg->kind == VERB_TEXT)
        verb_put_text(v, arg->text, fits, out);
    else
        return verb_put_big(a, v, arg->number, fits, out);
    return OK;
}

struct err verb_put(struct arena *a, const struct verb *v, const struct verb_arg *arg, struct buf *out)
{
    bool fits;
    TRY(put(a, v, arg, &fits, out));
    if (fits)
        return OK;
    struct verb plain = *v;
    plain.letter = 'v';
    buf_text(out, "%!");
    put_utf8(v->letter, out);
    buf_text(out, "(");
    buf_text(out, arg->kind == VERB_BIG ? "big.Int" : verb_type(arg));
    buf_text(out, "=");
    if (arg->kind == VERB_BIG)
        plain = (struct verb){.letter = 'v'};
    TRY(put(a, &plain, arg, &fits, out));
    buf_text(out, ")");
    return OK;
}
