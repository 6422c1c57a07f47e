/*
 * What an evaluation asked the caller's functions, and what it looked up in the documents.
 */
#include "base/limits.h"
#include "rego/explain.h"

#define LOOKUPS_MAX 2000

static struct err list_calls(struct rego_report *report)
{
    struct record *r = &report->record;
    struct bytes text;
    TRY(arena_array(&r->arena, r->call_count, &report->calls));
    for (const struct record_call *c = r->calls; c != NULL; c = c->next) {
        struct rego_asked *out = &report->calls[report->call_count++];
        *out = (struct rego_asked){.at = explain_spot(c->at), .function = explain_text_of(c->function->name)};
        out->result = explain_text_of(BYTES_EMPTY);
        TRY(explain_value(r, c->args, false, &text));
        out->args = explain_text_of(text);
        if (c->result == NULL)
            continue;
        TRY(explain_value(r, c->result, false, &text));
        out->result = explain_text_of(text);
    }
    return OK;
}

static int by_path(const void *a, const void *b)
{
    const struct rego_lookup *x = a;
    const struct rego_lookup *y = b;
    return bytes_compare(bytes_of(x->path.p, x->path.n), bytes_of(y->path.p, y->path.n));
}

static void add_lookup(struct rego_report *report, struct rego_lookup lookup)
{
    if (report->lookup_count < LOOKUPS_MAX)
        report->lookups[report->lookup_count++] = lookup;
    else
        report->record.is_cut = true;
}

static struct err list_read(struct rego_report *report)
{
    struct record *r = &report->record;
    struct bytes path;
    for (size_t i = 0; i < r->place_cap; i++) {
        const struct record_place *p = r->places[i];
        if (p == NULL || !p->is_read || p->root == NULL)
            continue;
        TRY(record_path(r, p, &path));
        path = record_shown_text(r, path);
        add_lookup(report, (struct rego_lookup){.path = explain_text_of(path), .found = true, .similar = {"", 0}});
    }
    return OK;
}

static struct err list_missing(struct rego_report *report)
{
    struct record *r = &report->record;
    for (const struct record_missing *m = r->missing; m != NULL; m = m->next) {
        struct bytes path;
        struct bytes similar;
        const struct record_place *p = record_place(r, m->from);
        if (p != NULL && p->root != NULL)
            TRY(record_path(r, p, &path));
        else
            TRY(explain_rule_name(r, m->node, &path));
        TRY(record_path_below(r, m->from, path, m->key, &path));
        TRY(explain_similar(r, m->from, m->node, m->key, &similar));
        struct rego_lookup lookup = {.path = explain_text_of(record_shown_text(r, path)), .at = explain_spot(m->at)};
        lookup.similar = explain_text_of(similar);
        add_lookup(report, lookup);
    }
    return OK;
}

/* The same name may be read in more than one scene of `with`. */
static void drop_doubles(struct rego_report *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < report->lookup_count; i++) {
        const struct rego_lookup *l = &report->lookups[i];
        if (kept > 0 && by_path(&report->lookups[kept - 1], l) == 0 && report->lookups[kept - 1].found == l->found)
            continue;
        report->lookups[kept++] = *l;
    }
    report->lookup_count = kept;
}

struct err explain_lists(struct rego_report *report)
{
    TRY(list_calls(report));
    TRY(arena_array(&report->record.arena, LOOKUPS_MAX, &report->lookups));
    TRY(list_missing(report));
    TRY(list_read(report));
    if (report->lookup_count > 1)
        qsort(report->lookups, report->lookup_count, sizeof(*report->lookups), by_path);
    drop_doubles(report);
    return OK;
}
