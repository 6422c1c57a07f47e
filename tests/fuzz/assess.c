/*
 * A whole deployment in one text: files behind lines "=== NAME". Whatever they hold, there is a report, and no rule of
 * the catalogue fails.
 */
#include "trust/facts.h"
#include "trust/rules.h"

#include "fuzz.h"

#define FILES_MAX 16
#define MARK      BYTES_LIT("=== ")

static size_t split(struct bytes all, struct assess_file *files)
{
    size_t count = 0, at = 0;
    while (at < all.n && count < FILES_MAX) {
        struct bytes rest = bytes_of(all.p + at, all.n - at);
        const uint8_t *end = memchr(rest.p, '\n', rest.n);
        if (!bytes_starts(rest, MARK) || end == NULL)
            return count;
        struct bytes name = bytes_of(rest.p + MARK.n, (size_t)(end - rest.p) - MARK.n);
        size_t from = at + MARK.n + name.n + 1;
        const uint8_t *next = memmem(all.p + from, all.n - from, "\n=== ", 5);
        size_t stop = next == NULL ? all.n : (size_t)(next - all.p) + 1;
        files[count++] = (struct assess_file){.path = bytes_is_utf8(name) ? name : BYTES_LIT("x.yaml"),
                                              .text = bytes_of(all.p + from, stop - from),
                                              .kind = BYTES_EMPTY,
                                              .failed = BYTES_EMPTY};
        at = stop;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assess_file files[FILES_MAX];
    struct assess_request request = {
        .now = BYTES_LIT("2026-06-01"), .context = BYTES_EMPTY, .context_path = BYTES_EMPTY};
    static struct rego_policy *rules; /* compiled once: compiling takes longer than everything else */
    const struct json *facts, *results, *findings, *answered, *silent;
    struct arena a;
    request.files = files;
    request.file_count = split(bytes_of(data, size), files);
    arena_init(&a, 512 * MIB);
    struct model m = {.arena = &a, .request = &request, .fault = BYTES_EMPTY};
    FUZZ_CHECK(rules != NULL || !failed(rules_open(&m, &rules)));
    struct err e = facts_build(&m, &facts);
    if (!failed(e))
        e = rules_ask(&m, rules, facts, &results);
    if (e.code == ERR_BUG)
        (void)fprintf(stderr, "%.*s\n", (int)m.fault.n, (const char *)m.fault.p);
    if (!failed(e))
        e = findings_make(&m, facts, results, &findings, &answered, &silent);
    FUZZ_CHECK(e.code == ERR_OK || e.code == ERR_NOMEM || e.code == ERR_LIMIT);
    arena_clear(&a);
    return 0;
}
