/*
 * From what the rules gave to the findings of the report.
 */
#include "base/clock.h"
#include "codec/hex.h"
#include "trust/rules.h"

#define FINDINGS_MAX 1000 /* then a count. source: spec/trust-model.md 8 */

enum severity finding_severity(const struct json *finding)
{
    enum severity s;
    return severity_named(tree_text(finding, "severity"), &s) ? s : SEVERITY_NONE;
}

static bool in_texts(const char *const *list, struct bytes text)
{
    for (; *list != NULL; list++)
        if (bytes_is(text, *list))
            return true;
    return false;
}

static struct err texts(struct arena *a, const char *const *list, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, a);
    for (; *list != NULL; list++)
        tree_list_text(&l, bytes_of_text(*list));
    return tree_list_end(&l, out);
}

struct range { /* the findings of one threat, in the order of their places */
    size_t from, to;
};

struct sorter {
    struct model *m;
    const struct json *facts;
    struct tree_list findings;
    struct range *ranges; /* by the threat's place in the catalogue */
};

/* Whether any of the properties that a row loses is asked for. */
static bool is_asked_for(const struct sorter *s, const struct threat *t)
{
    const struct json *protect = json_path(s->facts, "context", "protect", NULL);
    if (t->properties[0] == NULL)
        return true;
    for (const char *const *p = t->properties; *p != NULL; p++) {
        const char *dot = strchr(*p, '.');
        struct bytes what = bytes_of(*p, (size_t)(dot - *p));
        const struct json *list = json_find(protect, what);
        for (TREE_EACH(i, list))
            if (json_is(list->items[i], JSON_STRING) && bytes_is(list->items[i]->text, dot + 1))
                return true;
    }
    return false;
}

/* Whether every attacker of the row is declared trusted, with a reason and a date that is not over. */
static bool is_trusted(const struct sorter *s, const struct threat *t)
{
    const struct json *personas = json_path(s->facts, "context", "personas", NULL);
    if (t->attackers[0] == NULL)
        return false;
    for (const char *const *p = t->attackers; *p != NULL; p++) {
        const struct json *row = json_at(personas, *p);
        int64_t until;
        bool holds = bytes_is(tree_text(row, "trust"), "trusted") && tree_text(row, "reason").n > 0 &&
                     !failed(clock_parse_day(tree_text(row, "until"), &until)) && s->m->now_sec <= until;
        if (!holds)
            return false;
    }
    return true;
}

static struct err lower(struct sorter *s, const struct threat *t, enum severity *severity, struct tree_list *changes)
{
    if (strncmp(t->id, "T-API-", 6) == 0) /* whatever the host may ask of the guest. source: spec/trust-model.md 5.2 */
        return OK;
    enum severity floor = *severity < SEVERITY_LOW ? *severity : SEVERITY_LOW;
    if (!is_asked_for(s, t) && *severity > floor) {
        *severity -= 1;
        tree_list_text(changes, BYTES_LIT("-1: the context does not ask for the property that is lost"));
    }
    if (is_trusted(s, t) && *severity > floor) {
        *severity -= 1;
        tree_list_text(changes, BYTES_LIT("-1: every attacker of this row is declared trusted"));
    }
    return changes->bad;
}

/* The kind of an artefact, so that a fingerprint survives another file name: "initdata#policy.rego". */
static struct err artefact_kind(const struct model *m, struct bytes artefact, struct bytes *out)
{
    size_t at = 0;
    while (at < artefact.n && artefact.p[at] != '#')
        at++;
    struct bytes path = bytes_of(artefact.p, at), entry = bytes_of(artefact.p + at, artefact.n - at);
    const char *kind = "other";
    for (size_t i = 0; i < m->input_count; i++)
        if (bytes_equal(m->inputs[i].path, path))
            kind = input_kind_name(m->inputs[i].kind);
    return tree_format(m->arena, out, "%s%.*s", kind, (int)entry.n, (const char *)entry.p);
}

static struct err fingerprint(struct model *m, const struct threat *t, struct bytes workload, struct bytes artefact,
                              struct bytes subject, struct bytes *out)
{
    struct bytes kind;
    struct digest d;
    TRY(artefact_kind(m, artefact, &kind));
    struct bytes parts[] = {bytes_of_text(t->id), BYTES_LIT("\n"), workload, BYTES_LIT("\n"), kind,
                            BYTES_LIT("\n"),      subject};
    TRY(hash_of_parts(HASH_SHA256, parts, sizeof(parts) / sizeof(parts[0]), &d));
    return hex_encode_arena(m->arena, digest_view(&d), out);
}

static size_t line_of_text(struct bytes text, struct bytes word)
{
    const uint8_t *at = word.n == 0 ? NULL : memmem(text.p, text.n, word.p, word.n);
    size_t line = 1;
    for (const uint8_t *p = text.p; at != NULL && p < at; p++)
        line += *p == '\n';
    return at == NULL ? 0 : line;
}

/* Where it stands: a line that the rule knows, or the first line of the file with a text that it names. */
static struct err location(struct model *m, const struct json *given, struct bytes artefact, const struct json **out)
{
    struct json_object o;
    size_t at = 0, line = (size_t)tree_int(given, "line", 0);
    while (at < artefact.n && artefact.p[at] != '#')
        at++;
    struct bytes path = tree_text(given, "path");
    if (path.n == 0)
        path = bytes_of(artefact.p, at);
    for (size_t i = 0; i < m->input_count && line == 0; i++)
        if (bytes_equal(m->inputs[i].path, path))
            line = line_of_text(m->inputs[i].text, tree_text(given, "find"));
    json_object_init(&o, m->arena);
    json_object_string(&o, "path", path);
    json_object_int(&o, "line", (int64_t)line);
    json_object_int(&o, "column", line == 0 ? 0 : 1);
    return json_object_end(&o, out);
}

static struct err mechanism_list(struct model *m, const struct threat *t, struct bytes status, const struct json *given,
                                 const struct json **out)
{
    struct tree_list l;
    const char *state = bytes_is(status, "weak") ? "defeated" : bytes_is(status, "not-shown") ? "not-shown" : "absent";
    if (json_is(given, JSON_ARRAY)) {
        *out = given;
        return OK;
    }
    tree_list_init(&l, m->arena);
    for (const char *const *p = t->mechanisms; *p != NULL; p++) {
        struct json_object o;
        const struct json *v;
        json_object_init(&o, m->arena);
        json_object_text(&o, "id", *p);
        json_object_text(&o, "state", state);
        TRY(json_object_end(&o, &v));
        tree_list_add(&l, v);
    }
    return tree_list_end(&l, out);
}

static struct err list_or_empty(struct arena *a, const struct json *v, const struct json **out)
{
    struct tree_list l;
    *out = v;
    tree_list_init(&l, a);
    return json_is(v, JSON_ARRAY) ? OK : tree_list_end(&l, out);
}

static struct err add_lists(struct sorter *s, const struct threat *t, const struct json *given, struct bytes status,
                            struct json_object *o)
{
    struct arena *a = s->m->arena;
    const struct json *v;
    TRY(list_or_empty(a, json_at(given, "related"), &v));
    json_object_add(o, "related", v);
    TRY(list_or_empty(a, json_at(given, "probes"), &v));
    json_object_add(o, "probes", v);
    TRY(texts(a, t->assets, &v));
    json_object_add(o, "asset", v);
    TRY(texts(a, t->attackers, &v));
    json_object_add(o, "attackers", v);
    TRY(texts(a, t->seed, &v));
    json_object_add(o, "seed", v);
    TRY(texts(a, t->refs, &v));
    json_object_add(o, "refs", v);
    TRY(mechanism_list(s->m, t, status, json_at(given, "mechanisms"), &v));
    json_object_add(o, "mechanisms", v);
    return OK;
}

static struct err add_severity(struct sorter *s, const struct threat *t, const struct json *given,
                               struct json_object *o)
{
    struct tree_list changes;
    const struct json *v;
    enum severity severity = t->severity, own;
    tree_list_init(&changes, s->m->arena);
    if (severity_named(tree_text(given, "severity"), &own))
        severity = own;
    TRY(lower(s, t, &severity, &changes));
    json_object_text(o, "severity", severity_name(severity));
    TRY(tree_list_end(&changes, &v));
    json_object_add(o, "severity_changes", v);
    return OK;
}

static struct err make_one(struct sorter *s, const struct threat *t, const struct json *given, const struct json **out)
{
    struct json_object o;
    struct bytes artefact = tree_text(given, "artefact"), status = tree_text(given, "status"), print;
    struct bytes workload = tree_text(given, "workload"), subject = tree_text(given, "subject");
    struct bytes remedy = tree_text(given, "remedy");
    const struct json *v;
    if (artefact.n == 0 || tree_text(given, "evidence").n == 0)
        return FAIL(ERR_BUG, "a finding without artefact or evidence");
    if (status.n == 0)
        status = BYTES_LIT("unanswered");
    json_object_init(&o, s->m->arena);
    json_object_text(&o, "id", t->id);
    json_object_text(&o, "title", t->title);
    json_object_string(&o, "status", status);
    TRY(add_severity(s, t, given, &o));
    json_object_string(&o, "workload", workload);
    json_object_string(&o, "artefact", artefact);
    json_object_string(&o, "subject", subject);
    json_object_text(&o, "crossing", t->crossings[0] == NULL ? "" : t->crossings[0]);
    json_object_string(&o, "evidence", tree_text(given, "evidence"));
    json_object_string(&o, "remedy", remedy.n > 0 ? remedy : bytes_of_text(t->remedy));
    json_object_null(&o, "acceptance");
    TRY(location(s->m, given, artefact, &v));
    json_object_add(&o, "location", v);
    TRY(add_lists(s, t, given, status, &o));
    TRY(fingerprint(s->m, t, workload, artefact, subject, &print));
    json_object_string(&o, "fingerprint", print);
    return json_object_end(&o, out);
}

static const char *const place_keys[] = {"artefact", "subject", "workload"};

static int compare_places(const struct json *a, const struct json *b)
{
    int order = 0;
    for (size_t i = 0; order == 0 && i < sizeof(place_keys) / sizeof(place_keys[0]); i++)
        order = bytes_compare(tree_text(a, place_keys[i]), tree_text(b, place_keys[i]));
    return order;
}

struct placed {
    const struct json *finding;
    size_t given; /* its turn: what was given first goes before its equals */
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = compare_places(x->finding, y->finding);
    return order != 0 ? order : (x->given > y->given) - (x->given < y->given);
}

static struct err join_lists(struct arena *a, const struct json *x, const struct json *y, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, a);
    for (TREE_EACH(i, x))
        tree_list_add(&l, x->items[i]);
    for (TREE_EACH(i, y))
        if (json_is(y->items[i], JSON_STRING) && !tree_list_has(&l, y->items[i]->text))
            tree_list_add(&l, y->items[i]);
    return tree_list_end(&l, out);
}

/* One finding for each place: the worse one stays, with the probes of both. */
static struct err add_or_join(struct sorter *s, size_t from, const struct json *finding)
{
    size_t last = s->findings.count;
    const struct json *have = last > from ? s->findings.items[last - 1] : NULL, *probes;
    if (have == NULL || compare_places(have, finding) != 0) {
        tree_list_add(&s->findings, finding);
        return s->findings.bad;
    }
    const struct json *worse = finding_severity(finding) > finding_severity(have) ? finding : have;
    TRY(join_lists(s->m->arena, json_at(have, "probes"), json_at(finding, "probes"), &probes));
    return tree_with(s->m->arena, worse, "probes", probes, &s->findings.items[last - 1]);
}

static struct err put_in_order(struct sorter *s, const struct threat *t, const struct tree_list *made)
{
    struct placed *list;
    struct range *r = &s->ranges[t - threats];
    TRY(arena_array(s->m->arena, made->count + 1, &list));
    for (size_t i = 0; i < made->count; i++)
        list[i] = (struct placed){made->items[i], i};
    if (made->count > 1)
        qsort(list, made->count, sizeof(*list), by_place);
    r->from = s->findings.count;
    for (size_t i = 0; i < made->count; i++)
        TRY(add_or_join(s, r->from, list[i].finding));
    r->to = s->findings.count;
    return OK;
}

/* The first finding of a threat about an artefact; r->to if there is none. */
static size_t first_about(const struct sorter *s, const struct range *r, struct bytes artefact)
{
    size_t low = r->from, high = r->to;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bytes_compare(tree_text(s->findings.items[middle], "artefact"), artefact) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_said_by(const struct sorter *s, const struct threat *other, const struct json *finding)
{
    const struct range *r = &s->ranges[other - threats];
    struct bytes artefact = tree_text(finding, "artefact");
    for (size_t i = first_about(s, r, artefact); i < r->to; i++) {
        const struct json *f = s->findings.items[i];
        struct bytes subject = tree_text(f, "subject");
        if (!bytes_equal(tree_text(f, "artefact"), artefact))
            return false;
        if (!bytes_is(tree_text(f, "status"), "not-shown") &&
            (subject.n == 0 || bytes_equal(subject, tree_text(finding, "subject"))))
            return true;
    }
    return false;
}

/* Whether another finding says it already. A finding about a whole artefact includes every subject in it. */
static bool is_within(const struct sorter *s, const struct json *finding)
{
    const struct threat *t = threat_find(tree_text(finding, "id"));
    for (const char *const *id = t == NULL ? NULL : t->within; id != NULL && *id != NULL; id++) {
        const struct threat *other = threat_find(bytes_of_text(*id));
        if (other != NULL && is_said_by(s, other, finding))
            return true;
    }
    return false;
}

static int by_severity(const void *a, const void *b)
{
    static const char *const keys[] = {"id", "artefact", "subject", "workload"};
    const struct json *x = *(const struct json *const *)a, *y = *(const struct json *const *)b;
    int order = (int)finding_severity(y) - (int)finding_severity(x);
    for (size_t i = 0; order == 0 && i < 4; i++)
        order = bytes_compare(tree_text(x, keys[i]), tree_text(y, keys[i]));
    return order;
}

static struct err finish(struct sorter *s, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, s->m->arena);
    for (size_t i = 0; i < s->findings.count; i++)
        if (!is_within(s, s->findings.items[i]))
            tree_list_add(&l, s->findings.items[i]);
    TRY(l.bad);
    if (l.count > 1)
        qsort(l.items, l.count, sizeof(*l.items), by_severity);
    if (l.count > FINDINGS_MAX) {
        s->m->is_over_limit = true;
        TRY(model_note(s->m, BYTES_EMPTY, 0, "%zu findings more than the first %d", l.count - FINDINGS_MAX,
                       FINDINGS_MAX));
        l.count = FINDINGS_MAX;
    }
    return tree_list_end(&l, out);
}

static struct err not_applicable(struct model *m, const struct threat *t, struct bytes reason, struct tree_list *out)
{
    struct json_object o;
    const struct json *v;
    json_object_init(&o, m->arena);
    json_object_text(&o, "id", t->id);
    json_object_string(&o, "reason", reason);
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return OK;
}

static struct err answered_one(struct model *m, const struct threat *t, const struct json *given, struct tree_list *out)
{
    struct json_object o;
    const struct json *v;
    json_object_init(&o, m->arena);
    json_object_text(&o, "id", t->id);
    json_object_string(&o, "artefact", tree_text(given, "artefact"));
    json_object_string(&o, "workload", tree_text(given, "workload"));
    json_object_string(&o, "evidence", tree_text(given, "evidence"));
    TRY(texts(m->arena, t->mechanisms, &v));
    json_object_add(&o, "mechanisms",
                    json_is(json_at(given, "mechanisms"), JSON_ARRAY) ? json_at(given, "mechanisms") : v);
    TRY(list_or_empty(m->arena, json_at(given, "probes"), &v));
    json_object_add(&o, "probes", v);
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return OK;
}

static bool is_selected(const struct assess_request *r, const struct threat *t)
{
    return r->only == NULL || in_texts(r->only, bytes_of_text(t->id));
}

/* Whether a row is decided by what could not be read; of a file of no known kind, whether nothing else speaks of it. */
static bool depends_on(const struct threat *t, struct bytes kind, bool is_silent)
{
    bool is_unknown = bytes_is(kind, input_kind_name(INPUT_IGNORED)) || t->needs[0] == NULL;
    return is_unknown ? is_silent : in_texts(t->needs, kind);
}

static struct err add_failures(struct sorter *s, const struct threat *t, struct tree_list *findings, bool *is_silent)
{
    struct model *m = s->m;
    bool was_silent = *is_silent;
    for (size_t i = 0; i < m->failures.count; i++) {
        const struct json *failure = m->failures.items[i], *given, *made;
        struct bytes why = tree_text(failure, "why");
        struct bytes evidence;
        struct json_object o;
        if (!depends_on(t, tree_text(failure, "kind"), was_silent))
            continue;
        TRY(tree_format(m->arena, &evidence, "it cannot be read: %.*s", (int)why.n, (const char *)why.p));
        json_object_init(&o, m->arena);
        json_object_string(&o, "artefact", tree_text(failure, "artefact"));
        json_object_text(&o, "status", "not-shown");
        json_object_text(&o, "severity", "info");
        json_object_string(&o, "evidence", evidence);
        TRY(json_object_end(&o, &given));
        TRY(make_one(s, t, given, &made));
        tree_list_add(findings, made);
        *is_silent = false;
    }
    return OK;
}

static struct err one_threat(struct sorter *s, const struct threat *t, const struct json *result,
                             struct tree_list *answered, struct tree_list *silent)
{
    struct model *m = s->m;
    const struct json *found = json_at(result, "finding"), *good = json_at(result, "answered"), *made;
    struct bytes reason = tree_text(result, "reason");
    struct tree_list findings;
    if (t->layouts[0] != NULL && !in_texts(t->layouts, m->context.layout)) {
        TRY(tree_format(m->arena, &reason, "layout %.*s", (int)m->context.layout.n, (const char *)m->context.layout.p));
        return not_applicable(m, t, reason, silent);
    }
    tree_list_init(&findings, m->arena);
    for (TREE_EACH(i, found)) {
        TRY(make_one(s, t, found->items[i], &made));
        tree_list_add(&findings, made);
    }
    for (TREE_EACH(i, good))
        TRY(answered_one(m, t, good->items[i], answered));
    bool is_silent = (found == NULL || found->count == 0) && (good == NULL || good->count == 0);
    TRY(add_failures(s, t, &findings, &is_silent));
    TRY(findings.bad);
    TRY(put_in_order(s, t, &findings));
    if (!is_silent)
        return OK;
    return not_applicable(m, t, reason.n > 0 ? reason : BYTES_LIT("nothing that was supplied speaks of it"), silent);
}

static size_t threat_count(void)
{
    size_t n = 0;
    while (threats[n].id != NULL)
        n++;
    return n;
}

struct err findings_make(struct model *m, const struct json *facts, const struct json *results,
                         const struct json **findings, const struct json **answered,
                         const struct json **not_applicable_out)
{
    struct sorter s = {.m = m, .facts = facts};
    struct tree_list good, silent;
    tree_list_init(&s.findings, m->arena);
    tree_list_init(&good, m->arena);
    tree_list_init(&silent, m->arena);
    TRY(arena_array(m->arena, threat_count(), &s.ranges));
    for (const struct threat *t = threats; t->id != NULL; t++)
        if (is_selected(m->request, t))
            TRY(one_threat(&s, t, json_at(results, t->id), &good, &silent));
    TRY(finish(&s, findings));
    TRY(tree_list_end(&good, answered));
    return tree_list_end(&silent, not_applicable_out);
}

int findings_exit(const struct assess_request *request, const struct json *findings)
{
    enum severity least = request->fail_on == SEVERITY_NONE ? SEVERITY_MEDIUM : request->fail_on;
    for (TREE_EACH(i, findings)) {
        const struct json *f = findings->items[i];
        struct bytes status = tree_text(f, "status");
        bool counts = (bytes_is(status, "unanswered") || bytes_is(status, "weak")) && !tree_flag(f, "known") &&
                      finding_severity(f) >= least && !request->fails_never;
        if (counts || (request->is_strict && bytes_is(status, "not-shown")))
            return 1;
    }
    return 0;
}
