/*
 * Comparing two documents by the fingerprints of their findings.
 */
#include "report/difference.h"

#include "base/limits.h"
#include "report/escape.h"
#include "report/field.h"
#include "report/verdict.h"
#include "trust/accept.h"

enum bin { BIN_NEW, BIN_WORSE, BIN_BETTER, BIN_FIXED, BIN_ACCEPTED, BIN_LOST, BIN_COUNT };

static const char *const bin_names[BIN_COUNT] = {"new", "worse", "better", "fixed", "accepted", "lost"};
static const char *const bin_words[BIN_COUNT] = {"NEW",   "WORSE",          "BETTER, yet open",
                                                 "FIXED", "ACCEPTED since", "NO LONGER ANSWERED"};

struct bins {
    struct arena *arena;
    const struct json **items[BIN_COUNT];
    size_t count[BIN_COUNT];
    size_t same;
};

static struct err put(struct bins *b, enum bin bin, const struct json *f, const struct json *before)
{
    struct json_object o;
    SCOPED(buf) struct buf place;
    buf_init(&place, MIB);
    struct bytes view;
    verdict_place(f, &place);
    TRY(buf_end(&place, &view));
    json_object_init(&o, b->arena);
    json_object_string(&o, "id", field_text(f, "id"));
    json_object_string(&o, "title", field_text(f, "title"));
    json_object_string(&o, "artefact", field_text(f, "artefact"));
    json_object_string(&o, "subject", field_text(f, "subject"));
    json_object_string(&o, "workload", field_text(f, "workload"));
    json_object_string(&o, "place", view);
    json_object_text(&o, "severity", severity_name(field_severity(f)));
    if (before != NULL)
        json_object_text(&o, "severity_before", severity_name(field_severity(before)));
    json_object_string(&o, "fingerprint", field_text(f, "fingerprint"));
    return json_object_end(&o, &b->items[bin][b->count[bin]++]);
}

static struct err place_now(struct bins *b, const struct json *f, const struct json *before)
{
    if (!finding_is_open(f))
        return OK;
    if (before == NULL || !finding_is_open(before))
        return put(b, BIN_NEW, f, NULL);
    if (field_severity(f) != field_severity(before))
        return put(b, field_severity(f) > field_severity(before) ? BIN_WORSE : BIN_BETTER, f, before);
    b->same++;
    return OK;
}

static struct err place_before(struct bins *b, const struct json *f, const struct json *now)
{
    if (!finding_is_open(f) || (now != NULL && finding_is_open(now)))
        return OK;
    return put(b, now != NULL && field_status(now) == STATUS_ACCEPTED ? BIN_ACCEPTED : BIN_FIXED, f, NULL);
}

/* Threats with an answered row before, none now, and an open finding now. */
static struct err place_lost(struct bins *b, const struct json *before, const struct json *after)
{
    const struct json *answered = field_list(before, "answered"), *findings = field_list(after, "findings");
    for (size_t i = 0; i < answered->count; i++) {
        struct bytes id = field_text(answered->items[i], "id");
        bool is_first = field_row(answered, id) == answered->items[i];
        if (!is_first || field_row(field_list(after, "answered"), id) != NULL)
            continue;
        for (size_t k = 0; k < findings->count; k++)
            if (bytes_equal(field_text(findings->items[k], "id"), id) && finding_is_open(findings->items[k])) {
                TRY(put(b, BIN_LOST, findings->items[k], NULL));
                break;
            }
    }
    return OK;
}

static bool is_document(const struct json *v)
{
    return bytes_is(field_text(v, "schema"), "casemate-assess/1") && json_is(json_at(v, "findings"), JSON_ARRAY);
}

static struct err close_bins(struct bins *b, const struct json *before, const struct json *after,
                             const struct json **out)
{
    struct json_object o;
    json_object_init(&o, b->arena);
    json_object_text(&o, "schema", "casemate-assess-diff/1");
    json_object_string(&o, "before", field_text(before, "now"));
    json_object_string(&o, "after", field_text(after, "now"));
    for (int bin = 0; bin < BIN_COUNT; bin++) {
        const struct json *list;
        TRY(json_new_array(b->arena, b->items[bin], b->count[bin], &list));
        json_object_add(&o, bin_names[bin], list);
    }
    json_object_int(&o, "same", (int64_t)b->same);
    return json_object_end(&o, out);
}

struct err difference_of(struct arena *a, const struct json *before, const struct json *after, const struct json **out)
{
    struct bins b = {.arena = a};
    const struct json *old = field_list(before, "findings"), *now = field_list(after, "findings"), **olds, **news;
    if (!is_document(before) || !is_document(after))
        return FAIL(ERR_FORMAT, "a file is no casemate-assess/1 document");
    for (int bin = 0; bin < BIN_COUNT; bin++)
        TRY(arena_array(a, old->count + now->count + field_list(before, "answered")->count + 1, &b.items[bin]));
    TRY(accept_match(a, now, old, &olds, &news));
    for (size_t i = 0; i < now->count; i++)
        TRY(place_now(&b, now->items[i], olds[i]));
    for (size_t i = 0; i < old->count; i++)
        TRY(place_before(&b, old->items[i], news[i]));
    TRY(place_lost(&b, before, after));
    return close_bins(&b, before, after, out);
}

enum severity difference_worst(const struct json *difference)
{
    enum severity worst = SEVERITY_NONE;
    for (int bin = BIN_NEW; bin <= BIN_WORSE; bin++) {
        const struct json *list = field_list(difference, bin_names[bin]);
        for (size_t i = 0; i < list->count; i++)
            if (field_severity(list->items[i]) > worst)
                worst = field_severity(list->items[i]);
    }
    return worst;
}

static void text_row(const struct json *row, struct buf *text)
{
    struct bytes before = field_text(row, "severity_before"), subject = field_text(row, "subject");
    buf_text(text, "  ");
    escape_terminal(field_text(row, "severity"), text);
    if (before.n > 0) {
        buf_text(text, " (was ");
        escape_terminal(before, text);
        buf_text(text, ")");
    }
    buf_text(text, " ");
    escape_terminal(field_text(row, "id"), text);
    buf_text(text, " ");
    escape_terminal(field_text(row, "title"), text);
    buf_text(text, "  [");
    escape_terminal(field_text(row, "place"), text);
    buf_text(text, subject.n > 0 ? ", " : "");
    escape_terminal(subject, text);
    buf_text(text, "]\n");
}

void difference_text(const struct json *difference, struct buf *text)
{
    bool is_empty = true;
    for (int bin = 0; bin < BIN_COUNT; bin++) {
        const struct json *list = field_list(difference, bin_names[bin]);
        if (list->count == 0)
            continue;
        is_empty = false;
        buf_text(text, bin_words[bin]);
        buf_text(text, "\n");
        for (size_t i = 0; i < list->count; i++)
            text_row(list->items[i], text);
    }
    if (is_empty)
        buf_text(text, "no change\n");
    buf_text(text, "unchanged and open: ");
    buf_decimal(text, field_int(difference, "same", 0));
    buf_text(text, "\n");
}
