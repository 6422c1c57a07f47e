#include "trust/recorded.h"

#define CREATE         "CreateContainerRequest"
#define CONTAINER_TYPE "io.kubernetes.cri.container-type"
#define CONTAINER_NAME "io.kubernetes.cri.container-name"

static bool fits(const struct json *record, struct bytes entrypoint, struct bytes container)
{
    const struct json *annotations = json_path(record, "request", "OCI", "Annotations", NULL);
    if (!bytes_equal(tree_text(record, "kind"), entrypoint) || !json_is(json_at(record, "request"), JSON_OBJECT))
        return false;
    if (!bytes_is(entrypoint, CREATE))
        return true;
    bool is_sandbox = bytes_is(tree_text(annotations, CONTAINER_TYPE), "sandbox");
    return container.n == 0 ? is_sandbox
                            : !is_sandbox && bytes_equal(tree_text(annotations, CONTAINER_NAME), container);
}

const struct json *recorded_find(const struct model *m, struct bytes entrypoint, struct bytes container, size_t nth)
{
    for (size_t i = 0; i < m->input_count; i++) {
        const struct input *in = &m->inputs[i];
        for (size_t k = 0; in->kind == INPUT_REQUESTS && !in->has_failed && k < in->tree->count; k++)
            if (fits(in->tree->items[k], entrypoint, container) && nth-- == 0)
                return json_at(in->tree->items[k], "request");
    }
    return NULL;
}

struct err recorded_vars(struct arena *a, const struct json *vars, const struct json *request, const struct json **out)
{
    const struct json *id = json_at(request, "container_id"), *storages = json_at(request, "storages"), *image = NULL;
    for (TREE_EACH(i, storages))
        if (image == NULL && bytes_is(tree_text(storages->items[i], "driver"), "image_guest_pull"))
            image = json_at(storages->items[i], "source");
    *out = vars;
    if (json_is(id, JSON_STRING))
        TRY(tree_with(a, *out, "cid", id, out));
    if (json_is(image, JSON_STRING))
        TRY(tree_with(a, *out, "image", image, out));
    return OK;
}
