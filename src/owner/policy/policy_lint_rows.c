/*
 * The lints: a row each, and a function that says whether it applies where the walk stands.
 */
#include "owner/policy/policy_coverage.h"
#include "owner/policy/policy_lint.h"
#include "owner/policy/policy_types.h"

#define DEPENDS_DEPTH 8

static bool is_bool(const struct term *t, bool value)
{
    return t != NULL && t->kind == TERM_CONST && t->value->type == JSON_BOOL && t->value->as_bool == value;
}

static bool is_always(const struct body *b)
{
    for (size_t i = 0; b != NULL && i < b->count; i++)
        if (b->items[i]->kind != LITERAL_EXPRESSION || b->items[i]->negated || !is_bool(b->items[i]->term, true))
            return false;
    return true;
}

static bool allows_always(const struct lint_at *at)
{
    const struct rule *r = at->rule;
    if (!bytes_is(r->ref->items[0]->name, "allow") || r->ref->count > 1 || r->is_function || r->element != NULL)
        return false;
    for (const struct branch *b = &r->branch; b != NULL; b = b->next)
        if (is_always(b->body))
            return b->value == NULL || is_bool(b->value, true);
    return false;
}

static bool is_null(const struct term *t)
{
    return t->kind == TERM_CONST && t->value->type == JSON_NULL;
}

static bool is_order(struct bytes name)
{
    return bytes_is(name, "lt") || bytes_is(name, "lte") || bytes_is(name, "gt") || bytes_is(name, "gte");
}

static bool is_var(const struct term *t, struct bytes name)
{
    return t->kind == TERM_VAR && bytes_equal(t->name, name);
}

static bool asks_reference(const struct term *t)
{
    return t->kind == TERM_CALL && t->callee != NULL && bytes_is(lint_call(t), "query_reference_value");
}

/* name := query_reference_value(..) */
static bool binds_reference(const struct literal *l, struct bytes name)
{
    struct bytes call = l->kind == LITERAL_EXPRESSION ? lint_call(l->term) : BYTES_EMPTY;
    if (l->negated || l->term == NULL || l->term->callee != NULL || l->term->count != 2)
        return false;
    const struct term *a = l->term->items[0];
    const struct term *b = l->term->items[1];
    return (bytes_is(call, "assign") || bytes_is(call, "eq")) &&
           ((is_var(a, name) && asks_reference(b)) || (is_var(b, name) && asks_reference(a)));
}

/* name != null, is_number(name), not is_null(name), not name == null: what null does not pass. */
static bool guards(const struct literal *l, struct bytes name)
{
    struct bytes call = l->kind == LITERAL_EXPRESSION ? lint_call(l->term) : BYTES_EMPTY;
    if (call.n == 0 || l->term->count == 0)
        return false;
    const struct term *a = l->term->items[0];
    const struct term *b = l->term->items[l->term->count - 1];
    bool compares_null = l->term->count == 2 && ((is_var(a, name) && is_null(b)) || (is_var(b, name) && is_null(a)));
    if (l->negated)
        return (compares_null && bytes_is(call, "equal")) || (is_var(a, name) && bytes_is(call, "is_null"));
    bool is_type_test = bytes_starts(call, BYTES_LIT("is_")) && !bytes_is(call, "is_null");
    return (compares_null && bytes_is(call, "neq")) || (is_var(a, name) && is_type_test);
}

static bool may_be_null(const struct lint_at *at, const struct term *t)
{
    bool is_bound = false;
    if (asks_reference(t))
        return true;
    for (const struct lint_body *b = at->bodies; t->kind == TERM_VAR && b != NULL; b = b->outer)
        for (size_t i = 0; i < b->body->count; i++) {
            if (guards(b->body->items[i], t->name))
                return false;
            is_bound = is_bound || binds_reference(b->body->items[i], t->name);
        }
    return is_bound;
}

static bool compares_null(const struct lint_at *at)
{
    const struct term *t = at->term;
    struct bytes name = lint_call(t);
    if (t->kind != TERM_CALL || t->callee != NULL || t->count != 2 || !(is_order(name) || bytes_is(name, "neq")))
        return false;
    if (is_null(t->items[0]) || is_null(t->items[1]))
        return false;
    return may_be_null(at, t->items[0]) || may_be_null(at, t->items[1]);
}

static bool holds_word(struct bytes text)
{
    static const char *const words[] = {"image", "resource", "path"};
    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        size_t n = strlen(words[w]);
        for (size_t i = 0; i + n <= text.n; i++)
            if (bytes_equal(bytes_of(text.p + i, n), bytes_of_text(words[w])))
                return true;
    }
    return false;
}

static bool names_path(const struct term *t)
{
    if (t->kind == TERM_VAR)
        return holds_word(t->name);
    bool found = t->kind == TERM_CONST && t->value->type == JSON_STRING && holds_word(t->value->text);
    for (size_t i = 0; !found && (t->kind == TERM_REF || t->kind == TERM_CALL) && i < t->count; i++)
        found = names_path(t->items[i]);
    return found;
}

static bool tests_prefix(const struct lint_at *at)
{
    const struct term *t = at->term;
    struct bytes name = lint_call(t);
    bool is_prefix = bytes_is(name, "startswith") || bytes_is(name, "any_prefix_match");
    if (!is_prefix || t->count != 2 || !names_path(t->items[0]))
        return false;
    const struct term *p = t->items[1];
    bool is_text = p->kind == TERM_CONST && p->value->type == JSON_STRING;
    return !is_text || p->value->text.n == 0 || p->value->text.p[p->value->text.n - 1] != '/';
}

/* Whether an unescaped | stands outside of all groups: ^a|b$ anchors each half only on one side. */
static bool has_open_choice(struct bytes text)
{
    int depth = 0;
    bool in_class = false;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '\\')
            i++;
        else if (in_class)
            in_class = c != ']';
        else if (c == '[')
            in_class = true;
        else if (c == '(' || c == ')')
            depth += c == '(' ? 1 : -1;
        else if (c == '|' && depth == 0)
            return true;
    }
    return false;
}

static bool ends_with(struct bytes text, struct bytes end)
{
    return text.n >= end.n && bytes_equal(bytes_of(text.p + text.n - end.n, end.n), end);
}

static bool is_unanchored(const struct lint_at *at)
{
    const struct term *t = at->term;
    bool is_match = bytes_is(lint_call(t), "match") && t->callee->kind == TERM_REF && t->callee->count == 2 &&
                    bytes_is(t->callee->items[0]->name, "regex");
    if (!is_match || t->count != 2 || t->items[0]->kind != TERM_CONST || t->items[0]->value->type != JSON_STRING)
        return false;
    struct bytes text = t->items[0]->value->text;
    bool begins = bytes_starts(text, BYTES_LIT("^")) || bytes_starts(text, BYTES_LIT("\\A"));
    bool ends =
        (ends_with(text, BYTES_LIT("$")) && !ends_with(text, BYTES_LIT("\\$"))) || ends_with(text, BYTES_LIT("\\z"));
    return !begins || !ends || has_open_choice(text);
}

/* Whether two constants compare so; *known is false where that is no comparison of constants. */
static bool compare(const struct term *t, bool *known)
{
    struct bytes name = lint_call(t);
    *known = t->kind == TERM_CALL && t->callee == NULL && t->count == 2 && t->items[0]->kind == TERM_CONST &&
             t->items[1]->kind == TERM_CONST;
    if (!*known)
        return false;
    int order = json_compare(t->items[0]->value, t->items[1]->value);
    if (bytes_is(name, "equal") || bytes_is(name, "eq"))
        return order == 0;
    if (bytes_is(name, "neq"))
        return order != 0;
    if (bytes_is(name, "lt") || bytes_is(name, "lte"))
        return bytes_is(name, "lt") ? order < 0 : order <= 0;
    *known = bytes_is(name, "gt") || bytes_is(name, "gte");
    return bytes_is(name, "gt") ? order > 0 : order >= 0;
}

static bool is_never(const struct lint_at *at)
{
    const struct literal *l = at->literal;
    bool known;
    if (l->kind != LITERAL_EXPRESSION)
        return false;
    if (l->term->kind == TERM_CONST)
        return l->negated != is_bool(l->term, false);
    bool result = compare(l->term, &known);
    return known && result == l->negated;
}

static bool is_entry(const struct lint_at *at, struct bytes name)
{
    static const char *const usual[] = {"allow", "refusal", "trust_claims", "extensions", "deny", "violation", "main"};
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (bytes_is(name, usual[i]))
            return true;
    for (size_t i = 0; i < at->entry_count; i++)
        if (bytes_is(name, at->entries[i]))
            return true;
    return false;
}

static bool is_mentioned(const struct list *mentions, struct bytes name)
{
    size_t low = 0;
    size_t high = mentions->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct bytes *x = mentions->items[mid];
        int order = bytes_compare(*x, name);
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

static bool is_unused(const struct lint_at *at)
{
    struct bytes name = at->rule->ref->items[0]->name;
    for (const struct rule *r = at->module->rules; r != at->rule; r = r->next)
        if (bytes_equal(r->ref->items[0]->name, name))
            return false; /* said at its first clause */
    return !coverage_has_tests(at->module) && !is_entry(at, name) && !is_mentioned(at->mentions, name);
}

static bool may_be_undefined(const struct lint_at *at, const struct term *t, unsigned depth);

/* Whether the name is that of a rule which is not always there: no default, and a body or a value that depends. */
static bool depends(const struct lint_at *at, struct bytes name, unsigned depth)
{
    bool found = false;
    for (const struct rule *r = at->module->rules; r != NULL; r = r->next) {
        if (!bytes_equal(r->ref->items[0]->name, name))
            continue;
        if (r->is_default || r->element != NULL)
            return false;
        found = found || r->branch.body != NULL || r->ref->count > 1 ||
                (r->branch.value != NULL && may_be_undefined(at, r->branch.value, depth));
    }
    return found;
}

/* Rules that need each other are refused by the compiler; the depth only bounds the work. */
static bool may_be_undefined(const struct lint_at *at, const struct term *t, unsigned depth)
{
    if (depth == DEPENDS_DEPTH || t->kind == TERM_REF)
        return true;
    if (t->kind == TERM_VAR)
        return depends(at, t->name, depth + 1);
    bool found = t->kind == TERM_CALL && t->callee != NULL && t->callee->kind == TERM_VAR &&
                 depends(at, t->callee->name, depth + 1);
    for (size_t i = 0; !found && t->kind < TERM_ARRAY_OF && i < t->count; i++)
        found = may_be_undefined(at, t->items[i], depth + 1);
    return found;
}

/* OPA moves what is inside of the call in front of the `not`, direct sides of = and == apart. */
static bool is_negation_split(const struct lint_at *at)
{
    const struct literal *l = at->literal;
    if (!l->negated || l->kind != LITERAL_EXPRESSION || l->term->kind != TERM_CALL || at->module->new_not)
        return false;
    struct bytes name = lint_call(l->term);
    bool is_equality = l->term->callee == NULL && (bytes_is(name, "equal") || bytes_is(name, "eq"));
    for (size_t i = 0; i < l->term->count; i++) {
        const struct term *t = l->term->items[i];
        bool stays = is_equality && (t->kind == TERM_REF || t->kind == TERM_VAR);
        if (!stays && may_be_undefined(at, t, 0))
            return true;
    }
    return false;
}

const struct lint lint_rows[] = {
    {"allow-always", true, LINT_RULE, allows_always, "it allows whatever the request is"},
    {"null-reference", true, LINT_TERM, compares_null,
     "the reference value is null where none is registered, and null is less than every number and unequal to every "
     "value; test it first, as with is_number"},
    {"never-true", true, LINT_LITERAL, is_never, "it is never true, and so its rule never holds"},
    {"type-mismatch", true, LINT_TERM, types_wrong_operand,
     "the function never takes a value of this type, so the call has no value; OPA refuses the policy"},
    {"type-mismatch", true, LINT_TERM, types_never_equal,
     "the sides have unlike types, and so are never equal; OPA refuses the policy"},
    {"path-prefix", false, LINT_TERM, tests_prefix,
     "a prefix that ends inside of a name lets longer names pass; compare the whole, or end it with /"},
    {"regex-unanchored", false, LINT_TERM, is_unanchored,
     "the pattern may match a part of the text; begin it with ^ and end it with $, around a group where it has |"},
    {"rule-unused", false, LINT_RULE, is_unused, "no rule uses it, and it is no entry point; is its name misspelt?"},
    {"negation-split", false, LINT_LITERAL, is_negation_split,
     "where a part of it is undefined this is not true here and in OPA, and true with `import future.keywords.not`; "
     "make it a rule of its own, and negate that"},
};
const size_t lint_row_count = sizeof(lint_rows) / sizeof(lint_rows[0]);
