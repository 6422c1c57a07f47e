/*
 * What-if: candidates come from the literals that failed and from what was read; the cheapest is evaluated first. One
 * that does not turn the decision may bring more of its own path: a missing value is tried as `true`, and the literal
 * that it then fails says what it should have been.
 */
#include "rego/explain.h"
#include "rego/query.h"

#define CANDIDATES_MAX  400
#define EVALUATIONS_MAX 100
#define ROUNDS_MAX      4
#define ELEMENTS_MAX    8 /* of a collection that a value should be in */
#define READS_MAX       64

struct candidate {
    const struct json *const *keys; /* behind `input` */
    size_t key_count;
    const struct json *to; /* NULL: take it away */
    unsigned cost;
    unsigned round;
    bool is_tried;
};

struct search {
    const struct rego_policy *policy;
    const struct rego_call *call;
    struct rego_report *report;
    const struct json *input;
    struct candidate candidates[CANDIDATES_MAX];
    size_t count;
    struct candidate trying;
    const struct candidate *only; /* in a later round: the path that may change */
    unsigned round;
};

static bool is_no(const struct json *v)
{
    return v == NULL || (v->type == JSON_BOOL && !v->as_bool);
}

static bool is_yes(const struct json *v)
{
    return v != NULL && v->type == JSON_BOOL && v->as_bool;
}

/* Whether the decision turned: no to anything else, true to no, and any other value to a different one. */
static bool turned(const struct json *before, const struct json *after)
{
    if (is_no(before))
        return !is_no(after);
    if (is_yes(before))
        return is_no(after);
    return after == NULL || !json_equal(before, after);
}

/* A value that outlives the evaluation it comes from, as JSON: sets become arrays. */
static struct err keep(struct search *s, const struct record *from, const struct json *v, const struct json **out)
{
    struct record *r = &s->report->record;
    SCOPED(buf) struct buf text;
    buf_init(&text, RECORD_MEMORY);
    json_encode(v, &text);
    struct bytes whole;
    TRY(buf_end(&text, &whole));
    TRY(json_decode(&r->arena, whole, NULL, NULL, out));
    return record_is_secret(from, v) ? record_mark(r, *out) : OK;
}

static unsigned cost_of(const struct json *before, const struct json *to)
{
    if (to == NULL)
        return 3000;
    unsigned size = to->type == JSON_STRING ? (unsigned)(to->text.n > 900 ? 900 : to->text.n) : 0;
    unsigned parts = to->type >= JSON_ARRAY ? 500 + (unsigned)(to->count > 90 ? 90 : to->count) : 0;
    return (before == NULL ? 2000 : 1000) + size + parts;
}

static bool same_path(const struct candidate *a, const struct candidate *b)
{
    if (a->key_count != b->key_count)
        return false;
    for (size_t i = 0; i < a->key_count; i++)
        if (!json_equal(a->keys[i], b->keys[i]))
            return false;
    return true;
}

/* A later round may only go on with the path that it began with, or beneath it. */
static bool is_beneath(const struct candidate *upper, const struct candidate *c)
{
    struct candidate cut = *c;
    if (upper == NULL)
        return true;
    if (c->key_count < upper->key_count)
        return false;
    cut.key_count = upper->key_count;
    return same_path(upper, &cut);
}

static const struct json *value_at(const struct json *root, const struct candidate *c)
{
    for (size_t i = 0; root != NULL && i < c->key_count; i++)
        root = value_index(root, c->keys[i]);
    return root;
}

static struct err add(struct search *s, const struct record *from, struct candidate c, unsigned more)
{
    if (s->count == CANDIDATES_MAX || !is_beneath(s->only, &c))
        return OK;
    for (size_t i = 0; i < s->count; i++) {
        const struct candidate *old = &s->candidates[i];
        bool same = same_path(old, &c) && (old->to == NULL) == (c.to == NULL);
        if (same && (c.to == NULL || json_equal(old->to, c.to)))
            return OK;
    }
    const struct json *before = value_at(s->input, &c);
    if (c.to != NULL)
        TRY(keep(s, from, c.to, &c.to));
    if (before == NULL ? c.to == NULL : c.to != NULL && json_equal(before, c.to))
        return OK;
    const struct json **keys;
    TRY(arena_array(&s->report->record.arena, c.key_count, &keys));
    for (size_t i = 0; i < c.key_count; i++)
        TRY(keep(s, from, c.keys[i], &keys[i]));
    c.keys = keys;
    c.cost = cost_of(before, c.to) + more + 10 * (unsigned)c.key_count;
    c.round = s->round;
    s->candidates[s->count++] = c;
    return OK;
}

/* The keys of a place of the input; false: the value is none. */
static struct err path_of(struct record *r, const struct json *v, struct candidate *out, bool *found)
{
    const struct record_place *p = record_place(r, v);
    const struct json **keys;
    *found = p != NULL && p->root != NULL && strcmp(p->root, "input") == 0;
    *out = (struct candidate){0};
    if (!*found)
        return OK;
    for (const struct record_place *up = p; up->parent != NULL; up = up->parent)
        out->key_count++;
    TRY(arena_array(&r->arena, out->key_count + 1, &keys));
    size_t i = out->key_count;
    for (const struct record_place *up = p; up->parent != NULL; up = up->parent)
        keys[--i] = up->key;
    out->keys = keys;
    return OK;
}

static struct err add_at(struct search *s, struct record *r, const struct json *at, const struct json *to,
                         unsigned more)
{
    struct candidate c;
    bool found;
    TRY(path_of(r, at, &c, &found));
    if (!found)
        return OK;
    c.to = to;
    return add(s, r, c, more);
}

static struct err add_number(struct search *s, struct record *r, const struct json *at, const struct json *base,
                             int64_t offset)
{
    const struct json *to = base;
    if (!json_is(base, JSON_NUMBER))
        return OK;
    if (offset != 0 && (!base->is_int || base->as_int > INT64_MAX / 2 || base->as_int < INT64_MIN / 2))
        return OK;
    if (offset != 0)
        TRY(value_int(&r->arena, base->as_int + offset, &to));
    if (record_is_secret(r, base)) /* what is next to a secret tells it */
        TRY(record_mark(r, to));
    return add_at(s, r, at, to, 0);
}

/* Something else than it is. */
static struct err add_other(struct search *s, struct record *r, const struct json *at)
{
    const struct json *to = NULL;
    if (at != NULL && at->type == JSON_BOOL)
        TRY(add_at(s, r, at, value_bool(!at->as_bool), 0));
    if (json_is(at, JSON_NUMBER))
        TRY(add_number(s, r, at, at, 1));
    if (json_is(at, JSON_STRING)) {
        TRY(value_string(&r->arena, BYTES_EMPTY, &to));
        TRY(add_at(s, r, at, to, 500));
    }
    return add_at(s, r, at, NULL, 0);
}

static struct err add_order(struct search *s, struct record *r, const struct record_fail *f, int64_t low, int64_t high)
{
    TRY(add_number(s, r, f->args[0], f->args[1], low));
    return add_number(s, r, f->args[1], f->args[0], high);
}

static struct err add_member(struct search *s, struct record *r, const struct record_fail *f)
{
    const struct json *set = f->args[1];
    struct values more = {.arena = &r->arena};
    const struct json *to;
    for (size_t i = 0; set != NULL && set->type >= JSON_ARRAY && i < set->count && i < ELEMENTS_MAX; i++)
        TRY(add_at(s, r, f->args[0], set->type == JSON_OBJECT ? set->members[i].value : set->items[i], 0));
    if (!json_is(set, JSON_ARRAY) || f->args[0] == NULL)
        return OK;
    for (size_t i = 0; i < set->count; i++)
        TRY(values_add(&more, set->items[i]));
    TRY(values_add(&more, f->args[0]));
    TRY(value_array(&r->arena, more.items, more.count, &to));
    return add_at(s, r, set, to, 0);
}

static struct err add_equal(struct search *s, struct record *r, const struct record_fail *f)
{
    if (f->args[0] == NULL || f->args[1] == NULL)
        return OK;
    TRY(add_at(s, r, f->args[0], f->args[1], 0));
    return add_at(s, r, f->args[1], f->args[0], 0);
}

static struct err from_call(struct search *s, struct record *r, const struct record_fail *f)
{
    struct bytes name = f->step->function->name;
    if (f->arg_count != 2)
        return OK;
    if (bytes_is(name, "equal") || bytes_is(name, "startswith") || bytes_is(name, "endswith") ||
        bytes_is(name, "contains"))
        return add_equal(s, r, f);
    if (bytes_is(name, "lt"))
        return add_order(s, r, f, -1, 1);
    if (bytes_is(name, "gt"))
        return add_order(s, r, f, 1, -1);
    if (bytes_is(name, "lte") || bytes_is(name, "gte"))
        return add_order(s, r, f, 0, 0);
    if (bytes_is(name, "internal.member_2"))
        return add_member(s, r, f);
    if (!bytes_is(name, "neq"))
        return OK;
    TRY(add_other(s, r, f->args[0]));
    return add_other(s, r, f->args[1]);
}

/* What is missing under a place of the input is tried as `true`. */
static struct err from_missing(struct search *s, struct record *r, const struct record_fail *f)
{
    struct candidate c;
    bool found;
    const struct json *key = f->key;
    if (f->step->kind == STEP_SCAN && json_is(f->from, JSON_ARRAY))
        TRY(value_int(&r->arena, (int64_t)f->from->count, &key));
    TRY(path_of(r, f->from, &c, &found));
    if (!found || key == NULL || (key->type != JSON_STRING && key->type != JSON_NUMBER))
        return OK;
    const struct json **keys;
    TRY(arena_array(&r->arena, c.key_count + 1, &keys));
    for (size_t i = 0; i < c.key_count; i++)
        keys[i] = c.keys[i];
    keys[c.key_count++] = key;
    c.keys = keys;
    c.to = value_bool(true);
    return add(s, r, c, 0);
}

/* Depth: that of bodies inside of bodies. */
static struct err from_fail(struct search *s, struct record *r, const struct record_fail *f)
{
    if (f->inner != NULL)
        TRY(from_fail(s, r, f->inner));
    switch (f->step->kind) {
    case STEP_CALL:
        return from_call(s, r, f);
    case STEP_MATCH:
        return add_equal(s, r, f);
    case STEP_TEST:
        return f->args[0] == NULL ? OK : add_at(s, r, f->args[0], value_bool(true), 0);
    case STEP_SELECT:
    case STEP_SCAN:
        return from_missing(s, r, f);
    case STEP_NOT:
        for (size_t i = 0; i < f->arg_count; i++)
            TRY(add_other(s, r, f->args[i]));
        return OK;
    case STEP_ROOT:
    case STEP_MOVE:
    case STEP_VALUE:
    case STEP_WALK:
    case STEP_EVERY:
    case STEP_WITH:
        break;
    }
    return OK;
}

static struct err from_clauses(struct search *s, struct record *r, const struct record_clause *c)
{
    for (; c != NULL; c = c->next)
        for (const struct record_branch *b = c->branches; b != NULL; b = b->next)
            if (!b->is_solved && b->fail != NULL)
                TRY(from_fail(s, r, b->fail));
    return OK;
}

/* What was read may turn it, too: the reason may be a rule that held. */
static struct err from_reads(struct search *s, struct record *r)
{
    size_t reads = 0;
    for (size_t i = 0; i < r->place_cap && reads < READS_MAX; i++) {
        const struct record_place *p = r->places[i];
        bool is_scalar = p != NULL && p->is_read && p->value->type < JSON_ARRAY;
        if (!is_scalar || p->root == NULL || p->parent == NULL)
            continue;
        reads++;
        TRY(add_other(s, r, p->value));
    }
    return OK;
}

static struct err gather(struct search *s, struct record *r)
{
    TRY(from_clauses(s, r, r->query));
    for (const struct record_rule *rule = r->all; rule != NULL; rule = rule->older)
        TRY(from_clauses(s, r, rule->clauses));
    return s->round == 0 ? from_reads(s, r) : OK;
}

static struct err put(struct arena *a, const struct json *base, const struct candidate *c, size_t at,
                      const struct json **out);

static struct err put_in_array(struct arena *a, const struct json *base, const struct candidate *c, size_t at,
                               const struct json **out)
{
    struct values items = {.arena = a};
    const struct json *key = c->keys[at];
    size_t index = key->is_int && key->as_int >= 0 ? (size_t)key->as_int : SIZE_MAX;
    for (size_t i = 0; i <= base->count; i++) {
        const struct json *item = i < base->count ? base->items[i] : NULL;
        if (i == index)
            TRY(put(a, item, c, at + 1, &item));
        if (item != NULL)
            TRY(values_add(&items, item));
    }
    return value_array(a, items.items, items.count, out);
}

/* A copy with one value changed; objects are made where the path has none. Depth: that of the path. */
static struct err put(struct arena *a, const struct json *base, const struct candidate *c, size_t at,
                      const struct json **out)
{
    *out = c->to;
    if (at == c->key_count)
        return OK;
    if (json_is(base, JSON_ARRAY) && c->keys[at]->type == JSON_NUMBER)
        return put_in_array(a, base, c, at, out);
    struct members members = {.arena = a};
    const struct json *inner = json_is(base, JSON_OBJECT) ? value_find(base, c->keys[at]) : NULL;
    for (size_t i = 0; json_is(base, JSON_OBJECT) && i < base->count; i++) {
        const struct json *key;
        TRY(value_key(a, &base->members[i], &key));
        if (!json_equal(key, c->keys[at]))
            TRY(members_add(&members, key, base->members[i].value));
    }
    TRY(put(a, inner, c, at + 1, &inner));
    if (inner != NULL)
        TRY(members_add(&members, c->keys[at], inner));
    return value_object(a, members.items, members.count, NULL, out);
}

/* One evaluation with a changed input. An evaluation that fails turns nothing. */
static struct err run(struct search *s, const struct candidate *c, struct rego_report *scratch, bool *is_turned,
                      const struct json **gives)
{
    struct rego_error ignored = {0};
    struct query q = {.text = bytes_of_text(s->call->query), .record = &scratch->record, .strict = s->call->strict};
    const struct json *solutions;
    *is_turned = false;
    TRY(query_documents(s->call, &scratch->values, &ignored, &q));
    TRY(put(&scratch->values, s->input, c, 0, &q.input));
    struct err e = query_run(s->policy, s->call, &q, &scratch->values, &ignored, &solutions);
    if (e.code == ERR_NOMEM && ignored.status == REGO_UNSET && strstr(e.at, "cap is reached") == NULL)
        return e;
    TRY(scratch->record.bad);
    if (failed(e))
        return OK;
    scratch->result = solutions->count == 0 ? NULL : solutions->items[0];
    *is_turned = turned(s->report->result, scratch->result);
    if (*is_turned)
        return scratch->result == NULL ? OK : keep(s, &scratch->record, scratch->result, gives);
    scratch->record.is_paused = true;
    return c->round + 1 < ROUNDS_MAX ? gather(s, &scratch->record) : OK;
}

static struct err try_one(struct search *s, struct candidate *c, bool *is_turned, const struct json **gives)
{
    struct rego_report scratch = {0};
    scratch.record.bad = OK;
    scratch.record.secrets = s->call->secrets;
    scratch.record.secret_count = s->call->secret_count;
    arena_init(&scratch.values, s->call->limits.memory == 0 ? EVAL_MEMORY : s->call->limits.memory);
    c->is_tried = true;
    s->trying = *c; /* its row may move while candidates are added */
    s->only = &s->trying;
    s->round = s->trying.round + 1;
    struct err e = run(s, &s->trying, &scratch, is_turned, gives);
    record_clear(&scratch.record);
    arena_clear(&scratch.values);
    return e;
}

static struct candidate *cheapest(struct search *s)
{
    struct candidate *best = NULL;
    for (size_t i = 0; i < s->count; i++) {
        struct candidate *c = &s->candidates[i];
        if (!c->is_tried && (best == NULL || c->cost < best->cost))
            best = c;
    }
    return best;
}

static struct err found(struct search *s, const struct candidate *c, struct explain_change *out)
{
    struct record *r = &s->report->record;
    out->is_found = true;
    out->path = BYTES_LIT("input");
    for (size_t i = 0; i < c->key_count; i++) {
        struct candidate upper = {.keys = c->keys, .key_count = i};
        TRY(record_path_below(r, value_at(s->input, &upper), out->path, c->keys[i], &out->path));
    }
    out->path = record_shown_text(r, out->path);
    out->from = value_at(s->input, c);
    out->to = c->to;
    return OK;
}

struct err explain_what_if(const struct rego_policy *policy, const struct rego_call *call, struct rego_report *report,
                           const struct json *input, struct explain_change *out)
{
    struct search *s;
    TRY(arena_new(&report->record.arena, &s));
    *s = (struct search){.policy = policy, .call = call, .report = report, .input = input};
    *out = (struct explain_change){0};
    if (input == NULL)
        return OK;
    TRY(gather(s, &report->record));
    while (!out->is_found && out->tried < EVALUATIONS_MAX) {
        bool is_turned;
        struct candidate *c = cheapest(s);
        if (c == NULL)
            break;
        out->tried++;
        TRY(try_one(s, c, &is_turned, &out->gives));
        if (is_turned)
            TRY(found(s, c, out));
    }
    return OK;
}
