#include "owner/policy/policy_coverage.h"

#include "rego/explain.h"
#include "rego/passes.h"

#define NAME_SIZE 512

bool coverage_is_test(struct bytes name)
{
    return bytes_starts(name, BYTES_LIT(TEST_PREFIX)) || bytes_starts(name, BYTES_LIT(TODO_PREFIX));
}

bool coverage_has_tests(const struct module *m)
{
    for (const struct rule *r = m->rules; r != NULL; r = r->next)
        if (coverage_is_test(r->ref->items[0]->name))
            return true;
    return false;
}

/* Counts, and fills where there are rows already. */
static void collect(struct coverage *c, const struct node *n)
{
    for (const struct clause *clause = n->clauses; clause != NULL; clause = clause->next) {
        if (coverage_has_tests(clause->module))
            continue;
        for (const struct flat_branch *b = clause->branches; b != NULL; b = b->next) {
            struct place at = b == clause->branches ? clause->at : b->at;
            if (c->rows != NULL)
                c->rows[c->count] = (struct coverage_row){.branch = b, .node = n, .at = at};
            c->count++;
        }
    }
    for (size_t i = 0; i < n->count; i++)
        collect(c, n->children[i]);
}

static int by_branch(const void *a, const void *b)
{
    const struct coverage_row *x = a;
    const struct coverage_row *y = b;
    uintptr_t p = (uintptr_t)x->branch;
    uintptr_t q = (uintptr_t)y->branch;
    return (p > q) - (p < q);
}

static int by_place(const void *a, const void *b)
{
    const struct coverage_row *x = a;
    const struct coverage_row *y = b;
    int order = strcmp(x->at.file, y->at.file);
    if (order != 0)
        return order;
    if (x->at.row != y->at.row)
        return x->at.row < y->at.row ? -1 : 1;
    return (x->at.column > y->at.column) - (x->at.column < y->at.column);
}

static void sort(struct coverage *c, int (*order)(const void *, const void *))
{
    if (c->count > 1)
        qsort(c->rows, c->count, sizeof(c->rows[0]), order);
}

struct err coverage_begin(struct arena *a, const struct rego_policy *policy, struct coverage *c)
{
    *c = (struct coverage){0};
    collect(c, policy->policy.root);
    size_t count = c->count;
    c->count = 0;
    TRY(arena_array(a, count + 1, &c->rows));
    collect(c, policy->policy.root);
    sort(c, by_branch);
    return OK;
}

static void mark(struct coverage *c, const struct flat_branch *branch)
{
    const struct coverage_row key = {.branch = branch};
    struct coverage_row *row = bsearch(&key, c->rows, c->count, sizeof(key), by_branch);
    if (row != NULL)
        row->is_taken = true;
}

void coverage_mark(struct coverage *c, const struct rego_report *report)
{
    c->is_cut = c->is_cut || report->record.is_cut;
    for (const struct record_rule *rule = report->record.all; rule != NULL; rule = rule->older)
        for (const struct record_clause *clause = rule->clauses; clause != NULL; clause = clause->next)
            for (const struct record_branch *b = clause->branches; b != NULL; b = b->next)
                if (b->is_solved)
                    mark(c, b->branch);
}

void coverage_end(struct coverage *c)
{
    c->taken = 0;
    for (size_t i = 0; i < c->count; i++)
        c->taken += c->rows[i].is_taken ? 1 : 0;
    sort(c, by_place);
}

/* Rounded down: only all of them are 100 percent. */
static size_t percent(const struct coverage *c)
{
    return c->count == 0 ? 100 : c->taken * 100 / c->count;
}

void coverage_print(const struct coverage *c, FILE *out)
{
    for (size_t i = 0; i < c->count; i++) {
        char name[NAME_SIZE];
        if (c->rows[i].is_taken)
            continue;
        tree_path_text(c->rows[i].node, name, sizeof(name));
        fputs("never taken: ", out);
        command_print_bytes(out, bytes_of_text(c->rows[i].at.file));
        fprintf(out, ":%u: ", c->rows[i].at.row);
        command_print_bytes(out, bytes_of_text(name));
        fputc('\n', out);
    }
    fprintf(out, "%zu of %zu rule bodies taken, %zu %%%s\n", c->taken, c->count, percent(c),
            c->is_cut && c->taken < c->count ? "; a record was cut, it may be more" : "");
}

static struct err row_json(const struct coverage_row *row, struct arena *a, const struct json **out)
{
    struct json_object o;
    char name[NAME_SIZE];
    tree_path_text(row->node, name, sizeof(name));
    json_object_init(&o, a);
    json_object_string(&o, "rule", bytes_of_text(name));
    json_object_text(&o, "file", row->at.file);
    json_object_int(&o, "row", row->at.row);
    json_object_int(&o, "col", row->at.column);
    return json_object_end(&o, out);
}

struct err coverage_json(const struct coverage *c, struct arena *a, const struct json **out)
{
    struct values missed = {.arena = a};
    struct json_object o;
    const struct json *v;
    for (size_t i = 0; i < c->count; i++) {
        if (c->rows[i].is_taken)
            continue;
        TRY(row_json(&c->rows[i], a, &v));
        TRY(values_add(&missed, v));
    }
    TRY(value_array(a, missed.items, missed.count, &v));
    json_object_init(&o, a);
    json_object_int(&o, "bodies", (int64_t)c->count);
    json_object_int(&o, "taken", (int64_t)c->taken);
    json_object_int(&o, "percent", (int64_t)percent(c));
    json_object_bool(&o, "complete", !c->is_cut);
    json_object_add(&o, "never_taken", v);
    return json_object_end(&o, out);
}
