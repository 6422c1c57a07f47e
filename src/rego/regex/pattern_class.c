/*
 * Escapes and character classes.
 */
#include "rego/regex/parser.h"

static int hex_value(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (int)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (int)(c - 'A') + 10 : -1;
}

static struct err bad_escape(struct pattern_parser *p, size_t from)
{
    return parser_fault(p, "invalid escape sequence", from, p->at);
}

/* \x{10ffff}; the place is behind the brace. */
static struct err read_braced(struct pattern_parser *p, size_t from, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t digits = 0; p->at < p->text.n; digits++) {
        uint32_t c = text_next(p->text, &p->at);
        if (c == '}' && digits > 0) {
            *out = value;
            return OK;
        }
        int digit = hex_value(c);
        value = value * 16 + (uint32_t)(digit < 0 ? 0 : digit);
        if (digit < 0 || value > CHARACTER_MAX)
            break;
    }
    return bad_escape(p, from);
}

static struct err read_hex(struct pattern_parser *p, size_t from, uint32_t *out)
{
    if (p->at == p->text.n)
        return bad_escape(p, from);
    uint32_t c = text_next(p->text, &p->at);
    if (c == '{')
        return read_braced(p, from, out);
    int high = hex_value(c);
    int low = p->at < p->text.n ? hex_value(text_next(p->text, &p->at)) : -1;
    if (high < 0 || low < 0)
        return bad_escape(p, from);
    *out = (uint32_t)(high * 16 + low);
    return OK;
}

static bool sees_octal(const struct pattern_parser *p)
{
    return p->at < p->text.n && p->text.p[p->at] >= '0' && p->text.p[p->at] <= '7';
}

/* The first digit is read. A single one that is not zero would refer back to a group: we have no such thing. */
static struct err read_octal(struct pattern_parser *p, size_t from, uint32_t first, uint32_t *out)
{
    if (first != '0' && !sees_octal(p))
        return bad_escape(p, from);
    uint32_t value = first - '0';
    for (int i = 1; i < 3 && sees_octal(p); i++)
        value = value * 8 + (uint32_t)(p->text.p[p->at++] - '0');
    *out = value;
    return OK;
}

static bool is_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The backslash is at the place: one character. */
static struct err read_escape(struct pattern_parser *p, uint32_t *out)
{
    static const char letters[] = "afnrtv";
    static const char meanings[] = "\a\f\n\r\t\v";
    size_t from = p->at++;
    if (p->at == p->text.n)
        return parser_fault(p, "trailing backslash at end of expression", p->at, p->at);
    uint32_t c = text_next(p->text, &p->at);
    if (c >= '0' && c <= '7')
        return read_octal(p, from, c, out);
    if (c == 'x')
        return read_hex(p, from, out);
    const char *letter = c < 0x80 && c != 0 ? strchr(letters, (int)c) : NULL;
    if (letter != NULL)
        c = (uint32_t)meanings[letter - letters];
    else if (c >= 0x80 || is_alnum(c))
        return bad_escape(p, from);
    *out = c;
    return OK;
}

/* \pL, \p{Greek}, \P{^Lu}; *found is false where no such thing stands here. */
static struct err read_property(struct pattern_parser *p, struct charset_builder *b, bool *found)
{
    size_t from = p->at;
    *found = parser_sees(p, 0, '\\') && (parser_sees(p, 1, 'p') || parser_sees(p, 1, 'P'));
    if (!*found)
        return OK;
    bool negate = parser_sees(p, 1, 'P');
    p->at += 2;
    size_t begin = p->at;
    uint32_t c = begin < p->text.n ? text_next(p->text, &p->at) : 0;
    size_t end = p->at;
    if (c == '{') {
        const uint8_t *brace = memchr(p->text.p + end, '}', p->text.n - end);
        if (brace == NULL)
            return parser_fault(p, "invalid character class range", from, p->text.n);
        begin++;
        end = (size_t)(brace - p->text.p);
        p->at = end + 1;
    }
    if (begin < end && p->text.p[begin] == '^') {
        negate = !negate;
        begin++;
    }
    bool known;
    TRY(charset_add_unicode(b, bytes_of(p->text.p + begin, end - begin), negate, &known));
    return known ? OK : parser_fault(p, "invalid character class range", from, p->at);
}

/* \d \D \s \S \w \W */
static struct err read_perl(struct pattern_parser *p, struct charset_builder *b, bool *found)
{
    struct charset set;
    *found = parser_sees(p, 0, '\\') && p->text.n - p->at > 1;
    if (!*found)
        return OK;
    uint8_t letter = p->text.p[p->at + 1];
    *found = charset_perl(letter | 0x20, &set);
    if (!*found)
        return OK;
    p->at += 2;
    return charset_add_set(b, set, letter < 'a');
}

/* [:alpha:], [:^alpha:] */
static struct err read_posix(struct pattern_parser *p, struct charset_builder *b, bool *found)
{
    struct charset set;
    size_t from = p->at;
    *found = false;
    if (!parser_sees(p, 0, '[') || !parser_sees(p, 1, ':') || p->text.n - from < 4)
        return OK;
    const uint8_t *end = memmem(p->text.p + from + 2, p->text.n - from - 2, ":]", 2);
    if (end == NULL)
        return OK;
    *found = true;
    struct bytes name = bytes_of(p->text.p + from + 2, (size_t)(end - p->text.p) - from - 2);
    bool negate = name.n > 0 && name.p[0] == '^';
    p->at = from + 2 + name.n + 2;
    if (!charset_posix(negate ? bytes_of(name.p + 1, name.n - 1) : name, &set))
        return parser_fault(p, "invalid character class range", from, p->at);
    return charset_add_set(b, set, negate);
}

static struct err read_member(struct pattern_parser *p, size_t bracket, uint32_t *out)
{
    if (p->at == p->text.n)
        return parser_fault(p, "missing closing ]", bracket, p->text.n);
    if (p->text.p[p->at] == '\\')
        return read_escape(p, out);
    *out = text_next(p->text, &p->at);
    return OK;
}

/* a or a-z; a dash before the closing bracket is one itself. */
static struct err read_range(struct pattern_parser *p, size_t bracket, struct charset_builder *b)
{
    uint32_t first;
    size_t from = p->at;
    TRY(read_member(p, bracket, &first));
    uint32_t last = first;
    if (parser_sees(p, 0, '-') && p->text.n - p->at > 1 && !parser_sees(p, 1, ']')) {
        p->at++;
        TRY(read_member(p, bracket, &last));
        if (last < first)
            return parser_fault(p, "invalid character class range", from, p->at);
    }
    return charset_add(b, first, last);
}

static struct err read_item(struct pattern_parser *p, size_t bracket, struct charset_builder *b)
{
    bool found;
    TRY(read_posix(p, b, &found));
    if (!found)
        TRY(read_property(p, b, &found));
    if (!found)
        TRY(read_perl(p, b, &found));
    return found ? OK : read_range(p, bracket, b);
}

struct err parser_bracket(struct pattern_parser *p)
{
    struct charset_builder b = parser_class(p);
    struct charset set;
    size_t from = p->at++;
    bool negate = parser_sees(p, 0, '^');
    p->at += negate;
    do {
        TRY(read_item(p, from, &b));
    } while (!parser_sees(p, 0, ']'));
    p->at++;
    TRY(charset_make(&b, negate, &set));
    return parser_add_set(p, set);
}

static struct err read_quoted(struct pattern_parser *p)
{
    p->at += 2;
    const uint8_t *stop = memmem(p->text.p + p->at, p->text.n - p->at, "\\E", 2);
    size_t end = stop == NULL ? p->text.n : (size_t)(stop - p->text.p);
    while (p->at < end)
        TRY(parser_add_char(p, text_next(p->text, &p->at)));
    p->at = stop == NULL ? end : end + 2;
    return OK;
}

/* \A \b \B \z: a place; \Q..\E: characters as they are. */
static struct err read_special(struct pattern_parser *p, bool *found)
{
    static const struct {
        char letter;
        enum look look;
    } looks[] = {{'A', LOOK_TEXT_BEGIN}, {'z', LOOK_TEXT_END}, {'b', LOOK_WORD_EDGE}, {'B', LOOK_NO_WORD_EDGE}};
    struct pattern *node;
    *found = true;
    if (parser_sees(p, 1, 'Q'))
        return read_quoted(p);
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        if (!parser_sees(p, 1, looks[i].letter))
            continue;
        p->at += 2;
        TRY(parser_add(p, PATTERN_LOOK, &node));
        node->look = (uint8_t)looks[i].look;
        return OK;
    }
    *found = false;
    return OK;
}

struct err parser_escape(struct pattern_parser *p)
{
    struct charset_builder b = parser_class(p);
    struct charset set;
    uint32_t c;
    bool found;
    TRY(read_special(p, &found));
    if (found)
        return OK;
    TRY(read_property(p, &b, &found));
    if (!found)
        TRY(read_perl(p, &b, &found));
    if (found) {
        TRY(charset_make(&b, false, &set));
        return parser_add_set(p, set);
    }
    TRY(read_escape(p, &c));
    return parser_add_char(p, c);
}
