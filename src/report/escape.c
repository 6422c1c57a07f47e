/*
 * Making text from outside harmless.
 */
#include "report/escape.h"

enum target { TO_TERMINAL, TO_HTML, TO_MARKDOWN, TO_MESSAGE };

#define ESC 0x1b

static void put_code(const char *prefix, uint32_t code, unsigned digits, struct buf *out)
{
    buf_text(out, prefix);
    while (digits-- > 0)
        buf_u8(out, (uint8_t) "0123456789abcdef"[code >> (4 * digits) & 15]);
}

/* How many bytes a sequence takes that begins with ESC, or with the C1 control C2 9B or C2 9D. */
static size_t sequence_size(struct bytes t)
{
    size_t at = 1;
    if (t.n < 2)
        return t.n;
    uint8_t kind = t.p[1];
    if (t.p[0] == 0xc2) {
        kind = (uint8_t)(t.p[1] - 0x40);
    }
    at++;
    if (kind == '[') {
        while (at < t.n && t.p[at] >= 0x20 && t.p[at] <= 0x3f)
            at++;
        return at < t.n ? at + 1 : at;
    }
    if (kind != ']' && kind != 'P' && kind != 'X' && kind != '^' && kind != '_')
        return at;
    /* A string up to BEL or ST; without an end only its introducer is left out, so that nothing else disappears. */
    for (size_t i = at; i < t.n; i++) {
        if (t.p[i] == 0x07)
            return i + 1;
        if (t.p[i] == ESC && i + 1 < t.n && t.p[i + 1] == '\\')
            return i + 2;
    }
    return at;
}

/* The character at the start of well-formed UTF-8, and its size; size 0 where it is malformed. */
static uint32_t character(struct bytes t, size_t *size)
{
    uint8_t b = t.p[0];
    size_t n = b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
    *size = 0;
    if (n == 0 || n > t.n || !bytes_is_utf8(bytes_of(t.p, n)))
        return b;
    uint32_t c = n == 1 ? b : b & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (t.p[i] & 0x3f);
    *size = n;
    return c;
}

/* Characters that nobody sees but that change what is read: marks, embeddings, isolates, separators. */
static bool is_invisible(uint32_t c)
{
    return c == 0x061c || c == 0xfeff || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || (c >= 0xe0000 && c <= 0xe007f);
}

static bool put_reference(uint32_t c, struct buf *out)
{
    const char *text = c == '&'    ? "&amp;"
                       : c == '<'  ? "&lt;"
                       : c == '>'  ? "&gt;"
                       : c == '"'  ? "&quot;"
                       : c == '\'' ? "&#39;"
                                   : NULL;
    if (text != NULL)
        buf_text(out, text);
    return text != NULL;
}

static void put_character(struct bytes raw, uint32_t c, enum target target, struct buf *out)
{
    if (c == '\n' || c == '\t' || c == '\r') {
        buf_u8(out, ' ');
    } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
        put_code("\\x", c, 2, out);
    } else if (is_invisible(c)) {
        put_code("\\u", c, c > 0xffff ? 5 : 4, out);
    } else if (target == TO_HTML && put_reference(c, out)) {
        return;
    } else {
        if (target == TO_MESSAGE && c == '(' && out->n > 0 && out->p[out->n - 1] == ']')
            buf_u8(out, ' ');
        if (target == TO_MARKDOWN && c < 0x80 && strchr("\\`*_[]<>|#", (int)c) != NULL)
            buf_u8(out, '\\');
        buf_add(out, raw);
    }
}

static void escape(struct bytes t, enum target target, struct buf *out)
{
    while (t.n > 0) {
        size_t size;
        bool is_c1 = t.n > 1 && t.p[0] == 0xc2 && (t.p[1] == 0x9b || t.p[1] == 0x9d);
        uint32_t c = character(t, &size);
        if (c == ESC || is_c1) {
            size = sequence_size(t);
        } else if (size == 0) {
            size = 1;
            put_code("\\x", c, 2, out);
        } else {
            put_character(bytes_of(t.p, size), c, target, out);
        }
        t = bytes_of(t.p + size, t.n - size);
    }
}

void escape_terminal(struct bytes text, struct buf *out)
{
    escape(text, TO_TERMINAL, out);
}

void escape_html(struct bytes text, struct buf *out)
{
    escape(text, TO_HTML, out);
}

void escape_markdown(struct bytes text, struct buf *out)
{
    escape(text, TO_MARKDOWN, out);
}

void escape_message(struct bytes text, struct buf *out)
{
    escape(text, TO_MESSAGE, out);
}

void escape_failed(const struct buf *part, struct buf *whole)
{
    if (part->bad != 0 && whole->bad == 0)
        whole->bad = part->bad;
}

size_t escape_width(struct bytes text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.n; i++)
        width += (text.p[i] & 0xc0) != 0x80;
    return width;
}

/* The bytes of the first `columns` characters. */
static size_t cut(struct bytes text, size_t columns)
{
    size_t at = 0;
    for (size_t width = 0; at < text.n; at++) {
        width += (text.p[at] & 0xc0) != 0x80;
        if (width > columns)
            break;
    }
    return at;
}

static void new_line(size_t indent, struct buf *out)
{
    buf_u8(out, '\n');
    buf_fill(out, ' ', indent);
}

void escape_wrap(struct bytes text, size_t at, size_t indent, size_t columns, struct buf *out)
{
    bool is_first = true;
    size_t room = columns > indent + 1 ? columns - indent : 1;
    for (size_t i = 0; i < text.n;) {
        size_t end = i;
        while (end < text.n && text.p[end] != ' ')
            end++;
        struct bytes word = bytes_of(text.p + i, end - i);
        i = end < text.n ? end + 1 : end;
        if (word.n == 0)
            continue;
        if (!is_first && at + 1 + escape_width(word) > columns) {
            new_line(indent, out);
            at = indent;
        } else if (!is_first) {
            buf_u8(out, ' ');
            at++;
        }
        is_first = false;
        while (at + escape_width(word) > columns && escape_width(word) > room) {
            size_t n = cut(word, at < columns ? columns - at : room);
            buf_add(out, bytes_of(word.p, n));
            word = bytes_of(word.p + n, word.n - n);
            new_line(indent, out);
            at = indent;
        }
        buf_add(out, word);
        at += escape_width(word);
    }
}
