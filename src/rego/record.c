/*
 * The hooks: frames, rules, steps and solutions as they happen. What was left out for its size is noted as a cut.
 */
#include "rego/record.h"

/* The record's own failure never ends the evaluation; the explanation is refused for it afterwards. */
bool record_trouble(struct record *r, struct err e)
{
    if (!failed(e))
        return false;
    if (e.code == ERR_NOMEM && strstr(e.at, "cap is reached") != NULL)
        r->is_cut = true;
    else if (!failed(r->bad))
        r->bad = e;
    return true;
}

static bool is_off(const struct record *r)
{
    return r->is_paused || r->lost > 0;
}

struct err record_begin(struct record *r, struct eval *e)
{
    r->calls_end = &r->calls;
    r->bad = OK;
    arena_init(&r->arena, RECORD_MEMORY);
    TRY(arena_array(&r->arena, e->policy->node_count, &r->by_node));
    TRY(record_learn(r, e->scene->input, "input"));
    TRY(record_learn(r, e->scene->data, "data"));
    return record_mark_secrets(r, e);
}

void record_clear(struct record *r)
{
    arena_clear(&r->arena);
}

static void append_clause(struct record *r, struct record_clause *c)
{
    struct record_rule *rule = r->open;
    if (rule == NULL) {
        r->query = c; /* the only one outside of rules */
        return;
    }
    struct record_clause **end = rule->last == NULL ? &rule->clauses : &rule->last->next;
    *end = c;
    rule->last = c;
}

void record_enter(struct eval *e, const struct clause *c)
{
    struct record *r = e->record;
    struct record_clause *kept = NULL;
    if (is_off(r) || record_trouble(r, arena_new(&r->arena, &kept))) {
        r->lost++;
        return;
    }
    *kept = (struct record_clause){.parent = r->current, .clause = c, .note = BYTES_EMPTY};
    append_clause(r, kept);
    r->current = kept;
}

void record_leave(struct eval *e)
{
    struct record *r = e->record;
    if (r->lost > 0)
        r->lost--;
    else
        r->current = r->current->parent;
}

static void note_asked(struct record *r, struct record_rule *rule)
{
    struct record_clause *c = r->current;
    for (size_t i = 0; c != NULL && i < c->asked_count; i++)
        if (c->asked[i] == rule)
            return;
    if (c == NULL)
        return;
    if (c->asked_count == RECORD_DEPENDS) /* the latest say most about what fails now */
        memmove(&c->asked[0], &c->asked[1], (--c->asked_count) * sizeof(c->asked[0]));
    c->asked[c->asked_count++] = rule;
}

struct record_rule *record_rule(struct eval *e, const struct node *n, const struct json *key,
                                const struct json *const *args, size_t count)
{
    struct record *r = e->record;
    struct record_rule *rule = NULL;
    r->is_cut = r->is_cut || r->rule_count >= RECORD_RULES;
    if (is_off(r) || r->rule_count >= RECORD_RULES || record_trouble(r, arena_new(&r->arena, &rule))) {
        r->lost++;
        return NULL;
    }
    *rule = (struct record_rule){.same = r->by_node[n->id], .outer = r->open, .node = n, .scene = e->scene};
    rule->key = key;
    rule->args = args;
    rule->arg_count = count;
    rule->older = r->all;
    r->all = rule;
    r->by_node[n->id] = rule;
    r->rule_count++;
    note_asked(r, rule);
    r->open = rule;
    return rule;
}

void record_known(struct eval *e, const struct node *n, const struct json *key)
{
    struct record *r = e->record;
    if (is_off(r))
        return;
    for (struct record_rule *rule = r->by_node[n->id]; rule != NULL; rule = rule->same) {
        bool same_key = rule->key == NULL || (key != NULL && json_equal(rule->key, key));
        if (rule->scene == e->scene && same_key) {
            note_asked(r, rule);
            return;
        }
    }
}

void record_result(struct eval *e, struct record_rule *rule, const struct json *result)
{
    struct record *r = e->record;
    if (rule == NULL) {
        r->lost--;
        return;
    }
    rule->result = result;
    rule->is_done = true;
    r->open = rule->outer;
}

/* What could not be marked would show: there is no explanation then, not one with a cut. */
static void mark(struct record *r, const struct json *v)
{
    struct err e = record_mark(r, v);
    if (failed(e) && !failed(r->bad))
        r->bad = e;
}

void record_call(struct eval *e, const struct function *fn, const struct json *args, const struct json *result)
{
    struct record *r = e->record;
    struct record_call *call = NULL;
    if (result != NULL && record_marks_function(r, fn->name))
        mark(r, result);
    r->is_cut = r->is_cut || r->call_count >= RECORD_CALLS;
    if (r->call_count >= RECORD_CALLS || record_trouble(r, arena_new(&r->arena, &call)))
        return;
    *call = (struct record_call){.function = fn, .args = args, .result = result, .at = e->at};
    *r->calls_end = call;
    r->calls_end = &call->next;
    r->call_count++;
}

void record_note(struct eval *e, const struct call *c)
{
    struct record *r = e->record;
    if (is_off(r) || r->current == NULL || c->message[0] == '\0')
        return;
    for (size_t i = 0; i < c->count; i++)
        if (record_is_secret(r, c->args[i]))
            return;
    (void)record_trouble(r, arena_copy(&r->arena, bytes_of_text(c->message), &r->current->note));
}

/* Answers of one bit are no secret: hiding every true and false would hide what the explanation is for. */
void record_made(struct eval *e, const struct json *const *args, size_t count, const struct json *result)
{
    struct record *r = e->record;
    if (r->secret_count == 0 || result == NULL || result->type <= JSON_BOOL)
        return;
    for (size_t i = 0; i < count; i++)
        if (record_is_secret(r, args[i])) {
            mark(r, result);
            return;
        }
}

/* The branch whose body runs, or NULL inside of a nested body. */
static struct record_branch *find_branch(struct record *r, const struct flat_body *b)
{
    struct record_clause *c = r->current;
    struct record_branch *branch = NULL;
    struct record_branch **end = &c->branches;
    for (; *end != NULL; end = &(*end)->next)
        if ((*end)->branch->body == b)
            return *end;
    for (const struct flat_branch *f = c->clause->branches; f != NULL; f = f->next) {
        if (f->body != b)
            continue;
        if (record_trouble(r, arena_new(&r->arena, &branch)))
            return NULL;
        *branch = (struct record_branch){.branch = f, .reached = -1};
        *end = branch;
    }
    return branch;
}

static void note_read(struct record *r, const struct json *v)
{
    struct record_place *p = record_place(r, v);
    if (p != NULL)
        p->is_read = true;
}

static void note_missing(struct frame *f, const struct step *s, struct slot from, const struct json *key)
{
    struct record *r = f->eval->record;
    struct record_missing *m = r->missing;
    for (; m != NULL; m = m->next)
        if (m->from == from.value && m->node == from.node && (m->key == key || json_equal(m->key, key)))
            return;
    r->is_cut = r->is_cut || r->missing_count >= RECORD_MISSING;
    if (r->missing_count >= RECORD_MISSING || record_trouble(r, arena_new(&r->arena, &m)))
        return;
    *m = (struct record_missing){.next = r->missing, .from = from.value, .node = from.node, .key = key, .at = s->at};
    m->path = BYTES_EMPTY;
    r->missing = m;
    r->missing_count++;
}

void record_key(struct eval *e, const struct json *from, const struct json *key)
{
    const struct record_place *place = record_place(e->record, from);
    if (place != NULL && place->is_secret)
        mark(e->record, key);
}

/* The key that a scan is at. */
static void note_key(struct frame *f, const struct step *s)
{
    const struct json *key = NULL;
    if (!record_trouble(f->eval->record, eval_term(f, s->term, &key)) && key != NULL)
        record_key(f->eval, f->slots[s->from].value, key);
}

/* What a step looked up. */
static void note_lookup(struct frame *f, const struct step *s, bool held)
{
    struct record *r = f->eval->record;
    const struct json *key = NULL;
    if (s->kind == STEP_VALUE || s->kind == STEP_SCAN) {
        note_read(r, f->slots[s->from].value);
        if (s->kind == STEP_SCAN && held)
            note_key(f, s);
    } else if (s->kind == STEP_SELECT && !held) {
        (void)record_trouble(r, eval_term(f, s->term, &key));
        struct slot from = f->slots[s->from];
        if (key != NULL && (from.node != NULL || record_place(r, from.value) != NULL))
            note_missing(f, s, from, key);
    }
}

/* A body inside of the clause: its failure explains the step that it belongs to. */
static void note_nested(struct frame *f, const struct flat_body *b, int32_t pc, bool held)
{
    struct record_clause *c = f->eval->record->current;
    size_t i = 0;
    while (i < c->nested_count && c->nested[i].body != b)
        i++;
    if (i == RECORD_NESTED)
        return;
    if (i == c->nested_count)
        c->nested_count++;
    if (pc == 0 || c->nested[i].body == NULL) {
        c->nested[i].body = b;
        c->nested[i].fail = NULL;
        c->nested[i].reached = -1;
    }
    if (held || pc <= c->nested[i].reached)
        return;
    c->nested[i].fail = record_fail(f, b, pc);
    c->nested[i].reached = pc;
}

void record_step(struct frame *f, const struct flat_body *b, int32_t pc, bool held, bool again)
{
    struct record *r = f->eval->record;
    const struct step *s = &b->steps[pc];
    if (is_off(r))
        return;
    r->is_paused = true;
    note_lookup(f, s, held);
    struct record_branch *branch = find_branch(r, b);
    if (branch == NULL) {
        if (!again)
            note_nested(f, b, pc, held);
    } else if (!held && !again && pc > branch->reached) {
        branch->fail = record_fail(f, b, pc);
        branch->reached = pc;
    }
    r->is_paused = false;
}

/* The rules that a literal asks are noted from its first step on. */
void record_before(struct frame *f, const struct flat_body *b, int32_t pc)
{
    struct record *r = f->eval->record;
    if (is_off(r) || find_branch(r, b) == NULL)
        return;
    if (pc > 0 && r->current->literal == b->steps[pc].literal)
        return;
    r->current->literal = b->steps[pc].literal;
    r->current->asked_count = 0;
    r->current->note = BYTES_EMPTY;
}

void record_solution(struct frame *f, const struct flat_body *b)
{
    struct record *r = f->eval->record;
    if (is_off(r))
        return;
    struct record_branch *branch = find_branch(r, b);
    if (branch == NULL || branch->is_solved)
        return;
    branch->is_solved = true;
    const struct term *head = b->head_count == 0 ? NULL : b->head[b->head_count - 1];
    if (head != NULL && (head->kind == TERM_CONST || head->kind == TERM_VAR))
        (void)record_trouble(r, eval_term(f, head, &branch->value));
}
