#include "trust/facts.h"

#include <stdarg.h>

#include "base/clock.h"
#include "rats/reference.h"
#include "trust/bind.h"
#include "trust/catalogue.h"
#include "trust/closure.h"
#include "trust/context.h"
#include "trust/document.h"
#include "trust/objects.h"
#include "trust/probe.h"
#include "trust/redact.h"
#include "trust/workload.h"

#define SCHEMA   "casemate-model/1"
#define NOTE_MAX 1024

struct err model_note(struct model *m, struct bytes path, size_t line, const char *format, ...)
{
    char text[NOTE_MAX];
    struct json_object o;
    const struct json *v;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    struct bytes view = bytes_of_text(text);
    while (view.n > 0 && !bytes_is_utf8(view)) /* a cut in the middle of a character */
        view.n--;
    json_object_init(&o, m->notes.arena); /* not that of a probe, which is gone before the report is made */
    json_object_string(&o, "text", view);
    json_object_string(&o, "path", path);
    json_object_int(&o, "line", (int64_t)line);
    TRY(json_object_end(&o, &v));
    tree_list_add(&m->notes, v);
    return m->notes.bad;
}

struct err model_limit(struct model *m, struct bytes path, size_t line, const char *text)
{
    bool is_first = !m->is_over_limit;
    m->is_over_limit = true;
    return is_first ? model_note(m, path, line, "%s", text) : OK;
}

struct err model_failure(struct model *m, struct bytes artefact, enum input_kind kind, struct bytes why)
{
    struct json_object o;
    const struct json *v;
    json_object_init(&o, m->failures.arena);
    json_object_string(&o, "artefact", artefact);
    json_object_text(&o, "kind", input_kind_name(kind));
    json_object_string(&o, "why", why);
    TRY(json_object_end(&o, &v));
    tree_list_add(&m->failures, v);
    return m->failures.bad;
}

struct err model_bind(struct model *m, const char *kind, struct bytes from, struct bytes to, const char *state,
                      const char *why)
{
    struct json_object o;
    const struct json *v;
    json_object_init(&o, m->bindings.arena);
    json_object_text(&o, "kind", kind);
    json_object_string(&o, "from", from);
    json_object_string(&o, "to", to);
    json_object_text(&o, "state", state);
    json_object_text(&o, "why", why);
    TRY(json_object_end(&o, &v));
    tree_list_add(&m->bindings, v);
    return m->bindings.bad;
}

static struct err table(struct arena *a, const char *text, const struct json **out)
{
    struct err e = json_decode(a, bytes_of_text(text), NULL, NULL, out);
    return failed(e) && e.code != ERR_NOMEM ? FAIL(ERR_BUG, "a table of the catalogue is no JSON") : e;
}

static struct err read_tables(struct model *m)
{
    TRY(table(m->arena, catalogue_tee_json, &m->tee_table));
    TRY(table(m->arena, catalogue_classes_json, &m->classes));
    return table(m->arena, catalogue_probes_json, &m->probe_table);
}

static struct err read_documents(struct model *m)
{
    for (size_t i = 0; i < m->input_count; i++) {
        struct input *in = &m->inputs[i];
        if (in->kind != INPUT_INITDATA || in->has_failed)
            continue;
        struct err e = document_add(m, in, in->path, in->text, NULL);
        if (!failed(e))
            continue;
        if (e.code == ERR_NOMEM || e.code == ERR_BUG)
            return e;
        const char *why = e.at == NULL ? NULL : strstr(e.at, ": ");
        in->has_failed = true;
        in->is_over_limit = e.code == ERR_LIMIT;
        in->why = bytes_of_text(why == NULL ? "no initdata document" : why + 2);
    }
    return OK;
}

/* All reference values as one object; what stands in an RVPS message counts, too. */
static struct err read_references(struct model *m)
{
    struct tree_map map;
    tree_map_init(&map, m->arena);
    for (size_t i = 0; i < m->input_count; i++) {
        struct input *in = &m->inputs[i];
        const struct json *values = in->tree;
        if (in->kind != INPUT_REFERENCE_VALUES || in->has_failed)
            continue;
        if (json_at(values, "payload") != NULL) {
            struct err e = reference_message_decode(m->arena, in->text, &values);
            if (e.code == ERR_NOMEM)
                return e;
            in->has_failed = failed(e);
            in->why = failed(e) ? BYTES_LIT("no message of reference values") : in->why;
            values = failed(e) ? NULL : values;
            in->tree = values;
        }
        for (TREE_MEMBER(k, values))
            tree_map_set(&map, values->members[k].key, values->members[k].value);
    }
    return tree_map_end(&map, &m->references);
}

static struct err input_facts(struct model *m, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, m->arena);
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        struct json_object o;
        const struct json *v;
        json_object_init(&o, m->arena);
        json_object_string(&o, "path", in->path);
        json_object_text(&o, "kind", input_kind_name(in->kind));
        json_object_string(&o, "sha256", in->sha256);
        json_object_text(&o, "state", in->has_failed ? "failed" : in->kind == INPUT_IGNORED ? "ignored" : "read");
        json_object_string(&o, "why", in->has_failed ? in->why : BYTES_EMPTY);
        TRY(json_object_end(&o, &v));
        tree_list_add(&l, v);
    }
    return tree_list_end(&l, out);
}

static bool is_peer_pods(const struct json *object)
{
    const struct json *data = json_at(object, "data");
    return json_at(data, "CLOUD_PROVIDER") != NULL || json_at(data, "DISABLECVM") != NULL;
}

/* Kind of input -> paths, so that a rule can tell what was supplied. */
static struct err supplied(struct model *m, const struct json **out)
{
    struct tree_map map;
    tree_map_init(&map, m->arena);
    for (int kind = 1; kind < INPUT_KIND_COUNT; kind++) {
        struct tree_list l;
        const struct json *v;
        tree_list_init(&l, m->arena);
        for (size_t i = 0; i < m->input_count; i++)
            if (m->inputs[i].kind == (enum input_kind)kind && !m->inputs[i].has_failed)
                tree_list_text(&l, m->inputs[i].path);
        for (size_t i = 0; kind == INPUT_INITDATA && i < m->document_count; i++)
            if (!tree_list_has(&l, m->documents[i].path))
                tree_list_text(&l, m->documents[i].path);
        TRY(tree_list_end(&l, &v));
        tree_map_add(&map, bytes_of_text(input_kind_name((enum input_kind)kind)), v);
    }
    return tree_map_end(&map, out);
}

/* Files of one kind as they stand, without what looks secret. */
static struct err plain_files(struct model *m, enum input_kind kind, const char *member, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, m->arena);
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        struct json_object o;
        const struct json *v;
        if (in->kind != kind || in->has_failed || in->tree == NULL)
            continue;
        TRY(redact_tree(m->arena, in->tree, &v));
        json_object_init(&o, m->arena);
        json_object_string(&o, "path", in->path);
        json_object_add(&o, member, v);
        TRY(json_object_end(&o, &v));
        tree_list_add(&l, v);
    }
    return tree_list_end(&l, out);
}

static struct err inline_policy(struct model *m, const struct document *d, struct tree_list *out)
{
    struct json_object o;
    struct bytes text = tree_text(json_at(d->cdh, "image"), "image_security_policy"), artefact;
    const struct json *policy, *v;
    if (text.n == 0)
        return OK;
    struct err e = json_decode(m->arena, text, NULL, NULL, &policy);
    if (failed(e))
        return e.code == ERR_NOMEM ? e : model_note(m, d->path, 0, "the image policy inside cdh.toml is no JSON");
    TRY(redact_tree(m->arena, policy, &policy));
    TRY(tree_format(m->arena, &artefact, "%.*s#cdh.toml", (int)d->path.n, (const char *)d->path.p));
    json_object_init(&o, m->arena);
    json_object_string(&o, "path", artefact);
    json_object_add(&o, "policy", policy);
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return OK;
}

static struct err image_policies(struct model *m, const struct json **out)
{
    struct tree_list l;
    const struct json *files;
    TRY(plain_files(m, INPUT_IMAGE_POLICY, "policy", &files));
    tree_list_init(&l, m->arena);
    for (TREE_EACH(i, files))
        tree_list_add(&l, files->items[i]);
    for (size_t i = 0; i < m->document_count; i++)
        TRY(inline_policy(m, &m->documents[i], &l));
    return tree_list_end(&l, out);
}

static struct err value_counts(struct model *m, const struct json *values, const struct json **out)
{
    struct tree_map map;
    tree_map_init(&map, m->arena);
    for (TREE_MEMBER(i, values)) {
        const struct json *v = values->members[i].value, *count;
        TRY(json_new_int(m->arena, json_is(v, JSON_ARRAY) ? (int64_t)v->count : 1, &count));
        tree_map_add(&map, values->members[i].key, count);
    }
    return tree_map_end(&map, out);
}

static struct err reference_facts(struct model *m, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, m->arena);
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        struct json_object o;
        const struct json *v;
        if (in->kind != INPUT_REFERENCE_VALUES || in->has_failed)
            continue;
        json_object_init(&o, m->arena);
        json_object_string(&o, "path", in->path);
        TRY(value_counts(m, in->tree, &v));
        json_object_add(&o, "names", v);
        json_object_add(&o, "values", in->tree);
        TRY(json_object_end(&o, &v));
        tree_list_add(&l, v);
    }
    return tree_list_end(&l, out);
}

static struct err peer_pods(struct model *m, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, m->arena);
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        for (size_t k = 0; in->kind == INPUT_K8S && k < in->yaml.count; k++) {
            const struct json *object = in->yaml.roots[k], *v;
            struct json_object o;
            if (!is_peer_pods(object))
                continue;
            TRY(tree_texts(m->arena, json_at(object, "data"), &v));
            TRY(redact_tree(m->arena, v, &v));
            json_object_init(&o, m->arena);
            json_object_string(&o, "path", in->path);
            json_object_int(&o, "line", (int64_t)yaml_line(&in->yaml, object));
            json_object_add(&o, "settings", v);
            TRY(json_object_end(&o, &v));
            tree_list_add(&l, v);
        }
    }
    return tree_list_end(&l, out);
}

typedef struct err facts_fn(struct model *m, const struct json **out);

static struct err broker_facts(struct model *m, const struct json **out)
{
    return plain_files(m, INPUT_BROKER_CONFIG, "settings", out);
}

static struct err enclave_facts(struct model *m, const struct json **out)
{
    return plain_files(m, INPUT_ENCLAVE, "settings", out);
}

static struct err add_parts(struct model *m, struct json_object *o)
{
    static const struct {
        const char *key;
        facts_fn *make;
    } parts[] = {{"inputs", input_facts},
                 {"context", context_facts},
                 {"supplied", supplied},
                 {"objects", objects_facts},
                 {"documents", document_facts},
                 {"brokers", broker_facts},
                 {"image_policies", image_policies},
                 {"images", image_facts},
                 {"reference_values", reference_facts},
                 {"peer_pods", peer_pods},
                 {"enclave", enclave_facts}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct json *v;
        TRY(parts[i].make(m, &v));
        json_object_add(o, parts[i].key, v);
    }
    return OK;
}

static struct err add_probes(struct model *m, struct json_object *o)
{
    __attribute__((cleanup(tested_policies_clear))) struct tested_policies set = {0};
    const struct json *agents, *appraisals, *releases;
    TRY(tested_open(m, &set));
    TRY(probe_agents(m, &set, &agents));
    TRY(probe_brokers(m, &set, &appraisals, &releases));
    json_object_add(o, "agents", agents);
    json_object_add(o, "appraisals", appraisals);
    json_object_add(o, "releases", releases);
    return OK;
}

static struct err note_failures(struct model *m)
{
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        m->is_over_limit = m->is_over_limit || (in->has_failed && in->is_over_limit);
        if (!in->has_failed)
            continue;
        TRY(model_note(m, in->path, 0, "not read: %.*s", (int)in->why.n, (const char *)in->why.p));
        TRY(model_failure(m, in->path, in->kind, in->why));
    }
    return OK;
}

/* A folder that holds nothing of a deployment must not pass for a sound one. */
static struct err note_nothing(struct model *m)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].kind != INPUT_IGNORED || m->inputs[i].has_failed)
            return OK;
    m->is_empty = true;
    return model_note(m, BYTES_EMPTY, 0, "nothing was assessed: none of the files is of a known kind");
}

static struct err gather(struct model *m)
{
    TRY(clock_parse_day(m->request->now, &m->now_sec));
    TRY(read_tables(m));
    TRY(collect_inputs(m->arena, m->request->files, m->request->file_count, &m->inputs));
    m->input_count = m->request->file_count;
    TRY(read_documents(m));
    TRY(workloads_collect(m));
    TRY(context_read(m));
    TRY(document_forms(m));
    return read_references(m);
}

struct err facts_build(struct model *m, const struct json **out)
{
    struct json_object o;
    const struct json *workloads, *v;
    tree_list_init(&m->bindings, m->arena);
    tree_list_init(&m->notes, m->arena);
    tree_list_init(&m->failures, m->arena);
    tree_list_init(&m->probes, m->arena);
    TRY(gather(m));
    json_object_init(&o, m->arena);
    json_object_text(&o, "schema", SCHEMA);
    json_object_string(&o, "now", m->request->now);
    TRY(workload_facts(m, &workloads)); /* gathers the texts that closures are made of */
    json_object_add(&o, "workloads", workloads);
    TRY(closure_compute(m));
    TRY(add_parts(m, &o));
    TRY(add_probes(m, &o));
    TRY(note_failures(m));
    TRY(note_nothing(m));
    TRY(json_object_end(&o, &v));
    TRY(bind_all(m, v));
    TRY(tree_list_end(&m->bindings, &v));
    json_object_add(&o, "bindings", v);
    TRY(tree_list_end(&m->notes, &v));
    json_object_add(&o, "notes", v);
    return json_object_end(&o, out);
}
