#include "owner/policy/policy_layout.h"

#define TEMPLATE_DEPTH 16

static struct err skip_template(struct lexer *lx, bool raw, unsigned depth);

/* The expression in a template up to its brace. */
static struct err skip_part(struct lexer *lx, unsigned depth)
{
    struct token t;
    for (unsigned open = 1; open > 0;) {
        TRY(lex_next(lx, &t));
        if (t.kind == TOKEN_END)
            return FAIL(ERR_FORMAT, "a template string without an end");
        if (t.kind == TOKEN_TEMPLATE)
            TRY(skip_template(lx, t.raw, depth + 1));
        open += t.kind == TOKEN_BRACE_OPEN ? 1 : 0;
        open -= t.kind == TOKEN_BRACE_CLOSE ? 1 : 0;
    }
    return OK;
}

static struct err skip_template(struct lexer *lx, bool raw, unsigned depth)
{
    struct bytes ignored;
    if (depth == TEMPLATE_DEPTH)
        return FAIL(ERR_LIMIT, "template strings are nested too deeply");
    for (bool ended = false; !ended;) {
        TRY(lex_template_part(lx, raw, &ignored, &ended));
        if (!ended)
            TRY(skip_part(lx, depth));
    }
    return OK;
}

static struct bytes trim_end(struct bytes text)
{
    while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t' || text.p[text.n - 1] == '\r'))
        text.n--;
    return text;
}

/* What stands between two tokens: white space and comments. */
static struct err read_gap(struct arena *a, struct bytes gap, struct layout_token *t)
{
    size_t signs = 0;
    for (size_t i = 0; i < gap.n; i++)
        signs += gap.p[i] == '#' ? 1 : 0;
    TRY(arena_array(a, signs + 1, &t->comments));
    for (size_t i = 0; i < gap.n; i++) {
        t->lines += gap.p[i] == '\n' ? 1 : 0;
        if (gap.p[i] != '#')
            continue;
        const uint8_t *end = memchr(gap.p + i, '\n', gap.n - i);
        size_t n = end == NULL ? gap.n - i : (size_t)(end - (gap.p + i));
        t->comments[t->comment_count++] = (struct layout_comment){trim_end(bytes_of(gap.p + i, n)), t->lines};
        t->lines = 0;
        i += n - 1;
    }
    return OK;
}

struct err layout_read(struct arena *a, struct rego_error *error, struct bytes text, struct layout_text *out)
{
    struct lexer lx;
    struct list tokens = {.arena = a};
    struct layout_token *t;
    TRY(lex_init(&lx, a, error, "", text));
    size_t end = lx.offset;
    do {
        TRY(arena_new(a, &t));
        TRY(lex_next(&lx, &t->token));
        TRY(read_gap(a, bytes_of(text.p + end, t->token.start - end), t));
        if (t->token.kind == TOKEN_TEMPLATE)
            TRY(skip_template(&lx, t->token.raw, 0));
        end = lx.offset;
        t->raw = bytes_of(text.p + t->token.start, end - t->token.start);
        TRY(list_add(&tokens, t));
    } while (t->token.kind != TOKEN_END);
    TRY(arena_array(a, tokens.count, &out->tokens));
    for (size_t i = 0; i < tokens.count; i++)
        out->tokens[i] = *(struct layout_token *)tokens.items[i];
    out->count = tokens.count;
    return OK;
}

struct writer {
    struct buf *out;
    unsigned indents[AST_DEPTH_MAX]; /* of the line on which each open bracket stands */
    bool blocks[AST_DEPTH_MAX];
    size_t open;
    unsigned indent; /* of this line */
};

static bool is_opener(const struct layout_token *t)
{
    return t->token.kind == TOKEN_PAREN_OPEN || t->token.kind == TOKEN_BRACKET_OPEN ||
           t->token.kind == TOKEN_BRACE_OPEN;
}

static bool is_closer(const struct layout_token *t)
{
    return t->token.kind == TOKEN_PAREN_CLOSE || t->token.kind == TOKEN_BRACKET_CLOSE ||
           t->token.kind == TOKEN_BRACE_CLOSE;
}

static bool is_word(const struct layout_token *t, const char *word)
{
    return t->token.kind == TOKEN_NAME && bytes_is(t->raw, word);
}

static bool is_operator(const struct layout_token *t)
{
    return (t->token.kind >= TOKEN_ASSIGN && t->token.kind <= TOKEN_OR) && t->token.kind != TOKEN_MINUS;
}

static bool is_operand_end(const struct layout_token *t)
{
    static const char *const words[] = {"if", "in", "not", "some", "as", "else", "with", "every", "contains"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (is_word(t, words[i]))
            return false;
    return t->token.kind == TOKEN_NAME || t->token.kind == TOKEN_NUMBER || t->token.kind == TOKEN_STRING ||
           t->token.kind == TOKEN_RAW_STRING || t->token.kind == TOKEN_TEMPLATE || is_closer(t);
}

/* Words that no module may use as a name, but for a part of a path. */
static bool is_reserved(const struct layout_token *t, size_t i)
{
    bool in_path = i > 0 && t[i - 1].token.kind == TOKEN_DOT;
    return !in_path &&
           (is_word(&t[i], "as") || is_word(&t[i], "not") || is_word(&t[i], "some") || is_word(&t[i], "with"));
}

/* A space where it means nothing is as OPA has it; where it may mean something it stays as written. */
static bool has_space(const struct layout_token *t, size_t i)
{
    const struct layout_token *prev = &t[i - 1];
    const struct layout_token *next = &t[i];
    enum token_kind p = prev->token.kind;
    enum token_kind n = next->token.kind;
    if (n == TOKEN_COMMA || n == TOKEN_SEMICOLON || n == TOKEN_COLON || n == TOKEN_PAREN_CLOSE ||
        n == TOKEN_BRACKET_CLOSE)
        return false;
    if (n == TOKEN_NUMBER && next->raw.p[0] == '.')
        return true;
    if (p == TOKEN_PAREN_OPEN || p == TOKEN_BRACKET_OPEN || p == TOKEN_BRACE_OPEN || n == TOKEN_BRACE_CLOSE)
        return false;
    if (p == TOKEN_COMMA || p == TOKEN_SEMICOLON || p == TOKEN_COLON || next->is_block)
        return true;
    if (is_operator(prev) || is_operator(next))
        return true;
    if ((n == TOKEN_PAREN_OPEN || n == TOKEN_BRACE_OPEN) && is_reserved(t, i - 1))
        return true;
    if (n == TOKEN_MINUS)
        return is_operand_end(prev) || next->token.space_before;
    if (p == TOKEN_MINUS && i > 1 && is_operand_end(&t[i - 2]))
        return true;
    return next->token.space_before;
}

static void end_line(struct writer *w, bool blank, unsigned indent)
{
    buf_text(w->out, blank ? "\n\n" : "\n");
    buf_fill(w->out, '\t', indent);
    w->indent = indent;
}

static unsigned inner_indent(const struct writer *w)
{
    return w->open == 0 ? 0 : w->indents[w->open - 1] + 1;
}

/* The line goes on with what began above it, unless something begins here or a list has its next part. */
static bool continues(const struct writer *w, const struct layout_token *prev, const struct layout_token *t)
{
    if (t->starts || t->token.kind == TOKEN_END || is_word(t, "else"))
        return false;
    bool is_list = w->open > 0 && !w->blocks[w->open - 1];
    return !is_list ||
           !(prev->token.kind == TOKEN_COMMA || is_opener(prev) || (prev->token.kind == TOKEN_OR && prev->is_block));
}

static bool is_below(const struct layout_token *t)
{
    return t->breaks || t->lines > 0 || t->comment_count > 0;
}

static unsigned indent_of(const struct writer *w, const struct layout_text *text, size_t i)
{
    size_t open = w->open;
    for (size_t j = i; is_closer(&text->tokens[j]) && open > 0 && (j == i || !is_below(&text->tokens[j])); j++)
        open--;
    if (open < w->open)
        return w->indents[open];
    return inner_indent(w) + (i > 0 && continues(w, &text->tokens[i - 1], &text->tokens[i]) ? 1 : 0);
}

/* Between `package` and what follows, and behind a rule whose body has braces, OPA leaves a line. */
static bool wants_blank(const struct layout_text *text, size_t i)
{
    const struct layout_token *t = &text->tokens[i];
    const struct layout_token *prev = &text->tokens[i - 1];
    bool is_behind_package = t->starts && text->tokens[0].token.at.row > 0 && is_word(&text->tokens[0], "package");
    for (size_t j = 1; j < i && is_behind_package; j++)
        is_behind_package = !text->tokens[j].starts;
    return is_behind_package || (t->is_rule && prev->is_block && is_closer(prev));
}

static void write_comments(struct writer *w, const struct layout_token *t, bool is_first, bool after_opener,
                           bool *blank)
{
    for (size_t i = 0; i < t->comment_count; i++) {
        const struct layout_comment *c = &t->comments[i];
        bool is_trailing = !is_first && i == 0 && c->lines == 0;
        if (is_trailing)
            buf_text(w->out, " ");
        else if (!is_first || i > 0)
            end_line(w, (c->lines > 1 && !(after_opener && i == 0)) || (*blank && !after_opener), inner_indent(w));
        *blank = is_trailing && *blank;
        buf_add(w->out, c->text);
    }
}

static void write_space(struct writer *w, const struct layout_text *text, size_t i)
{
    const struct layout_token *t = &text->tokens[i];
    bool after_opener = i > 0 && is_opener(&text->tokens[i - 1]);
    bool blank = i > 0 && wants_blank(text, i);
    write_comments(w, t, i == 0, after_opener, &blank);
    if (i == 0 && t->comment_count == 0)
        return;
    const struct layout_token *prev = i == 0 ? NULL : &text->tokens[i - 1];
    if (t->token.kind == TOKEN_END)
        return;
    bool joins = i > 0 && is_word(t, "else") && prev->is_block && is_closer(prev) && t->comment_count == 0;
    if (joins)
        buf_text(w->out, " ");
    else if (i == 0 || is_below(t) || (prev->is_block && after_opener))
        end_line(w, (t->lines > 1 && !after_opener && !is_closer(t)) || blank, indent_of(w, text, i));
    else if (has_space(text->tokens, i))
        buf_text(w->out, " ");
}

void layout_write(const struct layout_text *text, struct buf *out)
{
    struct writer w = {.out = out};
    for (size_t i = 0; i < text->count; i++) {
        const struct layout_token *t = &text->tokens[i];
        write_space(&w, text, i);
        if (is_closer(t) && w.open > 0)
            w.open--;
        buf_add(out, t->raw);
        if (is_opener(t) && w.open < AST_DEPTH_MAX) {
            w.indents[w.open] = w.indent;
            w.blocks[w.open++] = t->is_block;
        }
    }
    buf_text(out, "\n");
}

static size_t next_kept(const struct layout_text *t, size_t i)
{
    while (i < t->count && t->tokens[i].token.kind == TOKEN_SEMICOLON)
        i++;
    return i;
}

static bool same_tokens(const struct layout_text *x, const struct layout_text *y)
{
    size_t i = next_kept(x, 0);
    size_t j = next_kept(y, 0);
    while (i < x->count && j < y->count) {
        if (x->tokens[i].token.kind != y->tokens[j].token.kind || !bytes_equal(x->tokens[i].raw, y->tokens[j].raw))
            return false;
        i = next_kept(x, i + 1);
        j = next_kept(y, j + 1);
    }
    return i == x->count && j == y->count;
}

static const struct layout_comment *next_comment(const struct layout_text *t, size_t *token, size_t *index)
{
    while (*token < t->count && *index == t->tokens[*token].comment_count) {
        *index = 0;
        ++*token;
    }
    return *token == t->count ? NULL : &t->tokens[*token].comments[(*index)++];
}

bool layout_same(const struct layout_text *x, const struct layout_text *y)
{
    size_t at[4] = {0};
    const struct layout_comment *c = NULL;
    const struct layout_comment *d = NULL;
    do {
        c = next_comment(x, &at[0], &at[1]);
        d = next_comment(y, &at[2], &at[3]);
        if (c != NULL && d != NULL && !bytes_equal(c->text, d->text))
            return false;
    } while (c != NULL && d != NULL);
    return c == d && same_tokens(x, y);
}
