/*
 * A failed literal in one sentence, with the values on both sides.
 */
#include "rego/explain.h"

#define NAME_COMPARED 64 /* longer names are not compared letter by letter */

struct err explain_value(struct record *r, const struct json *v, bool cut, struct bytes *out)
{
    SCOPED(buf) struct buf text;
    struct bytes whole;
    const struct json *shown;
    buf_init(&text, RECORD_MEMORY);
    TRY(record_shown(r, v, &shown));
    json_encode(shown, &text);
    TRY(buf_end(&text, &whole));
    TRY(arena_copy(&r->arena, whole, out));
    if (!cut || whole.n <= EXPLAIN_VALUE)
        return OK;
    size_t n = EXPLAIN_VALUE;
    while (n > 0 && (out->p[n] & 0xC0) == 0x80)
        n--;
    buf_reset(&text);
    buf_add(&text, bytes_of(out->p, n));
    buf_text(&text, "...");
    TRY(buf_end(&text, &whole));
    return arena_copy(&r->arena, whole, out);
}

struct err explain_rule_name(struct record *r, const struct node *n, struct bytes *out)
{
    if (n == NULL || n->parent == NULL) {
        *out = n == NULL ? BYTES_EMPTY : BYTES_LIT("data");
        return OK;
    }
    TRY(explain_rule_name(r, n->parent, out));
    return record_path_key(r, *out, n->key, out);
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* How many letters are changed, put in or taken away between two names; case does not count. */
static size_t distance(struct bytes a, struct bytes b)
{
    size_t row[NAME_COMPARED + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b.n];
}

static void consider(struct bytes wanted, struct bytes name, size_t *best, struct bytes *out)
{
    if (name.n == 0 || name.n > NAME_COMPARED || wanted.n > NAME_COMPARED)
        return;
    size_t d = distance(wanted, name);
    if (d < *best) {
        *best = d;
        *out = name;
    }
}

struct err explain_similar(struct record *r, const struct json *from, const struct node *n, const struct json *key,
                           struct bytes *out)
{
    const struct record_place *place = record_place(r, from);
    *out = BYTES_EMPTY;
    if (!json_is(key, JSON_STRING) || (place != NULL && place->is_secret))
        return OK;
    size_t best = key->text.n / 3 + 1;
    for (size_t i = 0; json_is(from, JSON_OBJECT) && i < from->count; i++)
        consider(key->text, from->members[i].key, &best, out);
    for (size_t i = 0; n != NULL && i < n->count; i++)
        if (n->children[i]->key->type == JSON_STRING)
            consider(key->text, n->children[i]->key->text, &best, out);
    *out = record_shown_text(r, *out);
    return OK;
}

struct operator_words {
    const char *name;
    const char *words;
};

static const struct operator_words operators[] = {
    {"equal", "is not equal to"},      {"eq", "is not equal to"},          {"neq", "is equal to"},
    {"lt", "is not less than"},        {"lte", "is greater than"},         {"gt", "is not greater than"},
    {"gte", "is less than"},           {"internal.member_2", "is not in"}, {"startswith", "does not begin with"},
    {"endswith", "does not end with"}, {"contains", "does not contain"},
};

static const char *words_of(struct bytes name)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (bytes_is(name, operators[i].name))
            return operators[i].words;
    return NULL;
}

/* A value with the name of the place in a document that it stands at. */
static struct err put_value(struct record *r, const struct json *v, struct buf *out)
{
    struct bytes text;
    const struct record_place *place = record_place(r, v);
    if (v == NULL) {
        buf_text(out, "a computed value");
        return OK;
    }
    if (place != NULL && place->root != NULL) {
        TRY(record_path(r, place, &text));
        buf_add(out, record_shown_text(r, text));
        buf_text(out, " (");
    }
    TRY(explain_value(r, v, true, &text));
    buf_add(out, text);
    if (place != NULL && place->root != NULL)
        buf_text(out, ")");
    return OK;
}

static struct err put_keys(struct record *r, const struct json *from, struct buf *out)
{
    if (!json_is(from, JSON_OBJECT) || from->count == 0 || record_is_secret(r, from))
        return OK;
    buf_text(out, "; there is ");
    for (size_t i = 0; i < from->count && i < 8; i++) {
        const struct json *key;
        struct bytes text;
        TRY(value_key(&r->arena, &from->members[i], &key));
        TRY(explain_value(r, key, true, &text));
        buf_text(out, i == 0 ? "" : ", ");
        buf_add(out, text);
    }
    if (from->count > 8)
        buf_text(out, ", ...");
    return OK;
}

static struct err put_missing(struct record *r, const struct record_fail *f, struct buf *out)
{
    struct bytes similar = BYTES_EMPTY;
    if (f->path.n == 0)
        buf_text(out, "a value");
    buf_add(out, record_shown_text(r, f->path));
    buf_text(out, f->step->kind == STEP_SELECT ? " is missing" : " is undefined");
    if (f->step->kind != STEP_SELECT)
        return OK;
    TRY(explain_similar(r, f->from, NULL, f->key, &similar));
    if (similar.n > 0) {
        buf_text(out, "; did you mean ");
        buf_add(out, similar);
        buf_text(out, "?");
        return OK;
    }
    return put_keys(r, f->from, out);
}

static struct err put_call(struct record *r, const struct record_fail *f, struct buf *out)
{
    struct bytes name = f->step->function->name;
    const char *words = words_of(name);
    bool is_undefined = f->note.n > 0;
    if (words != NULL && f->arg_count == 2 && !is_undefined) {
        TRY(put_value(r, f->args[0], out));
        buf_text(out, " ");
        buf_text(out, words);
        buf_text(out, " ");
        return put_value(r, f->args[1], out);
    }
    if (f->step->function->node != NULL)
        TRY(explain_rule_name(r, f->step->function->node, &name));
    buf_add(out, name);
    buf_text(out, "(");
    for (size_t i = 0; i < f->arg_count; i++) {
        buf_text(out, i == 0 ? "" : ", ");
        TRY(put_value(r, f->args[i], out));
    }
    buf_text(out, is_undefined ? ") has no result: " : ") is false or undefined");
    buf_add(out, f->note);
    return OK;
}

static struct err put_scan(struct record *r, const struct record_fail *f, struct buf *out)
{
    struct bytes path = f->path.n == 0 ? BYTES_LIT("what is iterated") : record_shown_text(r, f->path);
    if (f->from != NULL && f->from->type >= JSON_ARRAY && f->from->count > 0) {
        buf_text(out, "no element of ");
        buf_add(out, path);
        buf_text(out, " matches (it has ");
        buf_decimal(out, (int64_t)f->from->count);
        buf_text(out, ")");
        return OK;
    }
    buf_add(out, path);
    buf_text(out, f->from != NULL && f->from->type >= JSON_ARRAY ? " is empty" : " has no elements to iterate");
    return OK;
}

static struct err put_every(struct record *r, const struct record_fail *f, struct buf *out)
{
    if (f->from == NULL || f->from->type < JSON_ARRAY) {
        buf_text(out, "every needs a collection and got ");
        return put_value(r, f->from, out);
    }
    buf_text(out, "it does not hold for ");
    return put_value(r, f->args[1], out);
}

static struct err put_negation(struct record *r, const struct record_fail *f, struct buf *out)
{
    buf_text(out, "what is negated holds");
    for (size_t i = 0; i < f->arg_count; i++) {
        buf_text(out, i == 0 ? ": " : ", ");
        TRY(put_value(r, f->args[i], out));
    }
    return OK;
}

static struct err put_message(struct record *r, const struct record_fail *f, struct buf *out)
{
    switch (f->step->kind) {
    case STEP_ROOT:
    case STEP_SELECT:
    case STEP_VALUE:
        return put_missing(r, f, out);
    case STEP_SCAN:
        return put_scan(r, f, out);
    case STEP_CALL:
        return put_call(r, f, out);
    case STEP_MATCH:
        TRY(put_value(r, f->args[0], out));
        buf_text(out, " is not equal to ");
        return put_value(r, f->args[1], out);
    case STEP_TEST:
    case STEP_MOVE:
        TRY(put_value(r, f->args[0], out));
        buf_text(out, f->step->kind == STEP_TEST ? " does not hold" : " is undefined");
        return OK;
    case STEP_EVERY:
        return put_every(r, f, out);
    case STEP_NOT:
        return put_negation(r, f, out);
    case STEP_WALK:
        buf_text(out, "walk gives nothing that matches");
        return OK;
    case STEP_WITH:
        break;
    }
    buf_text(out, "a value of with is undefined");
    return OK;
}

/* The rules whose values the literal used, with the place that made them. */
static struct err put_rules(struct record *r, const struct record_fail *f, struct buf *out)
{
    enum step_kind kind = f->step->kind;
    struct bytes text;
    if (kind != STEP_CALL && kind != STEP_NOT && kind != STEP_MATCH && kind != STEP_TEST)
        return OK;
    for (size_t i = 0; i < f->rule_count; i++) {
        const struct record_rule *rule = f->rules[i];
        const struct record_clause *c = rule->result == NULL ? NULL : explain_maker(rule);
        if (c == NULL)
            continue;
        TRY(explain_rule_name(r, rule->node, &text));
        buf_text(out, "; ");
        buf_add(out, record_shown_text(r, text));
        buf_text(out, " is ");
        TRY(explain_value(r, rule->result, true, &text));
        buf_add(out, text);
        buf_text(out, " by ");
        buf_text(out, c->clause->at.file == NULL ? "" : c->clause->at.file);
        buf_text(out, ":");
        buf_decimal(out, c->clause->at.row);
    }
    return OK;
}

static bool has_sides(const struct record_fail *f)
{
    enum step_kind kind = f->step->kind;
    return kind == STEP_MATCH || (kind == STEP_CALL && f->arg_count == 2) || kind == STEP_TEST;
}

struct err explain_failure(struct record *r, const struct record_fail *fail, const struct node *rule,
                           struct rego_failure *out)
{
    SCOPED(buf) struct buf message;
    struct bytes text;
    buf_init(&message, RECORD_MEMORY);
    *out = (struct rego_failure){.at = explain_spot(fail->at)};
    out->literal = explain_text_of(fail->literal == NULL ? BYTES_EMPTY : fail->literal->text);
    TRY(put_message(r, fail, &message));
    TRY(put_rules(r, fail, &message));
    TRY(buf_end(&message, &text));
    TRY(arena_copy(&r->arena, text, &text));
    out->message = explain_text_of(record_shown_text(r, text));
    TRY(explain_rule_name(r, rule, &text));
    out->rule = explain_text_of(text);
    out->left = explain_text_of(BYTES_EMPTY);
    out->right = out->left;
    for (size_t i = 0; has_sides(fail) && i < fail->arg_count && i < 2; i++) {
        if (fail->args[i] == NULL)
            continue;
        TRY(explain_value(r, fail->args[i], false, &text));
        *(i == 0 ? &out->left : &out->right) = explain_text_of(text);
    }
    return OK;
}
