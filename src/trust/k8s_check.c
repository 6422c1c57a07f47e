#include "trust/k8s_check.h"

#include "trust/objects.h"

/* In YAML a key without a value is as good as no key. */
static bool is_absent(const struct json *v)
{
    return v == NULL || v->type == JSON_NULL;
}

static bool is_object(const struct json *v)
{
    return is_absent(v) || json_is(v, JSON_OBJECT);
}

static bool are_objects(const struct json *v)
{
    for (TREE_EACH(i, v))
        if (!json_is(v->items[i], JSON_OBJECT))
            return false;
    return is_absent(v) || json_is(v, JSON_ARRAY);
}

static bool are_words(const struct json *v)
{
    for (TREE_EACH(i, v))
        if (v->items[i]->type >= JSON_ARRAY)
            return false;
    return is_absent(v) || json_is(v, JSON_ARRAY);
}

static bool all(const struct json *v, const char *const *keys, bool (*holds)(const struct json *v))
{
    for (; *keys != NULL; keys++)
        if (!holds(json_at(v, *keys)))
            return false;
    return true;
}

static const char *containers_fault(const struct json *list)
{
    static const char *const objects[] = {"resources", "securityContext", NULL};
    static const char *const lists[] = {"env", "envFrom", "volumeMounts", "volumeDevices", "ports", NULL};
    static const char *const words[] = {"command", "args", NULL};
    if (!are_objects(list))
        return "containers are a list of objects";
    for (TREE_EACH(i, list)) {
        const struct json *c = list->items[i], *image = json_at(c, "image");
        if (!is_absent(image) && !json_is(image, JSON_STRING))
            return "the image of a container is a text";
        if (!all(c, objects, is_object) || !all(c, lists, are_objects) || !all(c, words, are_words))
            return "a member of a container has another shape than Kubernetes gives it";
    }
    return NULL;
}

static const char *metadata_fault(const struct json *v)
{
    static const char *const maps[] = {"annotations", "labels", NULL};
    return is_object(v) && all(v, maps, is_object) ? NULL : "metadata, its labels and its annotations are objects";
}

static const char *template_fault(const struct json *template)
{
    static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers", NULL};
    const struct json *spec = json_at(template, "spec");
    const char *fault = metadata_fault(json_at(template, "metadata"));
    for (size_t i = 0; fault == NULL && lists[i] != NULL; i++)
        fault = containers_fault(json_at(spec, lists[i]));
    if (fault == NULL && !are_objects(json_at(spec, "volumes")))
        fault = "volumes are a list of objects";
    return fault;
}

static bool is_one_of(struct bytes kind, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_is(kind, *list))
            return true;
    return false;
}

/* Kinds that facts are read from; others may have what they like under the same names. */
static const char *const workloads[] = {
    "Pod",     "PodTemplate",           "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job",
    "CronJob", "ReplicationController", NULL};
static const char *const with_spec[] = {"Service", "Ingress", "Gateway", "HTTPRoute", "PersistentVolumeClaim", NULL};
static const char *const with_data[] = {"ConfigMap", "Secret", NULL};

static const char *body_fault(const struct json *object, struct bytes kind)
{
    static const char *const data[] = {"data", "stringData", NULL};
    const struct json *template = object_place_of_template(object);
    bool is_workload = is_one_of(kind, workloads);
    if ((is_workload || is_one_of(kind, with_spec)) && !is_object(json_at(object, "spec")))
        return "spec is an object";
    if (is_one_of(kind, with_data) && !all(object, data, is_object))
        return "data is an object";
    if (is_workload && !(is_object(template) && is_object(json_at(template, "spec"))))
        return "a template and its spec are objects";
    bool has_containers = json_path(template, "spec", "containers", NULL) != NULL;
    return is_workload || has_containers ? template_fault(template) : NULL;
}

const char *k8s_fault(const struct json *object)
{
    const struct json *kind = json_at(object, "kind");
    if (!json_is(kind, JSON_STRING) || !json_is(json_at(object, "apiVersion"), JSON_STRING))
        return "apiVersion and kind are texts";
    const char *fault = metadata_fault(json_at(object, "metadata"));
    return fault != NULL ? fault : body_fault(object, kind->text);
}
