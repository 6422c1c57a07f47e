/*
 * Sessions: what one evaluation leaves behind must not reach the next one; threads share a policy; memory may end at
 * any allocation.
 */
#include <pthread.h>

#include "rego_check.h"

static const char policy_text[] = "package t\n"
                                  "import data.base\n"
                                  "default allow := false\n"
                                  "allow if { some r in input.roles; r == \"admin\"; names[input.user] }\n"
                                  "names contains n if { some n in [\"ann\", \"bob\"] }\n"
                                  "size := count({x | some x in input.list; x > 1})\n"
                                  "text := concat(\"-\", [replace(input.user, \"n\", \"m\"), upper(input.user)])\n"
                                  "deep(x) := y if { x > 0; y := 1 + x }\n"
                                  "sum := deep(deep(deep(1)))\n"
                                  "other := x if x := allow with input as {\"roles\": [\"admin\"], \"user\": \"bob\"}\n"
                                  "bad := 1\nbad := 2 if true\n"
                                  "like := regex.match(input.r, \"x\")\n";

struct question {
    const char *query;
    const char *input;
    const char *want; /* NULL: an error */
};

static const struct question questions[] = {
    {"data.t.allow", "{\"roles\":[\"user\",\"admin\"],\"user\":\"ann\"}", "true"},
    {"data.t.allow", "{\"roles\":[\"user\",\"admin\"],\"user\":\"eve\"}", "false"},
    {"data.t.allow", NULL, "false"},
    {"data.t.size", "{\"list\":[1,2,3,3]}", "2"},
    {"data.t.size", "{\"list\":[]}", "0"},
    {"data.t.size", "{}", "0"},
    {"data.t.text", "{\"user\":\"ann\"}", "\"amm-ANN\""},
    {"data.t.bad", "{}", NULL},
    {"data.t.sum", NULL, "4"},
    {"data.t.nothing.here", NULL, ""},
    {"data.t.other", "{}", "true"},
    {"this is no query", NULL, NULL},
    {"data.t.allow", "{\"roles\":", NULL},
    {"data.base.list[1]", NULL, "2"},
    {"1 + 1", NULL, "2"},
};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static struct rego_policy *load(void)
{
    static const char data[] = "{\"base\":{\"n\":7,\"list\":[1,2,3]}}";
    struct rego_module module = {"policy.rego", policy_text, sizeof(policy_text) - 1, false};
    struct rego_policy *p = NULL;
    struct rego_error error;
    if (rego_policy_new(&module, 1, data, sizeof(data) - 1, NULL, 0, &p, &error) != REGO_OK)
        fail_msg("%s:%u: %s", error.file, error.row, error.message);
    return p;
}

/* Whether the answer is the wanted one. */
static bool answers(struct rego_session *s, const struct question *q, enum rego_mode mode)
{
    struct rego_text text = {"", 0};
    struct rego_error error;
    struct rego_call call = {.query = q->query, .input = q->input, .mode = mode};
    call.input_length = q->input == NULL ? 0 : strlen(q->input);
    enum rego_status status = rego_session_eval(s, &call, &text, &error);
    if (q->want == NULL)
        return status != REGO_OK && status != REGO_UNDEFINED && error.status == status;
    if (q->want[0] == '\0')
        return status == REGO_UNDEFINED;
    return status == REGO_OK && text.n == strlen(q->want) && memcmp(text.p, q->want, text.n) == 0;
}

static void test_in_every_order(void **state)
{
    (void)state;
    struct rego_policy *p = load();
    struct rego_session *s = NULL;
    assert_int_equal(rego_session_new(p, &s), REGO_OK);
    for (size_t step = 1; step <= QUESTIONS; step++)
        for (size_t i = 0; i < QUESTIONS; i++) {
            const struct question *q = &questions[i * step % QUESTIONS];
            ROW(q->query);
            if (!answers(s, q, (i + step) % 3 == 0 ? REGO_REFERENCE : REGO_COMPILED))
                fail_msg("row '%s' in round %zu", check_row, step);
        }
    rego_session_free(s);
    rego_policy_free(p);
}

static void test_more_queries_than_are_kept(void **state)
{
    (void)state;
    struct rego_policy *p = load();
    struct rego_session *s = NULL;
    assert_int_equal(rego_session_new(p, &s), REGO_OK);
    for (unsigned i = 0; i < 400; i++) {
        char query[32];
        char want[32];
        (void)snprintf(query, sizeof(query), "%u + 1", i % 130);
        (void)snprintf(want, sizeof(want), "%u", i % 130 + 1);
        assert_true(answers(s, &(struct question){query, NULL, want}, REGO_COMPILED));
    }
    rego_session_free(s);
    rego_policy_free(p);
}

/* A limit met in one evaluation is none for the next one. */
static void test_limit_then_answer(void **state)
{
    (void)state;
    struct rego_policy *p = load();
    struct rego_session *s = NULL;
    struct rego_text text;
    struct rego_error error;
    assert_int_equal(rego_session_new(p, &s), REGO_OK);
    struct rego_call call = {.query = "data.t.size", .input = "{\"list\":[1,2,3]}", .input_length = 16};
    call.limits.steps = 2;
    assert_int_equal(rego_session_eval(s, &call, &text, &error), REGO_ERR_LIMIT);
    call.limits = (struct rego_limits){.memory = 600};
    assert_int_equal(rego_session_eval(s, &call, &text, &error), REGO_ERR_LIMIT);
    call.limits = (struct rego_limits){.depth = 1};
    assert_int_equal(
        rego_session_eval(s, &(struct rego_call){.query = "data.t.sum", .limits = call.limits}, &text, &error),
        REGO_ERR_LIMIT);
    for (size_t i = 0; i < QUESTIONS; i++)
        assert_true(answers(s, &questions[i], REGO_COMPILED));
    rego_session_free(s);
    rego_policy_free(p);
}

/* Patterns count as memory, with and without a session, and also when an evaluation without limits has kept them. */
static void test_memory_bounds_patterns(void **state)
{
    (void)state;
    static const size_t memory[] = {0, 65536, 0, 65536, 65536, 0};
    struct rego_policy *p = load();
    struct rego_session *s = NULL;
    char input[2600] = "{\"r\":\"";
    memset(input + 6, 'a', 2500);
    memcpy(input + 2506, "\"}", 3);
    assert_int_equal(rego_session_new(p, &s), REGO_OK);
    for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        struct rego_text text;
        struct rego_error error;
        struct rego_result *result = NULL;
        enum rego_status want = memory[i] == 0 ? REGO_OK : REGO_ERR_LIMIT;
        struct rego_call call = {.query = "data.t.like", .input = input, .input_length = strlen(input)};
        call.limits.memory = memory[i];
        assert_int_equal(rego_session_eval(s, &call, &text, &error), want);
        assert_int_equal(rego_eval(p, &call, &result, &error), want);
        rego_result_free(result);
    }
    rego_session_free(s);
    rego_policy_free(p);
}

static void *work(void *shared)
{
    struct rego_session *s = NULL;
    bool good = rego_session_new(shared, &s) == REGO_OK;
    for (size_t i = 0; good && i < 40 * QUESTIONS; i++)
        good = answers(s, &questions[i % QUESTIONS], i % 2 == 0 ? REGO_COMPILED : REGO_REFERENCE);
    rego_session_free(s);
    return good ? shared : NULL;
}

static void test_threads_share_a_policy(void **state)
{
    (void)state;
    struct rego_policy *p = load();
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, p), 0);
    for (size_t i = 0; i < 4; i++) {
        void *done = NULL;
        assert_int_equal(pthread_join(threads[i], &done), 0);
        assert_ptr_equal(done, p);
    }
    rego_policy_free(p);
}

static struct err as_err(enum rego_status status)
{
    if (status == REGO_OK)
        return OK;
    return status == REGO_ERR_MEMORY ? FAIL(ERR_NOMEM, "no memory") : FAIL(ERR_BUG, "another error");
}

static struct err load_and_ask(enum rego_mode mode)
{
    static const char data[] = "{\"base\":{\"n\":7,\"list\":[1,2,3]}}";
    static const char input[] = "{\"user\":\"ann\",\"list\":[1,2,3,4,5,6,7,8,9,10]}";
    struct rego_module module = {"policy.rego", policy_text, sizeof(policy_text) - 1, false};
    struct rego_policy *p = NULL;
    struct rego_session *s = NULL;
    struct rego_result *result = NULL;
    struct rego_text text;
    struct rego_error error;
    enum rego_status status = rego_policy_new(&module, 1, data, sizeof(data) - 1, NULL, 0, &p, &error);
    struct rego_call call = {.query = "data.t.text", .input = input, .input_length = sizeof(input) - 1, .mode = mode};
    if (status == REGO_OK)
        status = rego_eval(p, &call, &result, &error);
    if (status == REGO_OK)
        status = rego_session_new(p, &s);
    call.query = "data.t.size";
    if (status == REGO_OK)
        status = rego_session_eval(s, &call, &text, &error);
    rego_result_free(result);
    rego_session_free(s);
    rego_policy_free(p);
    return as_err(status);
}

static void test_memory_may_end_anywhere(void **state)
{
    (void)state;
    FAULT_PASS(load_and_ask(REGO_COMPILED), (void)0);
    FAULT_PASS(load_and_ask(REGO_REFERENCE), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_every_order),          cmocka_unit_test(test_more_queries_than_are_kept),
        cmocka_unit_test(test_limit_then_answer),       cmocka_unit_test(test_threads_share_a_policy),
        cmocka_unit_test(test_memory_may_end_anywhere), cmocka_unit_test(test_memory_bounds_patterns),
    };
    return cmocka_run_group_tests_name("rego/session", tests, NULL, NULL);
}
