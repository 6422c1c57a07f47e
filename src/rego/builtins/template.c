/*
 * strings.render_template: plain text, actions between braces, and blocks. A block that is not wanted is read past.
 */
#include "rego/builtins/template.h"

#include "rego/value.h"

#define SHOWN(text_) (int)((text_).n > 40 ? 40 : (text_).n), (const char *)(text_).p

/* How a list of actions ended, and what stood behind `else`. */
enum end { END_TEXT, END_END, END_ELSE };

struct ending {
    enum end end;
    struct bytes rest;
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the action that begins at `from` ends: at its "}}", which does not count inside of quotes. */
static size_t action_end(struct bytes text, size_t from)
{
    uint8_t quote = 0;
    for (size_t i = from; i + 1 < text.n; i++) {
        uint8_t c = text.p[i];
        if (quote != 0) {
            i += quote == '"' && c == '\\';
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '`') {
            quote = c;
        } else if (c == '}' && text.p[i + 1] == '}') {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Behind "{{" and a dash: a comment, which may hold anything. *end: where its closing braces are looked for from. */
static bool is_comment(struct bytes text, size_t from, size_t *end)
{
    size_t begin = from + (from < text.n && text.p[from] == '-');
    while (begin < text.n && is_space(text.p[begin]))
        begin++;
    *end = from;
    if (!bytes_starts(bytes_of(text.p + begin, text.n - begin), BYTES_LIT("/*")))
        return false;
    const uint8_t *closed = memmem(text.p + begin + 2, text.n - begin - 2, "*/", 2);
    *end = closed == NULL ? text.n : (size_t)(closed - text.p);
    return true;
}

/* The plain text up to the next action, and the action without braces; *more is false at the end of the text. */
static struct err take_action(struct template *t, struct bytes *plain, struct bytes *action, bool *more)
{
    struct bytes rest = bytes_of(t->text.p + t->at, t->text.n - t->at);
    const uint8_t *open = memmem(rest.p, rest.n, "{{", 2);
    *plain = open == NULL ? rest : bytes_of(rest.p, (size_t)(open - rest.p));
    *more = open != NULL;
    t->at = t->text.n;
    if (open == NULL)
        return OK;
    size_t from = (size_t)(open - t->text.p) + 2;
    size_t end;
    bool comment = is_comment(t->text, from, &end);
    end = action_end(t->text, end);
    if (end == SIZE_MAX)
        return builtin_error(t->c, "unclosed action");
    t->at = end + 2;
    bool left = end > from + 1 && t->text.p[from] == '-' && is_space(t->text.p[from + 1]);
    bool right = end > from + 1 && t->text.p[end - 1] == '-' && is_space(t->text.p[end - 2]);
    *action = template_trim(bytes_of(t->text.p + from + left, end - from - left - right));
    while (left && plain->n > 0 && is_space(plain->p[plain->n - 1]))
        plain->n--;
    while (right && t->at < t->text.n && is_space(t->text.p[t->at]))
        t->at++;
    if (action->n == 0)
        return builtin_error(t->c, "missing value for command");
    if (comment)
        *action = BYTES_EMPTY;
    return OK;
}

static struct err declare(struct template *t, struct bytes name, struct item item)
{
    if (t->variable_count == TEMPLATE_VARIABLES)
        return FAIL(ERR_LIMIT, "a template with too many variables");
    t->variables[t->variable_count++] = (struct template_variable){name, item};
    return OK;
}

static struct err assign(struct template *t, struct bytes name, struct item item)
{
    for (size_t i = t->variable_count; i > 0; i--)
        if (bytes_equal(t->variables[i - 1].name, name)) {
            t->variables[i - 1].item = item;
            return OK;
        }
    return builtin_error(t->c, "undefined variable \"%.*s\"", SHOWN(name));
}

/* "$a, $b :=" at the start; how many names. The operator is ":=", "=" or nothing. */
struct names {
    struct bytes name[2];
    size_t count;
    bool new;
};

static void take_names(struct bytes *text, struct names *out)
{
    struct bytes rest = *text;
    *out = (struct names){.count = 0};
    for (size_t i = 0; i < 2 && rest.n > 1 && rest.p[0] == '$'; i++) {
        out->name[i] = template_name(&rest);
        rest = template_trim(rest);
        bool comma = rest.n > 0 && rest.p[0] == ',' && i == 0;
        bool new = bytes_starts(rest, BYTES_LIT(":="));
        if (new || (rest.n > 0 && rest.p[0] == '=')) {
            out->count = i + 1;
            out->new = new;
            *text = template_trim(bytes_of(rest.p + 1 + new, rest.n - 1 - new));
            return;
        }
        if (!comma)
            return;
        rest = template_trim(bytes_of(rest.p + 1, rest.n - 1));
    }
}

static struct err set_name(struct template *t, const struct names *n, size_t i, struct item item)
{
    return n->new ? declare(t, n->name[i], item) : assign(t, n->name[i], item);
}

static struct err run_list(struct template *t, struct item dot, bool live, struct ending *out);

/* The value of a pipeline that may be given a name. */
static struct err evaluate(struct template *t, struct item dot, struct bytes text, struct names *names,
                           struct item *out)
{
    take_names(&text, names);
    return template_item(t, dot, text, out);
}

static struct err expect_end(struct template *t, const struct ending *e)
{
    return e->end == END_END ? OK : builtin_error(t->c, "unexpected %s", e->end == END_TEXT ? "EOF" : "{{else}}");
}

/* `if` and `with`, and their `else if` up to the one end: any number of them, so they are no recursion. */
static struct err run_if(struct template *t, struct item dot, bool live, bool with, struct bytes condition)
{
    struct ending e;
    size_t variables = t->variable_count;
    for (bool again = true; again;) {
        struct names names = {.count = 0};
        struct item item = {.kind = ITEM_NONE};
        if (live)
            TRY(evaluate(t, dot, condition, &names, &item));
        if (names.count == 1)
            TRY(set_name(t, &names, 0, item));
        bool holds = live && template_is_true(item);
        TRY(run_list(t, with ? item : dot, holds, &e));
        live = live && !holds;
        condition = e.rest;
        again = e.end == END_ELSE && bytes_is(template_name(&condition), with ? "with" : "if");
        condition = template_trim(condition);
    }
    if (e.end == END_ELSE && e.rest.n > 0)
        return builtin_error(t->c, "unexpected \"%.*s\" in else", SHOWN(e.rest));
    if (e.end == END_ELSE)
        TRY(run_list(t, dot, live, &e));
    t->variable_count = variables;
    return expect_end(t, &e);
}

static struct err run_turn(struct template *t, const struct names *names, const struct json *v, size_t i,
                           struct ending *e)
{
    struct item item = {ITEM_VALUE, v->type == JSON_OBJECT ? v->members[i].value : v->items[i], 0};
    struct item index = {ITEM_INDEX, NULL, (int64_t)i};
    if (v->type == JSON_OBJECT) {
        index.kind = ITEM_VALUE;
        TRY(value_key(t->c->arena, &v->members[i], &index.value));
    }
    if (names->count == 2)
        TRY(set_name(t, names, 0, index));
    if (names->count > 0)
        TRY(set_name(t, names, names->count - 1, item));
    return run_list(t, item, true, e);
}

static struct err run_range(struct template *t, struct item dot, bool live, struct bytes text)
{
    struct names names = {.count = 0};
    struct item item = {.kind = ITEM_NONE};
    struct ending e;
    size_t variables = t->variable_count;
    size_t body = t->at;
    if (live)
        TRY(evaluate(t, dot, text, &names, &item));
    const struct json *v = item.kind == ITEM_VALUE && item.value->type != JSON_NULL ? item.value : &value_empty_array;
    if (item.kind == ITEM_INDEX || v->type < JSON_ARRAY)
        return builtin_error(t->c, "range can't iterate over it");
    for (size_t i = 0; i < v->count; i++) {
        t->at = body;
        t->variable_count = variables;
        TRY(run_turn(t, &names, v, i, &e));
    }
    t->variable_count = variables;
    if (v->count == 0)
        TRY(run_list(t, dot, false, &e));
    if (e.end == END_ELSE && e.rest.n > 0)
        return builtin_error(t->c, "unexpected \"%.*s\" in else", SHOWN(e.rest));
    if (e.end == END_ELSE)
        TRY(run_list(t, dot, live && v->count == 0, &e));
    return expect_end(t, &e);
}

static struct err run_statement(struct template *t, struct item dot, struct bytes action)
{
    struct names names;
    struct item item;
    TRY(evaluate(t, dot, action, &names, &item));
    if (names.count == 2)
        return builtin_error(t->c, "too many declarations in command");
    if (names.count == 1)
        return set_name(t, &names, 0, item);
    template_put(item, t->out);
    struct bytes text;
    return buf_end(t->out, &text); /* once it is full, every further turn would be for nothing */
}

static struct err run_action(struct template *t, struct item dot, bool live, struct bytes action)
{
    static const char *const unknown[] = {"define", "template", "block", "break", "continue"};
    struct bytes rest = action;
    struct bytes word = template_name(&rest);
    rest = template_trim(rest);
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        if (bytes_is(word, unknown[i]))
            return builtin_error(t->c, "{{%s}} is not supported", unknown[i]);
    if (bytes_is(word, "if") || bytes_is(word, "with"))
        return run_if(t, dot, live, bytes_is(word, "with"), rest);
    if (bytes_is(word, "range"))
        return run_range(t, dot, live, rest);
    return live ? run_statement(t, dot, action) : OK;
}

static struct err run_list(struct template *t, struct item dot, bool live, struct ending *out)
{
    size_t variables = t->variable_count;
    *out = (struct ending){END_TEXT, BYTES_EMPTY};
    if (++t->depth > TEMPLATE_DEPTH)
        return FAIL(ERR_LIMIT, "a template is nested too deeply");
    for (bool more = true; more;) {
        struct bytes plain;
        struct bytes action = BYTES_EMPTY;
        size_t before = t->at;
        TRY(take_action(t, &plain, &action, &more));
        TRY(builtin_cost(t->c, 8 + t->at - before));
        if (live)
            buf_add(t->out, plain);
        struct bytes rest = action;
        struct bytes word = template_name(&rest);
        bool end = bytes_is(word, "end") && rest.n == 0;
        if (end || bytes_is(word, "else")) {
            *out = (struct ending){end ? END_END : END_ELSE, template_trim(rest)};
            break;
        }
        if (action.n > 0)
            TRY(run_action(t, dot, live, action));
    }
    t->depth--;
    t->variable_count = variables;
    return OK;
}

static struct err bi_render_template(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct ending e;
    TRY(builtin_need_strings(c, 1));
    TRY(builtin_need(c, 2, JSON_OBJECT));
    builtin_text(c, &b);
    struct item root = {ITEM_VALUE, c->args[1], 0};
    struct template t = {.c = c, .text = c->args[0]->text, .out = &b, .root = root};
    TRY(run_list(&t, root, true, &e));
    if (e.end != END_TEXT)
        return builtin_error(c, "unexpected {{%s}}", e.end == END_END ? "end" : "else");
    return builtin_string(c, &b, out);
}

const struct builtin builtins_template[] = {
    {"strings.render_template", 2, false, bi_render_template},
};
BUILTIN_ROWS(template)
