/*
 * usage: rego-cases [--verbose] [--note TEXT] [--v0] [--mode compiled|reference|both] DIR...
 * With "both", each query runs in both modes, and a case fails where they differ. Runs every case file beneath the
 * folders and prints passed and failed by category. Files beneath a folder named v0 hold Rego v0; those beneath
 * extra-regorus hold cases in the form of that project.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "cases.h"

#define CATEGORY_MAX 512

struct category {
    char name[64];
    unsigned passed;
    unsigned failed;
    unsigned skipped;
};

struct tally {
    struct category rows[CATEGORY_MAX];
    size_t count;
    struct case_options options;
};

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

static struct err read_file(const char *path, struct buf *out)
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

static void run_one(struct tally *t, struct category *c, const struct case_options *o, const struct json *item)
{
    char why[700];
    const struct json *note = json_at(item, "note");
    struct bytes name = json_is(note, JSON_STRING) ? note->text : BYTES_EMPTY;
    if (t->options.note != NULL && memmem(name.p, name.n, t->options.note, strlen(t->options.note)) == NULL)
        return;
    enum case_outcome outcome = case_run(o, item, why, sizeof(why));
    c->passed += outcome == CASE_PASSED;
    c->failed += outcome == CASE_FAILED;
    c->skipped += outcome == CASE_SKIPPED;
    if (outcome == CASE_FAILED && t->options.verbose)
        printf("FAIL %.*s: %s\n", (int)name.n, (const char *)name.p, why);
}

static void run_file(struct tally *t, const char *path, const char *folder)
{
    SCOPED(buf) struct buf text;
    struct arena a;
    const struct json *file = NULL;
    struct case_options o = t->options;
    o.v0 = o.v0 || strstr(path, "/v0/") != NULL;
    o.values = strstr(path, "/extra-regorus/") != NULL;
    o.v0 = o.v0 || (o.values && strstr(path, "/rego.v1/") == NULL);
    buf_init(&text, 64UL << 20);
    arena_init(&a, 512UL << 20);
    struct category *c = category_of(t, folder);
    struct err done = read_file(path, &text);
    if (!failed(done))
        done = yaml_decode(&a, buf_view(&text), &file);
    const struct json *cases = failed(done) ? NULL : json_at(file, "cases");
    if (!json_is(cases, JSON_ARRAY)) {
        printf("FAIL %s: cannot be read (%s)\n", path, failed(done) ? done.at : "no cases");
        c->failed++;
    }
    for (size_t i = 0; json_is(cases, JSON_ARRAY) && i < cases->count; i++)
        run_one(t, c, &o, cases->items[i]);
    arena_clear(&a);
}

static bool has_ending(const char *name, const char *ending)
{
    size_t n = strlen(name);
    return n > strlen(ending) && strcmp(name + n - strlen(ending), ending) == 0;
}

static void run_path(struct tally *t, const char *path, const char *folder, unsigned depth)
{
    struct stat s;
    if (depth > 8 || stat(path, &s) != 0)
        return;
    if (!S_ISDIR(s.st_mode)) {
        if (has_ending(path, ".json") || has_ending(path, ".yaml"))
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

static void print_tally(const struct tally *t)
{
    struct category all = {0};
    for (size_t i = 0; i < t->count; i++) {
        const struct category *c = &t->rows[i];
        if (c->passed + c->failed + c->skipped == 0)
            continue;
        printf("%-40s %4u passed %4u failed\n", c->name, c->passed, c->failed);
        all.passed += c->passed;
        all.failed += c->failed;
        all.skipped += c->skipped;
    }
    if (all.skipped > 0)
        printf("%u skipped by their own word\n", all.skipped);
    printf("%u passed, %u failed\n", all.passed, all.failed);
}

static enum case_mode mode_of(const char *name)
{
    static const char *const names[] = {"compiled", "reference", "both"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum case_mode)i;
    (void)fprintf(stderr, "rego-cases: no mode '%s'\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    static struct tally t;
    int first = 1;
    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        t.options.verbose = t.options.verbose || strcmp(argv[first], "--verbose") == 0;
        t.options.v0 = t.options.v0 || strcmp(argv[first], "--v0") == 0;
        if (strcmp(argv[first], "--note") == 0 && first + 1 < argc)
            t.options.note = argv[++first];
        else if (strcmp(argv[first], "--mode") == 0 && first + 1 < argc)
            t.options.mode = mode_of(argv[++first]);
    }
    if (first >= argc) {
        (void)fprintf(stderr,
                      "usage: rego-cases [--verbose] [--note TEXT] [--v0] [--mode compiled|reference|both] DIR...\n");
        return 2;
    }
    for (int i = first; i < argc; i++)
        run_path(&t, argv[i], argv[i], 0);
    print_tally(&t);
    unsigned passed = 0;
    unsigned failed_count = 0;
    for (size_t i = 0; i < t.count; i++) {
        passed += t.rows[i].passed;
        failed_count += t.rows[i].failed;
    }
    if (passed + failed_count == 0) {
        (void)fprintf(stderr, "rego-cases: no case was found\n");
        return 3;
    }
    return failed_count == 0 ? 0 : 1;
}
