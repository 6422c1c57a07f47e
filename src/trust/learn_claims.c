/*
 * Finding claims that a policy affirms: names first, then the policy's own explanation of why it says no.
 */
#include "trust/learn.h"
#include "trust/patch.h"

#define LEAF_DEPTH 8
#define QUERY      "data.policy.trust_claims"
#define ROUNDS_MAX 64
#define INPUT      "input."

static bool is_break(uint8_t c)
{
    return c == '_' || c == '-' || c == '.' || c == '/';
}

/* How many words two names have in common at their ends: "tdx_mr_td" and "mr_td" have two. */
static unsigned common_words(struct bytes a, struct bytes b)
{
    unsigned words = 0;
    size_t i = a.n, k = b.n, same = 0;
    while (i > 0 && k > 0 && a.p[i - 1] == b.p[k - 1]) {
        bool breaks = is_break(a.p[i - 1]);
        words += breaks && same > 0;
        same = breaks ? 0 : same + 1;
        i--;
        k--;
    }
    bool ends_whole = (i == 0 || is_break(a.p[i - 1])) && (k == 0 || is_break(b.p[k - 1]));
    return words + (ends_whole && same > 0);
}

struct learner {
    struct model *m;
    struct tested_policy *policy;
    const struct json *references;
    const struct json *claims;
};

static const struct json *wanted_of(const struct json *v)
{
    return json_is(v, JSON_ARRAY) ? (v->count > 0 ? v->items[0] : NULL) : v;
}

/* The registered value whose name ends most like the claim's, if it is of the claim's type. */
static const struct json *guess(const struct learner *l, struct bytes key, const struct json *old)
{
    const struct json *best = NULL;
    unsigned most = 0;
    for (TREE_MEMBER(i, l->references)) {
        const struct json *v = wanted_of(l->references->members[i].value);
        unsigned words = common_words(key, l->references->members[i].key);
        if (v == NULL || v->type != old->type || words <= most)
            continue;
        most = words;
        best = v;
    }
    return best;
}

static struct err guess_all(struct learner *l, const struct json *v, struct bytes pointer, unsigned depth)
{
    struct arena *a = l->m->arena;
    for (TREE_MEMBER(i, v)) {
        struct bytes key = v->members[i].key, path;
        const struct json *child = v->members[i].value;
        TRY(tree_format(a, &path, "%.*s/%.*s", (int)pointer.n, (const char *)pointer.p, (int)key.n,
                        (const char *)key.p));
        if (json_is(child, JSON_OBJECT) && depth < LEAF_DEPTH)
            TRY(guess_all(l, child, path, depth + 1));
        const struct json *wanted = child->type < JSON_ARRAY ? guess(l, key, child) : NULL;
        if (wanted != NULL)
            TRY(learn_set(a, l->claims, path, wanted, &l->claims));
    }
    return OK;
}

struct teacher {
    struct learner l;
    struct bytes tee;
    const struct json *init_data;
    struct tree_list learned; /* pointers that were set from an explanation */
    bool has_changed;
};

/* "input.tdx.quote.body.rtmr_0 (...) is not in .." -> "/quote/body/rtmr_0"; false where it names no claim of the TEE.
 */
static struct err pointer_of(struct teacher *t, struct bytes message, struct bytes *out, bool *found)
{
    struct tree_list parts;
    struct bytes path = message;
    size_t n = 0;
    *found = false;
    while (n < message.n && message.p[n] != ' ' && message.p[n] != '(')
        n++;
    path.n = n;
    tree_list_init(&parts, t->l.m->arena);
    if (!bytes_starts(path, BYTES_LIT(INPUT)) && !bytes_starts(path, BYTES_LIT("input[")))
        return OK;
    path = bytes_of(path.p + 5, path.n - 5);
    while (path.n > 0) {
        bool is_quoted = bytes_starts(path, BYTES_LIT("[\""));
        size_t from = is_quoted ? 2 : 1, end = from;
        while (end < path.n && (is_quoted ? path.p[end] != '"' : path.p[end] != '.' && path.p[end] != '['))
            end++;
        tree_list_text(&parts, bytes_of(path.p + from, end - from));
        size_t used = is_quoted ? end + 2 : end;
        path = used >= path.n ? BYTES_EMPTY : bytes_of(path.p + used, path.n - used);
    }
    TRY(parts.bad);
    if (parts.count < 2 || !bytes_equal(parts.items[0]->text, t->tee))
        return OK;
    struct bytes made = BYTES_EMPTY;
    for (size_t i = 1; i < parts.count; i++)
        TRY(tree_format(t->l.m->arena, &made, "%.*s/%.*s", (int)made.n, (const char *)made.p,
                        (int)parts.items[i]->text.n, (const char *)parts.items[i]->text.p));
    *out = made;
    *found = true;
    return OK;
}

/* One literal that failed: put what it wants where the claim stands. */
static struct err take_lesson(struct teacher *t, const struct json *failed_literal)
{
    const struct json *wanted = wanted_of(json_at(failed_literal, "right")), *old;
    struct bytes pointer;
    bool found;
    if (wanted == NULL || wanted->type == JSON_NULL)
        return OK;
    TRY(pointer_of(t, tree_text(failed_literal, "message"), &pointer, &found));
    if (!found || tree_list_has(&t->learned, pointer))
        return OK;
    TRY(patch_find(t->l.m->arena, t->l.claims, pointer, &old));
    if (old == NULL || json_equal(old, wanted))
        return OK;
    TRY(learn_set(t->l.m->arena, t->l.claims, pointer, wanted, &t->l.claims));
    tree_list_text(&t->learned, pointer);
    t->has_changed = true;
    return t->learned.bad;
}

static struct err read_lessons(struct teacher *t, const struct json *v)
{
    const struct json *literal = json_at(v, "failed");
    if (json_at(literal, "right") != NULL)
        TRY(take_lesson(t, literal));
    for (TREE_MEMBER(i, v))
        if (v->members[i].value != literal)
            TRY(read_lessons(t, v->members[i].value));
    for (TREE_EACH(i, v))
        TRY(read_lessons(t, v->items[i]));
    return OK;
}

static struct err one_round(struct teacher *t, bool *is_done)
{
    const struct json *input;
    const char *status;
    struct explained e;
    TRY(learn_input(t->l.m->arena, t->tee, t->l.claims, t->init_data, &input));
    struct question q = {QUERY, input, NULL, t->l.references};
    TRY(learn_status(t->l.m, t->l.policy, &q, &status));
    *is_done = strcmp(status, "affirming") == 0;
    if (*is_done)
        return OK;
    t->has_changed = false;
    TRY(tested_explain(t->l.m, t->l.policy, &q, &e));
    TRY(read_lessons(t, json_at(e.report, "rules")));
    *is_done = !t->has_changed;
    return OK;
}

struct err learn_claims(struct model *m, struct tested_policy *p, const struct json *tee, struct bytes name,
                        const struct json *init_data, const struct json **claims)
{
    struct teacher t = {{m, p, m->references, json_at(tee, "claims")}, name, init_data, {0}, false};
    bool is_done = false;
    tree_list_init(&t.learned, m->arena);
    TRY(guess_all(&t.l, t.l.claims, BYTES_EMPTY, 0));
    for (unsigned i = 0; i < ROUNDS_MAX && !is_done; i++)
        TRY(one_round(&t, &is_done));
    *claims = t.l.claims;
    return OK;
}
