#include "trust/workload.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/gzip.h"
#include "trust/document.h"
#include "trust/objects.h"

struct err workload_containers(const struct workload *w, workload_each *each, void *context)
{
    static const char *const lists[][2] = {
        {"initContainers", "init"}, {"containers", "main"}, {"ephemeralContainers", "ephemeral"}};
    for (size_t i = 0; i < 3; i++) {
        const struct json *list = json_at(w->spec, lists[i][0]);
        for (TREE_EACH(k, list))
            if (json_is(list->items[k], JSON_OBJECT))
                TRY(each(context, list->items[k], lists[i][1]));
    }
    return OK;
}

/* The bytes that an annotation packs; the state says what became of it. */
static struct err unpack(struct arena *a, struct bytes text, struct bytes *out, const char **why)
{
    SCOPED(buf) struct buf plain = {0};
    struct bytes packed, view;
    buf_init(&plain, INITDATA_MAX);
    *why = "the annotation is no base64";
    TRY(base64_decode(a, BASE64_PADDED, text, &packed));
    *why = "the annotation holds no gzip, or more than 1 MiB";
    TRY(gzip_decode(packed, &plain));
    TRY(buf_end(&plain, &view));
    *why = "";
    return arena_copy(a, view, out);
}

static struct document *document_of(struct model *m, struct bytes text)
{
    for (size_t i = 0; i < m->document_count; i++)
        if (bytes_equal(m->documents[i].data.text, text))
            return &m->documents[i];
    return NULL;
}

static struct err read_annotation(struct model *m, struct workload *w, bool adds)
{
    struct bytes text = tree_text(w->annotations, INITDATA_ANNOTATION), plain;
    const struct json *v = json_at(w->annotations, INITDATA_ANNOTATION);
    w->annotation = v == NULL ? ANNOTATION_ABSENT : ANNOTATION_UNDECODABLE;
    w->annotation_why = "";
    if (v == NULL)
        return OK;
    struct err e = unpack(m->arena, text, &plain, &w->annotation_why);
    if (e.code == ERR_LIMIT)
        return model_limit(m, w->input->path, w->line, "the annotation unpacks to more than 1 MiB");
    if (failed(e))
        return e.code == ERR_NOMEM ? e : OK;
    w->document = document_of(m, plain);
    if (w->document == NULL && adds) {
        e = document_add(m, w->input, w->input->path, plain, NULL);
        if (failed(e)) {
            w->annotation_why = "the annotation holds no initdata document";
            return e.code == ERR_NOMEM ? e : OK;
        }
        w->document = document_of(m, plain);
    }
    w->annotation = w->document == NULL ? ANNOTATION_UNMATCHED : ANNOTATION_DECODED;
    return OK;
}

static struct err identify(struct model *m, struct workload *w)
{
    const struct json *meta = json_at(w->object, "metadata");
    w->kind = tree_text(w->object, "kind");
    w->name = tree_text(meta, "name");
    if (w->name.n == 0)
        w->name = tree_text(meta, "generateName");
    w->namespace = tree_text(meta, "namespace");
    if (w->namespace.n == 0)
        w->namespace = BYTES_LIT("default");
    w->spec = json_at(w->template, "spec");
    w->annotations = json_path(w->template, "metadata", "annotations", NULL);
    tree_list_init(&w->strings, m->arena);
    return tree_format(m->arena, &w->id, "%.*s/%.*s", (int)w->namespace.n, (const char *)w->namespace.p, (int)w->name.n,
                       (const char *)w->name.p);
}

static size_t count_templates(const struct model *m)
{
    size_t count = 0;
    bool own;
    for (size_t i = 0; i < m->input_count; i++)
        for (size_t k = 0; m->inputs[i].kind == INPUT_K8S && k < m->inputs[i].yaml.count; k++)
            count += object_template(m->inputs[i].yaml.roots[k], &own) != NULL;
    return count;
}

static struct err find_all(struct model *m)
{
    TRY(arena_array(m->arena, count_templates(m) + 1, &m->workloads));
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        for (size_t k = 0; in->kind == INPUT_K8S && k < in->yaml.count; k++) {
            bool own;
            struct workload w = {.input = in, .object = in->yaml.roots[k]};
            w.template = object_template(w.object, &own);
            if (w.template == NULL)
                continue;
            w.has_template = !own;
            w.line = yaml_line(&in->yaml, w.object);
            TRY(identify(m, &w));
            m->workloads[m->workload_count++] = w;
        }
    }
    return OK;
}

static struct err bind_annotation(struct model *m, const struct workload *w)
{
    static const char *const states[] = {"absent", "broken", "broken", "holds"};
    if (w->annotation == ANNOTATION_ABSENT && m->document_count == 0)
        return OK;
    struct bytes to = w->document != NULL ? w->document->path : BYTES_EMPTY;
    return model_bind(m, "annotation-document", w->input->path, to, states[w->annotation], w->annotation_why);
}

/* Documents that belong to one workload: that in force, and those no other workload uses while there is only one. */
static void group_documents(struct model *m)
{
    for (size_t i = 0; i < m->document_count; i++) {
        struct document *d = &m->documents[i];
        bool is_alone = m->workload_count == 1 && m->workloads[0].document != NULL;
        if (is_alone)
            d->group = (size_t)(m->workloads[0].document - m->documents);
    }
}

struct err workloads_collect(struct model *m)
{
    bool adds = m->document_count == 0;
    TRY(find_all(m));
    for (size_t pass = 0; pass < 2; pass++) /* adding a document moves the others: look again */
        for (size_t i = 0; i < m->workload_count; i++)
            TRY(read_annotation(m, &m->workloads[i], adds));
    for (size_t i = 0; i < m->workload_count; i++) {
        struct workload *w = &m->workloads[i];
        if (w->document != NULL)
            w->document->workload_count++;
        TRY(bind_annotation(m, w));
    }
    group_documents(m);
    return OK;
}

struct gather {
    const struct model *m;
    const struct workload *w;
    struct variable *list;
    size_t count;
    size_t cap;
};

static struct err gather_add(struct gather *g, struct variable v)
{
    if (g->count == VARIABLES_MAX)
        return OK;
    if (g->count == g->cap) {
        struct variable *more;
        size_t cap = g->cap == 0 ? 16 : g->cap * 2;
        TRY(arena_array(g->m->arena, cap, &more));
        if (g->count > 0)
            memcpy(more, g->list, g->count * sizeof(*more));
        g->list = more;
        g->cap = cap;
    }
    g->list[g->count++] = v;
    return OK;
}

static struct err from_key(const struct gather *g, const char *kind, const struct json *ref, struct variable *v)
{
    struct object_place place;
    struct bytes name = tree_text(ref, "name"), key = tree_text(ref, "key");
    bool found = false;
    size_t line;
    TRY(tree_format(g->m->arena, &v->from, "%.*s/%.*s", (int)name.n, (const char *)name.p, (int)key.n,
                    (const char *)key.p));
    if (!objects_find(g->m, kind, g->w->namespace, name, &place))
        return OK;
    if (strcmp(kind, "Secret") == 0)
        return objects_secret_value(g->m->arena, &place, key, &v->value, &line, &found);
    const struct json *text = json_find(json_at(place.object, "data"), key);
    v->value = json_is(text, JSON_STRING) ? text->text : BYTES_EMPTY;
    return OK;
}

static struct bytes field_value(const struct workload *w, struct bytes path)
{
    if (bytes_is(path, "metadata.name"))
        return w->name;
    if (bytes_is(path, "metadata.namespace"))
        return w->namespace;
    if (bytes_is(path, "status.podIP") || bytes_is(path, "status.hostIP"))
        return BYTES_LIT("10.1.2.3");
    if (bytes_is(path, "spec.nodeName"))
        return BYTES_LIT("node-1");
    if (bytes_is(path, "metadata.uid"))
        return BYTES_LIT("0a0b0c0d-0000-4000-8000-000000000001");
    return bytes_is(path, "spec.serviceAccountName") ? BYTES_LIT("default") : BYTES_LIT("1");
}

static struct err one_variable(struct gather *g, const struct json *env)
{
    const struct json *from = json_at(env, "valueFrom");
    struct variable v = {tree_text(env, "name"), BYTES_EMPTY, BYTES_EMPTY, "literal", 0};
    v.line = yaml_line(&g->w->input->yaml, env);
    if (from == NULL) {
        (void)tree_scalar_text(json_at(env, "value"), &v.value);
    } else if (json_at(from, "secretKeyRef") != NULL) {
        v.origin = "secret";
        TRY(from_key(g, "Secret", json_at(from, "secretKeyRef"), &v));
    } else if (json_at(from, "configMapKeyRef") != NULL) {
        v.origin = "configmap";
        TRY(from_key(g, "ConfigMap", json_at(from, "configMapKeyRef"), &v));
    } else {
        v.origin = "field";
        v.from = tree_text(json_at(from, "fieldRef"), "fieldPath");
        v.value = field_value(g->w, v.from);
    }
    return gather_add(g, v);
}

static struct err whole_object(struct gather *g, const struct json *from)
{
    bool is_secret = json_at(from, "secretRef") != NULL;
    const struct json *ref = json_at(from, is_secret ? "secretRef" : "configMapRef");
    struct object_place place;
    if (!objects_find(g->m, is_secret ? "Secret" : "ConfigMap", g->w->namespace, tree_text(ref, "name"), &place))
        return OK;
    const struct json *data = json_at(place.object, "data");
    for (TREE_MEMBER(i, data)) {
        struct bytes key = data->members[i].key, prefix = tree_text(from, "prefix");
        struct variable v = {BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, is_secret ? "secret" : "configmap", 0};
        bool found = json_is(data->members[i].value, JSON_STRING);
        v.line = yaml_line(&g->w->input->yaml, from);
        TRY(tree_format(g->m->arena, &v.name, "%.*s%.*s", (int)prefix.n, (const char *)prefix.p, (int)key.n,
                        (const char *)key.p));
        TRY(tree_format(g->m->arena, &v.from, "%.*s/%.*s", (int)tree_text(ref, "name").n,
                        (const char *)tree_text(ref, "name").p, (int)key.n, (const char *)key.p));
        if (is_secret)
            TRY(objects_secret_value(g->m->arena, &place, key, &v.value, &v.line, &found));
        else if (found)
            v.value = data->members[i].value->text;
        TRY(gather_add(g, v));
    }
    return OK;
}

struct err workload_variables(const struct model *m, const struct workload *w, const struct json *container,
                              struct variable **out, size_t *count)
{
    struct gather g = {.m = m, .w = w};
    const struct json *all = json_at(container, "envFrom"), *env = json_at(container, "env");
    for (TREE_EACH(i, all))
        TRY(whole_object(&g, all->items[i]));
    for (TREE_EACH(i, env))
        TRY(one_variable(&g, env->items[i]));
    *out = g.list;
    *count = g.count;
    return OK;
}
