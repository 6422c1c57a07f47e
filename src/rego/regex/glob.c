/*
 * Globs: * ** ? [abc] [!abc] [a-z] {a,b}. What they make of odd brackets follows OPA, which reads either one range or
 * one list between brackets.
 */
#include "rego/regex/glob.h"

#include "rego/regex/parser.h"
#include "rego/regex/program.h"

struct glob {
    struct pattern_parser p;
    struct charset any;
    struct charset inner; /* all but the delimiters */
};

static struct err add_look(struct glob *g, enum look look)
{
    struct pattern *node;
    TRY(parser_add(&g->p, PATTERN_LOOK, &node));
    node->look = (uint8_t)look;
    return OK;
}

static struct err add_star(struct glob *g)
{
    g->p.at++;
    bool twice = parser_sees(&g->p, 0, '*');
    g->p.at += twice;
    TRY(parser_add_set(&g->p, twice ? g->any : g->inner));
    return parser_repeat(&g->p, (struct pattern){.min = 0, .max = PATTERN_FOREVER}, false);
}

static struct err bad_bracket(struct glob *g, const char *text)
{
    return parser_fault(&g->p, text, 0, g->p.text.n);
}

/* Characters up to the closing bracket. */
static struct err read_list(struct glob *g, struct charset_builder *b)
{
    struct pattern_parser *p = &g->p;
    while (p->at < p->text.n && !parser_sees(p, 0, ']')) {
        p->at += parser_sees(p, 0, '\\');
        if (p->at == p->text.n)
            break;
        uint32_t c = text_next(p->text, &p->at);
        TRY(charset_add(b, c, c));
    }
    if (p->at == p->text.n)
        return bad_bracket(g, "unexpected end of input");
    return b->count == 0 ? bad_bracket(g, "could not parse range") : OK;
}

static struct err read_range(struct glob *g, struct charset_builder *b)
{
    struct pattern_parser *p = &g->p;
    uint32_t first = text_next(p->text, &p->at);
    p->at++;
    if (p->at == p->text.n)
        return bad_bracket(g, "unexpected end of input");
    uint32_t last = text_next(p->text, &p->at);
    if (last < first)
        return bad_bracket(g, "hi character should be greater than lo");
    if (p->at == p->text.n)
        return bad_bracket(g, "unexpected end of input");
    return parser_sees(p, 0, ']') ? charset_add(b, first, last) : bad_bracket(g, "expected close range character");
}

/* A dash behind the first character makes a range, whatever that character is. */
static bool sees_range(const struct pattern_parser *p)
{
    size_t at = p->at;
    if (at == p->text.n)
        return false;
    (void)text_next(p->text, &at);
    return at < p->text.n && p->text.p[at] == '-';
}

static struct err add_bracket(struct glob *g)
{
    struct charset_builder b = parser_class(&g->p);
    struct charset set;
    g->p.at++;
    bool negate = parser_sees(&g->p, 0, '!');
    g->p.at += negate;
    TRY(sees_range(&g->p) ? read_range(g, &b) : read_list(g, &b));
    g->p.at++;
    TRY(charset_make(&b, negate, &set));
    return parser_add_set(&g->p, set);
}

static struct err add_text(struct glob *g)
{
    struct pattern_parser *p = &g->p;
    p->at += parser_sees(p, 0, '\\');
    return p->at == p->text.n ? OK : parser_add_char(p, text_next(p->text, &p->at));
}

static struct err read_one(struct glob *g)
{
    struct pattern_parser *p = &g->p;
    bool in_braces = p->open->around->around != NULL;
    uint8_t c = p->text.p[p->at];
    if (c == '*')
        return add_star(g);
    if (c == '[')
        return add_bracket(g);
    if (c != '?' && c != '{' && (!in_braces || (c != ',' && c != '}')))
        return add_text(g);
    p->at++;
    switch (c) {
    case '?':
        return parser_add_set(p, g->inner);
    case '{':
        return parser_open(p, false, 0);
    case ',':
        return parser_branch(p);
    default:
        return parser_close(p);
    }
}

static struct err read_delimiters(struct glob *g, struct bytes delimiters)
{
    struct charset_builder b = parser_class(&g->p);
    g->any = charset_any;
    for (size_t at = 0; at < delimiters.n;) {
        uint32_t c = text_next(delimiters, &at);
        TRY(charset_add(&b, c, c));
    }
    return charset_make(&b, true, &g->inner);
}

struct err glob_compile(struct arena *a, struct bytes pattern, struct bytes delimiters, struct regex_fault *fault,
                        const struct regex **out)
{
    struct glob g;
    struct pattern_tree tree;
    TRY(parser_begin(&g.p, a, pattern, fault));
    TRY(read_delimiters(&g, delimiters));
    TRY(add_look(&g, LOOK_TEXT_BEGIN));
    TRY(parser_open(&g.p, false, 0));
    while (g.p.at < pattern.n)
        TRY(read_one(&g));
    while (g.p.open->around != NULL) /* braces that are not closed end with the pattern */
        TRY(parser_close(&g.p));
    TRY(add_look(&g, LOOK_TEXT_END));
    TRY(parser_end(&g.p, &tree));
    return program_make(a, &tree, out);
}
