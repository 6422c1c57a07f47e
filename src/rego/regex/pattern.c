/*
 * Patterns as trees. Open groups stand on a list, not on the stack: no pattern makes this recurse.
 */
#include "rego/regex/parser.h"

struct err parser_fault(struct pattern_parser *p, const char *text, size_t from, size_t to)
{
    p->fault->text = text;
    p->fault->part = bytes_of(p->text.p + from, to - from);
    return FAIL(ERR_FORMAT, "not a regular expression");
}

static struct err new_node(struct pattern_parser *p, enum pattern_kind kind, struct pattern **out)
{
    TRY(arena_new(p->arena, out));
    **out = (struct pattern){.kind = kind, .height = 1, .copies = 1};
    p->nodes++;
    return OK;
}

static void measure(struct pattern_list *l, const struct pattern *node)
{
    l->height = node->height > l->height ? node->height : l->height;
    l->copies = node->copies > l->copies ? node->copies : l->copies;
}

static void list_node(struct pattern_list *l, struct pattern *node)
{
    node->before = l->last;
    l->last = node;
    l->count++;
    measure(l, node);
}

/* A node above the list, or its only member. */
static struct err close_list(struct pattern_parser *p, struct pattern_list *l, enum pattern_kind kind,
                             struct pattern **out)
{
    if (l->count == 1) {
        *out = l->last;
    } else if (l->count == 0) {
        TRY(new_node(p, PATTERN_EMPTY, out));
    } else {
        TRY(new_node(p, kind, out));
        (*out)->last = l->last;
        (*out)->height = l->height + 1;
        (*out)->copies = l->copies;
    }
    *l = (struct pattern_list){0};
    if ((*out)->height > PATTERN_HEIGHT_MAX)
        return FAIL(ERR_LIMIT, "a regular expression is nested too deeply");
    return OK;
}

struct err parser_add(struct pattern_parser *p, enum pattern_kind kind, struct pattern **out)
{
    TRY(new_node(p, kind, out));
    list_node(&p->open->sequence, *out);
    return OK;
}

struct err parser_add_set(struct pattern_parser *p, struct charset set)
{
    struct pattern *node;
    struct charset_list *listed;
    TRY(parser_add(p, PATTERN_SET, &node));
    TRY(arena_new(p->arena, &listed));
    *listed = (struct charset_list){set, p->sets};
    p->sets = listed;
    node->set = set;
    return OK;
}

struct err parser_add_char(struct pattern_parser *p, uint32_t c)
{
    struct charset_builder b = parser_class(p);
    struct charset set;
    TRY(charset_add(&b, c, c));
    TRY(charset_make(&b, false, &set));
    return parser_add_set(p, set);
}

static struct err add_look(struct pattern_parser *p, enum look text, enum look line)
{
    struct pattern *node;
    p->at++;
    TRY(parser_add(p, PATTERN_LOOK, &node));
    node->look = (uint8_t)((p->flags & FLAG_LINES) != 0 ? line : text);
    return OK;
}

static struct err add_dot(struct pattern_parser *p)
{
    static const struct unicode_span any[] = {{0, CHARACTER_MAX}};
    static const struct unicode_span in_line[] = {{0, '\n' - 1}, {'\n' + 1, CHARACTER_MAX}};
    p->at++;
    if ((p->flags & FLAG_DOT_LINE) != 0)
        return parser_add_set(p, (struct charset){any, 1});
    return parser_add_set(p, (struct charset){in_line, 2});
}

struct err parser_open(struct pattern_parser *p, bool captures, unsigned flags_after)
{
    struct pattern_open *o;
    TRY(arena_new(p->arena, &o));
    *o = (struct pattern_open){.around = p->open, .flags = flags_after, .captures = captures};
    if (captures)
        o->group = ++p->groups;
    p->open = o;
    return OK;
}

static struct err keep_name(struct pattern_parser *p, struct bytes name)
{
    if (p->groups + 1 >= p->names_cap) {
        struct bytes *grown;
        uint32_t cap = p->groups * 2 + 8;
        TRY(arena_array(p->arena, cap, &grown));
        for (uint32_t i = 0; i < cap; i++)
            grown[i] = i < p->names_cap ? p->names[i] : BYTES_EMPTY;
        p->names = grown;
        p->names_cap = cap;
    }
    p->names[p->groups + 1] = name;
    return OK;
}

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        if (c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z'))
            return false;
    }
    return name.n > 0;
}

/* (?P<name> or (?<name>, whose name begins at `begin` */
static struct err open_named(struct pattern_parser *p, size_t begin)
{
    size_t from = p->at;
    const uint8_t *end = memchr(p->text.p + begin, '>', p->text.n - begin);
    if (end == NULL)
        return parser_fault(p, "invalid named capture", from, p->text.n);
    struct bytes name = bytes_of(p->text.p + begin, (size_t)(end - p->text.p) - begin);
    p->at = begin + name.n + 1;
    if (!is_name(name))
        return parser_fault(p, "invalid named capture", from, p->at);
    TRY(keep_name(p, name));
    return parser_open(p, true, p->flags);
}

/* (?i-s) for what follows, (?i-s:..) for a group */
static struct err read_flags(struct pattern_parser *p)
{
    static const char letters[] = "imsU";
    size_t from = p->at;
    unsigned flags = p->flags;
    bool clear = false;
    bool any = false;
    p->at += 2;
    while (p->at < p->text.n) {
        uint32_t c = text_next(p->text, &p->at);
        const char *letter = c < 0x80 && c != 0 ? strchr(letters, (int)c) : NULL;
        if (letter != NULL) {
            unsigned flag = 1U << (letter - letters);
            flags = clear ? flags & ~flag : flags | flag;
            any = true;
        } else if (c == '-' && !clear) {
            clear = true;
            any = false;
        } else if ((c == ':' || c == ')') && (any || !clear)) {
            unsigned before = p->flags;
            p->flags = flags;
            return c == ')' ? OK : parser_open(p, false, before);
        } else {
            break;
        }
    }
    return parser_fault(p, "invalid or unsupported Perl syntax", from, p->at);
}

static struct err read_group(struct pattern_parser *p)
{
    size_t left = p->text.n - p->at;
    if (parser_sees(p, 1, '?')) {
        if (left > 4 && parser_sees(p, 2, 'P') && parser_sees(p, 3, '<'))
            return open_named(p, p->at + 4);
        return left > 3 && parser_sees(p, 2, '<') ? open_named(p, p->at + 3) : read_flags(p);
    }
    p->at++;
    return parser_open(p, true, p->flags);
}

struct err parser_branch(struct pattern_parser *p)
{
    struct pattern *branch;
    TRY(close_list(p, &p->open->sequence, PATTERN_SEQUENCE, &branch));
    list_node(&p->open->choices, branch);
    return OK;
}

struct err parser_close(struct pattern_parser *p)
{
    struct pattern *inner;
    struct pattern *node;
    struct pattern_open *o = p->open;
    TRY(parser_branch(p));
    TRY(close_list(p, &o->choices, PATTERN_CHOICE, &inner));
    p->open = o->around;
    p->flags = o->flags;
    if (!o->captures) {
        list_node(&p->open->sequence, inner);
        return OK;
    }
    TRY(parser_add(p, PATTERN_GROUP, &node));
    node->group = o->group;
    node->last = inner;
    node->height = inner->height + 1;
    node->copies = inner->copies;
    measure(&p->open->sequence, node);
    return OK;
}

static struct err close_group(struct pattern_parser *p)
{
    if (p->open->around == NULL)
        return parser_fault(p, "unexpected )", 0, p->text.n);
    p->at++;
    return parser_close(p);
}

/* A number of a counted repeat: digits without a needless zero; more than ours can count becomes -2. */
static bool read_count(const struct pattern_parser *p, size_t *at, int32_t *out)
{
    size_t from = *at;
    int32_t value = 0;
    while (*at < p->text.n && p->text.p[*at] >= '0' && p->text.p[*at] <= '9') {
        value = value > PATTERN_COUNT_MAX ? value : value * 10 + (p->text.p[*at] - '0');
        (*at)++;
    }
    *out = value > PATTERN_COUNT_MAX ? -2 : value;
    return *at > from && (*at == from + 1 || p->text.p[from] != '0');
}

/* {2}, {2,}, {2,3}; anything else is no repeat, and the brace is one itself. */
static bool read_counts(const struct pattern_parser *p, size_t *end, int32_t *min, int32_t *max)
{
    size_t at = p->at + 1;
    if (!read_count(p, &at, min))
        return false;
    *max = *min;
    if (at < p->text.n && p->text.p[at] == ',') {
        at++;
        *max = PATTERN_FOREVER;
        if (at < p->text.n && p->text.p[at] != '}' && !read_count(p, &at, max))
            return false;
    }
    *end = at + 1;
    return at < p->text.n && p->text.p[at] == '}';
}

/* Puts a repetition in the place of the last node of the sequence. */
struct err parser_repeat(struct pattern_parser *p, struct pattern repeat, bool counted)
{
    struct pattern *child;
    struct pattern *node = p->open->sequence.last;
    TRY(new_node(p, PATTERN_EMPTY, &child));
    *child = *node;
    child->before = NULL;
    uint32_t times = !counted ? 1 : (uint32_t)(repeat.max == PATTERN_FOREVER ? repeat.min : repeat.max);
    repeat.kind = PATTERN_REPEAT;
    repeat.before = node->before;
    repeat.last = child;
    repeat.height = child->height + 1;
    repeat.copies = counted && repeat.max == 0 ? 1 : child->copies * (times == 0 ? 1 : times);
    *node = repeat;
    measure(&p->open->sequence, node);
    return OK;
}

/* The repetition was read; what may follow it is the mark of laziness. */
static struct err add_repeat(struct pattern_parser *p, size_t from, int32_t min, int32_t max, bool counted)
{
    bool marked = parser_sees(p, 0, '?');
    p->at += marked;
    if (p->repeat_at != SIZE_MAX)
        return parser_fault(p, "invalid nested repetition operator", p->repeat_at, p->at);
    p->repeat_at = from;
    if (p->open->sequence.last == NULL)
        return parser_fault(p, "missing argument to repetition operator", from, p->at);
    bool lazy = marked != ((p->flags & FLAG_LAZY) != 0);
    TRY(parser_repeat(p, (struct pattern){.lazy = lazy, .min = min, .max = max}, counted));
    if (p->open->sequence.last->copies > PATTERN_COUNT_MAX)
        return parser_fault(p, "invalid repeat count", from, p->at);
    return OK;
}

static struct err read_repeat(struct pattern_parser *p)
{
    size_t from = p->at++;
    uint8_t c = p->text.p[from];
    return add_repeat(p, from, c == '+', c == '?' ? 1 : PATTERN_FOREVER, false);
}

static struct err read_counted(struct pattern_parser *p)
{
    size_t end;
    int32_t min;
    int32_t max;
    size_t from = p->at;
    if (!read_counts(p, &end, &min, &max)) {
        p->repeat_at = SIZE_MAX;
        p->at++;
        return parser_add_char(p, '{');
    }
    if (min < 0 || max < PATTERN_FOREVER || (max != PATTERN_FOREVER && max < min))
        return parser_fault(p, "invalid repeat count", from, end);
    p->at = end;
    return add_repeat(p, from, min, max, true);
}

static struct err read_one(struct pattern_parser *p)
{
    uint8_t c = p->text.p[p->at];
    if (c == '*' || c == '+' || c == '?')
        return read_repeat(p);
    if (c == '{')
        return read_counted(p);
    p->repeat_at = SIZE_MAX;
    switch (c) {
    case '(':
        return read_group(p);
    case ')':
        return close_group(p);
    case '[':
        return parser_bracket(p);
    case '\\':
        return parser_escape(p);
    case '^':
        return add_look(p, LOOK_TEXT_BEGIN, LOOK_LINE_BEGIN);
    case '$':
        return add_look(p, LOOK_TEXT_END, LOOK_LINE_END);
    case '.':
        return add_dot(p);
    case '|':
        p->at++;
        return parser_branch(p);
    default:
        return parser_add_char(p, text_next(p->text, &p->at));
    }
}

struct err parser_begin(struct pattern_parser *p, struct arena *a, struct bytes text, struct regex_fault *fault)
{
    *p = (struct pattern_parser){.arena = a, .text = text, .fault = fault, .repeat_at = SIZE_MAX};
    fault->work = 0;
    if (text.n > REGEX_PATTERN_MAX)
        return FAIL(ERR_LIMIT, "a pattern is too long");
    if (!bytes_is_utf8(text))
        return parser_fault(p, "invalid UTF-8", 0, 0);
    return parser_open(p, false, 0);
}

struct err parser_end(struct pattern_parser *p, struct pattern_tree *out)
{
    TRY(parser_branch(p));
    TRY(close_list(p, &p->open->choices, PATTERN_CHOICE, &out->root));
    TRY(keep_name(p, BYTES_EMPTY));
    out->sets = p->sets;
    out->groups = p->groups;
    out->names = p->names;
    out->nodes = p->nodes;
    return OK;
}

struct err pattern_parse(struct arena *a, struct bytes text, struct regex_fault *fault, struct pattern_tree *out)
{
    struct pattern_parser p;
    TRY(parser_begin(&p, a, text, fault));
    while (p.at < text.n)
        TRY(read_one(&p));
    if (p.open->around != NULL)
        return parser_fault(&p, "missing closing )", 0, text.n);
    return parser_end(&p, out);
}
