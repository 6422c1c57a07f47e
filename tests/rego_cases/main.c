/*
 * usage: rego-cases [--verbose] [--note TEXT] [--v0] [--mode compiled|reference|both] [--policies DIR]
 *                   [--genpolicy DIR] DIR...
 * With "both", each query runs in both modes, and a case fails where they differ. Runs every case file beneath the
 * folders and prints passed and failed by category. Files beneath a folder named v0 hold Rego v0; those beneath
 * extra-regorus hold cases in the form of that project; recorded.c reads those beneath kata and aci.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "cases.h"

static struct category *category_of(struct tally *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].name, name) == 0)
            return &t->rows[i];
    if (t->count == CATEGORY_MAX)
        return &t->rows[CATEGORY_MAX - 1];
    struct category *c = &t->rows[t->count++];
    (void)snprintf(c->name, sizeof(c->name), "%s", name);
    return c;
}

struct err file_read_all(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return FAIL(ERR_IO, "cannot open the file");
    for (size_t n = 1; n > 0;) {
        uint8_t chunk[8192];
        n = fread(chunk, 1, sizeof(chunk), f);
        buf_add(out, bytes_of(chunk, n));
    }
    (void)fclose(f);
    struct bytes whole;
    return buf_end(out, &whole);
}

bool tally_wants(const struct tally *t, struct bytes note)
{
    return t->options.note == NULL || memmem(note.p, note.n, t->options.note, strlen(t->options.note)) != NULL;
}

void tally_judge(struct tally *t, const char *category, const char *file, struct bytes note, const char *why)
{
    struct category *c = category_of(t, category);
    c->passed += why == NULL;
    c->failed += why != NULL;
    if (why != NULL && t->options.verbose)
        printf("FAIL %s: %.*s: %s\n", file, (int)note.n, (const char *)note.p, why);
}

static void run_one(struct tally *t, const char *category, const char *file, const struct case_options *o,
                    const struct json *item)
{
    char why[700];
    enum case_skip skip;
    const struct json *note = json_at(item, "note");
    struct bytes name = json_is(note, JSON_STRING) ? note->text : BYTES_EMPTY;
    if (!tally_wants(t, name))
        return;
    enum case_outcome outcome = case_run(o, item, &skip, why, sizeof(why));
    if (outcome == CASE_SKIPPED)
        t->skipped[skip]++;
    else
        tally_judge(t, category, file, name, outcome == CASE_PASSED ? NULL : why);
}

/* The cases of that project are v0, but for these, which use the words of v1 without importing them. */
static bool is_v1(const char *path)
{
    static const char *const parts[] = {"/rego.v1/", "/binding/bindings.yaml", "/refr/keywords_in_refs.yaml"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(path, parts[i]) != NULL)
            return true;
    return false;
}

static void run_file(struct tally *t, const char *path, const char *folder)
{
    SCOPED(buf) struct buf text;
    struct arena a;
    const struct json *file = NULL;
    struct case_options o = t->options;
    o.v0 = o.v0 || strstr(path, "/v0/") != NULL;
    o.values = strstr(path, "/extra-regorus/") != NULL;
    o.v0 = o.v0 || (o.values && !is_v1(path));
    buf_init(&text, 64UL << 20);
    arena_init(&a, 512UL << 20);
    struct err done = file_read_all(path, &text);
    if (!failed(done))
        done = yaml_decode(&a, buf_view(&text), &file);
    const struct json *cases = failed(done) ? NULL : json_at(file, "cases");
    if (!json_is(cases, JSON_ARRAY))
        tally_judge(t, folder, path, BYTES_LIT("the file"), failed(done) ? done.at : "no cases");
    for (size_t i = 0; json_is(cases, JSON_ARRAY) && i < cases->count; i++)
        run_one(t, folder, path, &o, cases->items[i]);
    arena_clear(&a);
}

static bool has_ending(const char *name, const char *ending)
{
    size_t n = strlen(name);
    return n > strlen(ending) && strcmp(name + n - strlen(ending), ending) == 0;
}

/* Documents that lie beside cases and are parts of them. */
static bool is_part(const char *path)
{
    static const char *const names[] = {"/data.json", "/input.json",  "/policy_data.json",
                                        "/pod.yaml",  "/prints.json", "/config_map.yaml"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (has_ending(path, names[i]))
            return true;
    return false;
}

static void run_path(struct tally *t, const char *path, const char *folder, unsigned depth)
{
    struct stat s;
    if (depth > 8 || stat(path, &s) != 0)
        return;
    if (!S_ISDIR(s.st_mode)) {
        if (!is_part(path) && !recorded_run(t, path, folder) &&
            (has_ending(path, ".json") || has_ending(path, ".yaml")))
            run_file(t, path, folder);
        return;
    }
    struct dirent **names;
    const char *last = strrchr(path, '/');
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char inner[1024];
        (void)snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            run_path(t, inner, last == NULL ? path : last + 1, depth + 1);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

static struct category print_tally(const struct tally *t)
{
    static const char *const words[SKIP_COUNT] = {
        [SKIP_ITSELF] = "by their own word",
        [SKIP_POLICIES] = "because their policies are not here: --policies DIR, the folder tests of microsoft/regorus",
        [SKIP_GENPOLICY] = "because their policy is not here: --genpolicy DIR, the folder src/tools/genpolicy of "
                           "kata-containers/kata-containers",
        [SKIP_CONTAINERS] = "because genpolicy would have to make their policy from a pod and the layers of its images",
        [SKIP_MODULE] = "because their policy is a file that is not here",
    };
    struct category all = {0};
    for (size_t i = 0; i < t->count; i++) {
        const struct category *c = &t->rows[i];
        printf("%-40s %4u passed %4u failed\n", c->name, c->passed, c->failed);
        all.passed += c->passed;
        all.failed += c->failed;
    }
    for (size_t i = 0; i < SKIP_COUNT; i++)
        if (t->skipped[i] > 0)
            printf("%u skipped %s\n", t->skipped[i], words[i]);
    printf("%u passed, %u failed\n", all.passed, all.failed);
    return all;
}

static int usage(void)
{
    (void)fprintf(stderr, "usage: rego-cases [--verbose] [--note TEXT] [--v0] [--mode compiled|reference|both] "
                          "[--policies DIR] [--genpolicy DIR] DIR...\n");
    return 2;
}

static bool take_mode(struct case_options *o, const char *name)
{
    static const char *const names[] = {"compiled", "reference", "both"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) {
            o->mode = (enum case_mode)i;
            return true;
        }
    return false;
}

static bool take_value(struct case_options *o, const char *option, const char *value)
{
    if (strcmp(option, "--mode") == 0)
        return take_mode(o, value);
    const char **place = strcmp(option, "--note") == 0        ? &o->note
                         : strcmp(option, "--policies") == 0  ? &o->policies
                         : strcmp(option, "--genpolicy") == 0 ? &o->genpolicy
                                                              : NULL;
    if (place == NULL)
        return false;
    *place = value;
    return true;
}

int main(int argc, char **argv)
{
    static struct tally t;
    int first = 1;
    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        if (strcmp(argv[first], "--verbose") == 0)
            t.options.verbose = true;
        else if (strcmp(argv[first], "--v0") == 0)
            t.options.v0 = true;
        else if (first + 1 == argc || !take_value(&t.options, argv[first], argv[first + 1]))
            return usage();
        else
            first++;
    }
    if (first >= argc)
        return usage();
    for (int i = first; i < argc; i++)
        run_path(&t, argv[i], argv[i], 0);
    struct category all = print_tally(&t);
    if (all.passed + all.failed == 0) {
        (void)fprintf(stderr, "rego-cases: no case was run\n");
        return 3;
    }
    return all.failed == 0 ? 0 : 1;
}
