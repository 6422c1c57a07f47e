#include "owner/policy/policy_files.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"
#include "rego/passes.h"
#include "rego/query.h"
#include "sys/file.h"
#include "trust/yaml_tree.h"

#define DIRECTORY_DEPTH 16
#define FILES_MEMORY    (512 * MIB)

static const char *reason_of(struct err e)
{
    switch ((enum err_code)e.code) {
    case ERR_ABSENT:
        return "no such file";
    case ERR_LIMIT:
        return "too large";
    case ERR_FORMAT:
        return "not JSON";
    case ERR_UNSET:
    case ERR_OK:
    case ERR_NOMEM:
    case ERR_IO:
    case ERR_UNSUPPORTED:
    case ERR_DENIED:
    case ERR_UNVERIFIED:
    case ERR_STALE:
    case ERR_STATE:
    case ERR_PEER:
    case ERR_BUG:
        break;
    }
    return "cannot be read";
}

static struct err read_text(struct policy_files *f, const char *path, size_t max, struct bytes *out)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, max);
    struct err e = file_read(path, &text);
    if (!failed(e))
        e = arena_copy(&f->arena, buf_view(&text), out);
    if (failed(e))
        command_explain(f->in, "%s: %s", path, reason_of(e));
    return e;
}

static bool ends_with(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n > m && strcmp(path + n - m, ending) == 0;
}

static bool is_yaml(const char *path)
{
    return ends_with(path, ".yaml") || ends_with(path, ".yml");
}

/* The text of a tree, for what takes texts. */
static struct err encode(struct policy_files *f, const struct json *v, struct bytes *out)
{
    SCOPED(buf) struct buf text;
    struct bytes whole;
    buf_init(&text, JSON_TEXT_MAX);
    json_encode(v, &text);
    TRY(buf_end(&text, &whole));
    return arena_copy(&f->arena, whole, out);
}

/* One document of YAML, and its text as JSON. */
static struct err read_yaml(struct policy_files *f, const char *path, struct bytes *text, const struct json **out)
{
    struct yaml_fault fault = {0};
    struct yaml yaml;
    struct bytes written;
    TRY(read_text(f, path, JSON_TEXT_MAX, &written));
    struct err e = yaml_decode(&f->arena, written, &fault, &yaml);
    if (failed(e) && fault.expected != NULL)
        command_explain(f->in, "%s:%zu:%zu: %s", path, fault.line, fault.column, fault.expected);
    else if (failed(e))
        command_explain(f->in, "%s: not YAML", path);
    TRY(e);
    if (yaml.count != 1) {
        command_explain(f->in, "%s: has %zu documents, and one is needed", path, yaml.count);
        return FAIL(ERR_FORMAT, "not one document");
    }
    *out = yaml.roots[0];
    return encode(f, *out, text);
}

static struct err read_document(struct policy_files *f, const char *path, struct bytes *text, const struct json **out)
{
    struct json_fault fault = {0};
    if (is_yaml(path))
        return read_yaml(f, path, text, out);
    TRY(read_text(f, path, JSON_TEXT_MAX, text));
    struct err e = json_decode(&f->arena, *text, NULL, &fault, out);
    if (failed(e))
        command_explain(f->in, "%s: %s at byte %zu", path,
                        e.code == ERR_LIMIT ? "too large or nested too deep" : reason_of(e), fault.offset);
    return e;
}

static struct err add_module(struct policy_files *f, const char *path)
{
    struct bytes text;
    char *name;
    path += strncmp(path, "./", 2) == 0 ? 2 : 0;
    for (size_t i = 0; i < f->module_count; i++)
        if (strcmp(f->modules[i].name, path) == 0)
            return OK; /* named twice, as by its directory and by itself */
    if (f->module_count == POLICY_FILES_MAX) {
        command_explain(f->in, "more than %d policies", POLICY_FILES_MAX);
        return FAIL(ERR_LIMIT, "too many policies");
    }
    TRY(read_text(f, path, POLICY_TEXT_MAX, &text));
    TRY(arena_text(&f->arena, bytes_of_text(path), &name));
    f->modules[f->module_count++] = (struct rego_module){
        .name = name, .text = (const char *)text.p, .length = text.n, .v0 = command_flag(f->in, "v0-compatible")};
    return OK;
}

/* As OPA does it: a document in a directory beneath the one that was named stands under the directories' names. */
static struct err wrap(struct policy_files *f, const char *below, const struct json **v)
{
    const char *slash = strrchr(below, '/');
    while (slash != NULL) {
        const char *start = slash;
        while (start > below && start[-1] != '/')
            start--;
        const struct json *key;
        struct json_member member;
        TRY(json_new_string(&f->arena, bytes_of(start, (size_t)(slash - start)), &key));
        member = (struct json_member){.key = key->text, .value = *v};
        TRY(json_new_object(&f->arena, &member, 1, v));
        slash = start > below ? start - 1 : NULL;
    }
    return OK;
}

/* Whether two documents have unlike values at one place. */
static bool clash(const struct json *x, const struct json *y)
{
    if (x->type != JSON_OBJECT || y->type != JSON_OBJECT)
        return !json_equal(x, y);
    for (size_t i = 0; i < x->count; i++) {
        const struct json *other = json_find(y, x->members[i].key);
        if (other != NULL && clash(x->members[i].value, other))
            return true;
    }
    return false;
}

static struct err add_document(struct policy_files *f, const char *path, const char *below)
{
    struct bytes text;
    const struct json *v;
    TRY(read_document(f, path, &text, &v));
    TRY(wrap(f, below, &v));
    if (v->type != JSON_OBJECT) {
        command_explain(f->in, "%s: data must be an object", path);
        return FAIL(ERR_FORMAT, "data must be an object");
    }
    if (f->data != NULL && clash(f->data, v)) {
        command_explain(f->in, "%s: another document has another value at a place of this one", path);
        return FAIL(ERR_FORMAT, "documents that differ");
    }
    return f->data == NULL ? (f->data = v, OK) : scene_merge(&f->arena, f->data, v, &f->data);
}

static struct err add_file(struct policy_files *f, const char *path, const char *below, bool is_named)
{
    if (ends_with(path, ".rego"))
        return add_module(f, path);
    if (f->only_modules)
        return OK;
    if (ends_with(path, ".json") || is_yaml(path))
        return add_document(f, path, below);
    if (!is_named)
        return OK;
    command_explain(f->in, "%s: neither a policy (.rego) nor a document (.json, .yaml)", path);
    return FAIL(ERR_FORMAT, "a file of another kind");
}

static struct err add_directory(struct policy_files *f, const char *path, const char *below, unsigned depth);

static struct err add_entry(struct policy_files *f, const char *directory, const char *name, const char *below,
                            unsigned depth)
{
    char path[4096];
    char beneath[4096];
    struct stat st;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, name) >= sizeof(path) ||
        (size_t)snprintf(beneath, sizeof(beneath), "%s%s", below, name) >= sizeof(beneath) - 1)
        return FAIL(ERR_LIMIT, "the path is too long");
    if (lstat(path, &st) != 0)
        return FAIL_SYS(errno, "a file cannot be read");
    if (S_ISREG(st.st_mode))
        return add_file(f, path, beneath, false);
    if (!S_ISDIR(st.st_mode))
        return OK;
    size_t n = strlen(beneath);
    beneath[n] = '/';
    beneath[n + 1] = '\0';
    return add_directory(f, path, beneath, depth + 1);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The visible names of a directory, sorted: what is found does not depend on the file system. */
static struct err list_names(struct policy_files *f, DIR *dir, char ***out, size_t *count)
{
    char **names;
    size_t n = 0;
    TRY(arena_array(&f->arena, POLICY_FILES_MAX, &names));
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        if (d->d_name[0] == '.')
            continue;
        if (n == POLICY_FILES_MAX)
            return FAIL(ERR_LIMIT, "too many files in one directory");
        TRY(arena_text(&f->arena, bytes_of_text(d->d_name), &names[n++]));
    }
    qsort(names, n, sizeof(*names), by_name);
    *out = names;
    *count = n;
    return OK;
}

static struct err add_directory(struct policy_files *f, const char *path, const char *below, unsigned depth)
{
    char **names;
    size_t count;
    if (depth > DIRECTORY_DEPTH)
        return FAIL(ERR_LIMIT, "directories are nested too deeply");
    DIR *dir = opendir(path);
    if (dir == NULL) {
        command_explain(f->in, "%s: %s", path, strerror(errno));
        return FAIL_SYS(errno, "a directory cannot be read");
    }
    struct err e = list_names(f, dir, &names, &count);
    closedir(dir);
    for (size_t i = 0; !failed(e) && i < count; i++)
        e = add_entry(f, path, names[i], below, depth);
    return e;
}

static struct err add_path(struct policy_files *f, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        command_explain(f->in, "%s: %s", path, errno == ENOENT ? "no such file" : strerror(errno));
        return FAIL(errno == ENOENT ? ERR_ABSENT : ERR_IO, "a file cannot be read");
    }
    return S_ISDIR(st.st_mode) ? add_directory(f, path, "", 0) : add_file(f, path, "", true);
}

static bool has_option(const struct invocation *in, const char *name)
{
    for (const struct option_row *row = in->command->options; row != NULL && row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return true;
    return false;
}

static struct err load_input(struct policy_files *f)
{
    const struct json *ignored;
    if (!has_option(f->in, "input"))
        return OK;
    const char *path = command_text(f->in, "input", command_flag(f->in, "stdin-input") ? "-" : NULL);
    if (path == NULL)
        return OK;
    f->has_input = true;
    return read_document(f, path, &f->input, &ignored);
}

static struct err load_references(struct policy_files *f)
{
    struct bytes ignored;
    const char *path = command_text(f->in, "references", NULL);
    if (path == NULL)
        return OK;
    TRY(read_document(f, path, &ignored, &f->references));
    if (f->references->type == JSON_OBJECT)
        return OK;
    command_explain(f->in, "%s: must be an object: the name of each reference value and its value", path);
    return FAIL(ERR_FORMAT, "reference values must be an object");
}

struct err policy_files_load(struct policy_files *f, const char *const *paths, size_t count)
{
    const char *named[COMMAND_VALUES_MAX];
    arena_init(&f->arena, FILES_MEMORY);
    TRY(arena_array(&f->arena, POLICY_FILES_MAX, &f->modules));
    size_t named_count = command_texts(f->in, "data", named);
    for (size_t i = 0; i < named_count; i++)
        TRY(add_path(f, named[i]));
    for (size_t i = 0; i < count; i++)
        TRY(add_path(f, paths[i]));
    TRY(load_input(f));
    TRY(load_references(f));
    f->data_text = BYTES_EMPTY;
    return f->data == NULL ? OK : encode(f, f->data, &f->data_text);
}

struct err policy_files_modules(struct policy_files *f, const char *directory)
{
    f->only_modules = true;
    arena_init(&f->arena, FILES_MEMORY);
    TRY(arena_array(&f->arena, POLICY_FILES_MAX, &f->modules));
    return add_path(f, directory);
}

static enum rego_status query_reference_value(void *context, const struct rego_text *args, size_t count,
                                              struct rego_reply *reply)
{
    struct policy_files *f = context;
    const struct json *name;
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    if (count != 1 || failed(json_decode(&f->arena, bytes_of(args[0].p, args[0].n), NULL, NULL, &name)) ||
        name->type != JSON_STRING)
        return REGO_ERR_EVAL;
    const struct json *value = json_find(f->references, name->text);
    buf_init(&text, JSON_TEXT_MAX);
    if (value == NULL)
        buf_text(&text, "null");
    else
        json_encode(value, &text);
    if (failed(buf_end(&text, &view)))
        return REGO_ERR_LIMIT;
    rego_reply_json(reply, (const char *)view.p, view.n);
    return REGO_OK;
}

static const struct rego_extension extensions[] = {
    {.name = "query_reference_value", .arity = 1, .call = query_reference_value}};

struct err policy_files_compile(struct policy_files *f)
{
    struct rego_error error;
    const char *data = f->data == NULL ? NULL : (const char *)f->data_text.p;
    enum rego_status status =
        rego_policy_new(f->modules, f->module_count, data, f->data_text.n, extensions, 1, &f->policy, &error);
    if (status == REGO_OK && !failed(tree_check_data(&f->policy->policy, &error)))
        return OK;
    if (status == REGO_OK)
        status = error.status;
    policy_say_error(f, NULL, &error);
    return policy_fail(status);
}

void policy_files_clear(struct policy_files *f)
{
    rego_policy_free(f->policy);
    f->policy = NULL;
    arena_clear(&f->arena);
}

struct rego_call policy_call(struct policy_files *f, const char *query)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct rego_call call = {.query = query, .context = f};
    if (f->has_input) {
        call.input = (const char *)f->input.p;
        call.input_length = f->input.n;
    }
    call.now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    call.seed = (uint64_t)now.tv_nsec;
    call.strict = has_option(f->in, "strict-builtin-errors") && command_flag(f->in, "strict-builtin-errors");
    return call;
}
