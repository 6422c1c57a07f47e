/*
 * Acceptances and baselines. Both only ever lower what counts, so each doubt ends in "does not cover": a missing owner
 * is told, a missing reason or end makes an acceptance void.
 */
#include "trust/accept.h"

#include "base/clock.h"
#include "base/limits.h"
#include "trust/catalogue.h"

#define SOON_DAYS 30
#define DAY_SEC   86400

static struct bytes text_at(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_STRING) ? v->text : BYTES_EMPTY;
}

static bool is_open(const struct json *finding)
{
    struct bytes status = text_at(finding, "status");
    return bytes_is(status, "unanswered") || bytes_is(status, "weak");
}

/* A word that nobody knows counts as the worst: it can then only be covered by what covers everything. */
static enum severity severity_in(const struct json *object, const char *key, enum severity otherwise)
{
    enum severity s = SEVERITY_CRITICAL;
    if (json_at(object, key) == NULL)
        return otherwise;
    return severity_named(text_at(object, key), &s) ? s : SEVERITY_CRITICAL;
}

/* The object with members added or replaced. `extra` is sorted by nothing; its keys are of our own. */
static struct err with_members(struct arena *a, const struct json *object, const struct json_member *extra,
                               size_t count, const struct json **out)
{
    size_t old = json_is(object, JSON_OBJECT) ? object->count : 0, n = 0;
    struct json_member *members;
    TRY(arena_array(a, old + count, &members));
    for (size_t i = 0; i < old; i++) {
        bool is_replaced = false;
        for (size_t k = 0; k < count; k++)
            is_replaced = is_replaced || bytes_equal(object->members[i].key, extra[k].key);
        if (!is_replaced)
            members[n++] = object->members[i];
    }
    memcpy(members + n, extra, count * sizeof(*extra));
    return json_new_object(a, members, n + count, out);
}

struct notes {
    struct arena *arena;
    const struct json **items;
    size_t count, cap;
};

/* One note about an acceptance: its threat, then what is to be said. */
static struct err note(struct notes *n, struct bytes threat, const char *before, struct bytes what, const char *after)
{
    struct json_object o;
    struct bytes text;
    SCOPED(buf) struct buf b;
    buf_init(&b, 64 * KIB);
    buf_text(&b, "the acceptance of ");
    buf_add(&b, threat.n == 0 ? BYTES_LIT("an unnamed threat") : threat);
    buf_text(&b, before);
    buf_add(&b, what);
    buf_text(&b, after);
    TRY(buf_end(&b, &text));
    json_object_init(&o, n->arena);
    json_object_string(&o, "text", text);
    const struct json *v;
    TRY(json_object_end(&o, &v));
    if (n->count < n->cap)
        n->items[n->count++] = v;
    return OK;
}

struct acceptance {
    const struct json *row;
    struct bytes threat, artefact, subject;
    enum severity max;
    int64_t days_left;
    bool is_valid;
    bool has_match, is_too_severe;
};

/* Reads one row; what makes it void becomes a note. */
static struct err read_acceptance(struct notes *n, const struct json *row, int64_t now, struct acceptance *out)
{
    int64_t until;
    struct acceptance x = {.row = row, .threat = text_at(row, "threat"), .artefact = text_at(row, "artefact")};
    x.subject = text_at(row, "subject");
    const struct threat *t = threat_find(x.threat);
    *out = x;
    if (x.threat.n == 0 || text_at(row, "reason").n == 0 || text_at(row, "until").n == 0)
        return note(n, x.threat, " is void: it needs threat, reason and until", BYTES_EMPTY, "");
    if (t == NULL)
        return note(n, x.threat, " is void: the catalogue has no such threat", BYTES_EMPTY, "");
    if (failed(clock_parse_day(text_at(row, "until"), &until)))
        return note(n, x.threat, " is void: until is a day such as 2027-01-31", BYTES_EMPTY, "");
    x.days_left = (until - now) / DAY_SEC;
    if (x.days_left < 0)
        return note(n, x.threat, " has expired: it ended on ", text_at(row, "until"), "");
    x.max = severity_in(row, "max_severity", t->severity);
    if (json_at(row, "max_severity") != NULL && !severity_named(text_at(row, "max_severity"), &x.max))
        return note(n, x.threat, " is void: max_severity is no severity", BYTES_EMPTY, "");
    x.is_valid = true;
    *out = x;
    if (text_at(row, "owner").n == 0)
        TRY(note(n, x.threat, " has no owner", BYTES_EMPTY, ""));
    if (x.days_left <= SOON_DAYS)
        TRY(note(n, x.threat, " ends within 30 days, on ", text_at(row, "until"), ""));
    return OK;
}

/* Whether `have` is the artefact meant, or an entry of it: "initdata.toml#policy.rego" of "initdata.toml". */
static bool is_within(struct bytes have, struct bytes wanted)
{
    return wanted.n == 0 || bytes_equal(have, wanted) ||
           (bytes_starts(have, wanted) && have.n > wanted.n && have.p[wanted.n] == '#');
}

static bool covers(struct acceptance *x, const struct json *finding)
{
    if (!x->is_valid || !is_open(finding) || !bytes_equal(text_at(finding, "id"), x->threat) ||
        !is_within(text_at(finding, "artefact"), x->artefact) ||
        (x->subject.n > 0 && !bytes_equal(text_at(finding, "subject"), x->subject)))
        return false;
    if (severity_in(finding, "severity", SEVERITY_CRITICAL) > x->max) {
        x->is_too_severe = true;
        return false;
    }
    x->has_match = true;
    return true;
}

static struct err accepted_finding(struct arena *a, const struct json *finding, const struct acceptance *x,
                                   const struct json **out)
{
    const struct json *days, *status, *acceptance;
    TRY(json_new_int(a, x->days_left, &days));
    TRY(json_new_string(a, BYTES_LIT("accepted"), &status));
    TRY(with_members(a, x->row, &(struct json_member){.key = BYTES_LIT("days_left"), .value = days}, 1, &acceptance));
    const struct json_member extra[] = {{.key = BYTES_LIT("status"), .value = status},
                                        {.key = BYTES_LIT("acceptance"), .value = acceptance}};
    return with_members(a, finding, extra, 2, out);
}

/* What is left to say once every finding was seen. */
static struct err note_unused(struct notes *n, const struct acceptance *x)
{
    if (!x->is_valid || x->has_match)
        return OK;
    if (x->is_too_severe)
        return note(n, x->threat, " covers nothing: the finding is more severe than ",
                    bytes_of_text(severity_name(x->max)), "");
    return note(n, x->threat, " matches nothing", BYTES_EMPTY, "");
}

struct err accept_apply(struct arena *a, const struct json *findings, const struct json *acceptances, struct bytes now,
                        const struct json **out, const struct json **notes)
{
    size_t count = json_is(acceptances, JSON_ARRAY) ? acceptances->count : 0;
    struct acceptance *rows = NULL;
    struct notes n = {.arena = a, .cap = 3 * count};
    const struct json **items, *list, *told;
    int64_t today;
    if (failed(clock_parse_day(now, &today)))
        return FAIL(ERR_FORMAT, "now is no date");
    TRY(arena_array(a, count + 1, &rows));
    TRY(arena_array(a, n.cap + 1, &n.items));
    TRY(arena_array(a, findings->count + 1, &items));
    for (size_t i = 0; i < count; i++)
        TRY(read_acceptance(&n, acceptances->items[i], today, &rows[i]));
    for (size_t i = 0; i < findings->count; i++) {
        items[i] = findings->items[i];
        for (size_t k = 0; k < count; k++)
            if (covers(&rows[k], findings->items[i])) {
                TRY(accepted_finding(a, findings->items[i], &rows[k], &items[i]));
                break;
            }
    }
    for (size_t k = 0; k < count; k++)
        TRY(note_unused(&n, &rows[k]));
    TRY(json_new_array(a, items, findings->count, &list));
    TRY(json_new_array(a, n.items, n.count, &told));
    *out = list;
    *notes = told;
    return OK;
}

/* The first finding before that nobody continues yet, of the same fingerprint and, in the first round, artefact. */
static size_t free_row(const struct json *earlier, const struct json **continued, const struct json *finding,
                       bool any_artefact)
{
    struct bytes fingerprint = text_at(finding, "fingerprint"), artefact = text_at(finding, "artefact");
    size_t k = 0;
    for (; k < earlier->count; k++) {
        const struct json *f = earlier->items[k];
        if (continued[k] == NULL && bytes_equal(text_at(f, "fingerprint"), fingerprint) &&
            (any_artefact || bytes_equal(text_at(f, "artefact"), artefact)))
            break;
    }
    return fingerprint.n == 0 ? earlier->count : k;
}

struct err accept_match(struct arena *a, const struct json *findings, const struct json *earlier,
                        const struct json ***before, const struct json ***after)
{
    TRY(arena_array(a, findings->count + 1, before));
    TRY(arena_array(a, earlier->count + 1, after));
    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < findings->count; i++) {
            size_t k = (*before)[i] != NULL ? earlier->count : free_row(earlier, *after, findings->items[i], round > 0);
            if (k == earlier->count)
                continue;
            (*before)[i] = earlier->items[k];
            (*after)[k] = findings->items[i];
        }
    return OK;
}

/* An acceptance that has ended, or a file that now shows what was unknown, makes a finding new again. */
static bool is_known(const struct json *finding, const struct json *before)
{
    if (before == NULL ||
        severity_in(finding, "severity", SEVERITY_CRITICAL) > severity_in(before, "severity", SEVERITY_NONE))
        return false;
    return is_open(before) || bytes_equal(text_at(before, "status"), text_at(finding, "status"));
}

static struct err fixed_row(struct arena *a, const struct json *finding, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_string(&o, "id", text_at(finding, "id"));
    json_object_string(&o, "artefact", text_at(finding, "artefact"));
    json_object_string(&o, "subject", text_at(finding, "subject"));
    json_object_string(&o, "fingerprint", text_at(finding, "fingerprint"));
    return json_object_end(&o, out);
}

struct err accept_baseline(struct arena *a, const struct json *findings, const struct json *baseline,
                           const struct json **out, const struct json **fixed)
{
    const struct json *earlier = json_at(baseline, "findings"), *yes, **items, **gone, *list, *gone_list;
    const struct json **before, **after;
    size_t gone_count = 0;
    if (!bytes_is(text_at(baseline, "schema"), "casemate-assess/1") || !json_is(earlier, JSON_ARRAY))
        return FAIL(ERR_FORMAT, "the baseline is no casemate-assess/1 document");
    TRY(json_new_bool(a, true, &yes));
    TRY(arena_array(a, findings->count + 1, &items));
    TRY(arena_array(a, earlier->count + 1, &gone));
    TRY(accept_match(a, findings, earlier, &before, &after));
    for (size_t i = 0; i < findings->count; i++) {
        const struct json *f = findings->items[i];
        items[i] = f;
        if (is_known(f, before[i]))
            TRY(with_members(a, f, &(struct json_member){.key = BYTES_LIT("known"), .value = yes}, 1, &items[i]));
    }
    for (size_t i = 0; i < earlier->count; i++) {
        const struct json *f = earlier->items[i];
        bool counted = is_open(f) || bytes_is(text_at(f, "status"), "accepted");
        if (counted && text_at(f, "fingerprint").n > 0 && after[i] == NULL)
            TRY(fixed_row(a, f, &gone[gone_count++]));
    }
    TRY(json_new_array(a, items, findings->count, &list));
    TRY(json_new_array(a, gone, gone_count, &gone_list));
    *out = list;
    *fixed = gone_list;
    return OK;
}
