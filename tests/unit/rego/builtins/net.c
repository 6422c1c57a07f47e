#include "call_check.h"

static const struct row refusals[] = {
    {"net.cidr_contains(\"10.0.0.0\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR address: 10.0.0.0"},
    {"net.cidr_contains(\"10.0.0.0/\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"10.0.0.0/ 8\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"10.0.0.0/-8\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"10.0.0/8\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"010.0.0.0/8\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"10.0.0.0\\u0000/8\", \"10.0.0.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"10.0.0.0/8\", \"256.0.0.1\")", BUILTIN_ERROR, "not a valid"},
    {"net.cidr_contains(\"10.0.0.0/8\", \"\")", BUILTIN_ERROR, "not a valid"},
    {"net.cidr_contains(\"fe80::1%eth0/64\", \"fe80::1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"1:2:3:4:5:6:7:8:9/64\", \"fe80::1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(\"::/129\", \"fe80::1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains(input.number, \"fe80::1\")", TYPE_ERROR, "operand 1 must be string"},
    {"net.cidr_contains(\"::/0\", input.number)", TYPE_ERROR, "operand 2 must be string"},
    {"net.cidr_contains_matches(input.number, \"1.1.1.1\")", TYPE_ERROR, "operand 1"},
    {"net.cidr_contains_matches([\"1.1.1.1\"], \"1.1.1.1\")", BUILTIN_ERROR, "invalid CIDR"},
    {"net.cidr_contains_matches([\"1.1.1.1/8\"], [[]])", BUILTIN_ERROR, "operand 2: element must be string or non-em"},
    {"net.cidr_merge([input.number])", BUILTIN_ERROR, "element must be string"},
    {"net.cidr_merge(input.number)", TYPE_ERROR, "operand 1"},
    {"net.cidr_merge([\"::1\"])", BUILTIN_ERROR, "IPv6 invalid: needs prefix length"},
};

static const struct row rows[] = {
    {"net.cidr_is_valid(input.number)", "false", NULL},
    {"net.cidr_is_valid(\"10.0.0.0/8\")", "true", NULL},
    {"net.cidr_contains(\"0.0.0.0/0\", \"255.255.255.255\")", "true", NULL},
    {"net.cidr_contains(\"::/0\", \"255.255.255.255\")", "false", NULL},
    {"net.cidr_contains(\"10.0.0.0/8\", \"::ffff:10.1.2.3\")", "true", NULL},
    {"net.cidr_contains(\"::ffff:10.0.0.0/104\", \"10.1.2.3\")", "true", NULL},
    {"net.cidr_contains(\"10.0.0.0/31\", \"10.0.0.2\")", "false", NULL},
    {"net.cidr_contains(\"fe80::/63\", \"fe80:0:0:1:ffff:ffff:ffff:ffff\")", "true", NULL},
    {"net.cidr_contains(\"fe80::/65\", \"fe80::8000:0:0:0\")", "false", NULL},
    {"net.cidr_intersects(\"10.0.0.0/24\", \"10.0.0.128/25\")", "true", NULL},
    {"net.cidr_intersects(\"10.0.0.128/25\", \"10.0.0.0/24\")", "true", NULL},
    {"net.cidr_overlap(\"10.0.0.0/24\", \"10.0.0.9\")", "true", NULL},
    {"net.cidr_contains_matches({\"a\": [\"1.0.0.0/8\", 1], \"b\": \"2.0.0.0/8\"}, [\"2.1.1.1\"])", "[[\"b\",0]]",
     NULL},
    {"net.cidr_expand(\"10.0.0.254/31\")", "[\"10.0.0.254\",\"10.0.0.255\"]", NULL},
    {"net.cidr_expand(\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127\")",
     "[\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe\",\"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\"]", NULL},
    {"net.cidr_merge([\"128.0.0.0/1\", \"0.0.0.0/1\", \"::/1\", \"8000::/1\"])", "[\"0.0.0.0/0\",\"::/0\"]", NULL},
    {"net.cidr_merge([\"255.255.255.255/32\", \"255.255.255.254/32\"])", "[\"255.255.255.254/31\"]", NULL},
    {"net.cidr_merge([\"0:0:1::/48\", \"1:0:0:2::/64\", \"1:0:2:3:4:5:6:7/128\", \"a::b/128\"])",
     "[\"0:0:1::/48\",\"1:0:0:2::/64\",\"1:0:2:3:4:5:6:7/128\",\"a::b/128\"]", NULL},
    {"net.cidr_merge([\"0:0:ffff::/64\", \"0:0:fffe:ffff:ffff:ffff:ffff:ffff/128\"])",
     "[\"0:0:ffff::/64\",\"::fffe:ffff:ffff:ffff:ffff:ffff/128\"]", NULL},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_LIT("{\"number\":1}"));
}

static void test_rows(void **state)
{
    (void)state;
    CALL_ROWS(rows, BYTES_LIT("{\"number\":1}"));
}

static void test_limits(void **state)
{
    (void)state;
    call_limit("net.cidr_expand(\"::/0\")", 100000);
    call_limit("net.cidr_expand(\"10.0.0.0/8\")", 0);
    call_limit("net.cidr_contains_matches(numbers.range(1, 100000), \"::\")", 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals), cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
