/*
 * Texts in the hands of builtins: formats, templates, layouts of times, amounts, paths. Whatever goes in, nothing may
 * fall; what is written must read back as it was, and versions must have one order.
 */
#include "rego_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const readers[] = {
        "sprintf(input[0], array.slice(input, 1, 9))",
        "sprintf(input[0], [to_number(input[1]), -7, 2.5, {\"a\": [null]}])",
        "strings.render_template(input[0], {\"a\": input[1], \"l\": input, \"m\": {\"k\": 1}})",
        "strings.replace_n({input[0]: input[1], input[1]: \"x\"}, input[2])",
        "trim(input[0], input[1])",
        "time.parse_ns(input[0], input[1])",
        "time.format([1700000000123456789, \"Europe/Berlin\", input[0]])",
        "time.parse_duration_ns(input[0])",
        "units.parse(input[0])",
        "units.parse_bytes(input[0])",
        "uuid.parse(input[0])",
        "urlquery.decode_object(input[0])",
        "base64.decode(input[0])",
        "base64url.decode(input[0])",
        "hex.decode(input[0])",
        "json.marshal_with_options(json.unmarshal(input[0]), {\"indent\": input[1]})",
        "json.filter(json.unmarshal(input[0]), [input[1], input[2]])",
        "json.remove(json.unmarshal(input[0]), [input[1], input[2]])",
        "json.patch(json.unmarshal(input[0]), json.unmarshal(input[1]))",
    };
    static const char *const laws[] = {
        "sprintf(\"%s\", [input[0]]) == input[0]",
        "base64.decode(base64.encode(input[0])) == input[0]",
        "base64url.decode(base64url.encode_no_pad(input[0])) == input[0]",
        "base64.is_valid(base64.encode(input[0]))",
        "hex.decode(hex.encode(input[0])) == input[0]",
        "urlquery.decode(urlquery.encode(input[0])) == input[0]",
        "json.unmarshal(json.marshal(input)) == input",
        "json.unmarshal(json.marshal_with_options(input, {\"pretty\": true})) == input",
        "time.parse_rfc3339_ns(time.format(time.parse_ns(input[0], input[1]))) == time.parse_ns(input[0], input[1])",
        "semver.compare(input[0], input[1]) + semver.compare(input[1], input[0]) == 0",
        "trim_suffix(concat(\"\", [input[0], \"a\"]), \"a\") == input[0]",
        "strings.reverse(strings.reverse(input[0])) == input[0]",
    };
    SCOPED(buf) struct buf input;
    struct bytes text;
    bool broken;
    buf_init(&input, 4 * MIB);
    fuzz_parts(bytes_of(data, size), &input);
    if (failed(buf_end(&input, &text)))
        return 0;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
        (void)fuzz_call(readers[i], text, "", &broken);
    for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]); i++) {
        (void)fuzz_call(laws[i], text, "false", &broken);
        FUZZ_CHECK(!broken);
    }
    return 0;
}
