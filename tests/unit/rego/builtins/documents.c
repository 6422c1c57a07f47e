/*
 * Values as JSON text, and documents cut and changed by paths.
 */
#include "call_check.h"

static const struct row refusals[] = {
    {"json.unmarshal(1)", TYPE_ERROR, "operand 1 must be string but got number"},
    {"json.unmarshal(\"\")", BUILTIN_ERROR, "not valid JSON"},
    {"json.unmarshal(\"{\\\"a\\\":1,\\\"a\\\":2}\")", BUILTIN_ERROR, "not valid JSON"},
    {"json.unmarshal(\"[1] x\")", BUILTIN_ERROR, "wrong at byte 4"},
    {"json.marshal_with_options(1, [])", TYPE_ERROR, "operand 2 must be object but got array"},
    {"json.marshal_with_options(1, {\"x\": 1})", TYPE_ERROR, "operand 2 object contained unknown key \"x\""},
    {"json.marshal_with_options(1, {1: 1})", TYPE_ERROR, "failed to stringify key"},
    {"json.marshal_with_options(1, {\"indent\": 1})", TYPE_ERROR, "key \"indent\" failed cast to string"},
    {"json.marshal_with_options(1, {\"pretty\": 1})", TYPE_ERROR, "key \"pretty\" failed cast to bool"},
    {"json.filter([], [])", TYPE_ERROR, "json.filter: operand 1 must be object but got array"},
    {"json.filter({}, \"a\")", TYPE_ERROR, "operand 2 must be one of {set, array} but got string"},
    {"json.filter({}, [1])", TYPE_ERROR, "containing string paths or array of path segments but got number"},
    {"json.remove(1, [])", TYPE_ERROR, "json.remove: operand 1 must be object but got number"},
    {"json.remove({}, {{}})", TYPE_ERROR, "containing string paths or array of path segments but got object"},
    {"json.patch({}, {})", TYPE_ERROR, "json.patch: operand 2 must be array but got object"},
    {"json.patch({}, [1])", BUILTIN_ERROR, "at least one element is not an object"},
    {"json.patch({}, [{}])", BUILTIN_ERROR, "missing 'op' attribute"},
    {"json.patch({}, [{\"op\": 1}])", BUILTIN_ERROR, "attribute 'op' must be a string"},
    {"json.patch({}, [{\"op\": \"spam\"}])", BUILTIN_ERROR, "unrecognized op 'spam'"},
    {"json.patch({}, [{\"op\": \"add\"}])", BUILTIN_ERROR, "missing 'path' attribute"},
    {"json.patch({}, [{\"op\": \"add\", \"path\": 1}])", TYPE_ERROR, "path segments but got number"},
    {"json.patch({}, [{\"op\": \"add\", \"path\": \"a\"}])", BUILTIN_ERROR, "missing 'value' attribute"},
    {"json.patch({}, [{\"op\": \"move\", \"path\": \"a\"}])", BUILTIN_ERROR, "missing 'from' attribute"},
    {"json.patch({}, [{\"op\": \"add\", \"path\": \"a/b\", \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch({}, [{\"op\": \"remove\", \"path\": \"a\"}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch({}, [{\"op\": \"remove\", \"path\": \"\"}])", BUILTIN_ERROR, "cannot be removed"},
    {"json.patch({}, [{\"op\": \"remove\", \"path\": \"\"}, {\"op\": \"remove\", \"path\": \"\"}])", BUILTIN_ERROR,
     "not exist"},
    {"json.patch({}, [{\"op\": \"remove\", \"path\": \"\"}, {\"op\": \"add\", \"path\": \"a\", \"value\": 1}])",
     BUILTIN_ERROR, "does not exist"},
    {"json.patch({}, [{\"op\": \"move\", \"from\": \"\", \"path\": \"a\"}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch({}, [{\"op\": \"replace\", \"path\": \"a\", \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"add\", \"path\": \"2\", \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"add\", \"path\": \"-1\", \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"add\", \"path\": \"00\", \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"add\", \"path\": [1.5], \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"add\", \"path\": [-1], \"value\": 1}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"remove\", \"path\": \"-\"}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch([1], [{\"op\": \"test\", \"path\": \"0\", \"value\": 2}])", BUILTIN_ERROR, "does not hold"},
    {"json.patch(1, [{\"op\": \"add\", \"path\": \"0\", \"value\": 2}])", BUILTIN_ERROR, "does not exist"},
    {"json.patch({\"a\"}, [{\"op\": \"add\", \"path\": \"b\", \"value\": \"c\"}])", BUILTIN_ERROR, "does not equal"},
    {"json.patch({\"a\": {\"b\": 1}}, [{\"op\": \"move\", \"from\": \"a\", \"path\": \"a/b\"}])", BUILTIN_ERROR,
     "does not exist"},
};

static const struct row values[] = {
    {"json.marshal({\"b\": {2, 1}, \"a\": \"<é&\\u2028>\", 1: null})",
     "\"{\\\"1\\\":null,\\\"a\\\":\\\"\\\\u003cé\\\\u0026\\\\u2028\\\\u003e\\\",\\\"b\\\":[1,2]}\""},
    {"json.marshal([5.0, 1e3, 1e109 / 1e100])", "\"[5.0,1e3,1000000000]\""},
    {"json.marshal_with_options({\"a\": [1, {}], \"b\": \"[,{\\\"\"}, {\"indent\": \"  \"})",
     "\"{\\n  \\\"a\\\": [\\n    1,\\n    {}\\n  ],\\n  \\\"b\\\": \\\"[,{\\\\\\\"\\\"\\n}\""},
    {"json.marshal_with_options([1], {\"prefix\": \"> \"})", "\"> [\\n> \\t1\\n> ]\""},
    {"json.marshal_with_options([1], {\"pretty\": false, \"indent\": \"x\"})", "\"[1]\""},
    {"json.marshal_with_options([], {\"pretty\": true})", "\"[]\""},
    {"json.unmarshal(\"[1.0, {\\\"a\\\": null}]\")", "[1.0,{\"a\":null}]"},
    {"json.is_valid(\"[1]\")", "true"},
    {"json.is_valid(\"[1\")", "false"},
    {"json.is_valid([1])", "false"},
    {"json.filter({\"a\": {\"b\": 1, \"c\": 2}, \"d\": 3}, [\"a/c\", \"/d\"])", "{\"a\":{\"c\":2},\"d\":3}"},
    {"json.filter({\"a\": [1, {\"b\": 2, \"c\": 3}, 4]}, {\"a/1/b\", \"a/2\"})", "{\"a\":[{\"b\":2},4]}"},
    {"json.filter({\"a/b\": 1, \"m~n\": 2, \"x\": 3}, [\"a~1b\", \"m~0n\"])", "{\"a/b\":1,\"m~n\":2}"},
    {"json.filter({\"a\": {\"x\", \"y\"}, 1: 2}, [[\"a\", \"x\"], [1]])", "{\"1\":2,\"a\":[\"x\"]}"},
    {"json.filter({\"a\": 1, \"b\": 2}, [\"a/b/c\", \"\"])", "{\"a\":1}"},
    {"json.filter({\"a\": {\"b\": 1}}, [\"a/b\", \"a\"])", "{\"a\":{\"b\":1}}"},
    {"json.filter({\"a\": [7]}, [[\"a\", 0]])", "{\"a\":[]}"},
    {"json.remove({\"a\": {\"b\": 1, \"c\": 2}, \"d\": [1, 2, 3]}, [\"a/b\", \"d/1\", \"x/y\"])",
     "{\"a\":{\"c\":2},\"d\":[1,3]}"},
    {"json.remove({\"a\": 1}, [\"a/b\"])", "{\"a\":1}"},
    {"json.remove({\"a\": {\"x\", \"y\"}}, [\"a/x\"])", "{\"a\":[\"y\"]}"},
    {"json.remove({\"a\": 1}, [])", "{\"a\":1}"},
    {"json.patch({\"a\": [1, 2]}, [{\"op\": \"add\", \"path\": \"/a/1\", \"value\": 9}, "
     "{\"op\": \"add\", \"path\": \"/a/-\", \"value\": 8}])",
     "{\"a\":[1,9,2,8]}"},
    {"json.patch({\"a\": {\"b\": 1}}, [{\"op\": \"replace\", \"path\": [\"a\", \"b\"], \"value\": 2}, "
     "{\"op\": \"copy\", \"from\": \"a\", \"path\": \"c\"}, {\"op\": \"move\", \"from\": \"a/b\", \"path\": \"d\"}])",
     "{\"a\":{},\"c\":{\"b\":2},\"d\":2}"},
    {"json.patch({\"a\": 1}, [{\"op\": \"replace\", \"path\": \"\", \"value\": [1]}, "
     "{\"op\": \"remove\", \"path\": \"/0\"}])",
     "[]"},
    {"json.patch({{\"a\": 1}}, [{\"op\": \"add\", \"path\": [{\"a\": 1}, \"b\"], \"value\": 2}])",
     "[{\"a\":1,\"b\":2}]"},
    {"json.patch({\"x\": [0, 1, 2]}, [{\"op\": \"move\", \"from\": \"x/0\", \"path\": \"x/2\"}])", "{\"x\":[1,2,0]}"},
    {"json.patch([1], [{\"op\": \"test\", \"path\": \"0\", \"value\": 1.0}])", "[1]"},
    {"json.patch(1, [{\"op\": \"remove\", \"path\": \"\"}, {\"op\": \"add\", \"path\": \"\", \"value\": 2}])", "2"},
    {"json.patch([1], [{\"op\": \"move\", \"from\": \"\", \"path\": \"\"}])", "[1]"},
    {"json.patch({\"a\": 1}, [])", "{\"a\":1}"},
};

/* A patch that copies the document into itself grows twofold each time. */
static const struct limit limits[] = {
    {"json.patch({\"a\": 1}, [{\"op\": \"copy\", \"from\": \"\", \"path\": \"a\"} | "
     "some i in numbers.range(1, 600)])",
     0},
    {"json.patch([1], [{\"op\": \"copy\", \"from\": \"\", \"path\": \"-\"}])"
     " == [x | some x in numbers.range(1, 100000)]",
     1000},
    {"count(json.marshal_with_options([[[[[[1]]]]]], {\"indent\": sprintf(\"%90000d\", [1])}))", 0},
    {"json.is_valid(concat(\"\", [\"[\" | some i in numbers.range(1, 2000)]))", 0},
};

CALL_TABLES_MAIN
