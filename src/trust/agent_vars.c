#include "trust/agent_vars.h"

#include "trust/image_name.h"
#include "trust/words.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define SHARED       "/run/kata-containers/shared/containers/"
#define EPHEMERAL    "/run/kata-containers/sandbox/ephemeral/"
#define ID_SIZE      64

struct maker {
    const struct model *m;
    const struct workload *w;
    const struct json *container;
    struct json_object *out;
};

static struct err repeated_id(struct arena *a, char c, struct bytes *out)
{
    char text[ID_SIZE];
    memset(text, c, sizeof(text));
    return arena_copy(a, bytes_of(text, sizeof(text)), out);
}

static struct err add_ids(const struct model *m, const struct workload *w, struct json_object *o)
{
    struct bytes cid, sid;
    TRY(repeated_id(m->arena, 'a', &cid));
    TRY(repeated_id(m->arena, 'b', &sid));
    json_object_string(o, "cid", cid);
    json_object_string(o, "sid", sid);
    json_object_string(o, "namespace", w->namespace);
    return OK;
}

/* A generated pod is named after its workload. */
static struct err pod_name(const struct model *m, const struct workload *w, bool plain, struct bytes *out)
{
    *out = w->name;
    if (!w->has_template || plain)
        return OK;
    return tree_format(m->arena, out, "%.*s-6d4cf56db6-abcde", (int)w->name.n, (const char *)w->name.p);
}

struct err agent_vars_pod(const struct model *m, const struct workload *w, const struct json **out)
{
    struct json_object o;
    struct bytes pod;
    json_object_init(&o, m->arena);
    TRY(add_ids(m, w, &o));
    TRY(pod_name(m, w, false, &pod));
    json_object_string(&o, "pod", pod);
    return json_object_end(&o, out);
}

static struct err add_image(struct maker *k)
{
    struct image_name n;
    struct bytes text = tree_text(k->container, "image");
    struct err e = image_name_parse(k->m->arena, text, &n);
    if (failed(e) && e.code == ERR_NOMEM)
        return e;
    if (failed(e))
        n = (struct image_name){text, text, text, BYTES_EMPTY, BYTES_EMPTY, text};
    json_object_string(k->out, "image", text);
    json_object_string(k->out, "image.registry", n.registry);
    json_object_string(k->out, "image.repository", n.repository);
    json_object_string(k->out, "image.last", n.last);
    return OK;
}

static void append_texts(struct tree_list *l, const struct json *list)
{
    for (TREE_EACH(i, list))
        if (json_is(list->items[i], JSON_STRING))
            tree_list_text(l, list->items[i]->text);
}

static struct err add_args(struct maker *k)
{
    struct tree_list l;
    const struct json *v;
    struct bytes cwd = tree_text(k->container, "workingDir");
    tree_list_init(&l, k->m->arena);
    append_texts(&l, json_at(k->container, "command"));
    append_texts(&l, json_at(k->container, "args"));
    TRY(tree_list_end(&l, &v));
    json_object_add(k->out, "args", v);
    json_object_string(k->out, "cwd", cwd.n > 0 ? cwd : BYTES_LIT("/"));
    return OK;
}

/* The first literal of the policy that is a search path: what the image has, as the policy's maker knew. */
static struct bytes path_in(const struct document *d)
{
    for (size_t i = 0; d != NULL && i < d->string_count; i++)
        if (bytes_starts(d->strings[i].text, BYTES_LIT("PATH=/")) &&
            d->strings[i].text.p[d->strings[i].text.n - 1] != ':')
            return d->strings[i].text;
    return BYTES_EMPTY;
}

static struct err add_env(struct maker *k, const struct document *d, unsigned path, bool plain)
{
    struct tree_list l;
    struct variable *list;
    struct bytes text, pod, own = path_in(d);
    size_t count;
    const struct json *v;
    tree_list_init(&l, k->m->arena);
    if (path == 1)
        tree_list_text(&l, BYTES_LIT(DEFAULT_PATH));
    if (path == 2 && own.n > 0)
        tree_list_text(&l, own);
    TRY(pod_name(k->m, k->w, plain, &pod));
    TRY(tree_format(k->m->arena, &text, "HOSTNAME=%.*s", (int)pod.n, (const char *)pod.p));
    tree_list_text(&l, text);
    json_object_string(k->out, "pod", pod);
    TRY(workload_variables(k->m, k->w, k->container, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (!bytes_is_utf8(list[i].value))
            continue;
        TRY(tree_format(k->m->arena, &text, "%.*s=%.*s", (int)list[i].name.n, (const char *)list[i].name.p,
                        (int)list[i].value.n, (const char *)list[i].value.p));
        tree_list_text(&l, text);
    }
    TRY(tree_list_end(&l, &v));
    json_object_add(k->out, "env", v);
    return OK;
}

/* A number of the security context: the container's own, else the pod's. */
static int64_t id_of(const struct maker *k, const char *key)
{
    int64_t of_pod = tree_int(json_at(k->w->spec, "securityContext"), key, 0);
    return tree_int(json_at(k->container, "securityContext"), key, of_pod);
}

static struct err add_user(struct maker *k)
{
    struct tree_list l;
    const struct json *v, *pod = json_at(k->w->spec, "securityContext"), *more = json_at(pod, "supplementalGroups");
    int64_t gid = id_of(k, "runAsGroup");
    json_object_int(k->out, "uid", id_of(k, "runAsUser"));
    json_object_int(k->out, "gid", gid);
    tree_list_init(&l, k->m->arena);
    TRY(json_new_int(k->m->arena, gid, &v));
    tree_list_add(&l, v);
    if (json_at(pod, "fsGroup") != NULL)
        tree_list_add(&l, json_at(pod, "fsGroup"));
    for (TREE_EACH(i, more))
        tree_list_add(&l, more->items[i]);
    TRY(tree_list_end(&l, &v));
    json_object_add(k->out, "groups", v);
    return OK;
}

static bool drops_all(const struct json *capabilities)
{
    const struct json *drop = json_at(capabilities, "drop");
    for (TREE_EACH(i, drop))
        if (json_is(drop->items[i], JSON_STRING) && bytes_is(drop->items[i]->text, "ALL"))
            return true;
    return false;
}

static struct err add_capabilities(struct maker *k, bool flipped)
{
    struct tree_list l;
    const struct json *v, *caps = json_path(k->container, "securityContext", "capabilities", NULL);
    const struct json *added = json_at(caps, "add");
    tree_list_init(&l, k->m->arena);
    if (drops_all(caps) == flipped)
        append_texts(&l, json_at(k->m->probe_table, "default_capabilities"));
    for (TREE_EACH(i, added)) {
        struct bytes text;
        if (!json_is(added->items[i], JSON_STRING))
            continue;
        TRY(tree_format(k->m->arena, &text, "CAP_%.*s", (int)added->items[i]->text.n,
                        (const char *)added->items[i]->text.p));
        tree_list_text(&l, text);
    }
    TRY(tree_list_end(&l, &v));
    json_object_add(k->out, "caps", v);
    return OK;
}

static void add_privileges(struct maker *k, bool flipped)
{
    const struct json *context = json_at(k->container, "securityContext");
    const struct json *escalation = json_at(context, "allowPrivilegeEscalation");
    bool denied = json_is(escalation, JSON_BOOL) && !escalation->as_bool;
    json_object_bool(k->out, "no_new_privileges", denied != flipped);
    json_object_bool(k->out, "readonly_root", tree_flag(context, "readOnlyRootFilesystem"));
}

static const struct json *volume_of(const struct workload *w, struct bytes name)
{
    const struct json *list = json_at(w->spec, "volumes");
    for (TREE_EACH(i, list))
        if (bytes_equal(tree_text(list->items[i], "name"), name))
            return list->items[i];
    return NULL;
}

static struct err text_list(struct arena *a, const char *const *words, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, a);
    for (; *words != NULL; words++)
        tree_list_text(&l, bytes_of_text(*words));
    return tree_list_end(&l, out);
}

static struct err mount_of(struct maker *k, const struct json *mount, bool in_memory, const struct json **out)
{
    static const char *const writable[] = {"rbind", "rprivate", "rw", NULL};
    static const char *const readable[] = {"rbind", "rprivate", "ro", NULL};
    struct json_object o;
    struct bytes source, name = tree_text(mount, "name"), cid, path = tree_text(mount, "mountPath"), last = path;
    const struct json *options;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/' && i + 1 < path.n)
            last = bytes_of(path.p + i + 1, path.n - i - 1);
    TRY(repeated_id(k->m->arena, 'a', &cid));
    if (in_memory)
        TRY(tree_format(k->m->arena, &source, EPHEMERAL "%.*s", (int)name.n, (const char *)name.p));
    else
        TRY(tree_format(k->m->arena, &source, SHARED "%.*s-0123456789abcdef-%.*s", (int)cid.n, (const char *)cid.p,
                        (int)last.n, (const char *)last.p));
    TRY(text_list(k->m->arena, tree_flag(mount, "readOnly") ? readable : writable, &options));
    json_object_init(&o, k->m->arena);
    json_object_string(&o, "destination", path);
    json_object_string(&o, "source", source);
    json_object_text(&o, "type_", "bind");
    json_object_add(&o, "options", options);
    return json_object_end(&o, out);
}

static struct err memory_storage(struct maker *k, struct bytes name, const struct json **out)
{
    static const char *const none[] = {NULL};
    struct json_object o;
    struct bytes where;
    const struct json *empty;
    TRY(text_list(k->m->arena, none, &empty));
    TRY(tree_format(k->m->arena, &where, EPHEMERAL "%.*s", (int)name.n, (const char *)name.p));
    json_object_init(&o, k->m->arena);
    json_object_text(&o, "driver", "ephemeral");
    json_object_add(&o, "driver_options", empty);
    json_object_text(&o, "source", "tmpfs");
    json_object_text(&o, "fstype", "tmpfs");
    json_object_add(&o, "options", empty);
    json_object_string(&o, "mount_point", where);
    json_object_null(&o, "fs_group");
    json_object_bool(&o, "shared", false);
    return json_object_end(&o, out);
}

static struct err add_volumes(struct maker *k)
{
    struct tree_list mounts, storages;
    const struct json *v, *list = json_at(k->container, "volumeMounts");
    tree_list_init(&mounts, k->m->arena);
    tree_list_init(&storages, k->m->arena);
    for (TREE_EACH(i, list)) {
        const struct json *mount = list->items[i];
        const struct json *volume = volume_of(k->w, tree_text(mount, "name"));
        bool in_memory = bytes_is(tree_text(json_at(volume, "emptyDir"), "medium"), "Memory");
        TRY(mount_of(k, mount, in_memory, &v));
        tree_list_add(&mounts, v);
        if (!in_memory)
            continue;
        TRY(memory_storage(k, tree_text(mount, "name"), &v));
        tree_list_add(&storages, v);
    }
    TRY(tree_list_end(&mounts, &v));
    json_object_add(k->out, "mounts", v);
    TRY(tree_list_end(&storages, &v));
    json_object_add(k->out, "storages", v);
    return OK;
}

/* A device as the shim sends it. */
static struct err device_of(struct arena *a, const char *type, struct bytes path, const struct json **out)
{
    struct json_object o;
    const struct json *empty;
    struct tree_list options;
    tree_list_init(&options, a);
    TRY(tree_list_end(&options, &empty));
    json_object_init(&o, a);
    json_object_text(&o, "id", "02/01");
    json_object_text(&o, "type_", type);
    json_object_text(&o, "vm_path", "/dev/vda");
    json_object_string(&o, "container_path", path);
    json_object_add(&o, "options", empty);
    return json_object_end(&o, out);
}

/* A GPU or another passed-through device that the limits ask for. */
static bool is_device(struct bytes resource)
{
    return words_in(resource, "gpu") || words_begin(resource, "nvidia.com/") || words_in(resource, "/dpu");
}

static struct err add_devices(struct maker *k)
{
    const struct json *limits = json_path(k->container, "resources", "limits", NULL);
    struct tree_list devices, none;
    const struct json *v, *list = json_at(k->container, "volumeDevices");
    tree_list_init(&devices, k->m->arena);
    tree_list_init(&none, k->m->arena);
    for (TREE_EACH(i, list)) {
        TRY(device_of(k->m->arena, "blk", tree_text(list->items[i], "devicePath"), &v));
        tree_list_add(&devices, v);
    }
    for (TREE_MEMBER(i, limits)) {
        if (!is_device(limits->members[i].key))
            continue;
        TRY(device_of(k->m->arena, "vfio-pci-gk", BYTES_LIT("/dev/vfio/vfio0"), &v));
        tree_list_add(&devices, v);
    }
    TRY(tree_list_end(&devices, &v));
    json_object_add(k->out, "devices", v);
    TRY(tree_list_end(&none, &v));
    json_object_add(k->out, "linux_devices", v);
    return OK;
}

struct err agent_vars_container(const struct model *m, const struct workload *w, const struct json *container,
                                const struct document *d, unsigned variant, bool *more, const struct json **out)
{
    struct json_object o;
    struct maker k = {m, w, container, &o};
    unsigned path = variant % 3, plain = variant / 3 % 2, caps = variant / 6 % 2, privileges = variant / 12;
    *more = variant < 24;
    if (!*more)
        return OK;
    json_object_init(&o, m->arena);
    TRY(add_ids(m, w, &o));
    json_object_string(&o, "container", tree_text(container, "name"));
    TRY(add_image(&k));
    TRY(add_args(&k));
    TRY(add_env(&k, d, path, plain != 0));
    TRY(add_user(&k));
    TRY(add_capabilities(&k, caps != 0));
    add_privileges(&k, privileges != 0);
    TRY(add_volumes(&k));
    TRY(add_devices(&k));
    return json_object_end(&o, out);
}

struct err agent_vars_commands(struct arena *a, const struct json *container, const struct json **out)
{
    static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe"};
    static const char *const hooks[] = {"postStart", "preStop"};
    struct tree_list l;
    tree_list_init(&l, a);
    for (size_t i = 0; i < 3; i++) {
        const struct json *v = json_path(container, probes[i], "exec", "command", NULL);
        if (json_is(v, JSON_ARRAY) && v->count > 0)
            tree_list_add(&l, v);
    }
    for (size_t i = 0; i < 2; i++) {
        const struct json *v = json_path(container, "lifecycle", hooks[i], "exec", "command", NULL);
        if (json_is(v, JSON_ARRAY) && v->count > 0)
            tree_list_add(&l, v);
    }
    return tree_list_end(&l, out);
}

struct err agent_vars_command(struct arena *a, const struct json *vars, const struct json *command,
                              const struct json **out)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view, first = BYTES_EMPTY, name;
    const struct json *v;
    buf_init(&text, 65536);
    for (TREE_EACH(i, command)) {
        if (!json_is(command->items[i], JSON_STRING))
            continue;
        buf_text(&text, i > 0 ? " " : "");
        buf_add(&text, command->items[i]->text);
        first = i == 0 ? command->items[i]->text : first;
    }
    TRY(buf_end(&text, &view));
    name = first;
    for (size_t i = 0; i < first.n; i++)
        if (first.p[i] == '/' && i + 1 < first.n)
            name = bytes_of(first.p + i + 1, first.n - i - 1);
    TRY(tree_with(a, vars, "probe", command, out));
    TRY(json_new_string(a, view, &v));
    TRY(tree_with(a, *out, "probe.text", v, out));
    TRY(json_new_string(a, first, &v));
    TRY(tree_with(a, *out, "probe.first", v, out));
    TRY(json_new_string(a, name, &v));
    return tree_with(a, *out, "probe.name", v, out);
}
