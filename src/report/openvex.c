/*
 * A document of an assessment as OpenVEX.
 */
#include "report/openvex.h"

#include "base/limits.h"
#include "codec/hex.h"
#include "crypto/hash.h"
#include "report/escape.h"
#include "report/field.h"
#include "trust/catalogue.h"

#define NAMES_MAX     128
#define WORKLOADS_MAX 64

struct vex {
    struct arena *arena;
    const struct json *document;
    struct bytes names[NAMES_MAX]; /* distinct, in the order of the catalogue */
    size_t name_count;
};

/* What one vulnerability comes to. */
struct stand {
    enum status status;
    const struct json *worst;    /* the row that decides */
    const struct threat *threat; /* of that row */
    bool is_known;               /* some row speaks of it */
};

static bool is_published(const char *ref)
{
    return strncmp(ref, "CVE-", 4) == 0 || strncmp(ref, "GHSA-", 5) == 0;
}

/* The identifier alone: a reference may go on behind a blank. */
static struct bytes name_of(const char *ref)
{
    return bytes_of(ref, strcspn(ref, " ,;"));
}

static bool refers(const struct threat *t, struct bytes name)
{
    for (const char *const *ref = t->refs; ref != NULL && *ref != NULL; ref++)
        if (is_published(*ref) && bytes_equal(name_of(*ref), name))
            return true;
    return false;
}

static void collect(struct vex *v)
{
    for (const struct threat *t = threats; t->id != NULL; t++)
        for (const char *const *ref = t->refs; ref != NULL && *ref != NULL; ref++) {
            bool is_new = is_published(*ref) && v->name_count < NAMES_MAX;
            for (size_t i = 0; is_new && i < v->name_count; i++)
                is_new = !bytes_equal(v->names[i], name_of(*ref));
            if (is_new)
                v->names[v->name_count++] = name_of(*ref);
        }
}

/* Worse is: open, then accepted, then not shown, then answered. An open one at info is a remark, no fault. */
static enum status weight(const struct json *row)
{
    enum status s = field_status(row);
    return s >= STATUS_WEAK && field_severity(row) == SEVERITY_INFO ? STATUS_ANSWERED : s;
}

static void see(struct stand *s, const struct json *row, enum status status, const struct threat *t)
{
    if (s->is_known && status <= s->status)
        return;
    *s = (struct stand){.status = status, .worst = row, .threat = t, .is_known = true};
}

static struct stand stand_of(const struct vex *v, struct bytes name)
{
    struct stand s = {.status = STATUS_NOT_SHOWN};
    const struct json *findings = field_list(v->document, "findings"), *answered = field_list(v->document, "answered");
    for (const struct threat *t = threats; t->id != NULL; t++) {
        if (!refers(t, name))
            continue;
        for (size_t i = 0; i < answered->count; i++)
            if (bytes_is(field_text(answered->items[i], "id"), t->id))
                see(&s, answered->items[i], STATUS_ANSWERED, t);
        for (size_t i = 0; i < findings->count; i++)
            if (bytes_is(field_text(findings->items[i], "id"), t->id))
                see(&s, findings->items[i], weight(findings->items[i]), t);
    }
    return s;
}

static struct err product(struct vex *v, struct bytes workload, const struct json **out)
{
    SCOPED(buf) struct buf id;
    const struct json *text;
    struct json_object o;
    struct bytes view;
    buf_init(&id, MIB);
    buf_text(&id, "urn:casemate:workload:");
    for (size_t i = 0; i < workload.n; i++) {
        uint8_t c = workload.p[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        (c != '\0' && strchr("-._/", c) != NULL);
        if (is_plain) {
            buf_u8(&id, c);
            continue;
        }
        buf_u8(&id, '%');
        buf_u8(&id, (uint8_t) "0123456789ABCDEF"[c >> 4]);
        buf_u8(&id, (uint8_t) "0123456789ABCDEF"[c & 15]);
    }
    TRY(buf_end(&id, &view));
    TRY(json_new_string(v->arena, view, &text));
    json_object_init(&o, v->arena);
    json_object_add(&o, "@id", text);
    return json_object_end(&o, out);
}

/* The workloads of the rows with this vulnerability; "deployment" where none is named. */
static struct err products(struct vex *v, struct bytes name, const struct json **out)
{
    struct bytes seen[WORKLOADS_MAX];
    const struct json *items[WORKLOADS_MAX], *list = field_list(v->document, "findings");
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct threat *t = threat_find(field_text(list->items[i], "id"));
        struct bytes workload = field_text(list->items[i], "workload");
        bool is_new = t != NULL && refers(t, name) && workload.n > 0 && count < WORKLOADS_MAX;
        for (size_t k = 0; is_new && k < count; k++)
            is_new = !bytes_equal(seen[k], workload);
        if (is_new)
            seen[count++] = workload;
    }
    if (count == 0)
        seen[count++] = BYTES_LIT("deployment");
    for (size_t i = 0; i < count; i++)
        TRY(product(v, seen[i], &items[i]));
    return json_new_array(v->arena, items, count, out);
}

static void add_text(struct json_object *o, const char *key, struct bytes text)
{
    SCOPED(buf) struct buf safe;
    buf_init(&safe, MIB);
    escape_terminal(text, &safe);
    struct bytes view = BYTES_EMPTY;
    struct err e = buf_end(&safe, &view);
    if (failed(e) && !failed(o->bad))
        o->bad = e;
    json_object_string(o, key, view);
}

static void add_status(struct json_object *o, const struct stand *s)
{
    struct bytes remedy = field_text(s->worst, "remedy");
    if (s->status == STATUS_ANSWERED) {
        json_object_text(o, "status", "not_affected");
        json_object_text(o, "justification", "inline_mitigations_already_exist");
        add_text(o, "impact_statement", bytes_of_text(s->threat->title));
    } else if (s->status == STATUS_NOT_SHOWN) {
        json_object_text(o, "status", "under_investigation");
        add_text(o, "status_notes",
                 s->is_known ? field_text(s->worst, "evidence") : BYTES_LIT("nothing that was assessed speaks of it"));
    } else {
        json_object_text(o, "status", "affected");
        add_text(o, "action_statement", remedy.n > 0 ? remedy : bytes_of_text(s->threat->remedy));
        add_text(o, "status_notes", field_text(s->worst, "evidence"));
    }
}

static struct err statement(struct vex *v, struct bytes name, const struct stand *s, const struct json **out)
{
    struct json_object o, vulnerability;
    const struct json *list, *named;
    json_object_init(&vulnerability, v->arena);
    json_object_string(&vulnerability, "name", name);
    TRY(json_object_end(&vulnerability, &named));
    TRY(products(v, name, &list));
    json_object_init(&o, v->arena);
    json_object_add(&o, "vulnerability", named);
    json_object_add(&o, "products", list);
    add_status(&o, s);
    return json_object_end(&o, out);
}

static struct err identifier(struct vex *v, const struct json **out)
{
    SCOPED(buf) struct buf text, id;
    struct digest d;
    struct bytes view;
    buf_init(&text, JSON_TEXT_MAX);
    buf_init(&id, KIB);
    json_encode(v->document, &text);
    TRY(buf_end(&text, &view));
    TRY(hash_of(HASH_SHA256, view, &d));
    buf_text(&id, "urn:casemate:assess:");
    hex_encode(digest_view(&d), &id);
    TRY(buf_end(&id, &view));
    return json_new_string(v->arena, view, out);
}

static void add_time(struct json_object *o, struct bytes day)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, KIB);
    buf_add(&text, day);
    buf_text(&text, "T00:00:00Z");
    struct bytes view = BYTES_EMPTY;
    struct err e = buf_end(&text, &view);
    if (failed(e) && !failed(o->bad))
        o->bad = e;
    json_object_string(o, "timestamp", view);
}

struct err openvex_render(struct arena *a, const struct json *document, struct buf *out)
{
    struct vex v = {.arena = a, .document = document};
    const struct json *statements[NAMES_MAX], *list, *id;
    struct json_object o;
    struct bytes view;
    collect(&v);
    for (size_t i = 0; i < v.name_count; i++) {
        struct stand s = stand_of(&v, v.names[i]);
        TRY(statement(&v, v.names[i], &s, &statements[i]));
    }
    TRY(json_new_array(a, statements, v.name_count, &list));
    TRY(identifier(&v, &id));
    json_object_init(&o, a);
    json_object_text(&o, "@context", "https://openvex.dev/ns/v0.2.0");
    json_object_add(&o, "@id", id);
    json_object_text(&o, "author", "casemate assess");
    add_time(&o, field_text(document, "now"));
    json_object_int(&o, "version", 1);
    json_object_text(&o, "tooling", "casemate");
    json_object_add(&o, "statements", list);
    TRY(json_object_end(&o, &list));
    json_encode_pretty(list, out);
    buf_text(out, "\n");
    return buf_end(out, &view);
}
