/*
 * A document of an assessment as SARIF 2.1.0. Clauses are those of the standard.
 */
#include "report/sarif.h"

#include "base/limits.h"
#include "report/escape.h"
#include "report/field.h"
#include "report/verdict.h"
#include "trust/catalogue.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

struct sarif {
    struct arena *arena;
    const struct json *document;
    const struct sarif_options *options;
    bool has_baseline;
};

static const char *level_of(enum severity s)
{
    return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

/* The scale of viewers: above 9 critical, above 7 high, above 4 medium. */
static const char *score_of(enum severity s)
{
    static const char *const scores[SEVERITY_COUNT] = {"0.0", "0.0", "2.5", "5.5", "8.0", "9.5"};
    return scores[s];
}

/* An object with one member. */
static struct err one(struct sarif *s, const char *key, const struct json *v, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, s->arena);
    json_object_add(&o, key, v);
    return json_object_end(&o, out);
}

static struct err list_of_one(struct sarif *s, const struct json *v, const struct json **out)
{
    return json_new_array(s->arena, &v, 1, out);
}

/* 3.11: a message, of text that cannot steer the viewer. */
static struct err message(struct sarif *s, struct bytes text, const struct json **out)
{
    SCOPED(buf) struct buf safe;
    struct bytes view;
    const struct json *v;
    buf_init(&safe, MIB);
    escape_message(text, &safe);
    TRY(buf_end(&safe, &view));
    TRY(json_new_string(s->arena, view, &v));
    return one(s, "text", v, out);
}

static struct err texts(struct sarif *s, const char *const *list, const char *first, const struct json **out)
{
    const struct json **items;
    size_t count = 0, n = 0;
    while (list != NULL && list[count] != NULL)
        count++;
    TRY(arena_array(s->arena, count + 1, &items));
    if (first != NULL)
        TRY(json_new_string(s->arena, bytes_of_text(first), &items[n++]));
    for (size_t i = 0; i < count; i++)
        TRY(json_new_string(s->arena, bytes_of_text(list[i]), &items[n++]));
    return json_new_array(s->arena, items, n, out);
}

/* 3.49: a row of the catalogue. */
static struct err rule(struct sarif *s, const struct threat *t, const struct json **out)
{
    struct json_object o, properties;
    const struct json *tags, *v, *shorter, *full, *help, *level;
    TRY(texts(s, t->seed, "security", &tags));
    json_object_init(&properties, s->arena);
    json_object_text(&properties, "security-severity", score_of(t->severity));
    json_object_add(&properties, "tags", tags);
    TRY(json_object_end(&properties, &v));
    TRY(message(s, bytes_of_text(t->title), &shorter));
    TRY(message(s, bytes_of_text(t->text[0] != '\0' ? t->text : t->title), &full));
    TRY(message(s, bytes_of_text(t->remedy[0] != '\0' ? t->remedy : t->title), &help));
    TRY(json_new_string(s->arena, bytes_of_text(level_of(t->severity)), &level));
    TRY(one(s, "level", level, &level));
    json_object_init(&o, s->arena);
    json_object_text(&o, "id", t->id);
    json_object_add(&o, "shortDescription", shorter);
    json_object_add(&o, "fullDescription", full);
    json_object_add(&o, "help", help);
    json_object_add(&o, "defaultConfiguration", level);
    json_object_add(&o, "properties", v);
    return json_object_end(&o, out);
}

static struct err rules(struct sarif *s, const struct json **out)
{
    const struct json **items;
    size_t count = 0;
    while (threats[count].id != NULL)
        count++;
    TRY(arena_array(s->arena, count + 1, &items));
    for (size_t i = 0; i < count; i++)
        TRY(rule(s, &threats[i], &items[i]));
    return json_new_array(s->arena, items, count, out);
}

/* RFC 3986 3.3: what may stand in a path as it is. */
static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~/@+,=!$&'()*;", c) != NULL);
}

static void put_path(struct bytes path, struct buf *text)
{
    for (size_t i = 0; i < path.n; i++) {
        uint8_t c = path.p[i];
        if (is_plain(c)) {
            buf_u8(text, c);
            continue;
        }
        buf_u8(text, '%');
        buf_u8(text, (uint8_t) "0123456789ABCDEF"[c >> 4]);
        buf_u8(text, (uint8_t) "0123456789ABCDEF"[c & 15]);
    }
}

/* 3.4.3: a relative reference; a colon in its first segment would read as a scheme, so colons are always written. */
static struct err uri_of(struct sarif *s, struct bytes path, const struct json **out)
{
    SCOPED(buf) struct buf text;
    struct bytes view;
    buf_init(&text, MIB);
    put_path(s->options->folder, &text);
    buf_text(&text, s->options->folder.n > 0 ? "/" : "");
    put_path(path, &text);
    TRY(buf_end(&text, &view));
    return json_new_string(s->arena, view, out);
}

static struct err artifact_location(struct sarif *s, struct bytes path, const struct json **out)
{
    struct json_object o;
    const struct json *uri, *inputs = field_list(s->document, "inputs");
    TRY(uri_of(s, path, &uri));
    json_object_init(&o, s->arena);
    json_object_add(&o, "uri", uri);
    for (size_t i = 0; i < inputs->count; i++)
        if (bytes_equal(field_text(inputs->items[i], "path"), path)) {
            json_object_int(&o, "index", (int64_t)i);
            break;
        }
    return json_object_end(&o, out);
}

/* 3.24: the files, each with its hash. */
static struct err artifacts(struct sarif *s, const struct json **out)
{
    const struct json *inputs = field_list(s->document, "inputs"), **items, *location, *hash;
    TRY(arena_array(s->arena, inputs->count + 1, &items));
    for (size_t i = 0; i < inputs->count; i++) {
        struct json_object o, properties;
        struct bytes digest = field_text(inputs->items[i], "sha256");
        TRY(artifact_location(s, field_text(inputs->items[i], "path"), &location));
        json_object_init(&o, s->arena);
        json_object_add(&o, "location", location);
        if (digest.n > 0) {
            TRY(json_new_string(s->arena, digest, &hash));
            TRY(one(s, "sha-256", hash, &hash));
            json_object_add(&o, "hashes", hash);
        }
        json_object_init(&properties, s->arena);
        json_object_string(&properties, "kind", field_text(inputs->items[i], "kind"));
        TRY(json_object_end(&properties, &hash));
        json_object_add(&o, "properties", hash);
        TRY(json_object_end(&o, &items[i]));
    }
    return json_new_array(s->arena, items, inputs->count, out);
}

static struct bytes file_of(struct bytes artefact)
{
    const uint8_t *mark = memchr(artefact.p, '#', artefact.n);
    return mark == NULL ? artefact : bytes_of(artefact.p, (size_t)(mark - artefact.p));
}

/* 3.29: where in which file; for embedded text the region is of the file that holds it. */
static struct err physical_location(struct sarif *s, const struct json *row, struct bytes path, const struct json **out)
{
    struct json_object o, region;
    const struct json *location = json_at(row, "location"), *v;
    int64_t line = field_int(location, "line", 0), column = field_int(location, "column", 0);
    TRY(artifact_location(s, path, &v));
    json_object_init(&o, s->arena);
    json_object_add(&o, "artifactLocation", v);
    if (line > 0) {
        json_object_init(&region, s->arena);
        json_object_int(&region, "startLine", line);
        if (column > 0)
            json_object_int(&region, "startColumn", column);
        TRY(json_object_end(&region, &v));
        json_object_add(&o, "region", v);
    }
    return json_object_end(&o, out);
}

/* 3.33: the entry inside a document, and the workload. */
static struct err logical_locations(struct sarif *s, const struct json *row, const struct json **out)
{
    const struct json *items[2];
    size_t count = 0;
    struct bytes artefact = field_text(row, "artefact"), workload = field_text(row, "workload");
    struct json_object o;
    if (file_of(artefact).n != artefact.n) {
        json_object_init(&o, s->arena);
        json_object_string(&o, "fullyQualifiedName", artefact);
        json_object_text(&o, "kind", "module");
        TRY(json_object_end(&o, &items[count++]));
    }
    if (workload.n > 0) {
        json_object_init(&o, s->arena);
        json_object_string(&o, "fullyQualifiedName", workload);
        json_object_text(&o, "kind", "resource");
        TRY(json_object_end(&o, &items[count++]));
    }
    return json_new_array(s->arena, items, count, out);
}

static struct err location(struct sarif *s, const struct json *row, const struct json **out)
{
    struct json_object o;
    const struct json *physical, *logical;
    struct bytes path = field_text(json_at(row, "location"), "path");
    if (path.n == 0)
        path = file_of(field_text(row, "artefact"));
    TRY(physical_location(s, row, path, &physical));
    TRY(logical_locations(s, row, &logical));
    json_object_init(&o, s->arena);
    json_object_add(&o, "physicalLocation", physical);
    if (logical->count > 0)
        json_object_add(&o, "logicalLocations", logical);
    return json_object_end(&o, out);
}

static struct err related_locations(struct sarif *s, const struct json *row, const struct json **out)
{
    const struct json *related = field_list(row, "related"), **items, *v;
    size_t count = 0;
    TRY(arena_array(s->arena, related->count + 1, &items));
    for (size_t i = 0; i < related->count; i++) {
        if (!json_is(related->items[i], JSON_STRING))
            continue;
        TRY(physical_location(s, NULL, file_of(related->items[i]->text), &v));
        TRY(one(s, "physicalLocation", v, &items[count++]));
    }
    return json_new_array(s->arena, items, count, out);
}

/* 3.35: who accepted it, why, until when. */
static struct err suppressions(struct sarif *s, const struct json *acceptance, const struct json **out)
{
    struct json_object o;
    SCOPED(buf) struct buf text, safe;
    struct bytes view;
    const struct json *v;
    buf_init(&text, MIB);
    buf_init(&safe, MIB);
    buf_add(&text, field_text(acceptance, "reason"));
    buf_text(&text, " (");
    buf_add(&text, field_text(acceptance, "owner"));
    buf_text(&text, field_text(acceptance, "owner").n > 0 ? ", until " : "until ");
    buf_add(&text, field_text(acceptance, "until"));
    buf_text(&text, ")");
    escape_message(buf_view(&text), &safe);
    escape_failed(&text, &safe);
    TRY(buf_end(&safe, &view));
    json_object_init(&o, s->arena);
    json_object_text(&o, "kind", "external");
    json_object_text(&o, "status", "accepted");
    json_object_string(&o, "justification", view);
    TRY(json_object_end(&o, &v));
    return list_of_one(s, v, out);
}

static struct err properties(struct sarif *s, const struct json *row, const struct json **out)
{
    static const char *const kept[] = {"status", "severity", "subject",    "crossing", "asset", "attackers", "evidence",
                                       "probes", "remedy",   "mechanisms", "workload", "seed",  "refs",      "reason"};
    struct json_object o;
    json_object_init(&o, s->arena);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const struct json *v = json_at(row, kept[i]);
        if (v != NULL)
            json_object_add(&o, kept[i], v);
    }
    return json_object_end(&o, out);
}

static struct err words_of(struct sarif *s, const struct json *row, const char *kind, const struct json **out)
{
    SCOPED(buf) struct buf text;
    struct bytes more = field_text(row, strcmp(kind, "notApplicable") == 0 ? "reason" : "evidence");
    buf_init(&text, MIB);
    verdict_happens(row, &text);
    if (strcmp(kind, "pass") == 0)
        buf_text(&text, " Answered.");
    if (more.n > 0) {
        buf_text(&text, " ");
        buf_add(&text, more);
    }
    if (field_text(row, "remedy").n > 0) {
        buf_text(&text, " Fix: ");
        buf_add(&text, field_text(row, "remedy"));
    }
    struct bytes view;
    TRY(buf_end(&text, &view));
    return message(s, view, out);
}

static void add_rule(struct json_object *o, struct bytes id)
{
    const struct threat *t = threat_find(id);
    json_object_string(o, "ruleId", id);
    if (t != NULL)
        json_object_int(o, "ruleIndex", t - threats);
}

/* 3.27: a row as result. */
static struct err result(struct sarif *s, const struct json *row, const char *kind, const struct json **out)
{
    struct json_object o;
    const struct json *v;
    bool is_fail = strcmp(kind, "fail") == 0;
    struct bytes fingerprint = field_text(row, "fingerprint");
    json_object_init(&o, s->arena);
    add_rule(&o, field_text(row, "id"));
    json_object_text(&o, "kind", kind);
    json_object_text(&o, "level", is_fail ? level_of(field_severity(row)) : "none");
    TRY(words_of(s, row, kind, &v));
    json_object_add(&o, "message", v);
    if (field_text(row, "artefact").n > 0) {
        TRY(location(s, row, &v));
        TRY(list_of_one(s, v, &v));
        json_object_add(&o, "locations", v);
    }
    TRY(related_locations(s, row, &v));
    if (v->count > 0)
        json_object_add(&o, "relatedLocations", v);
    if (fingerprint.n > 0) {
        TRY(json_new_string(s->arena, fingerprint, &v));
        TRY(one(s, "casemate/v1", v, &v));
        json_object_add(&o, "partialFingerprints", v);
    }
    if (field_status(row) == STATUS_ACCEPTED) {
        TRY(suppressions(s, json_at(row, "acceptance"), &v));
        json_object_add(&o, "suppressions", v);
    }
    if (s->has_baseline)
        json_object_text(&o, "baselineState", field_flag(row, "known") ? "unchanged" : "new");
    TRY(properties(s, row, &v));
    json_object_add(&o, "properties", v);
    return json_object_end(&o, out);
}

static struct err results(struct sarif *s, const struct json **out)
{
    bool shows_all = s->options->shows_all;
    const struct json *findings = field_list(s->document, "findings"), **items;
    const struct json *answered = field_list(s->document, "answered"),
                      *none = field_list(s->document, "not_applicable");
    size_t count = 0;
    TRY(arena_array(s->arena, findings->count + answered->count + none->count + 1, &items));
    for (size_t i = 0; i < findings->count; i++) {
        const struct json *f = findings->items[i];
        bool is_open = finding_is_open(f) || field_status(f) == STATUS_ACCEPTED;
        if (json_is(f, JSON_OBJECT) && (is_open || shows_all))
            TRY(result(s, f, is_open ? "fail" : "open", &items[count++]));
    }
    for (size_t i = 0; shows_all && i < answered->count; i++)
        TRY(result(s, answered->items[i], "pass", &items[count++]));
    for (size_t i = 0; shows_all && i < none->count; i++)
        TRY(result(s, none->items[i], "notApplicable", &items[count++]));
    return json_new_array(s->arena, items, count, out);
}

static struct err notifications(struct sarif *s, const struct json **out)
{
    const struct json *notes = field_list(s->document, "notes"), **items, *v;
    TRY(arena_array(s->arena, notes->count + 1, &items));
    for (size_t i = 0; i < notes->count; i++) {
        const struct json *n = notes->items[i];
        TRY(message(s, json_is(n, JSON_STRING) ? n->text : field_text(n, "text"), &v));
        struct json_object o;
        json_object_init(&o, s->arena);
        json_object_add(&o, "message", v);
        json_object_text(&o, "level", "note");
        TRY(json_object_end(&o, &items[i]));
    }
    return json_new_array(s->arena, items, notes->count, out);
}

/* 3.20: how the run ended. */
static struct err invocations(struct sarif *s, const struct json **out)
{
    struct json_object o;
    const struct json *v;
    int64_t status = field_int(s->document, "exit", 0);
    TRY(notifications(s, &v));
    json_object_init(&o, s->arena);
    json_object_bool(&o, "executionSuccessful", status == 0 || status == 1);
    json_object_int(&o, "exitCode", status);
    json_object_add(&o, "toolExecutionNotifications", v);
    TRY(json_object_end(&o, &v));
    return list_of_one(s, v, out);
}

static struct err tool(struct sarif *s, const struct json **out)
{
    struct json_object o;
    const struct json *v, *about = json_at(s->document, "tool");
    TRY(rules(s, &v));
    json_object_init(&o, s->arena);
    json_object_text(&o, "name", "casemate");
    json_object_string(&o, "version", field_text(about, "version"));
    json_object_add(&o, "rules", v);
    TRY(json_object_end(&o, &v));
    return one(s, "driver", v, out);
}

struct err sarif_render(struct arena *a, const struct json *document, const struct sarif_options *options,
                        struct buf *out)
{
    struct sarif s = {
        .arena = a, .document = document, .options = options, .has_baseline = json_at(document, "fixed") != NULL};
    struct json_object run, log;
    const struct json *v;
    struct bytes view;
    json_object_init(&run, a);
    TRY(tool(&s, &v));
    json_object_add(&run, "tool", v);
    TRY(artifacts(&s, &v));
    json_object_add(&run, "artifacts", v);
    TRY(invocations(&s, &v));
    json_object_add(&run, "invocations", v);
    TRY(results(&s, &v));
    json_object_add(&run, "results", v);
    json_object_text(&run, "columnKind", "unicodeCodePoints");
    TRY(json_object_end(&run, &v));
    TRY(list_of_one(&s, v, &v));
    json_object_init(&log, a);
    json_object_text(&log, "$schema", SCHEMA);
    json_object_text(&log, "version", "2.1.0");
    json_object_add(&log, "runs", v);
    TRY(json_object_end(&log, &v));
    json_encode_pretty(v, out);
    buf_text(out, "\n");
    return buf_end(out, &view);
}
