/*
 * A schema and a document. What json.verify_schema calls no schema gives no answer about a document, and an answer
 * names a fault exactly when it says no.
 */
#include "rego_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(buf) struct buf input;
    struct bytes text;
    bool is_schema;
    bool agrees;
    buf_init(&input, 4 * MIB);
    fuzz_parts(bytes_of(data, size), &input);
    if (failed(buf_end(&input, &text)))
        return 0;
    enum rego_status checked = fuzz_call("json.verify_schema(input[0])[0]", text, "true", &is_schema);
    enum rego_status matched = fuzz_call("count(json.match_schema(input[1], input[0])[1]) == 0", text, "", &agrees);
    FUZZ_CHECK(matched != REGO_OK || (checked == REGO_OK && is_schema));
    matched =
        fuzz_call("[1 | r := json.match_schema(input[1], input[0]); r[0] != (count(r[1]) == 0)]", text, "[]", &agrees);
    FUZZ_CHECK(matched != REGO_OK || agrees);
    return 0;
}
