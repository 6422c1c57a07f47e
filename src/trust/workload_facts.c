/*
 * Workloads as the model's JSON shows them: the pod as Kubernetes wrote it, without what looks secret, and what was
 * worked out beside it.
 */
#include "trust/image_name.h"
#include "trust/redact.h"
#include "trust/sealed.h"
#include "trust/workload.h"

struct facts {
    struct model *m;
    struct workload *w;
    struct tree_list containers;
    struct tree_list variables;
    struct tree_list words; /* words of command lines that look secret */
};

static struct err secret_fact(struct arena *a, enum secret_kind kind, size_t length, const struct json **out)
{
    struct json_object o;
    if (kind == SECRET_NONE)
        return json_new_null(a, out);
    json_object_init(&o, a);
    json_object_text(&o, "kind", redact_kind_name(kind));
    json_object_int(&o, "length", (int64_t)length);
    return json_object_end(&o, out);
}

static struct err shown_value(struct arena *a, struct bytes value, struct json_object *o)
{
    const struct json *v;
    TRY(json_new_string(a, value, &v));
    TRY(redact_tree(a, v, &v));
    json_object_add(o, "value", v);
    return OK;
}

static struct err variable_fact(struct facts *f, const struct json *container, const struct variable *v)
{
    struct arena *a = f->m->arena;
    struct json_object o;
    struct sealed seal;
    const struct json *made, *part;
    enum secret_kind kind = redact_kind(v->name, v->value);
    TRY(sealed_decode(a, v->value, &seal));
    json_object_init(&o, a);
    json_object_string(&o, "container", tree_text(container, "name"));
    json_object_string(&o, "name", v->name);
    json_object_text(&o, "origin", v->origin);
    json_object_string(&o, "from", v->from);
    json_object_int(&o, "line", (int64_t)v->line);
    TRY(secret_fact(a, kind, v->value.n, &part));
    json_object_add(&o, "secret", part);
    bool is_shown =
        kind == SECRET_NONE && strcmp(v->origin, "secret") != 0 && !seal.is_sealed && bytes_is_utf8(v->value);
    if (is_shown && v->value.n < 1024)
        TRY(shown_value(f->m->arena, v->value, &o));
    if (seal.is_sealed) {
        TRY(sealed_facts(a, &seal, &part));
        json_object_add(&o, "sealed", part);
    }
    TRY(json_object_end(&o, &made));
    tree_list_add(&f->variables, made);
    if (bytes_is_utf8(v->value))
        tree_list_text(&f->w->strings, v->value);
    return f->w->strings.bad;
}

static struct err words_of(struct facts *f, const struct json *container, const char *member)
{
    const struct json *words = json_at(container, member), *shown;
    enum secret_kind *kinds;
    if (!json_is(words, JSON_ARRAY))
        return OK;
    TRY(redact_words(f->m->arena, words, &shown, &kinds));
    for (size_t i = 0; i < words->count; i++) {
        struct json_object o;
        const struct json *made;
        if (json_is(words->items[i], JSON_STRING))
            tree_list_text(&f->w->strings, words->items[i]->text);
        if (kinds[i] == SECRET_NONE)
            continue;
        json_object_init(&o, f->m->arena);
        json_object_string(&o, "container", tree_text(container, "name"));
        json_object_text(&o, "list", member);
        json_object_int(&o, "index", (int64_t)i);
        json_object_text(&o, "kind", redact_kind_name(kinds[i]));
        json_object_int(&o, "line", (int64_t)yaml_line(&f->w->input->yaml, words->items[i]));
        TRY(json_object_end(&o, &made));
        tree_list_add(&f->words, made);
    }
    return OK;
}

static struct err image_fact(struct arena *a, struct bytes text, const struct json **out)
{
    struct json_object o;
    struct image_name n;
    struct err e = image_name_parse(a, text, &n);
    if (e.code == ERR_NOMEM)
        return e;
    json_object_init(&o, a);
    json_object_string(&o, "text", text);
    json_object_bool(&o, "parsed", !failed(e));
    if (!failed(e)) {
        json_object_string(&o, "registry", n.registry);
        json_object_string(&o, "repository", n.repository);
        json_object_string(&o, "tag", n.tag);
        json_object_string(&o, "digest", n.digest);
    }
    return json_object_end(&o, out);
}

static struct err container_fact(void *context, const struct json *container, const char *role)
{
    struct facts *f = context;
    struct arena *a = f->m->arena;
    struct variable *variables;
    size_t count;
    const struct json *shown, *v;
    TRY(workload_variables(f->m, f->w, container, &variables, &count));
    if (count == VARIABLES_MAX)
        TRY(model_limit(f->m, f->w->input->path, yaml_line(&f->w->input->yaml, container),
                        "not every variable of a container is looked at: at most 4096 are"));
    for (size_t i = 0; i < count; i++)
        TRY(variable_fact(f, container, &variables[i]));
    TRY(words_of(f, container, "command"));
    TRY(words_of(f, container, "args"));
    TRY(redact_tree(a, container, &shown));
    TRY(json_new_string(a, bytes_of_text(role), &v));
    TRY(tree_with(a, shown, "role", v, &shown));
    TRY(json_new_int(a, (int64_t)yaml_line(&f->w->input->yaml, container), &v));
    TRY(tree_with(a, shown, "line", v, &shown));
    TRY(image_fact(a, tree_text(container, "image"), &v));
    TRY(tree_with(a, shown, "reference", v, &shown));
    tree_list_add(&f->containers, shown);
    return f->containers.bad;
}

static struct err words_in(struct arena *a, struct bytes text, const struct json **out)
{
    struct tree_list list;
    size_t from = 0;
    tree_list_init(&list, a);
    for (size_t i = 0; i <= text.n; i++) {
        bool is_space = i == text.n || text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\n';
        if (!is_space)
            continue;
        if (i > from)
            tree_list_text(&list, bytes_of(text.p + from, i - from));
        from = i + 1;
    }
    return tree_list_end(&list, out);
}

static struct err initdata_fact(const struct model *m, const struct workload *w, const struct json **out)
{
    static const char *const states[] = {"absent", "undecodable", "unmatched", "decoded"};
    struct json_object o;
    const struct json *own = json_path(w->object, "metadata", "annotations", NULL);
    json_object_init(&o, m->arena);
    json_object_text(&o, "annotation", states[w->annotation]);
    json_object_text(&o, "why", w->annotation_why);
    json_object_bool(&o, "on_own_metadata", w->has_template && json_at(own, INITDATA_ANNOTATION) != NULL);
    json_object_int(&o, "line", (int64_t)yaml_line(&w->input->yaml, json_at(w->annotations, INITDATA_ANNOTATION)));
    if (w->document != NULL)
        json_object_string(&o, "document", w->document->path);
    else
        json_object_null(&o, "document");
    return json_object_end(&o, out);
}

/* Lines of the annotations and of the members of a spec, so that a finding can point at them. */
static struct err line_table(const struct model *m, const struct workload *w, const struct json *object,
                             const struct json **out)
{
    struct tree_map lines;
    tree_map_init(&lines, m->arena);
    for (TREE_MEMBER(i, object)) {
        const struct json *v;
        TRY(json_new_int(m->arena, (int64_t)yaml_line(&w->input->yaml, object->members[i].value), &v));
        tree_map_add(&lines, object->members[i].key, v);
    }
    return tree_map_end(&lines, out);
}

static struct err redacted(struct arena *a, const struct json *v, const struct json **out)
{
    struct json_object empty;
    json_object_init(&empty, a);
    return json_is(v, JSON_OBJECT) ? redact_tree(a, v, out) : json_object_end(&empty, out);
}

/* What a StatefulSet makes volumes from: they are mounted by name, and stand in no list of the pod. */
static struct err claim_templates(struct arena *a, const struct json *object, const struct json **out)
{
    struct tree_list none;
    const struct json *given = json_path(object, "spec", "volumeClaimTemplates", NULL);
    tree_list_init(&none, a);
    return json_is(given, JSON_ARRAY) ? redact_tree(a, given, out) : tree_list_end(&none, out);
}

static struct err add_places(struct facts *f, struct json_object *o)
{
    const struct model *m = f->m;
    const struct workload *w = f->w;
    const struct json *own = json_at(w->object, "metadata"), *meta = json_at(w->template, "metadata"), *v;
    TRY(redacted(m->arena, w->has_template ? own : NULL, &v));
    json_object_add(o, "own", v);
    TRY(tree_texts(m->arena, w->annotations, &v));
    TRY(redacted(m->arena, v, &v));
    json_object_add(o, "annotations", v);
    TRY(tree_texts(m->arena, json_at(meta, "labels"), &v));
    TRY(redacted(m->arena, v, &v));
    json_object_add(o, "labels", v);
    TRY(redacted(m->arena, w->spec, &v));
    json_object_add(o, "spec", v);
    TRY(claim_templates(m->arena, w->object, &v));
    json_object_add(o, "claim_templates", v);
    TRY(line_table(m, w, w->annotations, &v));
    json_object_add(o, "annotation_lines", v);
    TRY(line_table(m, w, w->spec, &v));
    json_object_add(o, "spec_lines", v);
    struct bytes words = tree_text(w->annotations, "io.katacontainers.config.hypervisor.kernel_params");
    TRY(words_in(m->arena, words, &v));
    json_object_add(o, "kernel_params", v);
    return OK;
}

static struct err workload_fact(struct model *m, struct workload *w, const struct json **out)
{
    struct facts f = {.m = m, .w = w};
    struct json_object o;
    const struct json *v;
    tree_list_init(&f.containers, m->arena);
    tree_list_init(&f.variables, m->arena);
    tree_list_init(&f.words, m->arena);
    json_object_init(&o, m->arena);
    TRY(workload_containers(w, container_fact, &f));
    json_object_string(&o, "id", w->id);
    json_object_string(&o, "kind", w->kind);
    json_object_string(&o, "name", w->name);
    json_object_string(&o, "namespace", w->namespace);
    json_object_string(&o, "path", w->input->path);
    json_object_int(&o, "line", (int64_t)w->line);
    json_object_bool(&o, "has_template", w->has_template);
    TRY(add_places(&f, &o));
    TRY(initdata_fact(m, w, &v));
    json_object_add(&o, "initdata", v);
    TRY(tree_list_end(&f.containers, &v));
    json_object_add(&o, "containers", v);
    TRY(tree_list_end(&f.variables, &v));
    json_object_add(&o, "vars", v);
    TRY(tree_list_end(&f.words, &v));
    json_object_add(&o, "secret_words", v);
    return json_object_end(&o, out);
}

struct err workload_facts(struct model *m, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, m->arena);
    for (size_t i = 0; i < m->workload_count; i++) {
        const struct json *v;
        TRY(workload_fact(m, &m->workloads[i], &v));
        tree_list_add(&list, v);
    }
    return tree_list_end(&list, out);
}
