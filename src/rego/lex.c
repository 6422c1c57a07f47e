#include "rego/lex.h"

#include "rego/lex_string.h"

static int peek(const struct lexer *lx, size_t ahead)
{
    return lx->offset + ahead < lx->text.n ? lx->text.p[lx->offset + ahead] : -1;
}

/* Columns count characters: the bytes that continue one do not move it. */
static void advance(struct lexer *lx)
{
    uint8_t c = lx->text.p[lx->offset++];
    if (c == '\n') {
        lx->at.row++;
        lx->at.column = 1;
    } else if ((c & 0xc0) != 0x80) {
        lx->at.column++;
    }
}

static void advance_by(struct lexer *lx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        advance(lx);
}

/* Past what is neither a line end nor more than one byte for a character. */
static void advance_ascii(struct lexer *lx, size_t n)
{
    lx->offset += n;
    lx->at.column += (uint32_t)n;
}

static struct err refuse(struct lexer *lx, const char *what)
{
    return note_fail(lx->error, REGO_ERR_PARSE, "rego_parse_error", lx->at, "%s", what);
}

struct err lex_init(struct lexer *lx, struct arena *a, struct rego_error *error, const char *file, struct bytes text)
{
    *lx = (struct lexer){.arena = a, .error = error, .text = text, .at = {file, 1, 1}};
    if (!bytes_is_utf8(text))
        return refuse(lx, "the text is not UTF-8");
    if (text.n > 0 && memchr(text.p, 0, text.n) != NULL)
        return refuse(lx, "illegal character NUL");
    if (bytes_starts(text, BYTES_LIT("\xef\xbb\xbf")))
        lx->offset = 3;
    return OK;
}

static bool is_metadata(struct bytes text)
{
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
        text = bytes_of(text.p + 1, text.n - 1);
    while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\r'))
        text.n--;
    return bytes_is(text, "METADATA");
}

/* Keeps a line of an annotation. The parser may come back and read it again. */
static void keep_comment(struct lexer *lx, struct place at, struct bytes text)
{
    struct comments *all = lx->comments;
    struct comment *c = all->list.count == 0 ? NULL : all->list.items[all->list.count - 1];
    bool begins = is_metadata(text);
    bool follows = c != NULL && c->at.row + 1 == at.row && c->at.column == at.column;
    if (failed(all->bad) || at.row <= all->last_row || (!begins && !follows))
        return;
    all->last_row = at.row;
    all->bad = arena_new(lx->arena, &c);
    if (failed(all->bad))
        return;
    *c = (struct comment){at, text, begins && !follows};
    all->bad = list_add(&all->list, c);
}

static void skip_space(struct lexer *lx, struct token *out)
{
    for (;;) {
        int c = peek(lx, 0);
        if (c == '#') {
            struct place at = lx->at;
            size_t start = lx->offset + 1;
            while (peek(lx, 0) >= 0 && peek(lx, 0) != '\n')
                advance(lx);
            if (lx->comments != NULL)
                keep_comment(lx, at, bytes_of(lx->text.p + start, lx->offset - start));
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            out->line_before = out->line_before || c == '\n';
            advance(lx);
        } else {
            return;
        }
        out->space_before = true;
    }
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t digits_at(const struct lexer *lx, size_t ahead)
{
    size_t n = 0;
    while (is_digit(peek(lx, ahead + n)))
        n++;
    return n;
}

/* digits [ "." digits ] [ exponent ], also ".5"; nothing that is part of a name may follow. */
static struct err take_number(struct lexer *lx, struct token *out)
{
    size_t n = digits_at(lx, 0);
    if (n > 1 && peek(lx, 0) == '0')
        return refuse(lx, "illegal number format: leading zero");
    if (peek(lx, n) == '.') {
        size_t fraction = digits_at(lx, n + 1);
        if (fraction == 0)
            return refuse(lx, "illegal number format");
        n += 1 + fraction;
    }
    if (peek(lx, n) == 'e' || peek(lx, n) == 'E') {
        size_t sign = peek(lx, n + 1) == '+' || peek(lx, n + 1) == '-';
        size_t exponent = digits_at(lx, n + 1 + sign);
        if (exponent == 0)
            return refuse(lx, "illegal number format");
        n += 1 + sign + exponent;
    }
    if (is_letter(peek(lx, n)))
        return refuse(lx, "illegal number format");
    out->kind = TOKEN_NUMBER;
    out->text = bytes_of(lx->text.p + lx->offset, n);
    advance_ascii(lx, n);
    return OK;
}

static void take_name(struct lexer *lx, struct token *out)
{
    size_t n = 1;
    while (is_letter(peek(lx, n)) || is_digit(peek(lx, n)))
        n++;
    out->kind = TOKEN_NAME;
    out->text = bytes_of(lx->text.p + lx->offset, n);
    advance_ascii(lx, n);
}

/* "..." on one line: the decoded characters. */
static struct err take_string(struct lexer *lx, struct token *out)
{
    size_t n = 1;
    while (peek(lx, n) >= 0 && peek(lx, n) != '"' && peek(lx, n) != '\n')
        n += peek(lx, n) == '\\' && peek(lx, n + 1) >= 0 && peek(lx, n + 1) != '\n' ? 2 : 1;
    if (peek(lx, n) != '"')
        return refuse(lx, "non-terminated string");
    out->kind = TOKEN_STRING;
    struct bytes inner = bytes_of(lx->text.p + lx->offset + 1, n - 1);
    struct err decoded = lex_string_decode(lx->arena, inner, &out->text);
    if (decoded.code == ERR_NOMEM)
        return decoded;
    if (failed(decoded))
        return refuse(lx, "illegal escape sequence");
    advance_by(lx, n + 1);
    return OK;
}

static struct err take_raw_string(struct lexer *lx, struct token *out)
{
    size_t n = 1;
    while (peek(lx, n) >= 0 && peek(lx, n) != '`')
        n++;
    if (peek(lx, n) < 0)
        return refuse(lx, "non-terminated string");
    out->kind = TOKEN_RAW_STRING;
    out->text = bytes_of(lx->text.p + lx->offset + 1, n - 1);
    advance_by(lx, n + 1);
    return OK;
}

static struct err take_template(struct lexer *lx, struct token *out)
{
    int quote = peek(lx, 1);
    if (quote != '"' && quote != '`')
        return refuse(lx, "illegal character $");
    out->kind = TOKEN_TEMPLATE;
    out->raw = quote == '`';
    advance_by(lx, 2);
    return OK;
}

struct err lex_template_part(struct lexer *lx, bool raw, struct bytes *out, bool *ended)
{
    size_t n = 0;
    int quote = raw ? '`' : '"';
    for (; peek(lx, n) >= 0 && peek(lx, n) != quote && peek(lx, n) != '{'; n++) {
        if (!raw && peek(lx, n) == '\n')
            return refuse(lx, "non-terminated string");
        if (peek(lx, n) == '\\' && (!raw || peek(lx, n + 1) == '{') && peek(lx, n + 1) >= 0)
            n++;
    }
    if (peek(lx, n) < 0)
        return refuse(lx, "non-terminated string");
    struct bytes part = bytes_of(lx->text.p + lx->offset, n);
    struct err decoded = lex_template_decode(lx->arena, part, raw, out);
    if (failed(decoded))
        return decoded.code == ERR_NOMEM ? decoded : refuse(lx, "illegal escape sequence");
    *ended = peek(lx, n) == quote;
    advance_by(lx, n + 1);
    return OK;
}

/* What a sign means by itself, and with '=' behind it; TOKEN_END: nothing. */
static const struct {
    enum token_kind alone;
    enum token_kind with_equal;
} signs[128] = {
    [':'] = {TOKEN_COLON, TOKEN_ASSIGN},
    ['='] = {TOKEN_UNIFY, TOKEN_EQUAL},
    ['!'] = {TOKEN_END, TOKEN_NOT_EQUAL},
    ['<'] = {TOKEN_LESS, TOKEN_LESS_EQUAL},
    ['>'] = {TOKEN_GREATER, TOKEN_GREATER_EQUAL},
    ['+'] = {TOKEN_PLUS, TOKEN_END},
    ['-'] = {TOKEN_MINUS, TOKEN_END},
    ['*'] = {TOKEN_STAR, TOKEN_END},
    ['/'] = {TOKEN_SLASH, TOKEN_END},
    ['%'] = {TOKEN_PERCENT, TOKEN_END},
    ['&'] = {TOKEN_AND, TOKEN_END},
    ['|'] = {TOKEN_OR, TOKEN_END},
    ['.'] = {TOKEN_DOT, TOKEN_END},
    [','] = {TOKEN_COMMA, TOKEN_END},
    [';'] = {TOKEN_SEMICOLON, TOKEN_END},
    ['('] = {TOKEN_PAREN_OPEN, TOKEN_END},
    [')'] = {TOKEN_PAREN_CLOSE, TOKEN_END},
    ['['] = {TOKEN_BRACKET_OPEN, TOKEN_END},
    [']'] = {TOKEN_BRACKET_CLOSE, TOKEN_END},
    ['{'] = {TOKEN_BRACE_OPEN, TOKEN_END},
    ['}'] = {TOKEN_BRACE_CLOSE, TOKEN_END},
};

static struct err take_sign(struct lexer *lx, int c, struct token *out)
{
    size_t n = 1;
    if (c >= 128)
        return refuse(lx, "illegal character");
    out->kind = signs[c].alone;
    if (signs[c].with_equal != TOKEN_END && peek(lx, 1) == '=') {
        out->kind = signs[c].with_equal;
        n = 2;
    }
    if (out->kind == TOKEN_END)
        return refuse(lx, "illegal character");
    out->text = bytes_of(lx->text.p + lx->offset, n);
    advance_ascii(lx, n);
    return OK;
}

struct err lex_next(struct lexer *lx, struct token *out)
{
    *out = (struct token){.kind = TOKEN_END, .text = BYTES_EMPTY};
    skip_space(lx, out);
    out->at = lx->at;
    out->start = lx->offset;
    int c = peek(lx, 0);
    if (c < 0)
        return OK;
    if (is_letter(c)) {
        take_name(lx, out);
        return OK;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(lx, 1)) && out->space_before))
        return take_number(lx, out);
    if (c == '"')
        return take_string(lx, out);
    if (c == '`')
        return take_raw_string(lx, out);
    if (c == '$')
        return take_template(lx, out);
    return take_sign(lx, c, out);
}
