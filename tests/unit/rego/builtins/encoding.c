/*
 * Base64, hexadecimal, queries of URLs.
 */
#include "call_check.h"

static const struct row refusals[] = {
    {"base64.encode(1)", TYPE_ERROR, "base64.encode: operand 1 must be string but got number"},
    {"base64.decode([])", TYPE_ERROR, "base64.decode: operand 1 must be string but got array"},
    {"base64.decode(\"a\")", BUILTIN_ERROR, "illegal base64 data at input byte 0"},
    {"base64.decode(\"aGVsbG8\")", BUILTIN_ERROR, "illegal base64 data at input byte 4"},
    {"base64.decode(\"aGVsbG8==\")", BUILTIN_ERROR, "illegal base64 data at input byte 8"},
    {"base64.decode(\"a===\")", BUILTIN_ERROR, "illegal base64 data at input byte 1"},
    {"base64.decode(\"aGVsbG8=a\")", BUILTIN_ERROR, "illegal base64 data at input byte 8"},
    {"base64.decode(\"aG-s\")", BUILTIN_ERROR, "illegal base64 data at input byte 2"},
    {"base64.decode(\"=\")", BUILTIN_ERROR, "illegal base64 data at input byte 0"},
    {"base64.decode(\"aGVs=\")", BUILTIN_ERROR, "illegal base64 data at input byte 4"},
    {"base64url.encode(null)", TYPE_ERROR, "must be string but got null"},
    {"base64url.encode_no_pad(1)", TYPE_ERROR, "must be string but got number"},
    {"base64url.decode(1)", TYPE_ERROR, "must be string but got number"},
    {"base64url.decode(\"aGVsb\")", BUILTIN_ERROR, "illegal base64url string: aGVsb"},
    {"base64url.decode(\"aG+s\")", BUILTIN_ERROR, "illegal base64 data at input byte 2"},
    {"hex.encode(1)", TYPE_ERROR, "must be string but got number"},
    {"hex.decode(1)", TYPE_ERROR, "must be string but got number"},
    {"hex.decode(\"6g\")", BUILTIN_ERROR, "encoding/hex: invalid byte: U+0067 'g'"},
    {"hex.decode(\"666\")", BUILTIN_ERROR, "encoding/hex: odd length hex string"},
    {"urlquery.encode(1)", TYPE_ERROR, "must be string but got number"},
    {"urlquery.decode(1)", TYPE_ERROR, "must be string but got number"},
    {"urlquery.decode(\"a%zz\")", BUILTIN_ERROR, "invalid URL escape \"%zz\""},
    {"urlquery.decode(\"a%4\")", BUILTIN_ERROR, "invalid URL escape \"%4\""},
    {"urlquery.encode_object([])", TYPE_ERROR, "operand 1 must be object but got array"},
    {"urlquery.encode_object({\"a\": 1})", TYPE_ERROR, "values must be string, array[string], or set[string]"},
    {"urlquery.encode_object({\"a\": [1]})", TYPE_ERROR, "values must be string"},
    {"urlquery.decode_object({})", TYPE_ERROR, "must be string but got object"},
    {"urlquery.decode_object(\"a;b\")", BUILTIN_ERROR, "invalid semicolon separator in query"},
    {"urlquery.decode_object(\"%\")", BUILTIN_ERROR, "invalid URL escape \"%\""},
};

static const struct row values[] = {
    {"base64.encode(\"hello?\")", "\"aGVsbG8/\""},
    {"base64.encode(\"\")", "\"\""},
    {"base64.decode(\"aGVsbG8/\")", "\"hello?\""},
    {"base64.decode(\"aGVs\\nbG8=\\r\\n\")", "\"hello\""},
    {"base64.decode(\"aGVsbG9=\")", "\"hello\""},
    {"base64.decode(\"\")", "\"\""},
    {"base64.decode(\"/w==\")", "\"\xef\xbf\xbd\""},
    {"base64.is_valid(\"aGVsbG8=\")", "true"},
    {"base64.is_valid(\"aGVsbG8\")", "false"},
    {"base64.is_valid(1)", "false"},
    {"base64url.encode(\"hi?>\")", "\"aGk_Pg==\""},
    {"base64url.encode_no_pad(\"hi?>\")", "\"aGk_Pg\""},
    {"base64url.decode(\"aGk_Pg\")", "\"hi?>\""},
    {"base64url.decode(\"aGk_Pg==\")", "\"hi?>\""},
    {"base64url.decode(\"\")", "\"\""},
    {"hex.encode(\"\\u00e9~\")", "\"c3a97e\""},
    {"hex.decode(\"C3a97E\")", "\"é~\""},
    {"hex.decode(\"ff\")", "\"\xef\xbf\xbd\""},
    {"urlquery.encode(\"a b&c=é/~-_.\")", "\"a+b%26c%3D%C3%A9%2F~-_.\""},
    {"urlquery.decode(\"a+b%26c%3d%C3%A9\")", "\"a b&c=é\""},
    {"urlquery.encode_object({\"b\": [\"1\", \"2\"], \"a\": \"x y\", \"c\": [], 7: {\"z\"}})", "\"7=z&a=x+y&b=1&b=2\""},
    {"urlquery.decode_object(\"b=1&a=%20&&b=2&c&=d&e=f=g\")",
     "{\"\":[\"d\"],\"a\":[\" \"],\"b\":[\"1\",\"2\"],\"c\":[\"\"],\"e\":[\"f=g\"]}"},
};

static const struct limit limits[] = {
    {"[x | some i in numbers.range(1, 100); x := base64.encode(sprintf(\"%99999d\", [i]))]", 0},
    {"count(urlquery.encode(sprintf(\"%600000s\", [\"é\"])))", 0},
};

CALL_TABLES_MAIN
