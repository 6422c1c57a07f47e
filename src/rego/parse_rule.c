/*
 * Rules: head, bodies, else. What v0 and v1 allow differs only here and in imports.
 */
#include "rego/parse.h"

#define CHAINED_MAX 1000 /* bodies behind one head, which is read once for each */

static struct err parse_head_step(struct parser *p, struct list *items, bool *taken, bool *spaced)
{
    bool dot = p->tok.kind == TOKEN_DOT;
    bool bracket = p->tok.kind == TOKEN_BRACKET_OPEN && !p->tok.line_before;
    struct term *key;
    *taken = dot || bracket;
    if (!*taken)
        return OK;
    *spaced = *spaced || p->tok.space_before;
    if (items->count > AST_PATH_MAX)
        return parser_refuse(p, "a rule's name with too many parts");
    TRY(parser_step(p));
    if (dot) {
        if (p->tok.kind != TOKEN_NAME || p->tok.space_before)
            return parser_refuse(p, "expected a name behind the dot");
        TRY(ast_string(p->arena, p->tok.text, p->tok.at, &key));
        key->dotted = true;
        TRY(parser_step(p));
    } else {
        TRY(parse_expression(p, NULL, &key));
        TRY(parser_expect(p, TOKEN_BRACKET_CLOSE, "expected ]"));
    }
    return list_add(items, key);
}

static bool is_statement_word(const struct parser *p)
{
    static const char *const words[] = {"package", "import", "as",   "else",  "not",    "some",
                                        "with",    "null",   "true", "false", "default"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (bytes_is(p->tok.text, words[i]))
            return true;
    return (p->has_if && bytes_is(p->tok.text, "if")) || (p->has_in && bytes_is(p->tok.text, "in")) ||
           (p->has_every && bytes_is(p->tok.text, "every")) || (p->has_contains && bytes_is(p->tok.text, "contains"));
}

static struct err parse_head_ref(struct parser *p, struct term **out, bool *spaced)
{
    struct list items = {.arena = p->arena};
    struct term *name;
    if (p->tok.kind != TOKEN_NAME)
        return parser_refuse(p, "expected the name of a rule");
    if (!parser_names_reference(p) && is_statement_word(p))
        return parser_refuse(p, "unexpected keyword where a rule must begin");
    if (p->v1 && (bytes_is(p->tok.text, "data") || bytes_is(p->tok.text, "input")))
        return note_fail(p->lx.error, REGO_ERR_COMPILE, "rego_compile_error", p->tok.at,
                         "rules must not shadow %.*s (use a different rule name)", NOTE_TEXT(p->tok.text));
    TRY(ast_var(p->arena, p->tok.text, p->tok.at, &name));
    TRY(list_add(&items, name));
    TRY(parser_step(p));
    for (bool more = true; more;)
        TRY(parse_head_step(p, &items, &more, spaced));
    TRY(ast_term(p->arena, TERM_REF, name->at, out));
    return ast_adopt(*out, &items);
}

static struct err parse_args(struct parser *p, struct rule *r)
{
    struct list args = {.arena = p->arena};
    if (p->tok.kind != TOKEN_PAREN_OPEN)
        return OK;
    r->is_spaced = r->is_spaced || p->tok.space_before;
    TRY(parser_step(p));
    TRY(parse_list(p, TOKEN_PAREN_CLOSE, &args));
    if (args.count == 0 && r->ref->count == 1 && bytes_is(r->ref->items[0]->name, "set"))
        return parser_refuse(p, "set cannot be used for rule name");
    r->args = (struct term **)args.items;
    r->arg_count = args.count;
    r->is_function = args.count > 0; /* f() := 1 is a rule */
    r->is_call = args.count == 0;
    return OK;
}

static struct err parse_value(struct parser *p, struct term **out)
{
    bool assign = p->tok.kind == TOKEN_ASSIGN || p->tok.kind == TOKEN_UNIFY;
    if (!assign)
        return OK;
    TRY(parser_step(p));
    return parse_expression(p, NULL, out);
}

static struct err parse_head(struct parser *p, struct rule **out)
{
    struct rule *r;
    TRY(arena_new(p->arena, &r));
    r->at = p->tok.at;
    r->branch.at = p->tok.at;
    TRY(parse_head_ref(p, &r->ref, &r->is_spaced));
    TRY(parse_args(p, r));
    if (p->has_contains && parser_is_word(p, "contains")) {
        if (r->is_function)
            return parser_refuse(p, "the contains keyword can only be used with rules, not with functions");
        TRY(parser_step(p));
        TRY(parse_expression(p, NULL, &r->element));
    } else {
        TRY(parse_value(p, &r->branch.value));
    }
    *out = r;
    return OK;
}

/* Braces behind `if` are a body, unless what they hold reads as an object, a comprehension or an expression with one.
 */
static struct err parse_if_body(struct parser *p, struct body **out)
{
    struct parser back = *p;
    struct literal *l = NULL;
    p->lx.error = p->tok.kind == TOKEN_BRACE_OPEN ? NULL : back.lx.error;
    struct err tried = parse_literal(p, &l);
    if (back.tok.kind == TOKEN_BRACE_OPEN) {
        if (tried.code == ERR_NOMEM)
            return tried;
        bool is_set = !failed(tried) && l->kind == LITERAL_EXPRESSION &&
                      (l->term->kind == TERM_SET || (l->term->kind == TERM_OBJECT && l->term->count == 0));
        if (failed(tried) || is_set) {
            *p = back;
            return parse_braced_body(p, out);
        }
        p->lx.error = back.lx.error;
    }
    TRY(tried);
    TRY(arena_new(p->arena, out));
    TRY(arena_array(p->arena, 1, &(*out)->items));
    (*out)->items[0] = l;
    (*out)->count = 1;
    return OK;
}

static bool is_set_head(const struct rule *r)
{
    return r->ref->count == 2 && r->branch.value == NULL && !r->is_function && r->element == NULL;
}

static struct err parse_rule_body(struct parser *p, bool set_head, struct body **out)
{
    if (p->has_if && parser_is_word(p, "if")) {
        TRY(parser_step(p));
        return parse_if_body(p, out);
    }
    if (p->tok.kind != TOKEN_BRACE_OPEN)
        return OK;
    if (p->v1) {
        /* With `if` alone p[x] would be an object of trues where its writer means a set. */
        note_hint(p->lx.error, set_head ? "write `p contains x if { .. }` for a set, or load the module as Rego v0"
                                        : "write `if` before the body, or load the module as Rego v0");
        return parser_refuse(p, "`if` keyword is required before rule body");
    }
    return parse_braced_body(p, out);
}

static bool has_open_head(const struct rule *r)
{
    for (size_t i = 1; i < r->ref->count; i++)
        if (r->ref->items[i]->kind != TERM_CONST)
            return true;
    return false;
}

static struct err parse_else(struct parser *p, struct rule *r)
{
    struct branch *last = &r->branch;
    if (has_open_head(r))
        return parser_refuse(p, "else keyword cannot be used on rules with variables in head");
    while (parser_is_word(p, "else")) {
        struct branch *b;
        if (r->element != NULL)
            return parser_refuse(p, "else keyword cannot be used on multi-value rules");
        if (last->body == NULL)
            return parser_refuse(p, "else keyword cannot be used without a body before it");
        TRY(arena_new(p->arena, &b));
        b->at = p->tok.at;
        TRY(parser_step(p));
        TRY(parse_value(p, &b->value));
        TRY(parse_rule_body(p, false, &b->body));
        if (b->value == NULL && b->body == NULL) /* it would hold whatever the request is */
            return parser_refuse(p, "expected else value term or rule body");
        last->next = b;
        last = b;
    }
    return OK;
}

/* What v0 reads as a partial set; what v1 refuses. */
static struct err settle_head(struct parser *p, struct rule *r, bool has_if)
{
    bool plain = r->branch.value == NULL && r->element == NULL;
    if (!p->v1 && is_set_head(r) && !has_if) {
        r->element = r->ref->items[1];
        r->ref->count = 1;
        return OK;
    }
    if (p->v1 && plain && r->branch.body == NULL) {
        if (is_set_head(r))
            note_hint(p->lx.error, "write `contains` for partial set rules");
        return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", r->at,
                         "%.*s must have value assignment and/or body declaration", NOTE_TEXT(r->ref->items[0]->name));
    }
    if (plain && !r->is_function && r->branch.body == NULL && r->ref->count == 1)
        return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", r->at,
                         "var cannot be used for rule name: %.*s needs a value or a body",
                         NOTE_TEXT(r->ref->items[0]->name));
    return OK;
}

/* p { a } { b }: the head is read again for each further body. */
static struct err parse_chained(struct parser *p, const struct parser *head, bool has_if, struct rule ***end)
{
    for (size_t count = 0; p->tok.kind == TOKEN_BRACE_OPEN; count++) {
        struct parser here = *p;
        if (count == CHAINED_MAX)
            return parser_refuse(p, "a rule with too many bodies");
        struct rule *r;
        *p = *head;
        TRY(parse_head(p, &r));
        here.depth = p->depth;
        *p = here;
        TRY(parse_braced_body(p, &r->branch.body));
        TRY(settle_head(p, r, has_if));
        **end = r;
        *end = &r->next;
    }
    return OK;
}

/* A default holds no matter what, so it is a constant; only a comprehension may look something up. */
static struct err check_default(struct parser *p, const struct rule *r, const struct term *t)
{
    const char *what = t->kind == TERM_VAR ? "var" : t->kind == TERM_REF ? "ref" : t->kind == TERM_CALL ? "call" : NULL;
    if (what != NULL)
        return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", r->at,
                         "illegal default rule (value cannot contain %s)", what);
    bool closure = t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF;
    for (size_t i = 0; !closure && i < t->count; i++)
        TRY(check_default(p, r, t->items[i]));
    return OK;
}

/* The default of a function holds for all arguments: names, each of its own. v0 let constants pass. */
static struct err check_default_args(struct parser *p, const struct rule *r)
{
    for (size_t i = 0; p->v1 && i < r->arg_count; i++) {
        const struct term *arg = r->args[i];
        if (arg->kind != TERM_VAR)
            return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", r->at,
                             "illegal default rule (arguments can only be variables)");
        for (size_t j = 0; j < i; j++)
            if (!bytes_is(arg->name, "_") && bytes_equal(arg->name, r->args[j]->name))
                return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", r->at,
                                 "illegal default rule (arguments cannot be repeated %.*s)", NOTE_TEXT(arg->name));
    }
    return OK;
}

static struct err parse_default(struct parser *p, struct rule ***end)
{
    struct rule *r;
    TRY(parser_step(p));
    TRY(parse_head(p, &r));
    r->is_default = true;
    if (r->branch.value == NULL)
        return parser_refuse(p, "default rule must have a value");
    TRY(check_default(p, r, r->branch.value));
    TRY(check_default_args(p, r));
    **end = r;
    *end = &r->next;
    return OK;
}

static struct err parse_rule(struct parser *p, struct rule ***end)
{
    struct parser head = *p;
    struct rule *r;
    TRY(parse_head(p, &r));
    bool has_if = p->has_if && parser_is_word(p, "if");
    TRY(parse_rule_body(p, is_set_head(r), &r->branch.body));
    if (r->is_spaced && r->branch.body == NULL)
        return note_fail(p->lx.error, REGO_ERR_PARSE, "rego_parse_error", r->at,
                         "white space inside of a rule's name: only a rule with a body may have it");
    TRY(settle_head(p, r, has_if));
    **end = r;
    *end = &r->next;
    if (parser_is_word(p, "else"))
        return parse_else(p, r);
    if (r->branch.body == NULL)
        return OK;
    return parse_chained(p, &head, has_if, end);
}

struct err parse_rules(struct parser *p, struct module *m)
{
    struct rule **end = &m->rules;
    while (p->tok.kind != TOKEN_END) {
        if (parser_is_word(p, "import"))
            return parser_refuse(p, "imports must stand before the rules");
        if (parser_is_word(p, "default"))
            TRY(parse_default(p, &end));
        else
            TRY(parse_rule(p, &end));
    }
    return OK;
}
