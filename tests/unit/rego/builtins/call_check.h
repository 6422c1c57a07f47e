/*
 * What the tests of builtins share: rows of an expression and what it gives. Builtin errors end the evaluation here, so
 * that a row can say which error it expects.
 */
#pragma once

#include "../../check.h"
#include "rego/query.h"

struct row {
    const char *expression; /* may use `input` */
    const char *want;       /* its value as JSON, "" for undefined; or the code of the error */
    const char *message;    /* of an error: a part of it; else NULL */
};

#define TYPE_ERROR    "eval_type_error"
#define BUILTIN_ERROR "eval_builtin_error"

static inline struct err call_once(const struct rego_policy *policy, const char *expression, struct bytes input,
                                   struct arena *a, struct rego_error *error, struct buf *out)
{
    struct query q = {.text = bytes_of_text(expression), .strict = true};
    struct rego_call call = {.now_ns = 1700000000000000000, .seed = 1};
    const struct json *all;
    struct bytes text;
    *error = (struct rego_error){0};
    if (input.n > 0)
        TRY(json_decode(a, input, NULL, NULL, &q.input));
    TRY(query_run(policy, &call, &q, a, error, &all));
    if (all->count > 0)
        json_encode(all->items[0], out);
    return buf_end(out, &text);
}

static inline struct rego_policy *call_policy(void)
{
    static const char text[] = "package t\n";
    struct rego_module module = {"t.rego", text, sizeof(text) - 1, false};
    struct rego_policy *policy = NULL;
    struct rego_error error;
    assert_int_equal(rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error), REGO_OK);
    return policy;
}

static inline void call_row(const struct rego_policy *policy, const struct row *r, struct bytes input)
{
    SCOPED(arena) struct arena a;
    SCOPED(buf) struct buf out;
    struct rego_error error;
    arena_init(&a, EVAL_MEMORY);
    buf_init(&out, 1 << 20);
    ROW(r->expression);
    struct err e = call_once(policy, r->expression, input, &a, &error, &out);
    if (r->message == NULL) {
        if (failed(e))
            fail_msg("row '%s': %s: %s (%s)", check_row, error.code, error.message, e.at);
        assert_text(buf_view(&out), r->want);
        return;
    }
    if (!failed(e) || strcmp(error.code, r->want) != 0 || strstr(error.message, r->message) == NULL)
        fail_msg("row '%s': got '%.*s' %s: %s, expected %s: %s", check_row, (int)out.n, (const char *)out.p, error.code,
                 error.message, r->want, r->message);
}

/* Every row; then every `step`-th row that gives a value again with each allocation failing once. */
static inline void call_rows(const struct row *rows, size_t count, size_t step, struct bytes input)
{
    struct rego_policy *policy = call_policy();
    for (size_t i = 0; i < count; i++)
        call_row(policy, &rows[i], input);
    for (size_t i = 0; i < count; i += step) {
        SCOPED(arena) struct arena a;
        SCOPED(buf) struct buf out;
        struct rego_error error;
        if (rows[i].message != NULL)
            continue;
        ROW(rows[i].expression);
        arena_init(&a, EVAL_MEMORY);
        buf_init(&out, 1 << 20);
        FAULT_PASS(call_once(policy, rows[i].expression, input, &a, &error, &out),
                   (arena_clear(&a), buf_clear(&out), buf_init(&out, 1 << 20)));
    }
    rego_policy_free(policy);
}

#define CALL_ROWS(rows_, input_) call_rows((rows_), sizeof(rows_) / sizeof((rows_)[0]), 1, (input_))
/* For rows whose work is dear: only some of them meet failing allocations. */
#define CALL_DEAR_ROWS(rows_, step_, input_) call_rows((rows_), sizeof(rows_) / sizeof((rows_)[0]), (step_), (input_))

/* An expression that must meet a limit: of steps, or of memory where `steps` is 0. */
static inline void call_limit(const char *expression, uint64_t steps)
{
    struct rego_policy *policy = call_policy();
    struct rego_call call = {.query = expression, .limits = {.steps = steps, .memory = 1 << 20}};
    struct rego_result *result = NULL;
    struct rego_error error;
    ROW(expression);
    enum rego_status status = rego_eval(policy, &call, &result, &error);
    if (status != REGO_ERR_LIMIT && status != REGO_ERR_MEMORY)
        fail_msg("row '%s': status %d %s", check_row, status, error.message);
    rego_result_free(result);
    rego_policy_free(policy);
}

struct limit {
    const char *expression;
    uint64_t steps; /* as call_limit has it */
};

/* The tests of a file that is three tables: `refusals`, `values`, and `limits`. */
#define CALL_TABLES_MAIN                                                                                               \
    static void test_refusals(void **state)                                                                            \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        CALL_ROWS(refusals, BYTES_EMPTY);                                                                              \
    }                                                                                                                  \
    static void test_values(void **state)                                                                              \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        CALL_ROWS(values, BYTES_EMPTY);                                                                                \
    }                                                                                                                  \
    static void test_limits(void **state)                                                                              \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)                                                \
            call_limit(limits[i].expression, limits[i].steps);                                                         \
    }                                                                                                                  \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals), cmocka_unit_test(test_values),             \
                                           cmocka_unit_test(test_limits)};                                             \
        return cmocka_run_group_tests(tests, NULL, NULL);                                                              \
    }
