#include "codec/toml_text.h"

struct err toml_wrong_at(struct toml_text *t, enum err_code code, const uint8_t *at, const char *expected)
{
    t->wrong_at = at;
    t->expected = expected;
    return FAIL((uint16_t)code, "a TOML document is refused");
}

struct err toml_wrong(struct toml_text *t, const char *expected)
{
    return toml_wrong_at(t, ERR_FORMAT, t->at, expected);
}

static bool is_control(uint8_t c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

static bool take_newline(struct toml_text *t)
{
    if (t->at[0] == '\n')
        t->at += 1;
    else if (t->at[0] == '\r' && t->at[1] == '\n')
        t->at += 2;
    else
        return false;
    return true;
}

void toml_skip_blank(struct toml_text *t)
{
    while (*t->at == ' ' || *t->at == '\t')
        t->at++;
}

/* Control characters end a comment, too: only a line end may then follow. */
static void skip_comment(struct toml_text *t)
{
    if (*t->at != '#')
        return;
    while (!is_control(*t->at))
        t->at++;
}

struct err toml_skip_lines(struct toml_text *t)
{
    for (;;) {
        toml_skip_blank(t);
        if (*t->at != '#' && *t->at != '\n' && *t->at != '\r')
            return OK;
        skip_comment(t);
        if (t->at != t->end && !take_newline(t))
            return toml_wrong(t, "a comment holds no control character and ends with its line");
    }
}

struct err toml_take_line_end(struct toml_text *t)
{
    toml_skip_blank(t);
    skip_comment(t);
    if (t->at != t->end && !take_newline(t))
        return toml_wrong(t, "the line must end here");
    return OK;
}

/* `digits` hex digits behind a backslash and `u` or `U`. */
static struct err take_unicode(struct toml_text *t, int digits, uint8_t **to)
{
    uint32_t c = 0;
    for (int i = 0; i < digits; i++) {
        uint8_t digit = t->at[2 + i];
        uint8_t lower = digit | 0x20;
        if (digit >= '0' && digit <= '9')
            c = c << 4 | (uint32_t)(digit - '0');
        else if (lower >= 'a' && lower <= 'f')
            c = c << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return toml_wrong(t, "\\u takes four hex digits, \\U eight");
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return toml_wrong(t, "there is no such character");
    t->at += 2 + digits;
    *to += bytes_encode_utf8(c, *to);
    return OK;
}

static struct err take_escape(struct toml_text *t, uint8_t **to)
{
    static const char names[] = "\"\\bfnrt";
    static const char meant[] = "\"\\\b\f\n\r\t";
    uint8_t name = t->at[1];
    if (name == 'u' || name == 'U')
        return take_unicode(t, name == 'u' ? 4 : 8, to);
    const char *found = name == 0 ? NULL : strchr(names, name);
    if (found == NULL)
        return toml_wrong(t, "an unknown escape");
    t->at += 2;
    *(*to)++ = (uint8_t)meant[found - names];
    return OK;
}

/* A backslash as the last thing of a line: the white space up to the next character falls away. */
static bool take_line_folding(struct toml_text *t)
{
    struct toml_text ahead = *t;
    ahead.at++;
    toml_skip_blank(&ahead);
    if (!take_newline(&ahead))
        return false;
    do
        toml_skip_blank(&ahead);
    while (take_newline(&ahead));
    t->at = ahead.at;
    return true;
}

/* One character of a string, or what stands for it. */
static struct err take_character(struct toml_text *t, uint8_t quote, bool lines, uint8_t **to)
{
    if (quote == '"' && *t->at == '\\') {
        if (lines && take_line_folding(t))
            return OK;
        return take_escape(t, to);
    }
    if (lines && take_newline(t)) {
        *(*to)++ = '\n';
        return OK;
    }
    if (is_control(*t->at))
        return toml_wrong(t, lines ? "a string holds no control character, and must end"
                                   : "a string must end in its line");
    *(*to)++ = *t->at++;
    return OK;
}

/* The closing quotes. Of several lines' string up to two more quotes may stand before the three that end it. */
static bool take_closing(struct toml_text *t, uint8_t quote, bool lines, uint8_t **to)
{
    size_t need = lines ? 3 : 1;
    size_t most = lines ? 5 : 1;
    size_t run = 0;
    while (run < most && t->at[run] == quote)
        run++;
    if (run < need)
        return false;
    for (size_t i = need; i < run; i++)
        *(*to)++ = quote;
    t->at += run;
    return true;
}

/* t->at stands behind the opening quotes. */
static struct err take_body(struct toml_text *t, uint8_t quote, bool lines, struct bytes *out)
{
    uint8_t *start = t->at;
    uint8_t *to = start; /* never ahead of t->at: no escape is shorter than its character */
    while (!take_closing(t, quote, lines, &to))
        TRY(take_character(t, quote, lines, &to));
    *out = bytes_of(start, (size_t)(to - start));
    return OK;
}

struct err toml_take_string(struct toml_text *t, struct bytes *out)
{
    uint8_t quote = *t->at;
    bool lines = t->at[1] == quote && t->at[2] == quote;
    t->at += lines ? 3 : 1;
    if (lines)
        (void)take_newline(t); /* right behind the quotes it does not count */
    return take_body(t, quote, lines, out);
}

static bool is_bare(uint8_t c)
{
    uint8_t lower = c | 0x20;
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

struct err toml_take_key(struct toml_text *t, struct bytes *out)
{
    uint8_t quote = *t->at;
    if (quote == '"' || quote == '\'') {
        t->at++;
        return take_body(t, quote, false, out);
    }
    uint8_t *start = t->at;
    while (is_bare(*t->at))
        t->at++;
    if (t->at == start)
        return toml_wrong(t, "a key");
    *out = bytes_of(start, (size_t)(t->at - start));
    return OK;
}
