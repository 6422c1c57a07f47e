/*
 * Answers about ids, put together from the catalogue. Rows refer to each other by id; an answer names its neighbours
 * with their titles, so that a reader need not look them up.
 */
#include "report/about.h"

#include "base/limits.h"
#include "report/field.h"
#include "trust/catalogue.h"

#define SECTIONS_MAX 40
#define ITEMS_MAX    160

struct answer {
    struct arena *arena;
    const struct json *model;
    const struct json *sections[SECTIONS_MAX];
    size_t section_count;
    const struct json *items[ITEMS_MAX]; /* of the section that is being made */
    size_t item_count;
    struct err bad; /* sticky: the first failure */
};

static bool is_fine(const struct answer *w)
{
    return w->bad.code == ERR_OK;
}

static void section(struct answer *w, const char *label, const char *key, const struct json *v)
{
    struct json_object o;
    if (!is_fine(w) || w->section_count == SECTIONS_MAX)
        return;
    json_object_init(&o, w->arena);
    json_object_text(&o, "label", label);
    json_object_add(&o, key, v);
    w->bad = json_object_end(&o, &w->sections[w->section_count]);
    w->section_count += is_fine(w);
}

static void put_text(struct answer *w, const char *label, const char *key, struct bytes text)
{
    const struct json *v = NULL;
    if (!is_fine(w) || text.n == 0)
        return;
    w->bad = json_new_string(w->arena, text, &v);
    section(w, label, key, v);
}

/* The same from a buffer, or its failure. */
static void put_whole(struct answer *w, const char *label, const char *key, const struct buf *text)
{
    struct bytes view = BYTES_EMPTY;
    if (!is_fine(w))
        return;
    w->bad = buf_end(text, &view);
    put_text(w, label, key, view);
}

/* One item: "ID title", then what else is to be said of it. */
static void item(struct answer *w, struct bytes id, struct bytes title, struct bytes more)
{
    SCOPED(buf) struct buf text = {0};
    if (!is_fine(w) || w->item_count == ITEMS_MAX)
        return;
    buf_init(&text, MIB);
    buf_add(&text, id);
    buf_text(&text, id.n > 0 && title.n > 0 ? " " : "");
    buf_add(&text, title);
    buf_text(&text, more.n > 0 ? ": " : "");
    buf_add(&text, more);
    struct bytes view;
    w->bad = buf_end(&text, &view);
    if (is_fine(w))
        w->bad = json_new_string(w->arena, view, &w->items[w->item_count]);
    w->item_count += is_fine(w);
}

static void close_items(struct answer *w, const char *label)
{
    const struct json *v = NULL;
    if (w->item_count > 0 && is_fine(w)) {
        w->bad = json_new_array(w->arena, w->items, w->item_count, &v);
        section(w, label, "items", v);
    }
    w->item_count = 0;
}

static struct err finish(struct answer *w, struct bytes id, const char *kind, struct bytes title,
                         const struct json **out)
{
    struct json_object o;
    const struct json *list;
    TRY(w->bad);
    TRY(json_new_array(w->arena, w->sections, w->section_count, &list));
    json_object_init(&o, w->arena);
    json_object_string(&o, "id", id);
    json_object_text(&o, "kind", kind);
    json_object_string(&o, "title", title);
    json_object_add(&o, "sections", list);
    return json_object_end(&o, out);
}

/* Rows of a list of the model that a NULL-terminated list of ids names. `key`: the member that is its title. */
static void name_words(struct answer *w, const char *label, const char *list, const char *key, const char *more,
                       const char *const *ids)
{
    for (; ids != NULL && *ids != NULL; ids++) {
        struct bytes id = bytes_of_text(*ids);
        const struct json *row = field_row(field_list(w->model, list), id);
        item(w, id, field_text(row, key), more == NULL ? BYTES_EMPTY : field_text(row, more));
    }
    close_items(w, label);
}

/* Short texts on one line. */
static void put_plain(struct answer *w, const char *label, const char *const *texts)
{
    SCOPED(buf) struct buf line;
    buf_init(&line, MIB);
    for (; texts != NULL && *texts != NULL; texts++) {
        buf_text(&line, line.n > 0 ? ", " : "");
        buf_text(&line, *texts);
    }
    put_whole(w, label, "text", &line);
}

static bool holds(const char *const *list, struct bytes id)
{
    for (; list != NULL && *list != NULL; list++)
        if (bytes_is(id, *list))
            return true;
    return false;
}

enum relation { BY_CROSSING, BY_ASSET, BY_ATTACKER, BY_MECHANISM, BY_SEED, BY_PROBE };

static const char *const *related(const struct threat *t, enum relation by)
{
    switch (by) {
    case BY_CROSSING:
        return t->crossings;
    case BY_ASSET:
        return t->assets;
    case BY_ATTACKER:
        return t->attackers;
    case BY_MECHANISM:
        return t->mechanisms;
    case BY_SEED:
        return t->seed;
    case BY_PROBE:
        return t->probes;
    }
    return NULL;
}

/* The threats that name an id in one of their lists. */
static void put_threats(struct answer *w, enum relation by, struct bytes id)
{
    for (const struct threat *t = threats; t->id != NULL; t++)
        if (holds(related(t, by), id))
            item(w, bytes_of_text(t->id), bytes_of_text(t->title), BYTES_EMPTY);
    close_items(w, "threats");
}

/* The members of list `key` of a row of the model, on one line. */
static void put_list(struct answer *w, const char *label, const struct json *row, const char *key)
{
    SCOPED(buf) struct buf line;
    buf_init(&line, MIB);
    field_join(field_list(row, key), ", ", &line);
    put_whole(w, label, "text", &line);
}

static void put_mechanisms(struct answer *w, const struct threat *t)
{
    for (const char *const *at = t->mechanisms; at != NULL && *at != NULL; at++) {
        SCOPED(buf) struct buf where;
        const struct json *row = field_row(field_list(w->model, "mechanisms"), bytes_of_text(*at));
        buf_init(&where, MIB);
        field_join(field_list(row, "folders"), ", ", &where);
        if (where.n > 0 && field_list(row, "artefacts")->count > 0)
            buf_text(&where, "; shown by ");
        field_join(field_list(row, "artefacts"), ", ", &where);
        struct bytes view = BYTES_EMPTY;
        if (is_fine(w))
            w->bad = buf_end(&where, &view);
        item(w, bytes_of_text(*at), field_text(row, "name"), view);
    }
    close_items(w, "mechanisms");
}

static const struct json *probe_in(const struct json *table, struct bytes id)
{
    for (size_t i = 0; json_is(table, JSON_OBJECT) && i < table->count; i++) {
        const struct json *row =
            json_is(table->members[i].value, JSON_ARRAY) ? field_row(table->members[i].value, id) : NULL;
        if (row != NULL)
            return row;
    }
    return NULL;
}

static const struct json *probe_table(struct answer *w)
{
    const struct json *table = NULL;
    if (is_fine(w) && failed(json_decode(w->arena, bytes_of_text(catalogue_probes_json), NULL, NULL, &table)))
        w->bad = FAIL(ERR_BUG, "threats/probes.json is no JSON");
    return table;
}

/* A title that stands alone: probes of attestation and release policies are native, and "Q02c" is one of the Q02. */
static struct bytes alone_title(const struct json *table, struct bytes id)
{
    const struct json *titles = json_at(table, "broker"), *v = json_find(titles, id);
    if (v == NULL && id.n == 4 && id.p[3] >= 'a' && id.p[3] <= 'z')
        v = json_find(titles, bytes_of(id.p, 3));
    return json_is(v, JSON_STRING) ? v->text : BYTES_EMPTY;
}

static struct bytes probe_title(const struct json *table, struct bytes id)
{
    const struct json *row = probe_in(table, id);
    return row != NULL ? field_text(row, "title") : alone_title(table, id);
}

static void put_probes(struct answer *w, const struct threat *t)
{
    const struct json *table = t->probes != NULL && t->probes[0] != NULL ? probe_table(w) : NULL;
    for (const char *const *at = t->probes; table != NULL && *at != NULL; at++)
        item(w, bytes_of_text(*at), probe_title(table, bytes_of_text(*at)), BYTES_EMPTY);
    close_items(w, "probes");
}

static struct err explain_threat(struct answer *w, const struct threat *t, const struct json **out)
{
    put_text(w, "threat", "text", bytes_of_text(t->text));
    put_text(w, "severity", "text", bytes_of_text(severity_name(t->severity)));
    put_text(w, "how it varies", "text", bytes_of_text(t->severity_rule));
    name_words(w, "crossings", "crossings", "name", "carries", t->crossings);
    name_words(w, "assets", "assets", "name", NULL, t->assets);
    name_words(w, "attackers", "personas", "name", "can", t->attackers);
    put_text(w, "precondition", "text", bytes_of_text(t->precondition));
    put_plain(w, "layouts", t->layouts);
    put_mechanisms(w, t);
    put_text(w, "decided by", "text", bytes_of_text(t->decided));
    put_text(w, "never open", "text", bytes_of_text(t->unseen));
    put_probes(w, t);
    put_plain(w, "needs one of", t->needs);
    put_plain(w, "not raised beside", t->within);
    put_text(w, "rule", "text", bytes_of_text(t->file));
    put_plain(w, "tests", t->tests);
    put_plain(w, "proven by", t->proofs);
    put_text(w, "fix", "text", bytes_of_text(t->remedy));
    put_text(w, "raises it", "code", bytes_of_text(t->bad));
    put_text(w, "does not", "code", bytes_of_text(t->good));
    put_plain(w, "references", t->refs);
    name_words(w, "seed points", "seeds", "text", NULL, t->seed);
    return finish(w, bytes_of_text(t->id), "threat", bytes_of_text(t->title), out);
}

static struct err explain_probe(struct answer *w, struct bytes id, const struct json **out)
{
    const struct json *table = probe_table(w), *row = probe_in(table, id);
    struct bytes title = id.n > 0 ? probe_title(table, id) : BYTES_EMPTY;
    TRY(w->bad);
    if (title.n == 0)
        return FAIL(ERR_ABSENT, "no such id in the catalogue");
    if (row == NULL && id.p[0] != 'D')
        put_text(w, "asks", "text",
                 id.p[0] == 'A' ? BYTES_LIT("the attestation policy") : BYTES_LIT("the release policy"));
    put_text(w, "asks", "text", field_text(row, "target"));
    put_text(w, "entrypoint", "text", field_text(row, "entrypoint"));
    put_text(w, "baseline", "text", field_text(row, "baseline"));
    if (row != NULL) {
        SCOPED(buf) struct buf text;
        buf_init(&text, MIB);
        json_encode_pretty(row, &text);
        put_whole(w, "as it stands in threats/probes.json", "code", &text);
    }
    put_threats(w, BY_PROBE, id);
    return finish(w, id, "probe", title, out);
}

/* How a list of the model is told. */
struct telling {
    const char *list, *kind, *title;
    struct {
        const char *label, *key;
    } texts[6], lists[3];
    bool has_threats;
    enum relation by;
};

static const struct telling tellings[] = {
    {"crossings",
     "crossing",
     "name",
     {{"way", "sign"},
      {"from", "from"},
      {"to", "to"},
      {"channel", "channel"},
      {"carries", "carries"},
      {"validated by", "validated"}},
     {{"layouts", "layouts"}},
     true,
     BY_CROSSING},
    {"mechanisms",
     "mechanism",
     "name",
     {{0}},
     {{"lives in", "folders"}, {"shown by", "artefacts"}, {"tests", "tests"}},
     true,
     BY_MECHANISM},
    {"seeds", "seed point", "text", {{0}}, {{0}}, true, BY_SEED},
    {"assets", "asset", "name", {{"protection", "protection"}}, {{0}}, true, BY_ASSET},
    {"personas",
     "persona",
     "name",
     {{"who", "who"}, {"can", "can"}, {"trust", "trust"}, {"note", "note"}},
     {{0}},
     true,
     BY_ATTACKER},
    {"requirements",
     "requirement",
     "text",
     {{0}},
     {{"from", "seed"}, {"lives in", "where"}, {"proof", "proof"}},
     false,
     BY_SEED},
    {"assumptions", "assumption", "text", {{"TEE", "tee"}}, {{0}}, false, BY_SEED},
    {"out_of_scope", "out of scope", "name", {{"why", "text"}}, {{"from", "seed"}}, false, BY_SEED},
    {"layouts", "layout", "name", {{"in the TEE", "tee"}, {"outside", "outside"}}, {{0}}, false, BY_SEED},
};

static struct err explain_word(struct answer *w, const struct telling *t, const struct json *row, struct bytes id,
                               const struct json **out)
{
    for (size_t i = 0; i < 6 && t->texts[i].label != NULL; i++)
        put_text(w, t->texts[i].label, "text", field_text(row, t->texts[i].key));
    for (size_t i = 0; i < 3 && t->lists[i].label != NULL; i++)
        put_list(w, t->lists[i].label, row, t->lists[i].key);
    const struct json *requirements_list = field_list(w->model, "requirements");
    for (size_t i = 0; strcmp(t->list, "seeds") == 0 && i < requirements_list->count; i++)
        if (field_list_has(field_list(requirements_list->items[i], "seed"), id))
            item(w, field_text(requirements_list->items[i], "id"), field_text(requirements_list->items[i], "text"),
                 BYTES_EMPTY);
    close_items(w, "requirements");
    if (t->has_threats)
        put_threats(w, t->by, id);
    return finish(w, id, t->kind, field_text(row, t->title), out);
}

struct err about_find(struct arena *a, const struct json *model, struct bytes id, const struct json **out)
{
    struct answer *w;
    TRY(arena_new(a, &w));
    w->arena = a;
    w->model = model;
    w->bad = OK;
    const struct threat *t = threat_find(id);
    if (t != NULL)
        return explain_threat(w, t, out);
    for (size_t i = 0; i < sizeof(tellings) / sizeof(tellings[0]); i++) {
        const struct json *row = field_row(field_list(model, tellings[i].list), id);
        if (row != NULL)
            return explain_word(w, &tellings[i], row, id, out);
    }
    if (bytes_starts(id, BYTES_LIT("P-")))
        id = bytes_of(id.p + 2, id.n - 2);
    return explain_probe(w, id, out);
}
