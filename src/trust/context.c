#include "trust/context.h"

#include "trust/context_check.h"

static bool ends_with(struct bytes text, struct bytes end)
{
    return text.n > end.n && bytes_equal(bytes_of(text.p + text.n - end.n, end.n), end);
}

/* The row of a runtime class; a suffix that makes no difference is cut. */
static const struct json *class_row(const struct model *m, struct bytes class)
{
    const struct json *rows = json_at(m->classes, "runtime_classes");
    const struct json *suffixes = json_at(m->classes, "same_class_suffixes");
    for (TREE_EACH(i, suffixes))
        if (ends_with(class, suffixes->items[i]->text))
            class.n -= suffixes->items[i]->text.n;
    return json_find(rows, class);
}

static bool has_peer_pods(const struct model *m)
{
    for (size_t i = 0; i < m->input_count; i++)
        for (size_t k = 0; m->inputs[i].kind == INPUT_K8S && k < m->inputs[i].yaml.count; k++) {
            const struct json *data = json_at(m->inputs[i].yaml.roots[k], "data");
            if (json_at(data, "CLOUD_PROVIDER") != NULL || json_at(data, "DISABLECVM") != NULL)
                return true;
        }
    return false;
}

static bool has_kind(const struct model *m, enum input_kind kind)
{
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].kind == kind)
            return true;
    return false;
}

/* The evidence of a pod VM, from the cloud and the size that the adaptor is told to start. */
static struct bytes size_tee(const struct model *m)
{
    static const char *const keys[] = {"AZURE_INSTANCE_SIZE", "PODVM_INSTANCE_TYPE", "GCP_MACHINE_TYPE"};
    const struct json *rows = json_at(m->classes, "size_tees");
    for (size_t i = 0; i < m->input_count; i++)
        for (size_t k = 0; m->inputs[i].kind == INPUT_K8S && k < m->inputs[i].yaml.count; k++)
            for (size_t n = 0; n < sizeof(keys) / sizeof(keys[0]); n++) {
                struct bytes size = tree_text(json_at(m->inputs[i].yaml.roots[k], "data"), keys[n]);
                for (TREE_EACH(r, rows))
                    if (size.n > 0 && bytes_starts(size, tree_text(rows->items[r], "begins")) &&
                        memmem(size.p, size.n, tree_text(rows->items[r], "holds").p,
                               tree_text(rows->items[r], "holds").n) != NULL)
                        return tree_text(rows->items[r], "tee");
            }
    return BYTES_EMPTY;
}

/* What the files say; empty where they say nothing. */
static void derive(const struct model *m, struct bytes *layout, struct bytes *tee)
{
    *layout = *tee = BYTES_EMPTY;
    for (size_t i = 0; i < m->workload_count; i++) {
        const struct json *row = class_row(m, tree_text(m->workloads[i].spec, "runtimeClassName"));
        if (layout->n == 0)
            *layout = tree_text(row, "layout");
        if (tee->n == 0)
            *tee = tree_text(row, "tee");
    }
    if (layout->n == 0 && has_peer_pods(m))
        *layout = BYTES_LIT("peer-pods");
    if (layout->n == 0 && has_kind(m, INPUT_ENCLAVE))
        *layout = BYTES_LIT("enclave");
    if (tee->n == 0 && bytes_is(*layout, "peer-pods"))
        *tee = size_tee(m);
}

static struct err choose(struct model *m, const char *key, struct bytes shown, struct bytes otherwise,
                         struct bytes *out)
{
    struct bytes said = tree_text(m->context.given, key);
    *out = shown.n > 0 ? shown : said.n > 0 ? said : otherwise;
    if (said.n == 0)
        tree_list_text(&m->context.derived, bytes_of_text(key));
    if (said.n > 0 && shown.n > 0 && !bytes_equal(said, shown))
        return model_note(m, m->context.path, 0, "the context says %s %.*s, the files show %.*s: the files win", key,
                          (int)said.n, (const char *)said.p, (int)shown.n, (const char *)shown.p);
    return OK;
}

static struct err find_given(struct model *m)
{
    const struct assess_request *r = m->request;
    if (r->context.n > 0 || r->context_path.n > 0) {
        m->fault = BYTES_LIT("it is no JSON");
        TRY(json_decode(m->arena, r->context, NULL, NULL, &m->context.given));
        m->context.path = r->context_path;
        const char *fault = context_fault(m->context.given, m->tee_table);
        m->fault = fault == NULL ? BYTES_EMPTY : bytes_of_text(fault);
        return fault == NULL ? OK : FAIL(ERR_FORMAT, "the context cannot be understood");
    }
    for (size_t i = 0; i < m->input_count; i++) {
        struct input *in = &m->inputs[i];
        if (in->kind != INPUT_CONTEXT || in->has_failed)
            continue;
        const char *fault = context_fault(in->tree, m->tee_table);
        if (fault != NULL) {
            in->has_failed = true;
            in->why = bytes_of_text(fault);
            continue;
        }
        if (m->context.given != NULL)
            TRY(model_note(m, in->path, 0, "a second context: only the first counts"));
        else
            m->context.path = in->path;
        if (m->context.given == NULL)
            m->context.given = in->tree;
    }
    return OK;
}

struct err context_read(struct model *m)
{
    struct bytes layout, tee;
    m->context.path = BYTES_EMPTY;
    tree_list_init(&m->context.derived, m->arena);
    TRY(find_given(m));
    derive(m, &layout, &tee);
    TRY(choose(m, "layout", layout, BYTES_LIT("kata-vm"), &m->context.layout));
    TRY(choose(m, "tee", tee, BYTES_EMPTY, &m->context.tee));
    m->tee = json_find(m->tee_table, m->context.tee);
    return OK;
}

static struct err texts(struct arena *a, const char *const *words, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, a);
    for (; *words != NULL; words++)
        tree_list_text(&l, bytes_of_text(*words));
    return tree_list_end(&l, out);
}

static struct err asked_for(struct model *m, const char *what, struct json_object *o)
{
    static const char *const both[] = {"confidentiality", "integrity", NULL};
    const struct json *given = json_path(m->context.given, "protect", what, NULL), *v = given;
    if (!json_is(given, JSON_ARRAY))
        TRY(texts(m->arena, both, &v));
    json_object_add(o, what, v);
    return OK;
}

static struct err object_or_empty(struct arena *a, const struct json *v, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    *out = v;
    return json_is(v, JSON_OBJECT) ? OK : json_object_end(&o, out);
}

struct err context_facts(struct model *m, const struct json **out)
{
    struct json_object o, protect, broker;
    const struct json *v, *given = m->context.given, *said = json_at(given, "broker");
    static const char *const objects[] = {"personas", "guest", "storage"};
    json_object_init(&o, m->arena);
    json_object_init(&protect, m->arena);
    json_object_init(&broker, m->arena);
    json_object_string(&o, "path", m->context.path);
    json_object_string(&o, "layout", m->context.layout);
    json_object_string(&o, "tee", m->context.tee);
    json_object_string(&broker, "operator", tree_text(said, "operator"));
    json_object_string(&broker, "location", tree_text(said, "location"));
    TRY(json_object_end(&broker, &v));
    json_object_add(&o, "broker", v);
    TRY(asked_for(m, "code", &protect));
    TRY(asked_for(m, "data", &protect));
    TRY(json_object_end(&protect, &v));
    json_object_add(&o, "protect", v);
    for (size_t i = 0; i < 3; i++) {
        TRY(object_or_empty(m->arena, json_at(given, objects[i]), &v));
        json_object_add(&o, objects[i], v);
    }
    TRY(tree_list_end(&m->context.derived, &v));
    json_object_add(&o, "derived", v);
    return json_object_end(&o, out);
}
