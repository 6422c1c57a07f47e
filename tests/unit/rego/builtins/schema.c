/*
 * JSON Schema: what is no schema, what a schema refuses, what it lets pass.
 */
#include "call_check.h"

/* A schema that is none, or that is not checked here: the policy gets an error, not an answer. */
static const struct row refusals[] = {
    {"json.match_schema(input.number, {})", BUILTIN_ERROR, "wrong type, expected string or object"},
    {"json.match_schema({}, input.number)", BUILTIN_ERROR, "wrong type, expected string or object"},
    {"json.match_schema(\"{\", {})", BUILTIN_ERROR, "operand 1 is not JSON"},
    {"json.match_schema(`{\"a\":1,\"a\":2}`, {})", BUILTIN_ERROR, "operand 1 is not JSON"},
    {"json.match_schema({}, \"[]\")", BUILTIN_ERROR, "a schema must be an object or a boolean"},
    {"json.match_schema({}, {\"type\": \"x\"})", BUILTIN_ERROR, "has a primitive type that is NOT VALID -- given: /x/"},
    {"json.match_schema({}, {\"type\": []})", BUILTIN_ERROR, "type must be"},
    {"json.match_schema({}, {\"type\": 1})", BUILTIN_ERROR, "type must be a string or an array"},
    {"json.match_schema({}, {\"properties\": []})", BUILTIN_ERROR, "properties must be an object of schemas"},
    {"json.match_schema({}, {\"properties\": {\"a\": {\"type\": \"x\"}}})", BUILTIN_ERROR, "given: /x/"},
    {"json.match_schema({}, {\"definitions\": {\"a\": {\"minimum\": \"1\"}}})", BUILTIN_ERROR,
     "minimum must be a number"},
    {"json.match_schema({}, {\"pattern\": \"(\"})", BUILTIN_ERROR, ""},
    {"json.match_schema({}, {\"patternProperties\": {\"(\": {}}})", BUILTIN_ERROR, ""},
    {"json.match_schema({}, {\"minLength\": -1})", BUILTIN_ERROR, "minLength must be a number that counts"},
    {"json.match_schema({}, {\"minItems\": 1.5})", BUILTIN_ERROR, "minItems must be a number that counts"},
    {"json.match_schema({}, {\"multipleOf\": 0})", BUILTIN_ERROR, "multipleOf must be a number above 0"},
    {"json.match_schema({}, {\"required\": [1]})", BUILTIN_ERROR, "required must be a string"},
    {"json.match_schema({}, {\"enum\": []})", BUILTIN_ERROR, "enum must be an array that is not empty"},
    {"json.match_schema({}, {\"uniqueItems\": 1})", BUILTIN_ERROR, "uniqueItems must be a boolean"},
    {"json.match_schema({}, {\"allOf\": []})", BUILTIN_ERROR, "allOf must be an array of schemas"},
    {"json.match_schema({}, {\"dependencies\": {\"a\": [1]}})", BUILTIN_ERROR, "dependencies must be a string"},
    {"json.match_schema({}, {\"format\": \"color\"})", BUILTIN_ERROR, "the format color is not checked here"},
    {"json.match_schema({}, {\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"})", BUILTIN_ERROR,
     "is not known here"},
    {"json.match_schema({}, {\"unevaluatedProperties\": false})", BUILTIN_ERROR, "is of a later draft"},
    {"json.match_schema({}, {\"$ref\": \"http://a/b\"})", BUILTIN_ERROR, "remote reference disabled: http://a/b"},
    {"json.match_schema({}, {\"$ref\": \"file.json#/a\"})", BUILTIN_ERROR, "remote reference disabled"},
    {"json.match_schema({}, {\"$ref\": \"#name\"})", BUILTIN_ERROR, "remote reference disabled"},
    {"json.match_schema({}, {\"$ref\": \"#/a/b\"})", BUILTIN_ERROR, "a reference to nothing: #/a/b"},
    {"json.match_schema({}, {\"$ref\": \"#/a\", \"a\": {\"type\": 1}})", BUILTIN_ERROR, "type must be"},
    {"json.match_schema({}, {\"not\": {\"$id\": \"x\"}})", BUILTIN_ERROR, "$id is read at the root"},
    /* References that go round. */
    {"json.match_schema({}, {\"$ref\": \"#\"})", BUILTIN_ERROR, "references go round"},
    {"json.match_schema({}, {\"allOf\": [{\"$ref\": \"#/b\"}], \"b\": {\"$ref\": \"#\"}})", BUILTIN_ERROR, "go round"},
};

#define MATCH(document_, schema_) "json.match_schema({\"v\": " document_ "}, {\"properties\": {\"v\": " schema_ "}})"
/* One fault at v. */
#define FAULT(type_, desc_)                                                                                            \
    "[false,[{\"desc\":\"" desc_ "\",\"error\":\"v: " desc_ "\",\"field\":\"v\",\"type\":\"" type_ "\"}]]"

static const struct row faults[] = {
    {MATCH("1.5", "{\"type\": \"integer\"}"), FAULT("invalid_type", "Invalid type. Expected: integer, given: number"),
     NULL},
    {MATCH("null", "{\"type\": [\"array\", \"string\"]}"),
     FAULT("invalid_type", "Invalid type. Expected: [array,string], given: null"), NULL},
    {MATCH("3", "{\"enum\": [1, \"a\"]}"), FAULT("enum", "v must be one of the following: 1, \\\"a\\\""), NULL},
    {MATCH("3", "{\"const\": 4}"), FAULT("const", "v does not match: 4"), NULL},
    {MATCH("3", "{\"minimum\": 4}"), FAULT("number_gte", "Must be greater than or equal to 4"), NULL},
    {MATCH("3", "{\"minimum\": 3, \"exclusiveMinimum\": true}"), FAULT("number_gt", "Must be greater than 3"), NULL},
    {MATCH("3", "{\"exclusiveMinimum\": 3}"), FAULT("number_gt", "Must be greater than 3"), NULL},
    {MATCH("3", "{\"maximum\": 2}"), FAULT("number_lte", "Must be less than or equal to 2"), NULL},
    {MATCH("3", "{\"exclusiveMaximum\": 3}"), FAULT("number_lt", "Must be less than 3"), NULL},
    {MATCH("0.35", "{\"multipleOf\": 0.1}"), FAULT("multiple_of", "Must be a multiple of 0.1"), NULL},
    {MATCH("\"é\"", "{\"minLength\": 2}"), FAULT("string_gte", "String length must be greater than or equal to 2"),
     NULL},
    {MATCH("\"abc\"", "{\"maxLength\": 2}"), FAULT("string_lte", "String length must be less than or equal to 2"),
     NULL},
    {MATCH("\"abc\"", "{\"pattern\": \"^b\"}"), FAULT("pattern", "Does not match pattern '^b'"), NULL},
    {MATCH("[1]", "{\"minItems\": 2}"), FAULT("array_min_items", "Array must have at least 2 items"), NULL},
    {MATCH("[1, 2]", "{\"maxItems\": 1}"), FAULT("array_max_items", "Array must have at most 1 items"), NULL},
    {MATCH("[1, 2, 1.0]", "{\"uniqueItems\": true}"), FAULT("unique", "array items[0,2] must be unique"), NULL},
    {MATCH("[1]", "{\"contains\": {\"type\": \"string\"}}"), FAULT("contains", "At least one of the items must match"),
     NULL},
    {MATCH("[1, 2]", "{\"items\": [{}], \"additionalItems\": false}"),
     FAULT("array_no_additional_items", "No additional items allowed on array"), NULL},
    {MATCH("{}", "{\"required\": [\"a\"]}"), FAULT("required", "a is required"), NULL},
    {MATCH("{\"a\": 1}", "{\"additionalProperties\": false}"),
     FAULT("additional_property_not_allowed", "Additional property a is not allowed"), NULL},
    {MATCH("{\"a\": 1}", "{\"propertyNames\": {\"minLength\": 2}}"),
     FAULT("invalid_property_name", "Property name of \\\"a\\\" does not match"), NULL},
    {MATCH("{\"a\": 1}", "{\"dependencies\": {\"a\": [\"b\"]}}"), FAULT("missing_dependency", "Has a dependency on b"),
     NULL},
    {MATCH("{\"a\": 1}", "{\"minProperties\": 2}"), FAULT("array_min_properties", "Must have at least 2 properties"),
     NULL},
    {MATCH("{\"a\": 1}", "{\"maxProperties\": 0}"), FAULT("array_max_properties", "Must have at most 0 properties"),
     NULL},
    {MATCH("1", "{\"anyOf\": [{\"type\": \"string\"}]}"),
     FAULT("number_any_of", "Must validate at least one schema (anyOf)"), NULL},
    {MATCH("1", "{\"oneOf\": [{}, {\"type\": \"integer\"}]}"),
     FAULT("number_one_of", "Must validate one and only one schema (oneOf)"), NULL},
    {MATCH("1", "{\"not\": {}}"), FAULT("number_not", "Must not validate the schema (not)"), NULL},
    {MATCH("1", "false"), FAULT("false", "False always fails validation"), NULL},
    {"[json.match_schema({\"a\": [{\"b\": 1}]}, {\"properties\": {\"a\": {\"items\": {\"properties\": {\"b\": "
     "{\"type\": "
     "\"string\"}}}}}})[1][0].field]",
     "[\"a.0.b\"]", NULL},
    {"json.match_schema({}, {\"required\": [\"a\"]})[1][0].error", "\"(root): a is required\"", NULL},
    {"count(" MATCH("1", "{\"allOf\": [{\"minimum\": 2}, {\"minimum\": 3}]}") "[1])", "3", NULL},
    {"count(" MATCH("1", "{\"if\": {}, \"then\": {\"minimum\": 3}}") "[1])", "2", NULL},
    {"count(" MATCH("1", "{\"if\": false, \"else\": {\"minimum\": 3}}") "[1])", "2", NULL},
    {MATCH("[{\"a\": {}}]",
           "{\"$ref\": \"#/d~0x/%61\"}, \"z\": true}, \"d~x\": {\"a\": {\"items\": {\"required\": [\"b\"]}}") "[0]",
     "false", NULL},
    {"json.match_schema({\"n\": {\"n\": {\"n\": 1}}}, {\"properties\": {\"n\": {\"$ref\": \"#\"}}, \"type\": "
     "\"object\"})[0]",
     "false", NULL},
};

#define FORMAT(name_, text_)                                                                                           \
    "json.match_schema({\"v\": " text_ "}, {\"properties\": {\"v\": {\"format\": \"" name_ "\"}}})[0]"

static const struct row formats[] = {
    {FORMAT("date", "\"2023-02-29\""), "false", NULL},
    {FORMAT("date", "\"2024-02-29\""), "true", NULL},
    {FORMAT("date", "\"2024-02-29 \""), "false", NULL},
    {FORMAT("date-time", "\"2024-02-29T12:00:00Z\""), "true", NULL},
    {FORMAT("date-time", "\"2024-02-30T12:00:00Z\""), "false", NULL},
    {FORMAT("date-time", "\"2024-02-29T12:00:00\""), "false", NULL},
    {FORMAT("time", "\"23:59:60.5+01:00\""), "true", NULL},
    {FORMAT("time", "\"24:00:00Z\""), "false", NULL},
    {FORMAT("email", "\"a.b@c.example\""), "true", NULL},
    {FORMAT("email", "\"a@b@c\""), "false", NULL},
    {FORMAT("hostname", "\"a-b.example\""), "true", NULL},
    {FORMAT("hostname", "\"-a.example\""), "false", NULL},
    {FORMAT("ipv4", "\"10.0.0.1\""), "true", NULL},
    {FORMAT("ipv4", "\"::1\""), "false", NULL},
    {FORMAT("ipv6", "\"::1\""), "true", NULL},
    {FORMAT("ipv6", "\"::ffff:10.0.0.1\""), "true", NULL},
    {FORMAT("ipv6", "\"10.0.0.1\""), "false", NULL},
    {FORMAT("json-pointer", "\"/a~1b\""), "true", NULL},
    {FORMAT("json-pointer", "\"/a~2\""), "false", NULL},
    {FORMAT("relative-json-pointer", "\"1/a\""), "true", NULL},
    {FORMAT("relative-json-pointer", "\"01\""), "false", NULL},
    {FORMAT("regex", "\"a+\""), "true", NULL},
    {FORMAT("regex", "\"(\""), "false", NULL},
    {FORMAT("uri", "\"https://a.example/b?c#d\""), "true", NULL},
    {FORMAT("uri", "\"/b\""), "false", NULL},
    {FORMAT("uri-reference", "\"/b\""), "true", NULL},
    {FORMAT("uri-reference", "\"a b\""), "false", NULL},
    {FORMAT("uuid", "\"123e4567-e89b-12d3-a456-426614174000\""), "true", NULL},
    {FORMAT("uuid", "\"123e4567-e89b-12d3-a456-42661417400\""), "false", NULL},
    {FORMAT("uuid", "7"), "true", NULL},
};

static const struct row rows[] = {
    {"json.match_schema({}, {})", "[true,[]]", NULL},
    {"json.match_schema(\"[1, 2]\", \"true\")", "[true,[]]", NULL},
    {MATCH("3.0", "{\"type\": \"integer\"}"), "[true,[]]", NULL},
    {MATCH("3", "{\"type\": [\"string\", \"number\"]}"), "[true,[]]", NULL},
    {MATCH("0.3", "{\"multipleOf\": 0.1}"), "[true,[]]", NULL},
    {MATCH("1e3", "{\"multipleOf\": 2.5}"), "[true,[]]", NULL},
    {MATCH("3", "{\"minimum\": 3, \"exclusiveMinimum\": false, \"maximum\": 3}"), "[true,[]]", NULL},
    {MATCH("{3, 4}", "{\"type\": \"array\", \"items\": {\"type\": \"integer\"}, \"uniqueItems\": true}"), "[true,[]]",
     NULL},
    {MATCH("[1, \"a\", null]", "{\"items\": [{\"type\": \"integer\"}, {\"type\": \"string\"}]}"), "[true,[]]", NULL},
    {MATCH("{\"xa\": 1, \"b\": 2}",
           "{\"patternProperties\": {\"^x\": {}}, \"properties\": {\"b\": {}}, \"additionalProperties\": false}"),
     "[true,[]]", NULL},
    {MATCH("{\"a\": 1, \"b\": 1}", "{\"dependencies\": {\"a\": [\"b\"], \"c\": {\"required\": [\"d\"]}}}"), "[true,[]]",
     NULL},
    {MATCH("1", "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"integer\"}], \"not\": {\"minimum\": 2}}"),
     "[true,[]]", NULL},
    {MATCH("1", "{\"if\": {\"minimum\": 5}, \"then\": false}"), "[true,[]]", NULL},
    {"json.match_schema({\"n\": {\"n\": {}}}, {\"properties\": {\"n\": {\"$ref\": \"#\"}}, \"type\": \"object\"})",
     "[true,[]]", NULL},
    {"json.verify_schema({\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"$id\": \"x\"})", "[true,null]",
     NULL},
    {"json.verify_schema(\"{\")", "[false,\"jsonschema: operand 1 is not JSON\"]", NULL},
    {"json.verify_schema(input.number)", "[false,\"jsonschema: wrong type, expected string or object\"]", NULL},
    {"json.verify_schema({\"minimum\": \"a\"})", "[false,\"jsonschema: minimum must be a number\"]", NULL},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_LIT("{\"number\":1}"));
}

static void test_faults(void **state)
{
    (void)state;
    CALL_ROWS(faults, BYTES_EMPTY);
}

static void test_formats(void **state)
{
    (void)state;
    CALL_DEAR_ROWS(formats, 7, BYTES_EMPTY);
}

static void test_rows(void **state)
{
    (void)state;
    CALL_ROWS(rows, BYTES_LIT("{\"number\":1}"));
}

static void test_limits(void **state)
{
    (void)state;
    /* Each level doubles the work. */
    call_limit("json.match_schema({}, {\"allOf\": [{\"$ref\": \"#/a\"}, {\"$ref\": \"#/a\"}], "
               "\"a\": {\"allOf\": [{\"$ref\": \"#/b\"}, {\"$ref\": \"#/b\"}]}, "
               "\"b\": {\"allOf\": [{\"$ref\": \"#/c\"}, {\"$ref\": \"#/c\"}]}, "
               "\"c\": {\"allOf\": [{\"$ref\": \"#/d\"}, {\"$ref\": \"#/d\"}]}, \"d\": {}})",
               500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_faults), cmocka_unit_test(test_formats),
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
