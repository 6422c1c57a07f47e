#include "trust/objects.h"

#include "codec/base64.h"
#include "trust/redact.h"
#include "trust/sealed.h"
#include "trust/words.h"

const struct json *object_place_of_template(const struct json *object)
{
    struct bytes kind = tree_text(object, "kind");
    if (bytes_is(kind, "Pod"))
        return object;
    if (bytes_is(kind, "PodTemplate"))
        return json_at(object, "template");
    if (bytes_is(kind, "CronJob"))
        return json_path(object, "spec", "jobTemplate", "spec", "template", NULL);
    return json_path(object, "spec", "template", NULL);
}

const struct json *object_template(const struct json *object, bool *own)
{
    const struct json *template = object_place_of_template(object);
    *own = template == object;
    return json_is(json_path(template, "spec", "containers", NULL), JSON_ARRAY) ? template : NULL;
}

static struct bytes object_name(const struct json *object)
{
    const struct json *meta = json_at(object, "metadata");
    struct bytes name = tree_text(meta, "name");
    return name.n > 0 ? name : tree_text(meta, "generateName");
}

bool objects_find(const struct model *m, const char *kind, struct bytes namespace, struct bytes name,
                  struct object_place *out)
{
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        for (size_t k = 0; in->kind == INPUT_K8S && k < in->yaml.count; k++) {
            const struct json *o = in->yaml.roots[k];
            struct bytes space = tree_text(json_at(o, "metadata"), "namespace");
            bool fits = space.n == 0 || namespace.n == 0 || bytes_equal(space, namespace);
            if (!fits || !bytes_is(tree_text(o, "kind"), kind) || !bytes_equal(object_name(o), name))
                continue;
            *out = (struct object_place){in, o, yaml_line(&in->yaml, o)};
            return true;
        }
    }
    return false;
}

static struct err decoded(struct arena *a, struct bytes text, struct bytes *out)
{
    uint8_t *clean;
    size_t n = 0;
    TRY(arena_array(a, text.n + 1, &clean));
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\n' && text.p[i] != '\r' && text.p[i] != ' ')
            clean[n++] = text.p[i];
    return base64_decode(a, BASE64_PADDED, bytes_of(clean, n), out);
}

struct err objects_secret_value(struct arena *a, const struct object_place *secret, struct bytes key, struct bytes *out,
                                size_t *line, bool *found)
{
    const struct json *plain = json_find(json_at(secret->object, "stringData"), key);
    const struct json *packed = json_find(json_at(secret->object, "data"), key);
    const struct json *v = plain != NULL ? plain : packed;
    *found = json_is(v, JSON_STRING);
    *line = yaml_line(&secret->input->yaml, v);
    if (!*found)
        return OK;
    *out = v->text;
    if (plain != NULL)
        return OK;
    struct err e = decoded(a, v->text, out);
    *found = !failed(e);
    return e.code == ERR_NOMEM ? e : OK;
}

static const char *class_of(struct bytes key, struct bytes value, struct bytes type, bool is_sealed)
{
    if (is_sealed)
        return "sealed";
    if (words_in(type, "dockerconfigjson") || words_in(type, "dockercfg") || bytes_is(key, ".dockerconfigjson"))
        return "dockerconfig";
    if (redact_has_private_key(value))
        return "private-key";
    if (words_in(value, "-----BEGIN CERTIFICATE"))
        return "certificate";
    if (words_in(value, "-----BEGIN PUBLIC KEY") || bytes_starts(value, BYTES_LIT("ssh-")))
        return "public-key";
    return value.n == 0 ? "empty" : "opaque";
}

static struct err key_facts(struct model *m, const struct object_place *secret, struct bytes key, struct tree_list *out)
{
    struct json_object o;
    struct sealed seal;
    struct bytes value = BYTES_EMPTY;
    size_t line;
    bool found;
    const struct json *v, *facts;
    TRY(objects_secret_value(m->arena, secret, key, &value, &line, &found));
    TRY(sealed_decode(m->arena, value, &seal));
    json_object_init(&o, m->arena);
    json_object_string(&o, "name", key);
    json_object_text(&o, "class",
                     found ? class_of(key, value, tree_text(secret->object, "type"), seal.is_sealed) : "undecodable");
    json_object_int(&o, "length", (int64_t)value.n);
    json_object_int(&o, "line", (int64_t)line);
    if (seal.is_sealed) {
        TRY(sealed_facts(m->arena, &seal, &facts));
        json_object_add(&o, "sealed", facts);
    }
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return OK;
}

static struct err secret_keys(struct model *m, const struct object_place *secret, const struct json **out)
{
    static const char *const parts[] = {"data", "stringData"};
    struct tree_list list;
    tree_list_init(&list, m->arena);
    for (size_t p = 0; p < 2; p++)
        for (TREE_MEMBER(i, json_at(secret->object, parts[p])))
            TRY(key_facts(m, secret, json_at(secret->object, parts[p])->members[i].key, &list));
    return tree_list_end(&list, out);
}

/* binaryData of a ConfigMap: what looks like a secret once it is decoded is cut, as it would be in data. */
static struct err cut_binary(struct arena *a, const struct json *object, const struct json **out)
{
    const struct json *list = json_at(object, "binaryData"), *cut;
    struct tree_map m;
    *out = object;
    if (!json_is(list, JSON_OBJECT))
        return OK;
    TRY(json_new_string(a, BYTES_LIT("(cut)"), &cut));
    tree_map_init(&m, a);
    for (TREE_MEMBER(i, list)) {
        struct bytes key = list->members[i].key, value = BYTES_EMPTY;
        const struct json *v = list->members[i].value;
        struct err e = json_is(v, JSON_STRING) ? decoded(a, v->text, &value) : OK;
        if (e.code == ERR_NOMEM)
            return e;
        bool is_secret = !failed(e) && redact_kind(key, value) != SECRET_NONE;
        tree_map_add(&m, key, is_secret ? cut : v);
    }
    TRY(tree_map_end(&m, &list));
    return tree_with(a, object, "binaryData", list, out);
}

static struct err facts_of(struct model *m, const struct object_place *place, const struct json **out)
{
    struct json_object o;
    const struct json *object = place->object, *meta = json_at(object, "metadata"), *rest;
    bool is_secret = bytes_is(tree_text(object, "kind"), "Secret");
    json_object_init(&o, m->arena);
    json_object_string(&o, "kind", tree_text(object, "kind"));
    json_object_string(&o, "path", place->input->path);
    json_object_int(&o, "line", (int64_t)place->line);
    json_object_string(&o, "namespace", tree_text(meta, "namespace"));
    json_object_string(&o, "name", object_name(object));
    if (is_secret) {
        json_object_string(&o, "type", tree_text(object, "type"));
        TRY(secret_keys(m, place, &rest));
        json_object_add(&o, "keys", rest);
        return json_object_end(&o, out);
    }
    TRY(cut_binary(m->arena, object, &rest));
    TRY(redact_tree(m->arena, rest, &rest));
    json_object_add(&o, "object", rest);
    return json_object_end(&o, out);
}

struct err objects_facts(struct model *m, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, m->arena);
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        for (size_t k = 0; in->kind == INPUT_K8S && k < in->yaml.count; k++) {
            struct object_place place = {in, in->yaml.roots[k], yaml_line(&in->yaml, in->yaml.roots[k])};
            const struct json *v;
            bool own;
            if (!json_is(place.object, JSON_OBJECT) || object_template(place.object, &own) != NULL)
                continue;
            TRY(facts_of(m, &place, &v));
            tree_list_add(&list, v);
        }
    }
    return tree_list_end(&list, out);
}
