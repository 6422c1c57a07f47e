/*
 * Terms and operators. Precedence climbing; what follows an opening bracket is one term first, because '|' behind it
 * makes a comprehension of it.
 */
#include "base/limits.h"
#include "rego/parse.h"

static const char *const reserved[] = {"package", "import", "as", "default", "else", "not", "some", "with"};

static bool is_reserved(const struct parser *p, struct bytes name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (bytes_is(name, reserved[i]))
            return true;
    return (p->has_in && bytes_is(name, "in")) || (p->has_every && bytes_is(name, "every")) ||
           (p->has_if && bytes_is(name, "if"));
}

static struct err parse_number(struct parser *p, bool negative, struct term **out)
{
    struct bytes text = p->tok.text;
    char digits[JSON_NUMBER_MAX + 4];
    if (text.n > JSON_NUMBER_MAX)
        return parser_refuse(p, "number too big");
    int n = snprintf(digits, sizeof(digits), "%s%s%.*s", negative ? "-" : "", text.p[0] == '.' ? "0" : "", (int)text.n,
                     (const char *)text.p);
    const struct json *value;
    struct err made = json_new_number(p->arena, bytes_of(digits, (size_t)n), &value);
    if (failed(made))
        return made.code == ERR_NOMEM ? made : parser_refuse(p, "number too big");
    TRY(ast_const(p->arena, value, p->tok.at, out));
    return parser_step(p);
}

static struct err parse_minus(struct parser *p, struct term **out)
{
    struct place at = p->tok.at;
    TRY(parser_step(p));
    if (p->tok.kind == TOKEN_NUMBER && !p->tok.space_before)
        return parse_number(p, true, out);
    bool is_value = bytes_is(p->tok.text, "null") || bytes_is(p->tok.text, "true") || bytes_is(p->tok.text, "false");
    if (p->tok.kind != TOKEN_NUMBER && (p->tok.kind != TOKEN_NAME || is_value))
        return parser_refuse(p, "expected number behind the minus");
    struct term *zero;
    struct term *operand;
    const struct json *value;
    TRY(json_new_int(p->arena, 0, &value));
    TRY(ast_const(p->arena, value, at, &zero));
    TRY(parse_term(p, &operand));
    return ast_operator(p->arena, "minus", zero, operand, out);
}

static struct err parse_name(struct parser *p, struct term **out)
{
    struct bytes name = p->tok.text;
    struct place at = p->tok.at;
    bool is_head = parser_names_reference(p);
    if (!is_head && is_reserved(p, name))
        return parser_refuse(p, "unexpected keyword");
    TRY(parser_step(p));
    const struct json *value = NULL;
    if (!is_head && bytes_is(name, "null"))
        TRY(json_new_null(p->arena, &value));
    if (!is_head && (bytes_is(name, "true") || bytes_is(name, "false")))
        TRY(json_new_bool(p->arena, bytes_is(name, "true"), &value));
    if (value != NULL)
        return ast_const(p->arena, value, at, out);
    return ast_var(p->arena, name, at, out);
}

static struct err parse_string_token(struct parser *p, struct term **out)
{
    TRY(ast_string(p->arena, p->tok.text, p->tok.at, out));
    return parser_step(p);
}

static struct err parse_parenthesis(struct parser *p, struct term **out)
{
    TRY(parser_step(p));
    TRY(parse_pair_expression(p, out));
    return parser_expect(p, TOKEN_PAREN_CLOSE, "expected )");
}

static struct err parse_primary(struct parser *p, struct term **out)
{
    switch ((int)p->tok.kind) {
    case TOKEN_NAME:
        return parse_name(p, out);
    case TOKEN_NUMBER:
        return parse_number(p, false, out);
    case TOKEN_MINUS:
        return parse_minus(p, out);
    case TOKEN_STRING:
    case TOKEN_RAW_STRING:
        return parse_string_token(p, out);
    case TOKEN_TEMPLATE:
        return parse_template(p, out);
    case TOKEN_PAREN_OPEN:
        return parse_parenthesis(p, out);
    case TOKEN_BRACKET_OPEN:
    case TOKEN_BRACE_OPEN:
        return parse_collection(p, out);
    default:
        return parser_refuse(p, p->tok.kind == TOKEN_END ? "unexpected end of the text" : "unexpected token");
    }
}

static struct err parse_dot(struct parser *p, struct term **out)
{
    TRY(parser_step(p));
    if (p->tok.kind != TOKEN_NAME || p->tok.space_before)
        return parser_refuse(p, "expected a name behind the dot");
    TRY(ast_string(p->arena, p->tok.text, p->tok.at, out));
    (*out)->dotted = true;
    return parser_step(p);
}

static struct err parse_index(struct parser *p, struct term **out)
{
    TRY(parser_step(p));
    TRY(parse_expression(p, NULL, out));
    return parser_expect(p, TOKEN_BRACKET_CLOSE, "expected ]");
}

static bool is_step(const struct parser *p)
{
    return !p->tok.space_before && (p->tok.kind == TOKEN_DOT || p->tok.kind == TOKEN_BRACKET_OPEN);
}

static struct err parse_reference(struct parser *p, struct term *head, struct term **out)
{
    struct list items = {.arena = p->arena};
    TRY(list_add(&items, head));
    while (is_step(p)) {
        struct term *key;
        if (items.count > AST_PATH_MAX)
            return parser_refuse(p, "a reference with too many parts");
        TRY(p->tok.kind == TOKEN_DOT ? parse_dot(p, &key) : parse_index(p, &key));
        TRY(list_add(&items, key));
    }
    TRY(ast_term(p->arena, TERM_REF, head->at, out));
    return ast_adopt(*out, &items);
}

static struct err parse_call(struct parser *p, struct term *head, struct term **out)
{
    struct list args = {.arena = p->arena};
    TRY(parser_step(p));
    TRY(parse_list(p, TOKEN_PAREN_CLOSE, &args));
    bool empty_set = head->kind == TERM_VAR && bytes_is(head->name, "set") && args.count == 0;
    TRY(ast_term(p->arena, empty_set ? TERM_SET : TERM_CALL, head->at, out));
    (*out)->callee = head;
    return ast_adopt(*out, &args);
}

static bool may_be_head(const struct term *t)
{
    return t->kind != TERM_CONST && t->kind != TERM_ROOT;
}

static struct err parse_postfix(struct parser *p, struct term *t, struct term **out)
{
    while (!p->tok.space_before && may_be_head(t)) {
        if (is_step(p))
            TRY(parse_reference(p, t, &t));
        else if (p->tok.kind == TOKEN_PAREN_OPEN && (t->kind == TERM_VAR || t->kind == TERM_REF))
            TRY(parse_call(p, t, &t));
        else
            break;
    }
    *out = t;
    return OK;
}

struct err parse_term(struct parser *p, struct term **out)
{
    if (p->depth >= PARSE_DEPTH_MAX)
        return parser_refuse(p, "nested too deeply");
    p->depth++;
    bool is_group = p->tok.kind == TOKEN_PAREN_OPEN || p->tok.kind == TOKEN_MINUS;
    struct term *t;
    TRY(parse_primary(p, &t));
    if (is_group)
        *out = t;
    else
        TRY(parse_postfix(p, t, out));
    p->depth--;
    return OK;
}

struct operator
{
    enum token_kind kind;
    int binds; /* higher binds tighter */
    const char *name;
};

static const struct operator operators[] = {
    {TOKEN_EQUAL, 1, "equal"}, {TOKEN_NOT_EQUAL, 1, "neq"},     {TOKEN_LESS, 1, "lt"},  {TOKEN_LESS_EQUAL, 1, "lte"},
    {TOKEN_GREATER, 1, "gt"},  {TOKEN_GREATER_EQUAL, 1, "gte"}, {TOKEN_OR, 2, "or"},    {TOKEN_AND, 3, "and"},
    {TOKEN_PLUS, 4, "plus"},   {TOKEN_MINUS, 4, "minus"},       {TOKEN_STAR, 5, "mul"}, {TOKEN_SLASH, 5, "div"},
    {TOKEN_PERCENT, 5, "rem"},
};

static const struct operator* next_operator(const struct parser *p, int least)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (operators[i].kind == p->tok.kind)
            return operators[i].binds >= least ? &operators[i] : NULL;
    return NULL;
}

/* Depth: at most one call per level of precedence. */
static struct err parse_operators(struct parser *p, struct term *left, int least, struct term **out)
{
    if (left == NULL)
        TRY(parse_term(p, &left));
    const struct operator* op;
    while ((op = next_operator(p, least)) != NULL) {
        struct term *right;
        struct place at = left->at;
        TRY(parser_step(p));
        TRY(parse_operators(p, NULL, op->binds + 1, &right));
        TRY(ast_operator(p->arena, op->name, left, right, &left));
        left->at = at;
    }
    *out = left;
    return OK;
}

struct err parse_infix(struct parser *p, struct term *left, struct term **out)
{
    return parse_operators(p, left, 1, out);
}

static struct err parse_members(struct parser *p, struct term *left, struct term **out)
{
    while (p->has_in && parser_is_word(p, "in")) {
        struct term *right;
        TRY(parser_step(p));
        TRY(parse_infix(p, NULL, &right));
        TRY(ast_operator(p->arena, "internal.member_2", left, right, &left));
    }
    *out = left;
    return OK;
}

struct err parse_expression(struct parser *p, struct term *left, struct term **out)
{
    TRY(parse_infix(p, left, &left));
    return parse_members(p, left, out);
}

#define PAIR_TRIES_MAX 2 /* within each other: what is tried in vain is read again */

/* "k, v in c", where a comma means nothing else; *out is NULL when it is not that. */
static struct err try_pair(struct parser *p, struct term *key, struct term **out)
{
    struct parser back = *p;
    struct term *value;
    *out = NULL;
    if (p->tries >= PAIR_TRIES_MAX)
        return OK;
    p->tries++;
    p->lx.error = NULL;
    struct err tried = parser_step(p);
    if (!failed(tried))
        tried = parse_infix(p, NULL, &value);
    if (tried.code == ERR_NOMEM)
        return tried;
    if (failed(tried) || !p->has_in || !parser_is_word(p, "in")) {
        *p = back;
        return OK;
    }
    p->lx.error = back.lx.error;
    p->tries = back.tries;
    struct term *items[3] = {key, value, NULL};
    TRY(parser_step(p));
    TRY(parse_infix(p, NULL, &items[2]));
    TRY(ast_operator(p->arena, "internal.member_3", key, NULL, out));
    TRY(ast_items(p->arena, *out, items, 3));
    return OK;
}

struct err parse_pair_expression(struct parser *p, struct term **out)
{
    struct term *left;
    struct term *pair = NULL;
    TRY(parse_infix(p, NULL, &left));
    if (p->tok.kind == TOKEN_COMMA)
        TRY(try_pair(p, left, &pair));
    return parse_members(p, pair == NULL ? left : pair, out);
}

struct err parse_statement(struct parser *p, struct term **out)
{
    struct term *left;
    TRY(parse_pair_expression(p, &left));
    if (p->tok.kind == TOKEN_ASSIGN || p->tok.kind == TOKEN_UNIFY) {
        struct term *right;
        const char *name = p->tok.kind == TOKEN_ASSIGN ? "assign" : "eq";
        struct place at = left->at;
        TRY(parser_step(p));
        TRY(parse_pair_expression(p, &right));
        TRY(ast_operator(p->arena, name, left, right, &left));
        left->at = at;
    }
    *out = left;
    return OK;
}
