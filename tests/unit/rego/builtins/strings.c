/*
 * Text: trimming, replacing, sprintf.
 */
#include "call_check.h"

static const struct row refusals[] = {
    {"internal.template_string({\"a\": [1], \"b\": [2]})", TYPE_ERROR, "operand 1 must be array but got object"},
    {"internal.template_string(\"text\")", TYPE_ERROR, "operand 1 must be array but got string"},
    {"trim(1, \"a\")", TYPE_ERROR, "trim: operand 1 must be string but got number"},
    {"trim(\"a\", null)", TYPE_ERROR, "trim: operand 2 must be string but got null"},
    {"trim_left([], \"a\")", TYPE_ERROR, "trim_left: operand 1 must be string but got array"},
    {"trim_right(\"a\", {})", TYPE_ERROR, "trim_right: operand 2 must be string but got object"},
    {"trim_prefix(true, \"a\")", TYPE_ERROR, "trim_prefix: operand 1 must be string but got boolean"},
    {"trim_suffix(\"a\", 1)", TYPE_ERROR, "trim_suffix: operand 2 must be string but got number"},
    {"trim_space(1)", TYPE_ERROR, "trim_space: operand 1 must be string but got number"},
    {"strings.any_prefix_match(1, [])", TYPE_ERROR,
     "strings.any_prefix_match: operand 1 must be one of {string, set, array} but got number"},
    {"strings.any_prefix_match([1], [])", TYPE_ERROR,
     "operand 1 must be array of strings but got array containing number"},
    {"strings.any_suffix_match(\"a\", {null})", TYPE_ERROR,
     "operand 2 must be set of strings but got set containing null"},
    {"strings.replace_n([], \"a\")", TYPE_ERROR, "strings.replace_n: operand 1 must be object but got array"},
    {"strings.replace_n({1: \"a\"}, \"a\")", TYPE_ERROR, "operand 1 non-string key found in pattern object"},
    {"strings.replace_n({\"a\": 1}, \"a\")", TYPE_ERROR, "operand 1 non-string value found in pattern object"},
    {"sprintf(1, [])", TYPE_ERROR, "sprintf: operand 1 must be string but got number"},
    {"sprintf(\"\", {})", TYPE_ERROR, "sprintf: operand 2 must be array but got object"},
};

static const struct row values[] = {
    {"trim(\"..a.b..\", \".\")", "\"a.b\""},
    {"trim(\"...\", \".\")", "\"\""},
    {"trim(\"a\", \"\")", "\"a\""},
    {"trim_left(\"¡¡a¡\", \"!¡\")", "\"a¡\""},
    {"trim_right(\"¡a¡¡\", \"!¡\")", "\"¡a\""},
    {"trim_prefix(\"aab\", \"a\")", "\"ab\""},
    {"trim_prefix(\"aab\", \"b\")", "\"aab\""},
    {"trim_suffix(\"abb\", \"b\")", "\"ab\""},
    {"trim_suffix(\"b\", \"bb\")", "\"b\""},
    {"trim_space(\" \\t\\u00a0a b\\u3000\\n\")", "\"a b\""},
    {"trim_space(\" \\n\")", "\"\""},
    {"trim_space(\"\")", "\"\""},
    {"strings.any_prefix_match(\"abc\", {\"b\", \"ab\"})", "true"},
    {"strings.any_prefix_match([], \"\")", "false"},
    {"strings.any_suffix_match([\"x\", \"abc\"], \"bc\")", "true"},
    {"strings.any_suffix_match(\"c\", \"bc\")", "false"},
    {"strings.replace_n({\"a\": \"b\", \"b\": \"c\"}, \"ab\")", "\"bc\""},
    {"strings.replace_n({\"\": \"-\", \"a\": \"b\"}, \"aé\")", "\"-b-é-\""},
    {"strings.replace_n({}, \"a\")", "\"a\""},
    {"strings.replace_n({\"aa\": \"x\"}, \"aaaaa\")", "\"xxa\""},
    /* what Go's fmt writes */
    {"sprintf(\"%d%%|%5d|%-5d|%05d|%+d|% d\", [1, 2, 3, 4, 5, 6])", "\"1%|    2|3    |00004|+5| 6\""},
    {"sprintf(\"%x|%X|%#x|%o|%#o|%O|%b|%#b\", [255, 255, 255, 8, 8, 8, 5, 5])", "\"ff|FF|0xff|10|010|0o10|101|0b101\""},
    {"sprintf(\"%.3d|%8.3d|%08.3d|%.0d|%3.0d|%#08x\", [7, 7, 7, 0, 0, 255])",
     "\"007|     007|     007||   |0x000000ff\""},
    {"sprintf(\"%c|%q|%U|%#U|%c\", [233, 39, 233, 233, -1])", "\"é|'\\\\''|U+00E9|U+00E9 'é'|\xef\xbf\xbd\""},
    {"sprintf(\"%d\", [-9223372036854775808])", "\"-9223372036854775808\""},
    {"sprintf(\"%s|%d|%x|%+d|%25d|%-25d|\", [9223372036854775808, 9223372036854775808, 18446744073709551616, "
     "9223372036854775808, -9223372036854775808000, 9223372036854775808])",
     "\"9223372036854775808|9223372036854775808|10000000000000000|+9223372036854775808|  -9223372036854775808000|"
     "9223372036854775808      |\""},
    {"sprintf(\"%030X|%#x|%t|%.25d\", [9223372036854775808, 9223372036854775808, 9223372036854775808, "
     "9223372036854775808])",
     "\"000000000000008000000000000000|0x8000000000000000|%!t(big.Int=9223372036854775808)|"
     "0000009223372036854775808\""},
    {"sprintf(\"%f|%.2f|%8.2f|%-8.2f|%08.2f|%+.1f|%.0f\", [3.14, 3.1415, 3.1415, 3.1415, -3.1415, 2.5, 2.5])",
     "\"3.140000|3.14|    3.14|3.14    |-0003.14|+2.5|2\""},
    {"sprintf(\"%e|%.1E|%g|%G|%v|%v|%v\", [1234.5, 1234.5, 1234567.5, 1e-7, 1e20, 1.0, 123456.5])",
     "\"1.234500e+03|1.2E+03|1.2345675e+06|1E-07|1e+20|1|123456.5\""},
    {"sprintf(\"%v|%v|%v|%.3g|%.10g|%#v|%#.3g|%#.0f\", [0.5, 0.0001, 0.00001, 1234.5, 1234.5, 1.5, 1.5, 1.5])",
     "\"0.5|0.0001|1e-05|1.23e+03|1234.5|1.50000|1.50|2.\""},
    {"sprintf(\"%x|%X|%b|%.1x\", [1.5, 255.5, 1.5, 0.5])", "\"0x1.8p+00|0X1.FFP+07|6755399441055744p-52|0x1.0p-01\""},
    {"sprintf(\"%x|%x|%v|%b\", [5e-324, 0.0, 5e-324, 5e-324])", "\"0x1p-1074|0x0p+00|5e-324|1p-1074\""},
    {"sprintf(\"%v|%.60f\", [5.684341886080802e-14, 0.5])",
     "\"5.684341886080802e-14|0.500000000000000000000000000000000000000000000000000000000000\""},
    {"count(sprintf(\"%.2000f|%.2000e\", [0.5, 0.5]))", "4009"},
    {"sprintf(\"%v|%s\", [2e308, -2e308])", "\"2e308|-2e308\""},
    {"sprintf(\"%s|%5s|%-5s|%.2s|%05s|%x|%X|% x|%#x|%# x\", "
     "[\"é\", \"é\", \"é\", \"éàü\", \"a\", \"é\", \"é\", \"ab\", \"ab\", \"ab\"])",
     "\"é|    é|é    |éà|0000a|c3a9|C3A9|61 62|0x6162|0x61 0x62\""},
    {"sprintf(\"%q|%+q|%#q|%#q|%8q\", [\"a\\\"\\n\\u0001é\", \"é\\u2028\", \"a\", \"`\", \"a\"])",
     "\"\\\"a\\\\\\\"\\\\n\\\\x01é\\\"|\\\"\\\\u00e9\\\\u2028\\\"|`a`|\\\"`\\\"|     \\\"a\\\"\""},
    {"sprintf(\"%v %v %v %v %s\", [[\"a\", 1.0], {\"k\": {1}}, set(), null, true])",
     "\"[\\\"a\\\", 1.0] {\\\"k\\\": {1}} set() null true\""},
    {"sprintf(\"%d|%s|%t|%5d|%n\", [\"hi\", 1, true, \"x\", 1.5])",
     "\"%!d(string=hi)|%!s(int64=1)|%!t(string=true)|%!d(string=    x)|%!n(float64=1.5)\""},
    {"sprintf(\"%d %d|%\", [1])", "\"1 %!d(MISSING)|%!(NOVERB)\""},
    {"sprintf(\"a\", [1, \"b\", 2.5])", "\"a%!(EXTRA int64=1, string=b, float64=2.5)\""},
    {"sprintf(\"%[2]d %[1]d %d\", [1, 2])", "\"2 1 2\""},
    {"sprintf(\"%[3]d|%[x]d|%[1]5d\", [1, 2])", "\"%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)\""},
    {"sprintf(\"%[1\", [1])", "\"%!(NOVERB)\""},
    {"sprintf(\"%*d|%-*d|%.*f|%*d\", [4, 1, -4, 2, 2, 1.25, \"w\", 3])", "\"   1|2   |1.25|%!(BADWIDTH)3\""},
    {"sprintf(\"%.*d|%[3]*.[2]*[1]f|\", [\"p\", 1])", "\"%!(BADPREC)1|%!(BADWIDTH)%!f(BADINDEX)|\""},
    {"sprintf(\"%[3]*.[2]*[1]f|\", [12.5, 2, 6])", "\" 12.50|\""},
    {"sprintf(\"%99999999d\", [1])", "\"%!(NOVERB)%!(EXTRA int64=1)\""},
    {"sprintf(\"%T %T %T %T\", [1, 1.5, \"a\", 9223372036854775808])", "\"int64 float64 string *big.Int\""},
    {"sprintf(\"%é\", [1])", "\"%!é(int64=1)\""},
};

/* An output is bounded by what the evaluation may hold; a field's width is paid for. */
static const struct limit limits[] = {
    {"count(sprintf(\"%900000d%900000d\", [1, 1]))", 0},
    {"count(sprintf(\"%999999d\", [1]))", 1000},
};

CALL_TABLES_MAIN
