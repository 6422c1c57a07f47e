/*
 * A module: package, imports, rules; and the steps all of the parser takes.
 */
#include "rego/parse.h"

#include "rego/hint.h"

#define IMPORTS_MAX 200 /* each name is looked for among all of them */

struct err parser_refuse(struct parser *p, const char *what)
{
    return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", p->tok.at, "%s", what);
}

struct err parser_step(struct parser *p)
{
    p->last = p->tok.at;
    p->end = p->lx.offset;
    return lex_next(&p->lx, &p->tok);
}

struct err parser_expect(struct parser *p, enum token_kind kind, const char *what)
{
    if (p->tok.kind != kind)
        return parser_refuse(p, what);
    return parser_step(p);
}

struct err parser_take(struct parser *p, enum token_kind kind, bool *taken)
{
    *taken = p->tok.kind == kind;
    return *taken ? parser_step(p) : OK;
}

/* A keyword that "." or "[" follows at once is the head of a reference. */
bool parser_names_reference(const struct parser *p)
{
    size_t at = p->lx.offset;
    if (p->tok.kind != TOKEN_NAME || at >= p->lx.text.n)
        return false;
    return p->lx.text.p[at] == '.' || p->lx.text.p[at] == '[';
}

bool parser_applies_word(const struct parser *p, const char *word)
{
    if (!parser_names_reference(p))
        return true;
    /* "x in[1]" is an operator, "in.x" a reference */
    return strcmp(word, "in") == 0 && p->lx.text.p[p->lx.offset] == '[' && !p->tok.line_before;
}

static struct err start(struct parser *p, struct arena *a, struct rego_error *error, const char *file,
                        struct bytes text, struct comments *comments)
{
    *p = (struct parser){.arena = a};
    TRY(lex_init(&p->lx, a, error, file, text));
    p->lx.comments = comments;
    return parser_step(p);
}

struct err parser_start(struct parser *p, struct arena *a, struct rego_error *error, const char *file,
                        struct bytes text)
{
    return start(p, a, error, file, text, NULL);
}

static void use_v1(struct parser *p)
{
    p->v1 = true;
    p->has_in = true;
    p->has_every = true;
    p->has_if = true;
    p->has_contains = true;
}

/* name { "." name | "[" string "]" }, whose names may be keywords; `first` stands for the head. */
static struct err parse_path(struct parser *p, struct term *first, struct term **out)
{
    struct list items = {.arena = p->arena};
    TRY(list_add(&items, first));
    for (;;) {
        bool dot;
        bool bracket;
        struct term *key;
        TRY(parser_take(p, TOKEN_DOT, &dot));
        TRY(parser_take(p, TOKEN_BRACKET_OPEN, &bracket));
        if (!dot && !bracket)
            break;
        if (items.count > AST_PATH_MAX)
            return parser_refuse(p, "a path with too many parts");
        if (dot ? p->tok.kind != TOKEN_NAME : p->tok.kind != TOKEN_STRING)
            return parser_refuse(p, "expected a name of a path");
        TRY(ast_string(p->arena, p->tok.text, p->tok.at, &key));
        TRY(list_add(&items, key));
        TRY(parser_step(p));
        if (bracket)
            TRY(parser_expect(p, TOKEN_BRACKET_CLOSE, "expected ]"));
    }
    TRY(ast_term(p->arena, TERM_REF, first->at, out));
    return ast_adopt(*out, &items);
}

static struct err parse_root(struct parser *p, struct bytes name, struct term **out)
{
    TRY(ast_term(p->arena, TERM_ROOT, p->tok.at, out));
    (*out)->name = name;
    return OK;
}

static struct err parse_package(struct parser *p, struct term **out)
{
    struct term *root;
    struct term *first;
    struct term *rest;
    if (p->tok.kind == TOKEN_END)
        return parser_refuse(p, "empty module");
    if (p->tok.kind != TOKEN_NAME || !bytes_is(p->tok.text, "package"))
        return parser_refuse(p, "package expected");
    TRY(parser_step(p));
    if (p->tok.kind != TOKEN_NAME || p->tok.line_before)
        return parser_refuse(p, "expected the name of the package");
    TRY(ast_string(p->arena, p->tok.text, p->tok.at, &first));
    TRY(parse_root(p, BYTES_LIT("data"), &root));
    TRY(parser_step(p));
    TRY(parse_path(p, first, &rest));
    struct list items = {.arena = p->arena};
    TRY(list_add(&items, root));
    for (size_t i = 0; i < rest->count; i++)
        TRY(list_add(&items, rest->items[i]));
    return ast_adopt(*out = rest, &items);
}

static bool is_key(const struct term *path, size_t i, const char *name)
{
    return i < path->count && path->items[i]->kind == TERM_CONST && bytes_is(path->items[i]->value->text, name);
}

/* The parser is behind the import by now: the next token stands on a line of its own. */
static struct err refuse_import(struct parser *p, const struct term *path, const char *what)
{
    return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", path->at, "%s", what);
}

static struct err use_keyword(struct parser *p, const struct term *path)
{
    bool all = path->count == 2;
    bool known = all;
    bool *const flags[] = {&p->has_in, &p->has_if, &p->has_contains, &p->has_every, &p->new_not};
    static const char *const names[] = {"in", "if", "contains", "every", "not"};
    if (path->count > 3 || !is_key(path, 1, "keywords"))
        return refuse_import(p, path, "unexpected import path, must be future.keywords or future.keywords.<name>");
    for (size_t i = 0; i < 5; i++) {
        bool named = is_key(path, 2, names[i]);
        known = known || named;
        if (named || (all && i < 4))
            *flags[i] = true;
    }
    if (!known)
        return refuse_import(p, path, "unexpected keyword, must be one of [contains every if in not]");
    p->has_in = p->has_in || p->has_every;
    return OK;
}

/* "rego.v1" and "future.keywords" change how the rest is read. */
static struct err apply_import(struct parser *p, struct import *i)
{
    struct bytes head = i->path->items[0]->name;
    i->names_value = bytes_is(head, "data") || bytes_is(head, "input");
    if (i->names_value)
        return OK;
    if (bytes_is(head, "future"))
        return use_keyword(p, i->path);
    if (!bytes_is(head, "rego") || i->path->count != 2 || !is_key(i->path, 1, "v1"))
        return refuse_import(p, i->path, "unexpected import path, must begin with one of: {data, future, input, rego}");
    if (i->alias.n > 0)
        return refuse_import(p, i->path, "`rego` imports cannot be aliased");
    use_v1(p);
    return OK;
}

static struct err parse_import(struct parser *p, struct import **out)
{
    struct import *i;
    struct term *root;
    TRY(arena_new(p->arena, &i));
    i->at = p->tok.at;
    i->alias = BYTES_EMPTY;
    TRY(parser_step(p));
    if (p->tok.kind != TOKEN_NAME)
        return parser_refuse(p, "expected the path of an import");
    TRY(parse_root(p, p->tok.text, &root));
    TRY(parser_step(p));
    TRY(parse_path(p, root, &i->path));
    if (parser_is_word(p, "as")) {
        TRY(parser_step(p));
        if (p->tok.kind != TOKEN_NAME)
            return parser_refuse(p, "expected a name behind as");
        i->alias = p->tok.text;
        TRY(parser_step(p));
    }
    TRY(apply_import(p, i));
    struct term *last = i->path->items[i->path->count - 1];
    if (i->alias.n == 0)
        i->alias = last->kind == TERM_ROOT ? last->name : last->value->text;
    *out = i;
    return OK;
}

static struct err parse_imports(struct parser *p, struct import **out)
{
    struct import **end = out;
    for (size_t count = 0; parser_is_word(p, "import"); count++) {
        struct import *i = NULL;
        if (count == IMPORTS_MAX)
            return parser_refuse(p, "too many imports");
        TRY(parse_import(p, &i));
        *end = i;
        end = &i->next;
    }
    return OK;
}

struct err parse_module(struct arena *a, struct rego_error *error, const char *file, struct bytes text, bool v0,
                        struct module **out)
{
    struct parser p;
    struct module *m;
    struct comments comments = {.list = {.arena = a}, .bad = OK};
    TRY(arena_new(a, &m));
    m->file = file;
    TRY(start(&p, a, error, file, text, &comments));
    if (!v0)
        use_v1(&p);
    TRY(parse_package(&p, &m->package));
    TRY(parse_imports(&p, &m->imports));
    m->v1 = p.v1;
    m->new_not = p.new_not;
    TRY(parse_rules(&p, m));
    TRY(comments.bad);
    m->comments = comments.list;
    *out = m;
    return OK;
}

static struct err parse_query_text(struct arena *a, struct rego_error *error, struct bytes text, struct body **out)
{
    struct parser p;
    TRY(parser_start(&p, a, error, "query", text));
    use_v1(&p);
    TRY(parse_body(&p, out));
    if (p.tok.kind != TOKEN_END)
        return parser_refuse(&p, "unexpected token behind the query");
    return OK;
}

struct err parse_query(struct arena *a, struct rego_error *error, struct bytes text, struct body **out)
{
    struct err e = parse_query_text(a, error, text, out);
    if (failed(e))
        hint_add(error, text, false);
    return e;
}
