/*
 * Amounts with units, versions, identifiers, and what looks random.
 */
#include "call_check.h"

static const struct row refusals[] = {
    {"units.parse(1)", TYPE_ERROR, "units.parse: operand 1 must be string but got number"},
    {"units.parse(\"\")", BUILTIN_ERROR, "no amount provided"},
    {"units.parse(\"G\")", BUILTIN_ERROR, "no amount provided"},
    {"units.parse(\"1 G\")", BUILTIN_ERROR, "spaces not allowed in resource strings"},
    {"units.parse(\"1mb\")", BUILTIN_ERROR, "unit mb not recognized"},
    {"units.parse(\"1Q\")", BUILTIN_ERROR, "unit Q not recognized"},
    {"units.parse(\"1\xc3\xa9\")", BUILTIN_ERROR, "not recognized"},
    {"units.parse(\"1abcdefghijk\")", BUILTIN_ERROR, "not recognized"},
    {"units.parse(\"1.2.3\")", BUILTIN_ERROR, "could not parse amount to a number"},
    {"units.parse(\"1e+\")", BUILTIN_ERROR, "could not parse amount to a number"},
    {"units.parse(\"1-2\")", BUILTIN_ERROR, "could not parse amount to a number"},
    {"units.parse(\".\")", BUILTIN_ERROR, "could not parse amount to a number"},
    {"units.parse(\"--1\")", BUILTIN_ERROR, "could not parse amount to a number"},
    {"units.parse(\"1e99999999999\")", BUILTIN_ERROR, "could not parse amount to a number"},
    {"units.parse_bytes([])", TYPE_ERROR, "must be string but got array"},
    {"units.parse_bytes(\"GB\")", BUILTIN_ERROR, "no byte amount provided"},
    {"units.parse_bytes(\"1yb\")", BUILTIN_ERROR, "byte unit yb not recognized"},
    {"units.parse_bytes(\"1bb\")", BUILTIN_ERROR, "byte unit bb not recognized"},
    {"units.parse_bytes(\"1kibb\")", BUILTIN_ERROR, "byte unit kibb not recognized"},
    {"units.parse_bytes(\"1.1.1k\")", BUILTIN_ERROR, "could not parse byte amount to a number"},
    {"semver.compare(1, \"1.0.0\")", TYPE_ERROR, "must be string but got number"},
    {"semver.compare(\"1.0\", \"1.0.0\")", BUILTIN_ERROR, "operand 1: string \"1.0\" is not a valid SemVer"},
    {"semver.compare(\"1.0.0\", \"v1.0.0\")", BUILTIN_ERROR, "operand 2: string \"v1.0.0\" is not a valid SemVer"},
    {"rand.intn(1, 1)", TYPE_ERROR, "operand 1 must be string but got number"},
    {"rand.intn(\"a\", \"b\")", TYPE_ERROR, "operand 2 must be number but got string"},
    {"rand.intn(\"a\", 1.5)", TYPE_ERROR, "must be integer number but got floating-point number"},
    {"uuid.rfc4122(1)", TYPE_ERROR, "must be string but got number"},
    {"uuid.parse(1)", TYPE_ERROR, "must be string but got number"},
};

static const struct row values[] = {
    {"units.parse(\"500m\")", "0.5000000000"},
    {"units.parse(\"1000m\")", "1"},
    {"units.parse(\"-1.5Ki\")", "-1536"},
    {"units.parse(\"\\\"2TI\\\"\")", "2199023255552"},
    {"units.parse(\"+.5e1\")", "5"},
    {"units.parse(\"0.00000000005\")", "0.0000000001"},
    {"units.parse(\"-0.00000000005\")", "-0.0000000001"},
    {"units.parse(\"0.00000000004\")", "0.0000000000"},
    {"units.parse(\"10E\")", "10000000000000000000"},
    {"units.parse(\"10e\")", "10000000000000000000"},
    {"units.parse(\"1e1E\")", "10000000000000000000"},
    {"units.parse(\"123456789012345678901234567890\")", "123456789012345678901234567890"},
    {"units.parse_bytes(\"1.1KiB\")", "1126"},
    {"units.parse_bytes(\"1\")", "1"},
    {"units.parse_bytes(\"10EB\")", "10000000000000000000"},
    {"units.parse_bytes(\"1e3MB\")", "1000000000"},
    {"units.parse_bytes(\"-1.5\")", "-1"},
    {"semver.compare(\"1.0.0-alpha\", \"1.0.0\")", "-1"},
    {"semver.compare(\"1.0.0-alpha.1\", \"1.0.0-alpha\")", "1"},
    {"semver.compare(\"1.0.0-alpha.beta\", \"1.0.0-alpha.1\")", "1"},
    {"semver.compare(\"1.0.0-rc.11\", \"1.0.0-rc.2\")", "1"},
    {"semver.compare(\"1.0.0+a\", \"1.0.0+b\")", "0"},
    {"semver.compare(\"10.0.0\", \"9.99.99\")", "1"},
    {"semver.compare(\"99999999999999999999.0.0\", \"99999999999999999998.0.0\")", "1"},
    {"[semver.is_valid(x) | some x in [\"1.0.0\", \"0.0.0-a-b.0+001\", \"1.0.0--\"]]", "[true,true,true]"},
    {"[semver.is_valid(x) | some x in [\"\", \"1\", \"1.0\", \"1.0.0.0\", \"01.0.0\", \"1.0.0-\", \"1.0.0-01\", "
     "\"1.0.0+\", \"1.0.0-a..b\", \"1.0.0 \", \"1.0.0-é\", \"1..0\", 1, null]]",
     "[false,false,false,false,false,false,false,false,false,false,false,false,false,false]"},
    {"rand.intn(\"a\", 0)", "0"},
    {"rand.intn(\"a\", 1)", "0"},
    {"count({x | some i in numbers.range(1, 100); x := rand.intn(\"a\", 1000000)})", "1"},
    {"count({x | some i in numbers.range(1, 100); x := rand.intn(sprintf(\"%d\", [i]), 1000000)}) > 90", "true"},
    {"max([x | some i in numbers.range(1, 200); x := rand.intn(sprintf(\"%d\", [i]), 3)])", "2"},
    {"rand.intn(\"a\", -5) < 5", "true"},
    {"count({x | some i in [1000, 2000, 4000, 8000]; x := rand.intn(\"a\", i) % 1000}) > 1", "true"},
    {"count(uuid.rfc4122(\"k\"))", "36"},
    {"uuid.rfc4122(\"k\") == uuid.rfc4122(\"k\")", "true"},
    {"uuid.rfc4122(\"k\") == uuid.rfc4122(\"l\")", "false"},
    {"uuid.parse(uuid.rfc4122(\"k\"))", "{\"variant\":\"RFC4122\",\"version\":4}"},
    {"uuid.parse(\"{38074DA4-0b00-388d-9c3c-362de965547a}\")", "{\"variant\":\"RFC4122\",\"version\":3}"},
    {"uuid.parse(\"URN:UUID:01234567-89ab-11ee-8123-456789abcdef\")",
     "{\"clocksequence\":291,\"macvariables\":\"global:multicast\",\"nodeid\":\"45-67-89-ab-cd-ef\",\"time\":"
     "1700707804656573500,\"variant\":\"RFC4122\",\"version\":1}"},
    {"uuid.parse(\"000003e848b921eeb207325096b39f47\").domain", "\"Domain7\""},
    {"uuid.parse(\"00000000-0000-0000-0000-000000000000\")", "{\"variant\":\"Reserved\",\"version\":0}"},
    {"uuid.parse(\"00000000-0000-0000-c000-000000000000\").variant", "\"Microsoft\""},
    {"uuid.parse(\"00000000-0000-0000-e000-000000000000\").variant", "\"Future\""},
    {"uuid.parse(\"\")", ""},
    {"uuid.parse(\"00000000-0000-0000-0000-00000000000\")", ""},
    {"uuid.parse(\"00000000-0000-0000-0000-00000000000g\")", ""},
    {"uuid.parse(\"000000000-000-0000-0000-000000000000\")", ""},
    {"uuid.parse(\"{00000000-0000-0000-0000-000000000000]\")", ""},
    {"uuid.parse(\"urn:uuid:00000000000000000000000000000000\")", ""},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_EMPTY);
}

static void test_values(void **state)
{
    (void)state;
    CALL_ROWS(values, BYTES_EMPTY);
}

static void test_limits(void **state)
{
    (void)state;
    call_limit("units.parse(\"1e9999\")", 0);
    call_limit("semver.is_valid(sprintf(\"%900000d\", [1]))", 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
