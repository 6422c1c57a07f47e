/*
 * Assesses cases and compares with what their expected.json says.
 * usage: assess-cases [--verbose] [--now DATE] DIR...   (a case, or a folder of cases)
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "owner/assess/inputs.h"
#include "sys/file.h"
#include "trust/assess.h"
#include "trust/tree.h"

#define EXPECT_MAX  64
#define FINDING_MAX 2048

struct tally {
    size_t passed, failed, precise;
    bool verbose;
    const char *now;
};

struct check {
    const char *name;
    const struct json *expected;
    const struct json *findings;
    bool ok;
    bool precise;
};

static bool in_list(const struct json *list, struct bytes text)
{
    for (TREE_EACH(i, list))
        if (json_is(list->items[i], JSON_STRING) && bytes_equal(list->items[i]->text, text))
            return true;
    return false;
}

static enum severity severity_at(const struct json *o, const char *key)
{
    enum severity s = SEVERITY_NONE;
    (void)severity_named(tree_text(o, key), &s);
    return s;
}

static bool is_active(const struct json *f)
{
    struct bytes s = tree_text(f, "status");
    return bytes_is(s, "unanswered") || bytes_is(s, "weak") || bytes_is(s, "not-shown");
}

static bool covers(struct bytes have, struct bytes want)
{
    return bytes_equal(have, want) || (bytes_starts(have, want) && have.n > want.n && have.p[want.n] == '#');
}

static bool at_artefact(const struct json *f, struct bytes want)
{
    const struct json *related = json_at(f, "related");
    if (covers(tree_text(f, "artefact"), want))
        return true;
    for (TREE_EACH(i, related))
        if (covers(related->items[i]->text, want))
            return true;
    return false;
}

static bool satisfies(const struct json *f, const struct json *e)
{
    return in_list(json_at(e, "any_of"), tree_text(f, "id")) && in_list(json_at(e, "status"), tree_text(f, "status")) &&
           severity_at(f, "severity") >= severity_at(e, "severity_min") && at_artefact(f, tree_text(e, "artefact"));
}

/* One finding for each expectation, any valid assignment. */
static bool assign(const struct check *c, size_t at, bool *used)
{
    const struct json *must = json_at(c->expected, "must");
    if (at == must->count)
        return true;
    for (size_t i = 0; i < c->findings->count && i < FINDING_MAX; i++) {
        if (used[i] || !satisfies(c->findings->items[i], must->items[at]))
            continue;
        used[i] = true;
        if (assign(c, at + 1, used))
            return true;
        used[i] = false;
    }
    return false;
}

static void say(struct check *c, const char *what, const struct json *f)
{
    printf("  %s: %s", c->name, what);
    if (f != NULL) {
        static const char *const keys[] = {"id", "status", "severity", "artefact", "subject", "evidence"};
        for (size_t i = 0; i < 6; i++) {
            struct bytes t = tree_text(f, keys[i]);
            printf(" %.*s |", (int)t.n, (const char *)t.p);
        }
    }
    printf("\n");
}

static void wrong(struct check *c, const char *what, const struct json *f)
{
    c->ok = false;
    say(c, what, f);
}

static void check_must(struct check *c)
{
    static bool used[FINDING_MAX];
    const struct json *must = json_at(c->expected, "must");
    memset(used, 0, sizeof(used));
    for (TREE_EACH(i, must)) {
        bool any = false;
        for (TREE_EACH(k, c->findings))
            any = any || satisfies(c->findings->items[k], must->items[i]);
        if (!any) {
            struct bytes id = json_at(must->items[i], "any_of")->items[0]->text,
                         text = tree_text(must->items[i], "evidence");
            printf("  %s: missing %.*s: %.*s\n", c->name, (int)id.n, (const char *)id.p, (int)text.n,
                   (const char *)text.p);
            c->ok = false;
        }
    }
    if (c->ok && json_is(must, JSON_ARRAY) && !assign(c, 0, used))
        wrong(c, "two expectations need one finding", NULL);
}

static bool is_expected(const struct check *c, struct bytes id)
{
    const struct json *must = json_at(c->expected, "must");
    for (TREE_EACH(i, must))
        if (in_list(json_at(must->items[i], "any_of"), id))
            return true;
    return in_list(json_at(c->expected, "may"), id);
}

static void check_finding(struct check *c, const struct json *f)
{
    const struct json *never = json_at(c->expected, "must_not");
    struct bytes id = tree_text(f, "id");
    enum severity s = severity_at(f, "severity"), most = severity_at(c->expected, "max_severity");
    if (!is_active(f))
        return;
    if (most != SEVERITY_NONE && s > most)
        wrong(c, "too severe:", f);
    if (s < SEVERITY_LOW)
        return;
    if (in_list(never, id) || in_list(never, BYTES_LIT("*")))
        wrong(c, "must not be:", f);
    else if (!is_expected(c, id)) {
        c->precise = false;
        say(c, "extra:", f);
    }
}

static struct err read_expected(struct arena *a, const char *folder, const struct json **out)
{
    SCOPED(buf) struct buf text = {0};
    char path[4096];
    struct bytes view;
    buf_init(&text, MIB);
    (void)snprintf(path, sizeof(path), "%s/expected.json", folder);
    TRY(file_read(path, &text));
    TRY(buf_end(&text, &view));
    return json_decode(a, view, NULL, NULL, out);
}

static struct err run_case(struct tally *t, struct arena *a, const char *folder)
{
    struct check c = {
        .name = strrchr(folder, '/') == NULL ? folder : strrchr(folder, '/') + 1, .ok = true, .precise = true};
    struct inputs in = {.arena = a};
    struct assess_result result = {0};
    TRY(read_expected(a, folder, &c.expected));
    TRY(inputs_add(&in, folder, BYTES_EMPTY));
    struct assess_request request = {.files = in.files,
                                     .file_count = in.count,
                                     .now = bytes_of_text(t->now),
                                     .context = BYTES_EMPTY,
                                     .context_path = BYTES_EMPTY};
    struct err e = trust_assess(a, &request, &result);
    if (e.code == ERR_BUG)
        printf("%.*s\n", (int)result.fault.n, (const char *)result.fault.p);
    TRY(e);
    c.findings = json_at(result.document, "findings");
    check_must(&c);
    for (TREE_EACH(i, c.findings))
        check_finding(&c, c.findings->items[i]);
    if (result.exit_status != tree_int(c.expected, "exit", -1))
        wrong(&c, "another exit status", NULL);
    printf("%s %s%s\n", c.ok ? "pass" : "FAIL", c.name, c.ok && c.precise ? ", precise" : "");
    for (size_t i = 0; t->verbose && i < c.findings->count; i++)
        say(&c, "has", c.findings->items[i]);
    t->passed += c.ok;
    t->failed += !c.ok;
    t->precise += c.ok && c.precise;
    return OK;
}

static void run_path(struct tally *t, const char *path)
{
    char inner[4096];
    struct stat st;
    (void)snprintf(inner, sizeof(inner), "%s/expected.json", path);
    if (stat(inner, &st) == 0) {
        struct arena a;
        arena_init(&a, 1024UL * MIB);
        struct err e = run_case(t, &a, path);
        if (failed(e)) {
            printf("FAIL %s: %s (%s)\n", path, err_code_name(e), e.at);
            t->failed++;
        }
        arena_clear(&a);
        return;
    }
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        (void)snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(inner, &st) == 0 && S_ISDIR(st.st_mode))
            run_path(t, inner);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

int main(int argc, char **argv)
{
    struct tally t = {.now = "2026-06-01"};
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        t.verbose = t.verbose || strcmp(argv[at], "--verbose") == 0;
        if (strcmp(argv[at], "--now") == 0 && at + 1 < argc)
            t.now = argv[++at];
    }
    if (at >= argc) {
        (void)fprintf(stderr, "usage: assess-cases [--verbose] [--now DATE] DIR...\n");
        return 2;
    }
    for (; at < argc; at++)
        run_path(&t, argv[at]);
    printf("%zu precise\n%zu passed, %zu failed\n", t.precise, t.passed, t.failed);
    return t.failed == 0 && t.passed > 0 ? 0 : 1;
}
