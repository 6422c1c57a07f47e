#include "call_check.h"

static const struct row refusals[] = {
    {"graph.reachable(input.number, [1])", TYPE_ERROR, "operand 1 must be object"},
    {"graph.reachable({}, input.number)", TYPE_ERROR, "operand 2 must be one of {array, set}"},
    {"graph.reachable_paths(input.number, [1])", TYPE_ERROR, "operand 1 must be object"},
    {"graph.reachable_paths({}, {\"a\": 1})", TYPE_ERROR, "operand 2 must be one of {array, set}"},
};

static const struct row rows[] = {
    {"graph.reachable({}, [\"a\"])", "[]", NULL},
    {"graph.reachable({\"a\": [\"b\", \"x\"], \"b\": {\"a\"}, \"c\": []}, [\"a\", \"a\"])", "[\"a\",\"b\"]", NULL},
    {"graph.reachable({1: [[2]], [2]: [1.0]}, {1})", "[1,[2]]", NULL},
    {"graph.reachable_paths({\"a\": [\"a\"]}, [\"a\"])", "[[\"a\"]]", NULL},
    {"graph.reachable_paths({\"a\": [\"b\"], \"b\": [\"a\"]}, [\"a\", \"b\"])", "[[\"a\",\"b\"],[\"b\",\"a\"]]", NULL},
    {"graph.reachable_paths({\"a\": [\"b\", \"c\"], \"b\": [\"d\"], \"c\": [\"d\"], \"d\": []}, [\"a\"])",
     "[[\"a\",\"b\",\"d\"],[\"a\",\"c\",\"d\"]]", NULL},
    {"graph.reachable_paths({\"a\": [\"x\"], \"b\": null}, [\"a\", \"b\", \"x\"])", "[[\"a\"],[\"b\"]]", NULL},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_LIT("{\"number\":1}"));
}

static void test_rows(void **state)
{
    (void)state;
    CALL_ROWS(rows, BYTES_EMPTY);
}

/* A chain as long as the graph: the walk keeps its place in memory of its own, not on the stack. */
static void test_long_path(void **state)
{
    (void)state;
    static const struct row r = {
        "count([p | some p in graph.reachable_paths({x: [x + 1] | some x in numbers.range(1, 3000)}, [1]); "
        "count(p) == 3000])",
        "1", NULL};
    struct rego_policy *policy = call_policy();
    call_row(policy, &r, BYTES_EMPTY);
    rego_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
