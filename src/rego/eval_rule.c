/*
 * Rules and functions: all clauses are tried, and what they say must agree.
 */
#include "rego/eval.h"
#include "rego/extent.h"
#include "rego/machine/machine.h"
#include "rego/passes.h"
#include "rego/record.h"

/* A value under construction from several clauses. */
struct complete {
    const struct json *value;
    const struct node *node;
    const struct flat_branch *branch;
    struct place at;
    bool found; /* by the branch that runs */
};

static struct err conflict(struct eval *e, const struct complete *c)
{
    char path[200];
    tree_path_text(c->node, path, sizeof(path));
    if (c->node->is_function)
        return eval_fail(e, "eval_conflict_error", c->at, "function %s produced conflicting values for the same inputs",
                         path);
    return eval_fail(e, "eval_conflict_error", c->at, "rule %s produced conflicting values", path);
}

static struct err add_value(struct frame *f, void *state, bool *stop)
{
    struct complete *c = state;
    const struct json *v;
    const struct flat_body *b = c->branch->body;
    const struct term *head = b->head[b->head_count - 1];
    TRY(eval_head(f, b, b->head_count - 1, &v));
    if (v == NULL)
        return OK;
    c->found = true;
    if (c->value != NULL && !json_equal(c->value, v))
        return conflict(f->eval, c);
    c->value = v;
    *stop = head->kind == TERM_CONST;
    return OK;
}

static struct err run_branches(struct frame *f, const struct clause *clause, struct complete *c)
{
    c->found = false;
    for (const struct flat_branch *b = clause->branches; b != NULL && !c->found; b = b->next) {
        c->branch = b;
        c->at = b->at;
        TRY(eval_run(f, b->body, add_value, c));
    }
    return OK;
}

/* The compiled mode takes arguments as its first registers and matches them itself. */
static struct err match_args(struct frame *f, const struct clause *clause, const struct json *const *args,
                             bool *matched)
{
    *matched = true;
    for (size_t i = 0; *matched && i < clause->arg_count; i++) {
        if (f->eval->reference)
            TRY(eval_match(f, clause->args[i], args[i], matched));
        else
            f->slots[i].value = args[i];
    }
    return OK;
}

static struct err run_clause(struct eval *e, const struct clause *clause, const struct machine_seen *seen,
                             struct complete *c)
{
    struct frame f;
    bool matched;
    TRY(eval_frame(e, clause, &f));
    TRY(match_args(&f, clause, seen->args, &matched));
    if (!e->reference)
        machine_enter(&f, seen);
    if (matched)
        TRY(run_branches(&f, clause, c));
    eval_frame_end(&f);
    return OK;
}

/* Where all clauses say one value, the first that succeeds is enough; else they all have to agree. */
static struct err run_clauses(struct eval *e, const struct node *n, const struct json *const *args,
                              const struct json **out)
{
    struct complete c = {.node = n};
    struct machine_seen seen = {.node = n, .args = args};
    for (const struct clause *clause = n->clauses; clause != NULL; clause = clause->next) {
        bool admitted = true;
        if (!e->reference)
            TRY(machine_admits(e, clause, &seen, &admitted));
        if (admitted)
            TRY(run_clause(e, clause, &seen, &c));
        if (c.value != NULL && n->one_value)
            break;
    }
    if (c.value == NULL && n->fallback != NULL)
        TRY(run_clause(e, n->fallback, &seen, &c));
    *out = c.value;
    return OK;
}

/* What an open rule said about one of its keys: a tree by the key's hash, two bits for each level. */
struct memo {
    struct memo *below[4];
    const struct json *key;
    const struct json *result; /* NULL: undefined */
};

/* The results of a rule that were computed in a scene already. */
struct memos {
    bool is_whole;
    const struct json *whole; /* NULL: undefined */
    struct memo *keyed;
};

/* Where the memo of a key is, or where it has to be put. Keys of one hash stand in a row, which is paid for. */
static struct err place_of_memo(struct eval *e, struct memo **root, const struct json *key, struct memo ***out)
{
    uint64_t hash = value_hash(key);
    uint64_t levels = 0;
    for (*out = root; **out != NULL && !json_equal((**out)->key, key); levels++) {
        TRY(eval_charge_compare(e, (**out)->key, key));
        *out = &(**out)->below[hash >> 62];
        hash <<= 2;
    }
    return eval_charge(e, levels / 32);
}

static struct err find_memo(struct eval *e, const struct node *n, const struct json *key, bool *known,
                            const struct json **out)
{
    struct memo **place;
    struct memos *m = e->scene->memos == NULL ? NULL : &e->scene->memos[n->id];
    *known = m != NULL && m->is_whole;
    *out = *known ? m->whole : NULL;
    if (m == NULL || m->is_whole || key == NULL)
        return OK;
    TRY(place_of_memo(e, &m->keyed, key, &place));
    *known = *place != NULL;
    *out = *known ? (*place)->result : NULL;
    return OK;
}

static struct err keep_memo(struct eval *e, const struct node *n, const struct json *key, const struct json *result)
{
    struct memo **place;
    struct scene *s = e->scene;
    if (s->memos == NULL)
        TRY(arena_array(e->arena, e->policy->node_count, &s->memos));
    struct memos *m = &s->memos[n->id];
    if (key == NULL) {
        m->is_whole = true;
        m->whole = result;
        return OK;
    }
    TRY(place_of_memo(e, &m->keyed, key, &place));
    if (*place != NULL) /* a rule that asked for itself by another way */
        return OK;
    TRY(arena_new(e->arena, place));
    (*place)->key = key;
    (*place)->result = result;
    return OK;
}

struct err rule_value(struct eval *e, const struct node *n, const struct json *key, const struct json **out)
{
    key = n->is_open ? key : NULL;
    bool known;
    TRY(find_memo(e, n, key, &known, out));
    if (known) {
        if (e->record != NULL)
            record_known(e, n, key);
        return OK;
    }
    struct record_rule *recorded = e->record == NULL ? NULL : record_rule(e, n, key, NULL, 0);
    TRY(eval_enter(e));
    if (node_is_extent(n))
        TRY(extent_value(e, n, key, out));
    else
        TRY(run_clauses(e, n, NULL, out));
    e->depth--;
    if (e->record != NULL)
        record_result(e, recorded, *out);
    return keep_memo(e, n, key, *out);
}

struct err rule_call(struct eval *e, const struct node *n, const struct json *const *args, size_t count,
                     const struct json **out)
{
    if (count != n->function.arity)
        return FAIL(ERR_BUG, "a call with another number of arguments");
    struct record_rule *recorded = e->record == NULL ? NULL : record_rule(e, n, NULL, args, count);
    TRY(eval_enter(e));
    TRY(run_clauses(e, n, args, out));
    e->depth--;
    if (e->record != NULL)
        record_result(e, recorded, *out);
    return OK;
}
