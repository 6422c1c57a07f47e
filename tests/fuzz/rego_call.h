/*
 * What the fuzz targets of builtins share: one query over `input`, an array of texts that the fuzzer's bytes hold,
 * parted by NUL bytes.
 */
#pragma once

#include "casemate/rego.h"
#include "json/json.h"

#include "fuzz.h"

static inline struct rego_policy *fuzz_policy(void)
{
    static struct rego_policy *kept;
    static const char text[] = "package t\n";
    const struct rego_module module = {"t.rego", text, sizeof(text) - 1, false};
    struct rego_error error;
    if (kept == NULL)
        FUZZ_CHECK(rego_policy_new(&module, 1, NULL, 0, NULL, 0, &kept, &error) == REGO_OK);
    return kept;
}

/* The parts as JSON strings; bytes that are no UTF-8 become U+FFFD. */
static inline void fuzz_parts(struct bytes data, struct buf *out)
{
    size_t start = 0;
    buf_text(out, "[");
    for (size_t i = 0; i <= data.n; i++) {
        if (i < data.n && data.p[i] != 0)
            continue;
        if (start > 0)
            buf_text(out, ",");
        json_quote(bytes_of(data.p + start, i - start), out);
        start = i + 1;
    }
    buf_text(out, "]");
}

/* Evaluates; a result must be JSON. out: whether there is one, and whether it is exactly `is` */
static inline enum rego_status fuzz_call(const char *query, struct bytes input, const char *is, bool *same)
{
    struct rego_call call = {.query = query,
                             .input = (const char *)input.p,
                             .input_length = input.n,
                             .limits = {.steps = 200000, .memory = 16 * MIB},
                             .now_ns = 1700000000000000000};
    struct rego_result *result = NULL;
    struct rego_error error = {0};
    enum rego_status status = rego_eval(fuzz_policy(), &call, &result, &error);
    FUZZ_CHECK(status != REGO_UNSET && (status == REGO_OK) == (result != NULL));
    *same = false;
    if (status == REGO_OK) {
        struct rego_text t = rego_result_json(result);
        struct arena a;
        const struct json *v;
        arena_init(&a, REQUEST_ARENA_MAX);
        FUZZ_CHECK(!failed(json_decode(&a, bytes_of(t.p, t.n), NULL, NULL, &v)));
        arena_clear(&a);
        *same = bytes_is(bytes_of(t.p, t.n), is);
    }
    rego_result_free(result);
    return status;
}
